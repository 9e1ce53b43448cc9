"""What a congress report holds: figures and codes, never a title or a sentence (domain.md section 11).

A table's cells stand under keys; whoever shows them finds the words of a table, a column, a code, a definition and a
sentence of the motion by its key. Nothing here names a person, a network, a company or one of the staff.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias

EVERYWHERE: Final = "all"
"""The region of a row that counts the whole country."""
A_YEAR: Final = 12
"""Months."""
MODEL_VERSION: Final = "2"
"""How it is counted; raised when a definition changes."""


class Unit(StrEnum):
    """What the cells of a column are."""

    YEAR = "year"
    QUARTER = "quarter"  # 2027Q1
    DATE = "date"  # 2027-01-01
    REGION = "region"  # a code of Report.regions, or EVERYWHERE
    WORD = "word"  # a code, whose words are found under (Column.key, code)
    NUMBER = "number"  # so many, whole
    DECIMAL = "decimal"  # so many on average
    SHARE = "share"  # 0 to 1
    DAYS = "days"
    HOURS = "hours"
    MONTHS = "months"


@dataclass(frozen=True)
class Hidden:
    """A cell of too few to be shown, or one that would give such a cell away."""

    hidden: str = "small"


HIDDEN: Final = Hidden()
Cell: TypeAlias = int | float | str | Hidden | None
"""None: there was nothing to measure, which is no zero."""


@dataclass(frozen=True)
class Column:
    """One column: its key, and what its cells are."""

    key: str
    unit: Unit


@dataclass(frozen=True)
class Table:
    """One table. Years, regions and codes are ordinary columns, and stand first; rows come in the order to show."""

    key: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Point:
    """Of those in a curve's group: at a time (whole months from kickoff), how many were followed longer than that, what
    share has not rested or ended by it, and the 95 % interval of that (log-log; None where there is none).
    """

    month: int
    at_risk: int
    survival: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Curve:
    """Kaplan–Meier of one group of at least ten: `split` is what divides (EVERYWHERE: nothing does), `group` its code.

    The first point is month 0. Points are left out where a step would show fewer than three networks. `half_by`: the
    first month shown by which half or more have rested or ended.
    """

    split: str
    group: str
    networks: int
    points: tuple[Point, ...]
    half_by: int | None

    @property
    def yearly(self) -> tuple[Point, ...]:
        """The points to tell in words: the first shown in each year that follows the first one."""
        by_year: dict[int, Point] = {}
        for point in self.points:
            by_year.setdefault(point.month // A_YEAR, point)
        return tuple(point for year, point in by_year.items() if year)


@dataclass(frozen=True)
class LogRank:
    """Whether the groups of a split differ by more than chance would: shows a connection, not a cause."""

    split: str
    groups: tuple[str, ...]
    statistic: float
    degrees: int
    p: float


@dataclass(frozen=True)
class Difference:
    """How much larger a share is in the first of two groups of a split than in the second, at a month of both curves,
    and the 95 % interval of that: where it holds nought, chance may be all that divides them.
    """

    split: str
    groups: tuple[str, str]
    month: int
    apart: float
    low: float
    high: float


@dataclass(frozen=True)
class Figure:
    """One figure of the first page, and last year's beside it (None: there was none)."""

    key: str
    unit: Unit
    now: Cell
    last_year: Cell


@dataclass(frozen=True)
class Answer:
    """One sentence of the motion (`motion_…`) or of the board's answer (`board_…`), and the figures that answer it."""

    key: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Outlook:
    """The next four quarters, simulated from the office's own rates: `hours`, `queue` and `what_if` are tables whose
    columns `low` and `high` are the 90 % interval of the figure before them. `capacity`: the quarter before, as it was.
    """

    from_quarter: str
    simulations: int
    hours: Table
    queue: Table
    what_if: Table
    capacity: Table | None = None

    @property
    def tables(self) -> tuple[Table, ...]:
        """Those that it has, in the order to show; an earlier version had no `capacity`."""
        return (*([self.capacity] if self.capacity else []), self.hours, self.queue, self.what_if)


@dataclass(frozen=True)
class Definition:
    """How a table, a curve or an answer is counted: `source` is where the rule stands (domain.md's section), `query`
    the function that counts it.
    """

    key: str
    source: str
    query: str


@dataclass(frozen=True)
class Change:
    """A cell that the last report also had, and that says something else now: what was told since changed it.

    `row`: the cells that name the row (year, region, code).
    """

    table: str
    row: tuple[Cell, ...]
    column: str
    before: Cell
    now: Cell


@dataclass(frozen=True)
class Changes:
    """What a report says otherwise than the one before it, whose cut-off is `since` (None: this is the first).

    `counted_otherwise`: the definitions changed between them, so that not all of it was told late.
    """

    since: date | None = None
    counted_otherwise: bool = False
    cells: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Report:
    """All that a congress report says, frozen at its cut-off: what happened on that day or later, or was told then, is
    not in it. `data_sha256`: of the facts it was counted from.
    """

    cutoff: date
    model_version: str
    data_sha256: str
    regions: Mapping[str, str]
    tables: tuple[Table, ...]
    curves: tuple[Curve, ...]
    log_ranks: tuple[LogRank, ...]
    answers: tuple[Answer, ...]
    outlook: Outlook
    definitions: tuple[Definition, ...]
    changes: Changes = field(default_factory=Changes)
    differences: tuple[Difference, ...] = ()

    def table(self, key: str) -> Table:
        """The table of that key. Raises KeyError."""
        return {one.key: one for one in self.tables}[key]
