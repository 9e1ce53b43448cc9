"""Figures as they are counted, before it is known which of them can be shown."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from models.views.congress.columns import TABLES
from models.views.congress.disclosure.small_cells import NETWORKS, CellId, Count, Published, Relation, hidden
from models.views.congress.report import EVERYWHERE, HIDDEN, Cell, Column, Table, Unit

Row: TypeAlias = tuple[int | str, ...]
DIGITS: Final = 6
UNTOLD: Final = "untold"
"""Counts that no table has."""
NAMES: Final = (Unit.YEAR, Unit.REGION, Unit.WORD)
"""What the cells are that name a row."""


class Rate(NamedTuple):
    """A figure of which no sum is made: shown when it is of enough, and when all that it is reckoned from is shown."""

    value: float | None
    of: int
    least: int
    needs: tuple[CellId, ...]


class Tally:
    """All counts and rates of the tables, and which counts add up to which."""

    def __init__(self) -> None:
        self.counts: dict[CellId, Count] = {}
        self.rates: dict[CellId, Rate] = {}
        self.relations: list[Relation] = []
        self.rows: defaultdict[str, dict[Row, None]] = defaultdict(dict)

    def count(
        self, table: str, row: Row, column: str, value: float, of: int | None = None, least: int = NETWORKS
    ) -> None:
        """A figure that adds up; `of`: how many persons or networks stand behind it, when it is not their number."""
        self.rows[table][row] = None
        self.counts[table, row, column] = Count(value, int(value) if of is None else of, least)

    def rate(
        self, table: str, row: Row, column: str, value: float | None, of: int = NETWORKS,
        least: int = NETWORKS, needs: Collection[str] = (),
    ) -> None:  # fmt: skip
        """A median, a mean or a share; `needs`: the columns of its row that it is reckoned from."""
        cells = tuple((table, row, one) for one in needs)
        self.rates[table, row, column] = Rate(None if value is None else round(float(value), DIGITS), of, least, cells)

    def share(self, table: str, row: Row, column: str, part: str, whole: str) -> None:
        """What share one count of a row is of another."""
        of = self.counts[table, row, whole].value
        value = self.counts[table, row, part].value / of if of else None
        self.rate(table, row, column, value, needs=(part, whole))

    def mean_of(self, table: str, row: Row, column: str, value: float | None, cells: Iterable[CellId]) -> None:
        """A figure that is reckoned from counts of other rows."""
        rounded = None if value is None else round(value, DIGITS)
        self.rates[table, row, column] = Rate(rounded, NETWORKS, NETWORKS, tuple(cells))

    def share_of_all(self, cell: CellId, column: str, parts: Sequence[CellId]) -> None:
        """What share a count is of all parts together."""
        table, row, _ = cell
        whole = sum(self.counts[one].value for one in parts)
        self.mean_of(table, row, column, self.counts[cell].value / whole if whole else None, parts)

    def add_up(self, parts: Iterable[CellId], whole: Iterable[CellId]) -> None:
        """Counts that are the same in sum. One that was not counted is nothing."""
        relation: defaultdict[CellId, int] = defaultdict(int)
        for sign, cells in ((1, parts), (-1, whole)):
            for cell in cells:
                if cell in self.counts:
                    relation[cell] += sign
        if any(relation.values()):
            self.relations.append({cell: sign for cell, sign in relation.items() if sign})

    def add_up_if_so(self, parts: Sequence[CellId], whole: Sequence[CellId]) -> None:
        """The same, of counts that are alike by and large: when they are, it can be guessed; else by `at_most`."""
        if self._sum(parts) == self._sum(whole):
            self.add_up(parts, whole)
        else:
            self.at_most(parts, whole)

    def at_most(self, smaller: Sequence[CellId], larger: Sequence[CellId]) -> None:
        """Counts that are, in sum, never more than others: by how much is told nowhere, and known to be no less than
        nothing.
        """
        over = self._sum(larger) - self._sum(smaller)
        if over >= 0:
            rest: CellId = (UNTOLD, (len(self.relations),), "rest")
            self.counts[rest] = Count(over, 0, is_told=False)
            self.add_up([*smaller, rest], larger)

    def both_or_none(self, table: str, row: Row, one: str, other: str) -> None:
        """Counts of a row of which one is nothing when the other is: who reads the one nought knows the other."""
        cells = (table, row, one), (table, row, other)
        if not any(self.counts[cell].value for cell in cells):
            self.add_up([cells[0]], [cells[1]])

    def _sum(self, cells: Iterable[CellId]) -> float:
        return sum(self.counts[one].value for one in cells if one in self.counts)

    def add_up_row(self, table: str, row: Row, parts: Sequence[str], whole: str) -> None:
        """Columns of a row that are another of its columns in sum."""
        self.add_up([(table, row, part) for part in parts], [(table, row, whole)])

    def add_up_regions(self) -> None:
        """Where the country is a row, each of its counts is that of the regions in sum: but for what has no place."""
        parts: defaultdict[CellId, list[CellId]] = defaultdict(list)
        for cell in self.counts:
            table, row, column = cell
            if len(row) > 1 and TABLES.get(table, (None,))[1:2] == (REGION_COLUMN,) and row[1] != EVERYWHERE:
                parts[table, (row[0], EVERYWHERE), column].append(cell)
        for whole, regions in parts.items():
            self.add_up_if_so(regions, [whole])

    def of_year(self, table: str, column: str, year: int) -> list[CellId]:
        """The counts of a column that are of a year."""
        return [(table, row, column) for row in self.rows[table] if row[0] == year]

    def of_country(self, table: str, column: str) -> list[CellId]:
        """The counts of a column that are of the whole country, of every year."""
        return [(table, row, column) for row in self.rows[table] if EVERYWHERE in row]

    def to_hide(self, before: Published = Published()) -> frozenset[CellId]:
        """The cells to hide, rates too; `before`: what the last report showed and hid."""
        few = hidden(self.counts, self.relations, before)
        rates = {
            cell
            for cell, rate in self.rates.items()
            if 0 < rate.of < rate.least or any(one in few for one in rate.needs)
        }
        return few | rates

    def table(self, key: str, hides: Collection[CellId]) -> Table:
        """One table as it is shown."""
        columns = TABLES[key]
        names = sum(column.unit in NAMES for column in columns)
        rows = sorted(self.rows[key], key=_order)
        return Table(
            key,
            columns,
            tuple(
                (*row, *(self._cell((key, row, column.key), column, hides) for column in columns[names:]))
                for row in rows
            ),
        )

    def _cell(self, cell: CellId, column: Column, hides: Collection[CellId]) -> Cell:
        if cell in hides:
            return HIDDEN
        if cell in self.rates:
            return self.rates[cell].value
        count = self.counts.get(cell)
        if count is None:
            return None
        return int(count.value) if column.unit == Unit.NUMBER else round(float(count.value), DIGITS)


REGION_COLUMN: Final = Column("region", Unit.REGION)


def _order(row: Row) -> tuple[tuple[bool, str], ...]:
    """By year, then the country before its regions, then as the codes are."""
    return tuple((one != EVERYWHERE, str(one)) for one in row)
