"""What meetings tell: how many came, of how many branches and companies, and how much the office carried."""

from typing import Final

import numpy as np
import numpy.typing as npt

from models.db.columnar import Ints
from models.health.batch import DUTIES
from models.support.ladder import OFFICE_DUTIES
from models.tables.network import NetworkState
from models.views.congress.counting.tally import Row, Tally
from models.views.congress.facts.held import UNKNOWN
from models.views.congress.facts.rows import Facts, Life
from models.views.congress.report import EVERYWHERE

SEVERAL: Final = 2
"""Branches or companies at a meeting, for it to be one between them."""
FIGURES: Final = ("attended", "branches", "companies")
Flags = npt.NDArray[np.bool_]


def count_meetings(facts: Facts, tally: Tally) -> None:
    """Meetings of a year, of the country and each region; what nobody told of a meeting is unknown, and no nought."""
    own = {life.number: life.region for life in facts.own}
    region = np.array([own.get(number, "") for number in facts.held.network.tolist()], dtype=object)
    years = _years(facts.held.day)
    for year in facts.years:
        of_year = (years == year) & (region != "")
        for place in facts.places:
            _meetings(facts, tally, (year, place), of_year if place == EVERYWHERE else of_year & (region == place))


def _meetings(facts: Facts, tally: Tally, row: Row, which: Flags) -> None:
    held, networks = facts.held, _different(facts.held.network[which])
    tally.count("meetings", row, "networks", networks)
    tally.count("meetings", row, "held", int(which.sum()), of=networks)
    tally.at_most([("meetings", row, "networks")], [("meetings", row, "held")])
    tally.both_or_none("meetings", row, "networks", "held")
    for figure in FIGURES:
        column: Ints = getattr(held, figure)
        told = which & (column != UNKNOWN)
        of = _different(held.network[told])
        tally.count("meetings", row, f"told_{figure}", int(told.sum()), of=of)
        tally.add_up_if_so([("meetings", row, f"told_{figure}")], [("meetings", row, "held")])
        tally.count("meetings", row, figure, int(column[told].sum()), of=of)
        mean = float(column[told].mean()) if told.any() else None
        tally.rate("meetings", row, f"mean_{figure}", mean, needs=(f"told_{figure}", figure))
        if figure != "attended":
            several = told & (column >= SEVERAL)
            tally.count("meetings", row, f"several_{figure}", int(several.sum()), of=_different(held.network[several]))
            tally.share("meetings", row, f"share_told_{figure}", f"told_{figure}", "held")
            tally.at_most([("meetings", row, f"several_{figure}")], [("meetings", row, f"told_{figure}")])
            tally.share("meetings", row, f"share_several_{figure}", f"several_{figure}", f"told_{figure}")


def _different(networks: Ints) -> int:
    return len(np.unique(networks))


def _years(days: Ints) -> Ints:
    """The years of days that are numbered as Python's toordinal does."""
    dates = (days - EPOCH).astype("datetime64[D]")
    return dates.astype("datetime64[Y]").astype(np.int64) + 1970


EPOCH: Final = 719_163
"""1970-01-01 as Python numbers days."""


def count_duties(facts: Facts, tally: Tally) -> None:
    """Of the duties recorded at meetings of a year, the office's share, by the step of the ladder on that day."""
    lives, held = {life.number: life for life in facts.own}, facts.held
    recorded = held.by_office + held.by_members
    years = _years(held.day)
    steps = _steps_then(facts, lives)
    for year in facts.years:
        of_year = (years == year) & (recorded > 0) & (steps != UNKNOWN)
        for step in (EVERYWHERE, "1", "2", "3", "4"):
            which = of_year if step == EVERYWHERE else of_year & (steps == int(step))
            row, networks = (year, step), _different(held.network[which])
            duties, office = int(recorded[which].sum()), int(held.by_office[which].sum())
            tally.count("duties", row, "networks", networks)
            for column, value in (("meetings", int(which.sum())), ("duties", duties), ("by_office", office)):
                tally.count("duties", row, column, value, of=networks)
            tally.at_most([("duties", row, "networks")], [("duties", row, "meetings")])
            tally.both_or_none("duties", row, "networks", "meetings")
            tally.at_most([("duties", row, "by_office")], [("duties", row, "duties")])
            if step != EVERYWHERE:
                tally.at_most([("duties", row, "networks")], [("duties", (year, EVERYWHERE), "networks")])
            tally.rate(
                "duties", row, "office_share", office / duties if duties else None, needs=("duties", "by_office")
            )
        _allowed(tally, year)
        for column in ("meetings", "duties", "by_office"):
            parts = [("duties", (year, str(step)), column) for step in range(1, 5)]
            tally.add_up(parts, [("duties", (year, EVERYWHERE), column)])


def _allowed(tally: Tally, year: int) -> None:
    """What share of five duties the ladder lets the office carry on each step, and on all meetings of a year together;
    a rule, and no figure of anybody's.
    """
    meetings = {step: ("duties", (year, str(step)), "meetings") for step in range(1, 5)}
    for step, (table, row, _) in meetings.items():
        tally.rate(table, row, "allowed_share", OFFICE_DUTIES[step] / len(DUTIES))
    held = {step: tally.counts[cell].value for step, cell in meetings.items()}
    whole = sum(held.values())
    allowed = sum(OFFICE_DUTIES[step] * number for step, number in held.items()) / len(DUTIES)
    tally.mean_of("duties", (year, EVERYWHERE), "allowed_share", allowed / whole if whole else None, meetings.values())


def _steps_then(facts: Facts, lives: dict[int, Life]) -> Ints:
    """The step of the ladder on which each meeting's network stood; a first meeting is of step 1."""
    numbers, first = np.unique(facts.held.network, return_index=True)
    steps = np.full(len(facts.held.network), UNKNOWN, dtype=np.int64)
    bounds = [*first.tolist(), len(steps)]
    for place, number in enumerate(numbers.tolist()):
        life = lives.get(number)
        if life is None:
            continue
        days = facts.held.day[bounds[place] : bounds[place + 1]]
        came = life.ladder
        at = np.searchsorted(np.array([day for day, _ in came], dtype=np.int64), days, side="right") - 1
        on_step = np.array([1, *(max(step, 1) for _, step in came)], dtype=np.int64)
        steps[bounds[place] : bounds[place + 1]] = on_step[at + 1]
    return steps


def count_historic(facts: Facts, tally: Tally) -> None:
    """Networks of before this system, apart: how many live at each year's end, and what they met."""
    historic = [life for life in facts.lives if life.is_historic]
    years, number = _years(facts.held.day), facts.held.network
    theirs = np.isin(number, np.array([life.number for life in historic], dtype=np.int64))
    for year in facts.years if historic else ():
        end, met = facts.year_end(year), theirs & (years == year)
        living = [life for life in historic if life.created_on <= end and not _is_over(life.state_on(end))]
        networks = _different(number[met])
        tally.count("historic", (year,), "living", len(living))
        tally.count("historic", (year,), "met", networks)
        tally.count("historic", (year,), "meetings", int(met.sum()), of=networks)
        tally.both_or_none("historic", (year,), "met", "meetings")


def _is_over(state: str | None) -> bool:
    return state in (None, NetworkState.closed, NetworkState.merged, NetworkState.split)
