"""What a report says otherwise than the one before it (domain.md section 11)."""

from collections.abc import Iterator

from models.views.congress.counting.tally import NAMES
from models.views.congress.disclosure.small_cells import CellId, Published
from models.views.congress.report import MODEL_VERSION, Cell, Change, Changes, Hidden, Report, Table


def published(before: Report | None) -> Published:
    """What the last report showed, and what it hid."""
    cells = _cells(before.tables) if before else {}
    shown: dict[CellId, float] = {}
    hidden: set[CellId] = set()
    for (key, row, column), cell in cells.items():
        place = (key, tuple(one for one in row if isinstance(one, int | str)), column)
        if isinstance(cell, Hidden):
            hidden.add(place)
        elif isinstance(cell, int | float):
            shown[place] = cell
    return Published(shown, frozenset(hidden))


def changes_since(tables: tuple[Table, ...], before: Report | None) -> Changes:
    """The cells of years that were over at the last cut-off and say something else now: told late, put right or
    counted otherwise. What became of requests that were open then is no change of the past, and left out.
    """
    if before is None:
        return Changes()
    now, then = _cells(tables), _cells(before.tables)
    found = [
        Change(key, row, column, then[key, row, column], cell)
        for (key, row, column), cell in now.items()
        if (key, row, column) in then and then[key, row, column] != cell and _is_over(key, row, column, before)
    ]
    return Changes(before.cutoff, before.model_version != MODEL_VERSION, tuple(found))


STILL_MOVE = frozenset({"requests", "requests_by_region", "reasons", "hours_per_living"})
"""Tables of what became of those of a year: they go on after it."""


def _is_over(key: str, row: tuple[Cell, ...], column: str, before: Report) -> bool:
    year = row[0]
    moves = key in STILL_MOVE and column != "received"
    return isinstance(year, int) and year < before.cutoff.year and not moves


def _cells(tables: tuple[Table, ...]) -> dict[tuple[str, tuple[Cell, ...], str], Cell]:
    return {(table.key, row, column): cell for table in tables for row, column, cell in _of(table)}


def _of(table: Table) -> Iterator[tuple[tuple[Cell, ...], str, Cell]]:
    names = sum(column.unit in NAMES for column in table.columns)
    for row in table.rows:
        for column, cell in zip(table.columns[names:], row[names:], strict=True):
            yield row[:names], column.key, cell
