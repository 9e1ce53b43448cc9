"""A file of a kind becomes rows: every cell is looked at before anything is done with one. Asks no database."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from models.errors import UserError
from models.i18n import localized
from models.reference.cell import MAY_BE_SPOILED, NotUsable, folded, unspoiled
from models.reference.headings import AS_IT_IS, Matched, OfficeMapping, match
from models.reference.kinds import ABSENT, KINDS, REQUIRED, Column, Kind, Values, WrongTogether
from models.reference.problems import FileRefused, Problem
from models.reference.sheet import Row, Sheet, read_sheet


@dataclass(frozen=True)
class Told:
    """How a file was understood: what staff look at before they let it in."""

    file: str
    read_as: str
    columns: dict[str, str]
    """Ours → the file's heading."""
    not_used: tuple[str, ...]
    other_sheets: tuple[str, ...]


class ReadFile(NamedTuple):
    """A file's rows, each with its line number; a column that the file does not have is in no row."""

    kind: Kind
    rows: list[tuple[int, Values]]
    told: Told


def kind_of(name: str) -> Kind:
    """Raises UserError that lists the kinds."""
    if name not in KINDS:
        known = ", ".join(KINDS)
        raise UserError(f"KIND: {localized(f'{name} är ingen av {known}', f'{name} is not one of {known}')}")
    return KINDS[name]


def read_file(kind_name: str, path: Path, mapping: OfficeMapping = AS_IT_IS) -> ReadFile:
    """What stands in a file, line by line. Raises UserError, with up to twenty of all that is wrong."""
    kind = kind_of(kind_name)
    sheet = read_sheet(path)
    (line, headings), *rows = sheet.rows
    matched = match(kind, sheet.file, line, headings, mapping)
    problems: list[Problem] = []
    rows = list(_whole(kind, headings, matched, rows, problems))
    values = _values(kind, headings, matched, rows, mapping, problems)
    problems += _wrong_together(kind, headings, matched, rows, values)
    if problems:
        raise FileRefused(sheet.file, problems)
    numbered = [(line, one) for (line, _), one in zip(rows, values, strict=True)]
    return ReadFile(kind, numbered, _told(sheet, headings, matched))


def _told(sheet: Sheet, headings: Sequence[str], matched: Matched) -> Told:
    columns = {name: " + ".join(headings[place] for place in places) for name, places in matched.places.items()}
    return Told(sheet.file, sheet.read_as, columns, matched.not_used, sheet.left_out)


def _whole(
    kind: Kind, headings: Sequence[str], matched: Matched, rows: list[Row], problems: list[Problem]
) -> list[Row]:
    """The rows, each as wide as the headings: a spreadsheet leaves out what is empty at a row's end, or adds to it."""
    width = len(headings)
    needed = max(place for column in kind.columns if not column.optional for place in matched.places[column.name])
    whole = []
    for line, cells in rows:
        if len(cells) == width:
            whole.append((line, cells))
        elif needed < len(cells) and not any(cells[width:]):
            whole.append((line, (cells + [""] * width)[:width]))
        else:
            what = localized(
                f"{len(cells)} fält, inte {width}; sätt citattecken om ett fält som innehåller avgränsaren",
                f"{len(cells)} fields, not {width}; put a field that holds the delimiter in quotation marks",
            )
            problems.append(Problem(line, headings[0], what))
    return whole


def _values(
    kind: Kind,
    headings: Sequence[str],
    matched: Matched,
    rows: Sequence[Row],
    mapping: OfficeMapping,
    problems: list[Problem],
) -> list[Values]:
    """Column by column: most cells of most columns say what another cell said already."""
    found: list[Values] = [{} for _ in rows]
    columns = list(zip_longest(*(cells for _, cells in rows)))
    for column in kind.columns:
        if column.name not in matched.places or not rows:
            continue
        places = matched.places[column.name]
        texts = columns[places[0]]
        if len(places) > 1:
            parts = zip(*(columns[place] for place in places), strict=True)
            texts = tuple(" ".join(filter(None, one)) for one in parts)
        words = mapping.values.get(column.name, {})
        looks_spoiled = MAY_BE_SPOILED.search("\n".join(texts)) is not None
        known: dict[str, object] = {}
        refused: dict[str, str] = {}
        for number, text in enumerate(texts):
            if text not in known and text not in refused:
                try:
                    known[text] = _value(column, words.get(folded(text), text) if words else text, looks_spoiled)
                except NotUsable as error:
                    refused[text] = str(error)
            if text in refused:
                problems.append(Problem(rows[number][0], headings[places[0]], refused[text]))
            elif (value := known[text]) is not ABSENT:
                found[number][column.name] = value
    return found


def _value(column: Column, text: str, looks_spoiled: bool) -> object:
    if looks_spoiled:
        text = unspoiled(text)
    if text:
        return column.read(text)
    if column.empty is REQUIRED:
        raise NotUsable(localized("får inte vara tom", "must not be empty"))
    return column.empty


def _wrong_together(
    kind: Kind, headings: Sequence[str], matched: Matched, rows: Sequence[Row], found: Sequence[Values]
) -> list[Problem]:
    """Lines that say the same thing twice, and cells of a line that do not go together."""
    first = kind.columns[0].name
    seen: dict[Hashable, int] = {}
    problems = []
    for (line, _), values in zip(rows, found, strict=True):
        if first in values and (stands := seen.setdefault(kind.key(values[first]), line)) != line:
            what = localized(f"står redan på rad {stands}", f"stands already on line {stands}")
            problems.append(Problem(line, headings[matched.places[first][0]], what))
        try:
            kind.check(values)
        except WrongTogether as error:
            problems.append(Problem(line, headings[matched.places[error.column][0]], str(error)))
    return problems
