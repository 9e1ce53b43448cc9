"""A report's tables as they are read: years side by side, regions under each other, intervals beside their figure.

The files for counting on have every row; a reader gets the last years.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from models.views.congress.report import EVERYWHERE, Cell, Column, Report, Table, Unit
from templates.rendering.report.document import Grid, Text
from templates.rendering.report.words import NOTHING, SIGNED, ReportWords

NAMES: Final = frozenset({Unit.YEAR, Unit.QUARTER, Unit.DATE, Unit.REGION, Unit.WORD})
YEARS_SHOWN: Final = 5
Shown = Grid | Text
"""A table; or a sentence where there is nothing to show of it."""
LOW, HIGH = "low", "high"
YEARS_ACROSS: Final = "-years"
OF_REGIONS: Final = "-regions"
OF_THE_COUNTRY: Final = frozenset({"share_told_branches", "share_told_companies"})
"""Columns that a reader gets of the country alone, for a page to hold the others."""
NAMED: Final = 4
"""Rows that are left out are named when they are no more."""
ANYTHING: Final = re.compile(r"[1-9]|[^\W\d]")
"""In a cell: a figure that is no nought, or a word."""


def grids(report: Report, key: str, table: Table, words: ReportWords) -> list[Shown]:
    """How that table is shown: by its first columns, which name a row."""
    shown = _Turned(report, key, table, words)
    if not table.rows:
        return [Text(f"{shown.title}: {words('page.table_empty')}")]
    names = [column.unit for column in table.columns if column.unit in NAMES]
    match names:
        case [Unit.YEAR]:
            return [shown.years_across(table.rows)]
        case [Unit.YEAR, Unit.REGION]:
            return shown.regions()
        case [Unit.YEAR, *_]:
            return [shown.words_across_years(len(names))]
        case [Unit.QUARTER, Unit.REGION]:
            return shown.across(down=1, over=0)
        case [Unit.REGION] if (table.key, table.columns[1].key) in SIGNED:
            return shown.across(down=0, over=1)
        case _:
            return [shown.as_it_is(len(names))]


@dataclass(frozen=True)
class _Turned:
    """A table on its way to be read in one language."""

    report: Report
    key: str
    table: Table
    words: ReportWords

    @property
    def title(self) -> str:
        return self.words(f"table.{self.key}")

    def heading(self, column: Column) -> str:
        return self.words.column(self.table.key, column.key)

    def year(self, year: Cell) -> str:
        return self.words.year(self.report, year)

    def cell(self, place: int, cell: Cell) -> str:
        return self.words.cell(self.report, self.table.columns[place], cell, self.table.key)

    def _years(self, rows: Sequence[Sequence[Cell]]) -> list[Cell]:
        """The years; not those before the first that has more to show than hidden cells and noughts."""
        figures = [place for place, column in enumerate(self.table.columns) if column.unit not in NAMES]
        told = {row[0] for row in rows if all(isinstance(row[place], int | float) for place in figures)}
        told |= {row[0] for row in rows for place in figures if isinstance(row[place], int | float) and row[place]}
        years = sorted({row[0] for row in rows}, key=str)
        return years[next((place for place, year in enumerate(years) if year in told), 0) :]

    def years_across(self, rows: Sequence[Sequence[Cell]]) -> Shown:
        """A line for each figure, a column for each year."""
        of_year, years = {row[0]: row for row in rows}, self._years(rows)[-YEARS_SHOWN:]
        lines = [
            [self.heading(column), *(self.cell(place, of_year[year][place]) for year in years)]
            for place, column in enumerate(self.table.columns)
            if column.unit not in NAMES
        ]
        return self._grid(self.title, [self.words("page.figure"), *map(self.year, years)], lines, 1, YEARS_ACROSS)

    def regions(self) -> list[Shown]:
        """The country year by year; then the regions, of the last year."""
        country = [row for row in self.table.rows if row[1] == EVERYWHERE]
        found = [self.years_across(country)] if country else []
        last = max((row[0] for row in self.table.rows), key=str, default=None)
        shown = [n for n, column in enumerate(self.table.columns) if n and column.key not in OF_THE_COUNTRY]
        lines = [
            [self.cell(place, row[place]) for place in shown]
            for row in self.table.rows
            if row[0] == last and row[1] != EVERYWHERE
        ]
        if lines:
            caption = self.words("page.per_region", title=self.title, year=self.year(last))
            headings = [self.heading(self.table.columns[place]) for place in shown]
            found.append(self._grid(caption, headings, lines, 1, OF_REGIONS))
        return found

    def words_across_years(self, names: int) -> Shown:
        """A line for what is counted, a column for each figure and year: all years of one figure, else the last two."""
        figures = list(enumerate(self.table.columns))[names:]
        alone = len(figures) == 1
        years = self._years(self.table.rows)[-YEARS_SHOWN if alone else -2 :]
        found = {(row[0], row[1:names]): row for row in self.table.rows}
        lines = []
        about_what = dict.fromkeys(row[1:names] for row in self.table.rows if row[0] in years)
        for about in sorted(about_what, key=self._order):
            line = [self.cell(place, cell) for place, cell in enumerate(about, 1)]
            for place, _ in figures:
                rows = [found.get((year, about)) for year in years]
                line += [self.cell(place, row[place]) if row else NOTHING for row in rows]
            lines.append(line)
        headings = [self.heading(column) for column in self.table.columns[1:names]]
        for _, column in figures:
            headings += [self.year(year) if alone else f"{self.heading(column)} {self.year(year)}" for year in years]
        counted = f" ({self.heading(figures[0][1]).lower()})" if alone else ""
        return self._grid(f"{self.title}{counted}", headings, lines, names - 1)

    def _order(self, about: Sequence[Cell]) -> list[int]:
        """As the words stand in their list; what has none stays as it came."""
        keys = [column.key for column in self.table.columns[1:]]
        return [self.words.place_of(key, code) for key, code in zip(keys, about, strict=False)]

    def across(self, down: int, over: int) -> list[Shown]:
        """A table for each figure: a line for each region, a column for each quarter, or for more or fewer hours."""
        keys = [column.key for column in self.table.columns]
        columns, lines = (list(dict.fromkeys(row[place] for row in self.table.rows)) for place in (over, down))
        found = {(row[down], row[over]): self._with_intervals(row) for row in self.table.rows}
        heads = [self._head_of(keys[over], self.cell(over, one)) for one in columns]
        shown = [key for key in keys if key not in (LOW, HIGH)]
        grids: list[Shown] = []
        for place in range(2, len(shown)):
            rows = [
                [
                    self.cell(down, line),
                    *(found[line, one][place] if (line, one) in found else NOTHING for one in columns),
                ]
                for line in lines
            ]
            title = self.title if place == 2 else self.words.column(self.table.key, shown[place])
            grids.append(
                self._grid(title, [self.heading(self.table.columns[down]), *heads], rows, 1, f"-{shown[place]}")
            )
        return grids

    def _head_of(self, key: str, shown: str) -> str:
        own = self.words.maybe(f"column.across_{key}_{shown}")
        return own or self.words.maybe(f"column.across_{key}", **{key: shown}) or shown

    def as_it_is(self, names: int) -> Shown:
        """Every row; a figure that has an interval has it beside it."""
        headings = [self.heading(column) for column in self.table.columns if column.key not in (LOW, HIGH)]
        return self._grid(self.title, headings, [self._with_intervals(row) for row in self.table.rows], names)

    def _with_intervals(self, row: Sequence[Cell]) -> list[str]:
        keys = [column.key for column in self.table.columns]
        shown = [self.cell(place, cell) for place, cell in enumerate(row)]
        if LOW not in keys:
            return shown
        low = keys.index(LOW)
        if all(isinstance(row[place], int | float) for place in (low - 1, low, low + 1)):
            shown[low - 1] = self.words("interval", value=shown[low - 1], low=shown[low], high=shown[low + 1])
        return [cell for key, cell in zip(keys, shown, strict=True) if key not in (LOW, HIGH)]

    def _grid(
        self, caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]], names: int, part: str = ""
    ) -> Shown:
        kept = [row for row in rows if not self._is_blank(row[names:], noughts=part != YEARS_ACROSS)]
        left_out = self._left_out([row for row in rows if row not in kept], names)
        if not any(self._tells(cell) for row in kept for cell in row[names:]):
            return Text(f"{caption}: {self._nothing_of([row for row in rows if row not in kept] or kept, names)}")
        can_go = part == OF_REGIONS
        places = [place for place in range(len(headings)) if place < names or not can_go or self._is_told(kept, place)]
        if gone := [headings[place] for place in range(len(headings)) if place not in places]:
            left_out.append(self.words("page.columns_hidden", names=", ".join(gone)))
        lines = [[row[place] for place in places] for row in kept]
        is_figure = [place >= names for place in places]
        shown = [headings[place] for place in places]
        return Grid(f"{self.key}{part}", caption, shown, lines, is_figure, [*self._notes(lines), *left_out])

    def _tells(self, cell: str) -> bool:
        """Whether a cell says more than that it is hidden or nothing."""
        return cell != self.words("hidden") and bool(ANYTHING.search(cell))

    def _is_told(self, rows: Sequence[Sequence[str]], place: int) -> bool:
        """Whether a column has a cell that is not hidden."""
        return any(row[place] != self.words("hidden") for row in rows)

    def _is_blank(self, figures: Sequence[str], *, noughts: bool) -> bool:
        """A row of hidden cells, and where so is said of noughts: it is counted under the table instead."""
        hidden = self.words("hidden")
        return not any(self._tells(one) if noughts else one != hidden for one in figures)

    def _nothing_of(self, rows: Sequence[Sequence[str]], names: int) -> str:
        """Why a table is not shown: all of it is hidden, or there is nothing to count."""
        if any(self.words("hidden") in row[names:] for row in rows):
            return self.words("page.table_hidden")
        return self.words("page.table_empty")

    def _notes(self, rows: Sequence[Sequence[str]]) -> list[str]:
        """What is to be known of the cells."""
        own, cells = self.words.maybe(f"note_of.{self.key}"), {cell for row in rows for cell in row}
        found = [self.words("page.hidden_note")] if self.words("hidden") in cells else []
        found += [self.words("page.nothing_note")] if NOTHING in cells and not own.startswith(NOTHING) else []
        return [*found, own] if own else found

    def _left_out(self, rows: Sequence[Sequence[str]], names: int) -> list[str]:
        """How many rows are not shown, and which when they are few."""
        found = []
        for note, is_hidden in (("rows_hidden", True), ("rows_empty", False)):
            named = [", ".join(row[:names]) for row in rows if (self.words("hidden") in row[names:]) == is_hidden]
            if named:
                told = self.words(f"page.{note}_1") if len(named) == 1 else self.words(f"page.{note}", rows=len(named))
                few = f" ({('; ' if names > 1 else ', ').join(named)})" if len(named) <= NAMED else ""
                found.append(f"{told}{few}.")
        return found
