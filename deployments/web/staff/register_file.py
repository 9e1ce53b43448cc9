"""The register as a file to take along: what the page lists, however many pages it has."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from models.db.engine import reading
from models.views.register.listing import About, Asked, Line, lines
from models.vocabulary import NATURE, NETWORK_STATE, REQUEST_STATE, word
from templates.rendering.spreadsheet import Cell, as_csv, as_xlsx
from templates.rendering.web import words
from templates.vocabulary.health import level_name

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def register_file(asked: Asked, columns: Sequence[str], kind: str, language: str, today: date) -> bytes:
    with reading() as session:
        listed = lines(session, asked, today)
    named = list(headings(columns, asked.about, language).values())
    rows = [[_cell(line, one, asked.about, language) for one in columns] for line in listed]
    if kind == "csv":
        return as_csv(named, rows)
    return as_xlsx(words(language)(f"staff.register.about_{asked.about}"), named, rows)


def headings(columns: Sequence[str], about: About, language: str) -> dict[str, str]:
    """What each column is called; of a network other days are told than of a request."""
    t = words(language)
    return {one: t(f"staff.register.col_{f'{about}_{one}' if one in ('since', 'until') else one}") for one in columns}


def _cell(line: Line, column: str, about: About, language: str) -> Cell:
    value: Cell = getattr(line, column)
    if column == "state":
        return word(NETWORK_STATE if about is About.network else REQUEST_STATE, line.state, language)
    if column == "nature":
        return word(NATURE, line.nature, language)
    return level_name(line.level, language) if column == "level" and line.level else value
