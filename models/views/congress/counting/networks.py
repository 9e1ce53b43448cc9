"""Networks: who started them and of what kind, how many live where, how they fare, and how they end."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final

from models.tables.health import Level
from models.tables.network import ENDED, Nature, NetworkState, Origin
from models.tables.network import NetworkState as N
from models.views.congress.counting.tally import Row, Tally
from models.views.congress.facts.rows import CheckIns, Facts, Life, Step
from models.views.congress.report import EVERYWHERE

KEEPS_ITS_CADENCE: Final = 0.75
"""Of the days of the last year, the share on which a meeting lay less than the network's own cadence back (R)."""
RESTS_OR_ENDS: Final = (N.resting, *ENDED)
WHYS: Final = {
    "asked": "asked", "talk": "talk", "unreachable": "unreachable", "members": "asked", "never-met": "never_met",
    "rested-long": "rested_long",
}  # fmt: skip
NEVER_STARTED: Final = "never_started"
OTHER: Final = "other"
WHYS_OF: Final[dict[str, tuple[str, ...]]] = {
    N.resting: ("asked", "talk", "unreachable", OTHER),
    N.closed: ("asked", "rested_long", OTHER),
    N.merged: ("agreed",),
    N.split: ("agreed",),
    NEVER_STARTED: ("asked", "never_met", OTHER),
}
"""Why networks rest and end: each is a row, that none stands there or is missing because somebody's is."""
PLACES: Final = "places"
"""Counts that only the first page shows."""


def count_networks(facts: Facts, tally: Tally) -> None:
    """How many started, ended and lived, year by year and region by region, and who began them."""
    own = facts.own
    for year in facts.years:
        end = facts.year_end(year)
        created = [life for life in own if life.created_on.year == year]
        for table, kinds, field in (("starters", _origins(), "origin"), ("natures", [*Nature], "nature")):
            numbers = Counter(getattr(life, field) for life in created)
            for kind in kinds:
                tally.count(table, (year, str(kind)), "networks", numbers[str(kind)])
        tally.add_up(tally.of_year("starters", "networks", year), tally.of_year("natures", "networks", year))
        lives = _by_region(own)
        for region in facts.places:
            _living(tally, (year, region), lives[region], year, end)


def _origins() -> list[Origin]:
    return [one for one in Origin if one != Origin.historic_office]


def _by_region(lives: Iterable[Life]) -> defaultdict[str, list[Life]]:
    """Those that have started, of the country and of each region."""
    found: defaultdict[str, list[Life]] = defaultdict(list)
    for life in lives:
        if life.started_on:
            found[EVERYWHERE].append(life)
            found[life.region].append(life)
    return found


def _living(tally: Tally, row: Row, lives: Iterable[Life], year: int, end: date) -> None:
    started = ended = 0
    states: list[str | None] = []
    for life in lives:
        if not life.started_on or life.started_on > end:
            continue
        started += life.started_on.year == year
        over = life.ended
        ended += bool(over and over.on.year == year)
        if not over or over.on > end:
            states.append(life.state_on(end))
    resting = states.count(NetworkState.resting)
    figures = {"started": started, "ended": ended, "living": len(states)}
    for column, value in (figures | {"resting": resting, "active": len(states) - resting}).items():
        tally.count("networks", row, column, value)
    tally.add_up_row("networks", row, ("resting", "active"), "living")
    before = ("networks", (year - 1, row[1]), "living")
    tally.add_up([before, ("networks", row, "started")], [("networks", row, one) for one in ("ended", "living")])


def count_ends(facts: Facts, tally: Tally) -> None:
    """Rests and ends of a year by what they are and why: each network once. One that never met ended no life."""
    for year in facts.years:
        found: Counter[tuple[str, str]] = Counter()
        for life in facts.own:
            theirs = [step for step in life.steps if step.on.year == year and step.to_state in RESTS_OR_ENDS]
            whats = [(step.to_state if life.started_on else NEVER_STARTED, step) for step in theirs]
            found.update({(what, _why(what, step)) for what, step in whats})
        for what, whys in WHYS_OF.items():
            for why in whys:
                tally.count("ends", (year, what, why), "networks", found[what, why])


def _why(what: str, step: Step) -> str:
    """The reason, without the code of whoever said so."""
    why = WHYS.get(step.why.rpartition(":")[2].partition(" ")[0], OTHER)
    whys = WHYS_OF[what]
    return whys[0] if len(whys) == 1 else why if why in whys else OTHER


def count_health(facts: Facts, tally: Tally) -> None:
    """What the last health check of each year found: levels, and who keeps the cadence that they chose themselves."""
    lives = {life.number: life for life in facts.own}
    for year in facts.years:
        found = [one for one in facts.checked if one.year == year and one.network in lives]
        levels = Counter(one.level for one in found)
        for level in Level:
            tally.count("health", (year, str(level)), "networks", levels[str(level)])
        rated = [one for one in found if one.level != Level.not_assessed]
        assessed = [("health", (year, str(level)), "networks") for level in Level if level != Level.not_assessed]
        for cell in assessed:
            tally.share_of_all(cell, "share", assessed)
        by_region: defaultdict[str, list[bool]] = defaultdict(list)
        for one in rated:
            for region in (EVERYWHERE, lives[one.network].region):
                by_region[region].append(one.rhythm >= KEEPS_ITS_CADENCE)
        for region in facts.places:
            row, keeps = (year, region), by_region[region]
            tally.count("cadence", row, "networks", len(keeps))
            tally.count("cadence", row, "keeping", sum(keeps))
            tally.count("cadence", row, "not_keeping", len(keeps) - sum(keeps))
            tally.add_up_row("cadence", row, ("keeping", "not_keeping"), "networks")
            tally.share("cadence", row, "share_keeping", "keeping", "networks")
        tally.add_up(assessed, [("cadence", (year, EVERYWHERE), "networks")])


def count_check_ins(facts: Facts, tally: Tally) -> None:
    """How many of the year's check-ins were answered: what part of them a network's health was told by."""
    of_year = {one.year: one for one in facts.check_ins}
    for year in facts.years:
        _, sent, answered, networks = of_year.get(year, CheckIns(year, 0, 0, 0))
        for column, value in (("sent", sent), ("answered", answered), ("not_answered", sent - answered)):
            tally.count("check_ins", (year,), column, value, of=networks if value else 0)
        tally.add_up_row("check_ins", (year,), ("answered", "not_answered"), "sent")
        tally.share("check_ins", (year,), "share_answered", "answered", "sent")


def count_places(facts: Facts, tally: Tally) -> None:
    """In how many municipalities and regions a network was active at each year's end."""
    for year in facts.years:
        end = facts.year_end(year)
        active = [life for life in facts.own if life.is_active_on(end)]
        for column, places in (
            ("municipalities", {life.municipality for life in active}),
            ("regions", {life.region for life in active}),
        ):
            tally.count(PLACES, (year,), column, len(places), of=len(active))
        tally.rate(PLACES, (year,), "all_municipalities", facts.municipalities)
