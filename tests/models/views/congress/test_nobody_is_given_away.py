"""Whoever puts all published tables together, of all years and regions, learns no more of a small cell than its sign.

The attack knows the report as it is handed out, how its figures must add up, and linear programming; the true figures
are only looked at to see which cells are small.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from models.views.congress.changes import published
from models.views.congress.counting.curves import count_followed, followed
from models.views.congress.counting.tally import NAMES, UNTOLD, Tally
from models.views.congress.disclosure.small_cells import CellId, Count
from models.views.congress.facts.rows import Facts
from models.views.congress.figures import counted, report_of
from models.views.congress.report import EVERYWHERE, HIDDEN, Cell, Hidden, Report, Table, Unit
from tests.congress_facts import known_by, small_office

ENDED = ("closed", "merged", "split")
Sum = dict[CellId, float]
Floats = npt.NDArray[np.float64]
Found = tuple[CellId, float, float]
OFFICES = [(seed, requests, regions) for seed in range(4) for requests, regions in ((25, 3), (60, 5), (200, 8))]


def shown_figures(report: Report) -> dict[CellId, float]:
    """Every figure that can be read, and the sums that follow from a mean and its number."""
    found: dict[CellId, float] = {}
    for table in report.tables:
        names = sum(column.unit in NAMES for column in table.columns)
        for row in table.rows:
            key = tuple(one for one in row[:names] if isinstance(one, int | str))
            cells = dict(zip((column.key for column in table.columns), row, strict=True))
            for column in table.columns[names:]:
                cell = cells[column.key]
                if isinstance(cell, int | float) and column.unit in (Unit.NUMBER, Unit.HOURS):
                    found[table.key, key, column.key] = cell
    for curve in report.curves:
        found["curves", (curve.split, curve.group), "networks"] = curve.networks
    return found


def sums(truth: Mapping[CellId, Count], years: range) -> Iterator[Mapping[CellId, float]]:  # noqa: C901  # a list
    """What everybody knows of how the figures add up: each is nothing in sum."""
    for table, row, column in truth:
        if len(row) > 1 and row[1] == EVERYWHERE and table not in ("office_hours", "duties", "curves", UNTOLD):
            regions = [cell for cell in truth if cell[0] == table and cell[2] == column and cell[1][0] == row[0]]
            yield {cell: -1.0 if cell[1] == row else 1.0 for cell in regions}
    for year in years:
        y: tuple[int | str, ...] = (year,)
        states = ("granted", "waiting", "declined", "referred", "expired", "withdrawn", "open")
        yield sum_of("requests", y, states, "received")
        for told in ("talked", "decided"):
            yield sum_of("requests", y, (f"{told}_in_time", f"{told}_late"), told)
        of_all = {one: ("requests_by_region", (year, EVERYWHERE), one) for one in ("received", "granted", "under_way")}
        yield {("requests", y, "received"): 1, of_all["received"]: -1}
        yield {("requests", y, "granted"): 1, of_all["granted"]: -1}
        yield {("requests", y, "waiting"): 1, ("requests", y, "open"): 1, of_all["under_way"]: -1}
        refused: dict[CellId, float] = {("requests", y, "declined"): -1.0, ("requests", y, "referred"): -1.0}
        yield refused | {cell: 1.0 for cell in truth if cell[0] == "reasons" and cell[1][0] == year}
        yield {
            cell: 1.0 if cell[0] == "starters" else -1.0
            for cell in truth
            if cell[0] in ("starters", "natures") and cell[1][0] == year
        }
        yield sum_of("hours_per_living", y, ("living", "not_living"), "networks")
        if year < years[-1]:
            of_all_started = ("networks", (year, EVERYWHERE), "started")
            yield {("hours_per_living", y, "networks"): 1, of_all_started: -1}
        for one in ("talked", "waited", "decided"):
            yield sum_of("requests", y, (one, f"not_{one}"), "received")
        yield sum_of("check_ins", y, ("answered", "not_answered"), "sent")
        yield sum_of("phase_outs", y, ("on_time", "late"), "networks")
        yield sum_of("phase_outs", y, ("active_later", "not_active_later"), "followed")
        country: tuple[int | str, ...] = (year, EVERYWHERE)
        levels = [cell for cell in truth if cell[0] == "health" and cell[1][0] == year and cell[1][1] != "not_assessed"]
        yield dict.fromkeys(levels, 1.0) | {("cadence", country, "networks"): -1}
        ends = [cell for cell in truth if cell[0] == "ends" and cell[1][0] == year and cell[1][1] in ENDED]
        yield dict.fromkeys(ends, 1.0) | {("networks", country, "ended"): -1}
        steps = [("office_hours", (year, str(step)), "hours") for step in range(5)]
        yield dict.fromkeys(steps, 1.0) | {("office_hours", country, "hours"): -1}
        for column in ("meetings", "duties", "by_office"):
            of_steps = [("duties", (year, str(step)), column) for step in range(1, 5)]
            yield dict.fromkeys(of_steps, 1.0) | {("duties", country, column): -1}
    for table, row, column in truth:
        if (table, column) == ("networks", "living"):
            before = {("networks", (int(row[0]) - 1, *row[1:]), "living"): 1.0}
            flows: Sum = {("networks", row, one): sign for one, sign in (("started", 1), ("ended", -1), ("living", -1))}
            yield before | flows
            yield sum_of("networks", row, ("active", "resting"), "living")
        if (table, column) == ("cadence", "networks"):
            yield sum_of("cadence", row, ("keeping", "not_keeping"), "networks")
        if (table, column) == ("requests_by_region", "received"):
            yield sum_of(table, row, ("granted", "under_way", "came_to_nothing"), "received")
    started = {("networks", (year, EVERYWHERE), "started"): -1.0 for year in years}
    for split in {cell[1][0] for cell in truth if cell[0] == "curves"}:
        yield started | {cell: 1.0 for cell in truth if cell[0] == "curves" and cell[1][0] == split}
    yield {("requests", (year,), "waiting"): 1.0 for year in years} | {
        ("unmet", (years[-1], EVERYWHERE), "waiting"): -1
    }
    expired: Sum = {("unmet", (year, EVERYWHERE), "expired"): -1 for year in years}
    yield expired | {("requests", (year,), "expired"): 1.0 for year in years}


def sum_of(table: str, row: tuple[int | str, ...], parts: tuple[str, ...], whole: str) -> Sum:
    return {(table, row, part): 1.0 for part in parts} | {(table, row, whole): -1.0}


def given_away(facts: Facts, report: Report, hides: Collection[CellId], earlier: Report | None = None) -> list[Found]:
    """Small cells of which the report tells more than that they are few, and between what whole numbers they lie."""
    tally = true_tally(facts)
    truth = tally.counts
    known = {cell: value for cell, value in shown_figures(report).items() if cell in truth}
    known |= in_no_table(truth, known, report, hides)
    if earlier:
        before = published(earlier).shown
        known |= {cell: before[cell] for cell in before if cell in truth and before[cell] == truth[cell].value}
    unknown = [cell for cell in truth if cell not in known]
    place = {cell: number for number, cell in enumerate(unknown)}
    told = [*sums(truth, facts.years), *tally.relations]
    rows = [one for one in ({place[cell]: sign for cell, sign in one.items() if cell in place} for one in told) if one]
    right = [
        -sum(sign * known.get(cell, 0.0) for cell, sign in one.items())
        for one in told
        if any(cell in place for cell in one)
    ]
    entries = [(number, column, sign) for number, row in enumerate(rows) for column, sign in row.items()]
    at, columns, signs = zip(*entries, strict=True)
    equations = csr_array((signs, (at, columns)), shape=(len(rows), len(unknown)))
    whole = np.array([int(cell[2] != "hours") for cell in unknown])
    found = []
    for cell in unknown:
        if truth[cell].is_small:
            least, most = truth[cell].must_span
            if whole[place[cell]]:
                least, most = float(np.ceil(least)), float(np.floor(most))
            low, high = (reached(place[cell], sign, (least, most), Known(equations, right, whole)) for sign in (1, -1))
            if low > least + 1e-6 or high < most - 1e-6:
                found.append((cell, low, high))
    return found


def in_no_table(
    truth: Mapping[CellId, Count], known: Mapping[CellId, float], report: Report, hides: Collection[CellId]
) -> dict[CellId, float]:
    """Figures that no table has, as one would reckon them: from a mean or a share that is shown and the number beside
    it, or because nothing keeps them.
    """
    rates = {
        (table.key, row[:names], column.key): cell
        for table in report.tables
        if (names := sum(column.unit in NAMES for column in table.columns))
        for row in table.rows
        for column, cell in zip(table.columns, row, strict=True)
    }
    shown = {(table.key, column.key) for table in report.tables for column in table.columns}
    return {
        (table, row, column): count.value
        for (table, row, column), count in truth.items()
        if ((table, column) not in shown and (table, row, column) not in hides and count.is_told)
        or (
            (table, row, INNER.get(column)) in known
            and not isinstance(rates.get((table, row, RATE.get(column, "")), HIDDEN), Hidden)
        )
    }


INNER = {
    "told_attended": "held", "told_branches": "held", "told_companies": "held", "attended": "held", "branches": "held",
    "companies": "held", "several_branches": "held", "several_companies": "held", "duties": "meetings",
    "by_office": "meetings",
}  # fmt: skip
"""Figures that stand in no table, and beside what they can be reckoned from a mean or a share."""
RATE = {
    "attended": "mean_attended", "branches": "mean_branches", "companies": "mean_companies",
    "several_branches": "share_several_branches", "several_companies": "share_several_companies",
    "duties": "office_share", "by_office": "office_share",
}  # fmt: skip


class Known(NamedTuple):
    """Equations over figures of at least nothing, and which of these are whole."""

    equations: csr_array
    right: list[float]
    whole: npt.NDArray[np.int64]


def reached(place: int, sign: int, span: tuple[float, float], known: Known) -> float:
    """How low (1) or high (-1) a figure can be, within what it must span at least."""
    goal, bounds = np.zeros(len(known.whole)), np.tile((0.0, np.inf), (len(known.whole), 1))
    goal[place], bounds[place] = sign, (span[0], np.inf) if sign > 0 else (0, span[1])
    answer = linprog(goal, A_eq=known.equations, b_eq=known.right, bounds=bounds)
    if (np.abs(answer.x - answer.x.round())[known.whole > 0] > 1e-6).any():
        answer = linprog(goal, A_eq=known.equations, b_eq=known.right, bounds=bounds, integrality=known.whole)
    assert answer.status == 0, answer.message
    return float(answer.x[place])


def true_tally(facts: Facts) -> Tally:
    tally = counted(facts)
    count_followed(facts, tally, followed(facts))
    return tally


@pytest.mark.parametrize(("seed", "requests", "regions"), OFFICES)
def test_all_tables_together_give_no_small_cell_away(seed: int, requests: int, regions: int) -> None:
    facts = small_office(seed, requests, regions)
    tally, report = true_tally(facts), report_of(facts)
    assert sum(count.is_small for count in tally.counts.values()) > 20, "the office is too large to try this"
    shown = shown_figures(report)
    assert [cell for cell, count in tally.counts.items() if count.is_small and cell in shown] == []
    assert given_away(facts, report, tally.to_hide()) == []


def test_the_attack_finds_a_small_cell_when_only_the_small_are_hidden() -> None:
    """What is hidden besides is what keeps it from being reckoned."""
    facts = small_office(1, 60, 5)
    truth, report = true_tally(facts).counts, report_of(facts)
    small = {cell for cell, count in truth.items() if count.is_small}
    bare = replace(report, tables=tuple(only_small_hidden(one, truth) for one in report.tables))
    assert given_away(facts, bare, small)


def test_that_a_cell_is_hidden_does_not_say_that_somebody_is_in_it() -> None:
    """Noughts are hidden too, so that nobody can take one from each hidden cell; and no row is missing."""
    offices = [small_office(seed, 60, 5) for seed in range(4)]
    noughts = 0
    for facts in offices:
        tally = true_tally(facts)
        hides = tally.to_hide()
        noughts += sum(count.value == 0 and cell in hides for cell, count in tally.counts.items())
        for table in report_of(facts).tables:
            if Unit.REGION in (column.unit for column in table.columns):
                assert len(table.rows) == len(facts.years) * len(facts.places), table.key
    assert noughts > len(offices)
    kinds = [{row[1:3] for row in report_of(facts).table("ends").rows} for facts in offices]
    assert all(one == kinds[0] for one in kinds)


def test_where_a_median_is_shown_or_hidden_tells_no_hidden_number() -> None:
    """A median of nobody is a dash, and of few it is hidden: beside a hidden number it tells whether that is of few."""
    for seed in range(4):
        [table] = [one for one in report_of(small_office(seed, 60, 5)).tables if one.key == "requests"]
        place = {column.key: number for number, column in enumerate(table.columns)}
        for row in table.rows:
            for median, number in (("median_days_to_talk", "talked"), ("median_days_to_decision", "decided")):
                if isinstance(row[place[number]], Hidden):
                    assert isinstance(row[place[median]], Hidden)


def only_small_hidden(table: Table, truth: Mapping[CellId, Count]) -> Table:
    names = sum(column.unit in NAMES for column in table.columns)
    return replace(table, rows=tuple(_more_shown(table, row, names, truth) for row in table.rows))


def _more_shown(table: Table, row: tuple[Cell, ...], names: int, truth: Mapping[CellId, Count]) -> tuple[Cell, ...]:
    key = tuple(one for one in row[:names] if isinstance(one, int | str))
    counts = [truth.get((table.key, key, column.key)) for column in table.columns]
    return tuple(count.value if count and not count.is_small else cell for count, cell in zip(counts, row, strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_what_one_report_hid_the_next_does_not_give_away(seed: int) -> None:
    """Whoever has kept the reports of earlier years puts them beside the new one."""
    facts = small_office(seed, 60, 5)
    earlier: Report | None = None
    for year in (2027, 2028, 2029):
        then = known_by(facts, date(year, 1, 1))
        report = report_of(then, earlier)
        hidden = published(earlier).hidden
        assert {cell for cell in shown_figures(report) if cell in hidden} == set()
        if earlier:
            hides = true_tally(then).to_hide(published(earlier))
            assert given_away(then, report, hides, earlier) == []
        earlier = report
