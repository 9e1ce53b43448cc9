"""The first page: each sentence of the motion and of the board's answer, and the figures that answer it (section 11).

They are reckoned from the cells that the tables show, and from no others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from models.office.menu import MENU
from models.tables.health import Level
from models.tables.network import Origin
from models.tables.request import RefusalReason
from models.tables.support import Item
from models.views.congress.columns import ANSWERS
from models.views.congress.counting.networks import NEVER_STARTED, PLACES
from models.views.congress.counting.tally import DIGITS, Row, Tally
from models.views.congress.disclosure.small_cells import CellId
from models.views.congress.facts.rows import Facts
from models.views.congress.outlook import CAPACITY, QUARTERS
from models.views.congress.report import EVERYWHERE, HIDDEN, Answer, Cell, Column, Figure, Hidden, Unit


@dataclass(frozen=True)
class Shown:
    """The cells of one year as they are shown."""

    tally: Tally
    hides: frozenset[CellId]
    year: int

    def cell(self, table: str, column: str, *names: str) -> Cell:
        """A cell of the year; None where nothing was counted."""
        row: Row = (self.year, *names)
        cell = (table, row, column)
        if cell in self.hides:
            return HIDDEN
        if cell in self.tally.rates:
            return self.tally.rates[cell].value
        count = self.tally.counts.get(cell)
        return count.value if count else None

    def country(self, table: str, column: str) -> Cell:
        """A cell of the year and the whole country."""
        return self.cell(table, column, EVERYWHERE)


def _as(unit: Unit, cell: Cell) -> Cell:
    if not isinstance(cell, int | float):
        return cell
    return int(cell) if unit == Unit.NUMBER else round(float(cell), DIGITS)


def _together(*cells: Cell) -> Cell:
    """A sum, hidden when a part of it is."""
    if any(isinstance(one, Hidden) for one in cells):
        return HIDDEN
    return sum(one for one in cells if isinstance(one, int | float))


def _never_met(of: Shown) -> list[list[str]]:
    """What names the rows of networks that were closed before any meeting."""
    return [[str(one) for one in row[1:]] for row in of.tally.rows["ends"] if row[:2] == (of.year, NEVER_STARTED)]


def _times(cell: Cell, factor: float) -> Cell:
    return cell * factor if isinstance(cell, int | float) else cell


def _rest(share: Cell) -> Cell:
    return round(1 - share, DIGITS) if isinstance(share, int | float) else share


HOURS_A_MEETING: Final = MENU[Item.negotiator_at_meeting].hours
"""What a negotiator at one meeting takes."""
Read: TypeAlias = Callable[[Shown], Cell]
FIGURES: Final[Mapping[str, Mapping[str, Read]]] = {
    "motion_negotiators": {
        "networks_with_negotiator": lambda of: of.cell("support", "networks", Item.negotiator_at_meeting),
        "negotiator_hours": lambda of: of.cell("support", "hours", Item.negotiator_at_meeting),
        "hours_granted": lambda of: of.cell(SUPPORTED, "hours"),
        "hours_at_all_meetings": lambda of: _times(of.country("meetings", "held"), float(HOURS_A_MEETING)),
        "hours_of_a_year": lambda of: _times(of.country(CAPACITY, "budget"), QUARTERS),
    },
    "motion_regular": {
        "share_keeping": lambda of: of.country("cadence", "share_keeping"),
        "networks_assessed": lambda of: of.country("cadence", "networks"),
        "meetings_held": lambda of: of.country("meetings", "held"),
    },
    "motion_local": {
        "active_networks": lambda of: of.country("networks", "active"),
        "municipalities": lambda of: of.cell(PLACES, "municipalities"),
        "all_municipalities": lambda of: of.cell(PLACES, "all_municipalities"),
        "regions": lambda of: of.cell(PLACES, "regions"),
    },
    "motion_branches": {
        "mean_branches": lambda of: of.country("meetings", "mean_branches"),
        "share_several_branches": lambda of: of.country("meetings", "share_several_branches"),
    },
    "motion_companies": {
        "mean_companies": lambda of: of.country("meetings", "mean_companies"),
        "share_several_companies": lambda of: of.country("meetings", "share_several_companies"),
    },
    "board_vigorous": {
        "share_green": lambda of: of.cell("health", "share", Level.green),
        "yellow": lambda of: of.cell("health", "networks", Level.yellow),
        "red": lambda of: of.cell("health", "networks", Level.red),
        "networks_rated": lambda of: of.country("cadence", "networks"),
    },
    "board_participants": {
        "active_after_12_months": lambda of: _followed(of).cell("hours_per_living", "share_living"),
        "networks_followed": lambda of: _followed(of).cell("hours_per_living", "networks"),
        "member_duties": lambda of: _rest(of.country("duties", "office_share")),
        "members_must": lambda of: _rest(of.country("duties", "allowed_share")),
    },
    "board_from_below": {
        "networks_created": lambda of: _together(
            *(of.cell("starters", "networks", one) for one in (Origin.member, Origin.representative))
        ),
        "networks_started": lambda of: of.country("networks", "started"),
        "networks_never_met": lambda of: _together(*(of.cell("ends", "networks", *why) for why in _never_met(of))),
    },
    "board_contact": {
        "share_talked_in_time": lambda of: of.cell("requests", "share_talked_in_time"),
        "requests": lambda of: of.cell("requests", "received"),
        "median_days_to_talk": lambda of: of.cell("requests", "median_days_to_talk"),
        "median_days_to_decision": lambda of: of.cell("requests", "median_days_to_decision"),
    },
    "board_support_differs": {
        "networks_supported": lambda of: of.cell(SUPPORTED, "networks"),
        "kinds_of_support": lambda of: of.cell(SUPPORTED, "kinds"),
    },
    "board_resources": {
        "office_hours": lambda of: of.country("office_hours", "hours"),
        "hours_granted": lambda of: of.cell(SUPPORTED, "hours"),
        "hours_per_network": lambda of: of.country("office_hours", "hours_per_network"),
        "share_taken": lambda of: of.country(CAPACITY, "share_taken"),
        "waiting_now": lambda of: of.country("unmet", "waiting"),
    },
    "board_phase_out": {
        "share_active_later": lambda of: _followed(of).cell("phase_outs", "share_active_later"),
        "networks_followed": lambda of: _followed(of).cell("phase_outs", "followed"),
        "phased_out": lambda of: of.cell("phase_outs", "networks"),
        "share_on_time": lambda of: of.cell("phase_outs", "share_on_time"),
    },
    "board_not_central": {
        "refused_whole_country": lambda of: of.cell("reasons", "requests", RefusalReason.whole_country),
        "need_signals": lambda of: of.country("unmet", "need_signals"),
    },
}
SUPPORTED: Final = "supported"
"""Counts that only the first page shows: of all items together."""


def _followed(of: Shown) -> Shown:
    """Those that started the year before: they can have been followed for twelve months."""
    return Shown(of.tally, of.hides, of.year - 1)


def count_supported(facts: Facts, tally: Tally) -> None:
    """How many networks were granted support in a year, of how many kinds, and for how many hours."""
    own = {life.number for life in facts.own}
    for year in facts.years:
        granted = [one for one in facts.granted if one.on.year == year and one.network in own]
        networks = len({one.network for one in granted})
        tally.count(SUPPORTED, (year,), "networks", networks)
        tally.count(SUPPORTED, (year,), "kinds", len({one.item for one in granted}), of=networks)
        tally.count(SUPPORTED, (year,), "hours", sum(one.hundredths for one in granted) / 100, of=networks)
        tally.add_up(tally.of_year("support", "hours", year), [(SUPPORTED, (year,), "hours")])
        of_items = tally.of_year("support", "networks", year)
        tally.at_most([(SUPPORTED, (year,), "networks")], of_items)
        for cell in of_items:
            tally.at_most([cell], [(SUPPORTED, (year,), "networks")])


def answers(facts: Facts, tally: Tally, hides: frozenset[CellId]) -> tuple[Answer, ...]:
    """Every sentence with its figures, this year's and last year's."""
    now = Shown(tally, hides, facts.years[-1])
    before = Shown(tally, hides, now.year - 1) if len(facts.years) > 1 else None
    return tuple(
        Answer(key, tuple(_figure(one, FIGURES[key][one.key], now, before) for one in columns))
        for key, columns in ANSWERS.items()
    )


def _figure(column: Column, read: Read, now: Shown, before: Shown | None) -> Figure:
    cells = (_as(column.unit, read(of)) if of else None for of in (now, before))
    return Figure(column.key, column.unit, *cells)
