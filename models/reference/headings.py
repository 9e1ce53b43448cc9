"""Which column of a file is which of a kind's: by its heading, or by what the office says in a mapping of its own."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import UserError
from models.i18n import localized
from models.reference.cell import folded
from models.reference.kinds import Column, Kind
from models.reference.problems import FileRefused, Problem


@dataclass(frozen=True)
class OfficeMapping:
    """What an office says about its own file: heading → our column ("" leaves it out), and for a column its words →
    ours. Headings and words are folded.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


AS_IT_IS = OfficeMapping()


@dataclass(frozen=True)
class Matched:
    """Where each of our columns stands in the file (several places are joined), and the headings that nobody uses."""

    places: Mapping[str, tuple[int, ...]]
    not_used: tuple[str, ...]


def read_mapping(path: Path, kind: Kind) -> OfficeMapping:
    """The mapping in a TOML file. Raises UserError that names the file and what in it is wrong."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise UserError(f"{path}: {localized('filen finns inte', 'there is no such file')}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        why = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "UTF-8"
        raise UserError(f"{path.name}: {localized('är ingen TOML-fil', 'is no TOML file')} ({why})") from None
    columns, values = document.pop("columns", {}), document.pop("values", {})
    known = _known(kind)

    def ours(heading: str, table: str) -> str:
        if not isinstance(heading, str) or folded(heading) not in known:
            of_kind = ", ".join(column.name for column in kind.columns)
            what = localized(f"{heading} är ingen av kolumnerna {of_kind}", f"{heading} is none of {of_kind}")
            raise UserError(f"{path.name}, {table}: {what}")
        return known[folded(heading)]

    if document or not _is_table(columns) or not all(_is_table(one) for one in values.values()):
        what = localized(
            'skriv [columns] med "Rubrik" = "kolumn" och [values.kolumn] med "ord" = "vårt ord"',
            'write [columns] with "Heading" = "column" and [values.column] with "word" = "our word"',
        )
        raise UserError(f"{path.name}: {what}")
    return OfficeMapping(
        {folded(heading): ours(column, "columns") if column else "" for heading, column in columns.items()},
        {
            ours(column, "values"): {folded(theirs): our for theirs, our in words.items()}
            for column, words in values.items()
        },
    )


def _is_table(found: Any) -> bool:
    return isinstance(found, dict) and all(isinstance(value, str) for value in found.values())


def _known(kind: Kind) -> dict[str, str]:
    """Every heading that we know, folded, and which column it heads."""
    return {folded(one): column.name for column in kind.columns for one in (column.name, column.swedish, *column.also)}


def match(kind: Kind, file: str, line: int, headings: Sequence[str], mapping: OfficeMapping) -> Matched:
    """Where the kind's columns stand. Raises FileRefused when one is missing or stands twice."""
    found: dict[str, list[int]] = {}
    known = _known(kind)
    mapped = set(mapping.columns.values())
    plain = [folded(heading) for heading in headings]
    for place, heading in enumerate(plain):
        name = mapping.columns[heading] if heading in mapping.columns else known.get(heading, "")
        if name and (heading in mapping.columns or name not in mapped):
            found.setdefault(name, []).append(place)
    problems = [
        Problem(line, headings[places[1]], _twice([headings[place] for place in places]))
        for places in found.values()
        if len(places) > 1
    ]
    problems += [
        Problem(line, heading, localized("rubriken i --map finns inte i filen", "this heading of --map is not there"))
        for heading in mapping.columns
        if heading not in plain
    ]
    for column in kind.columns:
        if column.name not in found and (places := _parts(column, plain)):
            found[column.name] = places
        if column.name not in found and not column.optional:
            problems.append(Problem(line, column.name, _missing(column)))
    if problems:
        raise FileRefused(file, problems)
    used = {place for places in found.values() for place in places}
    named = (heading or _letter(place) for place, heading in enumerate(headings) if place not in used)
    return Matched({name: tuple(places) for name, places in found.items()}, tuple(named))


def _parts(column: Column, plain: Sequence[str]) -> list[int]:
    """Where the columns stand that together are this one; nothing unless each is there once."""
    places = [[place for place, one in enumerate(plain) if one in map(folded, part)] for part in column.parts]
    return [place for (place,) in places] if all(len(part) == 1 for part in places) else []


def _twice(headings: Sequence[str]) -> str:
    named = ", ".join(headings)
    return localized(
        f"kolumnen står två gånger ({named}); ta bort den ena, eller välj med --map",
        f"the column stands twice ({named}); take one away, or choose by --map",
    )


def _missing(column: Column) -> str:
    return localized(
        f"kolumnen saknas; ge den rubriken {column.swedish} eller {column.name}",
        f"this column is missing; head it {column.name}",
    )


def _letter(place: int) -> str:
    """What a spreadsheet calls the column."""
    letters = ""
    while place >= 0:
        letters, place = chr(ord("A") + place % 26) + letters, place // 26 - 1
    return letters
