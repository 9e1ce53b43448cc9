"""Requests, from the first word to the decision: how many, how fast, why not, and what nobody was there to meet."""

from collections.abc import Collection, Iterable
from statistics import median
from typing import Final

from models.dates.working_days import working_days_between
from models.tables.request import CAME_TO_NOTHING, RefusalReason, RequestState
from models.views.congress.counting.tally import Tally
from models.views.congress.disclosure.small_cells import PERSONS
from models.views.congress.facts.rows import Asked, Facts
from models.views.congress.report import EVERYWHERE

TALKED_WITHIN, DECIDED_WITHIN = 5, 15
"""Working days from a request to its talk and to its decision (S3)."""
S: Final = RequestState
BY_STATE: Final[dict[str, tuple[str, ...]]] = {
    "granted": (S.granted,),
    "waiting": (S.waiting,),
    "declined": (S.declined,),
    "referred": (S.referred,),
    "expired": (S.expired,),
    "withdrawn": (S.withdrawn,),
    "open": (S.received, S.incomplete, S.talking),
}
BY_END: Final[dict[str, tuple[str, ...]]] = {
    "granted": (S.granted,),
    "under_way": (S.received, S.incomplete, S.talking, S.waiting),
    "came_to_nothing": CAME_TO_NOTHING,
}


def count_requests(facts: Facts, tally: Tally) -> None:
    """What has become of the requests of each year."""
    for year in facts.years:
        of_year = [one for one in facts.asked if one.received_on.year == year]
        _states(tally, "requests", (year,), of_year, BY_STATE)
        _times(tally, (year,), of_year)
        for region in facts.places:
            here = [one for one in of_year if region in (EVERYWHERE, one.region)]
            _states(tally, "requests_by_region", (year, region), here, BY_END)
            decided = _days(here, "decided_on")
            tally.count("requests_by_region", (year, region), "decided", len(decided), least=PERSONS)
            _median(tally, "requests_by_region", (year, region), "median_days_to_decision", decided, "decided")
        _reasons(tally, year, of_year)
        tie = ("requests_by_region", (year, EVERYWHERE))
        for column, states in BY_END.items():
            parts = [part for part, of_part in BY_STATE.items() if set(of_part) <= set(states)]
            tally.add_up([("requests", (year,), part) for part in parts], [(*tie, column)])
        tally.add_up([("requests", (year,), "received")], [(*tie, "received")])


def _states(
    tally: Tally, table: str, row: tuple[int | str, ...], asked: Collection[Asked], columns: dict[str, tuple[str, ...]]
) -> None:
    tally.count(table, row, "received", len(asked), least=PERSONS)
    for column, states in columns.items():
        tally.count(table, row, column, sum(one.state in states for one in asked), least=PERSONS)
    tally.add_up_row(table, row, list(columns), "received")


def _times(tally: Tally, row: tuple[int | str, ...], asked: Collection[Asked]) -> None:
    _split(tally, row, "waited", [one.waited for one in asked])
    tally.share("requests", row, "share_waited", "waited", "received")
    for told, within, name, share in (
        ("talked", TALKED_WITHIN, "talk", "share_talked_in_time"),
        ("decided", DECIDED_WITHIN, "decision", "share_in_time"),
    ):
        days = _days(asked, f"{told}_on")
        in_time = sum(one <= within for one in days)
        _split(tally, row, told, [getattr(one, f"{told}_on") is not None for one in asked])
        tally.count("requests", row, f"{told}_in_time", in_time, least=PERSONS)
        tally.count("requests", row, f"{told}_late", len(days) - in_time, least=PERSONS)
        tally.add_up_row("requests", row, (f"{told}_in_time", f"{told}_late"), told)
        tally.share("requests", row, share, f"{told}_in_time", told)
        _median(tally, "requests", row, f"median_days_to_{name}", days, told)


def _split(tally: Tally, row: tuple[int | str, ...], column: str, each: Collection[bool]) -> None:
    """How many were so; that the others can be reckoned from it is part of what is hidden."""
    tally.count("requests", row, column, sum(each), least=PERSONS)
    tally.count("requests", row, f"not_{column}", len(each) - sum(each), least=PERSONS)
    tally.add_up_row("requests", row, (column, f"not_{column}"), "received")


def _days(asked: Iterable[Asked], until: str) -> list[int]:
    """Working days from each request until then; what came before it was written down took none."""
    return [max(0, working_days_between(one.received_on, day)) for one in asked if (day := getattr(one, until))]


def _median(tally: Tally, table: str, row: tuple[int | str, ...], column: str, days: list[int], of: str) -> None:
    tally.rate(table, row, column, median(days) if days else None, len(days), PERSONS, needs=(of,))


def _reasons(tally: Tally, year: int, asked: Iterable[Asked]) -> None:
    refused = [one.reason for one in asked if one.state in (S.declined, S.referred)]
    for reason in RefusalReason:
        tally.count("reasons", (year, reason.value or "none"), "requests", refused.count(reason), least=PERSONS)
    parts = tally.of_year("reasons", "requests", year)
    tally.add_up(parts, [("requests", (year,), one) for one in ("declined", "referred")])


def count_unmet(facts: Facts, tally: Tally) -> None:
    """What was asked for, or seen, and not met: who waits at each year's end, what expired, needs that staff saw."""
    for year in facts.years:
        end = facts.year_end(year)
        waiting = [one.region for one in facts.asked if one.state_on(end) == S.waiting]
        expired = [one.region for one in facts.asked if _expired_in(one) == year]
        signals = [region for region, on in facts.signals if on.year == year]
        for region in facts.places:
            for column, found in (("waiting", waiting), ("expired", expired), ("need_signals", signals)):
                number = len(found) if region == EVERYWHERE else found.count(region)
                tally.count("unmet", (year, region), column, number, least=PERSONS)
    of_years = [[("requests", (year,), column) for year in facts.years] for column in ("waiting", "expired")]
    tally.add_up(of_years[0], [("unmet", (facts.years[-1], EVERYWHERE), "waiting")])
    tally.add_up(of_years[1], tally.of_country("unmet", "expired"))


def _expired_in(one: Asked) -> int | None:
    return next((step.on.year for step in one.steps if step.to_state == S.expired), None)
