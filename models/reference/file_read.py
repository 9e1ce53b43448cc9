"""A file of a kind becomes rows: every cell is looked at before anything is done with one. Asks no database."""

import gc
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from models.errors import UserError
from models.i18n import localized
from models.reference.cell import SIGNS_OF_SPOILING, NotUsable, folded, unspoiled
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
    with _no_collecting():
        sheet = read_sheet(path)
        (line, headings), *rows = sheet.rows
        matched = match(kind, sheet.file, line, headings, mapping)
        problems: list[Problem] = []
        rows = _whole(kind, headings, matched, rows, problems)
        values = _values(kind, headings, matched, rows, mapping, problems)
        problems += _wrong_together(kind, headings, matched, rows, values)
        if problems:
            raise FileRefused(sheet.file, problems)
        numbered = [(line, one) for (line, _), one in zip(rows, values, strict=True)]
        return ReadFile(kind, numbered, _told(sheet, headings, matched))


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Python looks for garbage each time that some thousand objects were made. Here all of them are kept, and looking
    through them again and again is half of the time that a large file takes.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _told(sheet: Sheet, headings: Sequence[str], matched: Matched) -> Told:
    in_order = sorted(matched.places.items(), key=lambda one: one[1])
    columns = {name: " + ".join(headings[place] for place in places) for name, places in in_order}
    return Told(sheet.file, sheet.read_as, columns, matched.not_used, sheet.left_out)


def _whole(
    kind: Kind, headings: Sequence[str], matched: Matched, rows: list[Row], problems: list[Problem]
) -> list[Row]:
    """The rows, each as wide as the headings: a spreadsheet leaves out what is empty at a row's end, or adds to it."""
    width = len(headings)
    if all(len(cells) == width for _, cells in rows):
        return rows
    needed = max(place for column in kind.columns if not column.optional for place in matched.places[column.name])
    whole = []
    for line, cells in rows:
        if needed < len(cells) and not any(cells[width:]):
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
    """Column by column, each different text once: most cells of most columns say what another cell said already."""
    columns = list(zip(*(cells for _, cells in rows), strict=True)) or [()] * len(headings)
    read: dict[str, list[object]] = {}
    for column in kind.columns:
        if not (places := matched.places.get(column.name)):
            continue
        texts = columns[places[0]]
        if len(places) > 1:
            parts = zip(*(columns[place] for place in places), strict=True)
            texts = tuple(" ".join(filter(None, one)) for one in parts)
        known, refused = _read_once(column, texts, mapping.values.get(column.name, {}))
        if refused:
            lines = ((rows[number][0], text) for number, text in enumerate(texts) if text in refused)
            problems += [Problem(line, headings[places[0]], refused[text]) for line, text in lines]
        read[column.name] = [known.get(text) for text in texts]
    found = [dict(zip(read, values, strict=True)) for values in zip(*read.values(), strict=True)]
    for name, values in read.items():
        if ABSENT in values:
            for values_of_line in found:
                if values_of_line[name] is ABSENT:
                    del values_of_line[name]
    return found


def _read_once(
    column: Column, texts: Sequence[str], words: Mapping[str, str]
) -> tuple[dict[str, object], dict[str, str]]:
    """What each of the texts says, and why others cannot be taken."""
    joined = "\n" + "\n".join(texts)
    looks_spoiled = any(sign in joined for sign in SIGNS_OF_SPOILING)
    known: dict[str, object] = {}
    refused: dict[str, str] = {}
    for text in set(texts):
        try:
            known[text] = _value(column, words.get(folded(text), text) if words else text, looks_spoiled)
        except NotUsable as error:
            refused[text] = str(error)
    return known, refused


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
        if (
            kind.key
            and values[first] is not None
            and (stands := seen.setdefault(kind.key(values[first]), line)) != line
        ):
            what = localized(f"står redan på rad {stands}", f"stands already on line {stands}")
            problems.append(Problem(line, headings[matched.places[first][0]], what))
        if kind.check:
            try:
                kind.check(values)
            except WrongTogether as error:
                problems.append(Problem(line, headings[matched.places[error.column][0]], str(error)))
    return problems
