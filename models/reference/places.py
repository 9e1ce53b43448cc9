"""Where: regions and municipalities; and the branch associations. Data files, never enums: they get reorganised."""

import csv
import re
from functools import cache
from pathlib import Path

from sqlmodel import Session, select

from models.db.column_types import nfc
from models.tables.place import COUNTRY, Municipality

ALL_OF = {
    "län",
    "kommuner",
    "regioner",
    "orter",
    "städer",
    "platser",
    "counties",
    "municipalities",
    "regions",
    "places",
}
WHOLE_COUNTRY = {"nationell", "nationellt", "nationella", "rikstäckande", "riksomfattande", "landsomfattande"}
WHOLE_COUNTRY |= {"överallt", "var som helst", "digital", "digitalt", "online", "på nätet", "på distans"}
WHOLE_COUNTRY |= {"nationwide", "national", "everywhere", "anywhere"}
WHOLE_COUNTRY |= COUNTRY | {f"{whole} {one}" for one in COUNTRY for whole in ("hela", "whole", "all", "entire")}
WHOLE_COUNTRY |= {f"{whole} {one}" for one in ALL_OF for whole in ("alla", "samtliga", "all")}
SAYS_WHOLE = re.compile(
    r"\b(?:hela|whole|entire)\s+(?:landet|sverige|riket|norden|country|sweden)\b"
    r"|\b(?:rikstäckande|riksomfattande|landsomfattande|nationwide)\b|\bnationell[ta]?\s+nätverk"
)
WITHOUT = re.compile(r"^(?:(?:i|in|över|across|för|the|all of|whole of)\s+)+|[^\w\s-]")
NEIGHBOURS = Path(__file__).parent / "data" / "neighbours.csv"


def is_whole_country(place: str) -> bool:
    """Whether the words mean everywhere rather than a place: "I hela Sverige!", "Luleå, hela landet" (domain.md S8)."""
    words = nfc(WITHOUT.sub("", nfc(place).casefold()))
    return words in WHOLE_COUNTRY or bool(SAYS_WHOLE.search(words))


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


def find_municipality(session: Session, words: str) -> Municipality | None:
    """The municipality with this code or name, however it is capitalised; "kommun" after the name does not matter."""
    wanted = nfc(words).casefold().removesuffix(" kommun")
    for code, name in session.exec(select(Municipality.code, Municipality.name)):
        if wanted in (code, name.casefold()):
            return session.get(Municipality, code)
    return None
