"""Where: regions and municipalities; and the branch associations. Data files, never enums: they get reorganised."""

import csv
from functools import cache
from pathlib import Path

from sqlmodel import Session, col, select

from models.db.column_types import nfc
from models.reference.everywhere import is_everywhere
from models.tables.place import Municipality, Region
from models.text import alphabetical

NEIGHBOURS = Path(__file__).parent / "data" / "neighbours.csv"


def is_whole_country(place: str) -> bool:
    """Whether the words mean everywhere rather than a place (domain.md S8): "I hela Sverige!", "Luleå, hela landet".

    What lies in the country and is smaller is a place: "Norra Sverige", "Nordens Ark".
    """
    return is_everywhere(nfc(place).casefold())


@cache
def _neighbours() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    with NEIGHBOURS.open(encoding="utf-8", newline="") as file:
        for pair in csv.DictReader(file):
            found.setdefault(pair["code"], set()).add(pair["neighbour"])
            found.setdefault(pair["neighbour"], set()).add(pair["code"])
    return {code: frozenset(codes) for code, codes in found.items()}


def neighbouring(municipality: str) -> frozenset[str]:
    """The codes of the municipalities that border this one, on land or across a sound; Gotland has none.

    Read out of the Election Authority's open map of municipalities (valmyndigheten.se): pairs whose outlines meet.
    """
    return _neighbours().get(municipality, frozenset())


def municipality_names(session: Session) -> list[str]:
    """All there are, in the order of the alphabet."""
    return sorted(session.exec(select(Municipality.name)), key=alphabetical)


def region_names(session: Session) -> list[tuple[str, str]]:
    """Code and name of the regions in use, in the order of the alphabet."""
    rows = session.exec(select(Region.code, Region.name).where(col(Region.active))).all()
    return sorted(rows, key=lambda row: alphabetical(row[1]))


def find_municipality(session: Session, words: str) -> Municipality | None:
    """The municipality with this code or name, however it is capitalised; "kommun" after the name does not matter."""
    wanted = nfc(words).casefold().removesuffix(" kommun")
    for code, name in session.exec(select(Municipality.code, Municipality.name)):
        if wanted in (code, name.casefold()):
            return session.get(Municipality, code)
    return None
