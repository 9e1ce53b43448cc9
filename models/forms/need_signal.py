"""A need that staff saw and nobody asked about."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from models.db.column_types import nfc
from models.forms.kit.base import SIGNATURE, YOUR_SIGNATURE, Form, Place, Signature, field, name_problem
from models.i18n import localized
from models.reference.places import is_whole_country

WORDS_LENGTH = 500
PLACE = ("Plats", "Place")
WORDS = ("Vad du såg eller hörde", "What you saw or heard")


class NeedSignalForm(Form):
    """Where staff saw a need, and in which words (domain.md S8)."""

    heading: ClassVar[tuple[str, str]] = ("Vad du har sett", "What you have seen")

    signature: Signature = Field(pattern=SIGNATURE, **field(0, YOUR_SIGNATURE))
    place: str = Field(
        **field(
            1,
            PLACE,
            ("Ort eller område, aldrig hela landet.", "A town or area, never the country."),
            personal=True,
        )
    )
    municipality: Place = Field(
        **field(2, ("Kommun", "Municipality"), ("Skriv de första bokstäverna.", "Type its first letters."))
    )
    words: str = Field(
        **field(
            3,
            WORDS,
            (
                f"Högst {WORDS_LENGTH} tecken, inga namn. Ingen får e-post: bara medlemmar startar nätverk.",
                f"At most {WORDS_LENGTH} characters, no names. Nobody is mailed: only members start networks.",
            ),
            personal=True,
        )
    )

    def problems(self, today: date) -> list[str]:
        found = []
        if not nfc(self.place):
            found.append(localized("Plats: skriv en ort eller ett område.", "Place: write a town or an area."))
        elif is_whole_country(self.place):
            found.append(
                localized(
                    "Plats: hela landet är ingen plats. Skriv en ort eller ett område.",
                    "Place: the whole country is no place. Write a town or an area.",
                )
            )
        found += name_problem(self.place, PLACE)
        if not nfc(self.words):
            found.append(localized(f"{WORDS[0]}: skriv något.", f"{WORDS[1]}: write something."))
        elif len(self.words) > WORDS_LENGTH:
            found.append(
                localized(
                    f"{WORDS[0]}: korta till högst {WORDS_LENGTH} tecken (nu {len(self.words)}).",
                    f"{WORDS[1]}: shorten to {WORDS_LENGTH} characters (now {len(self.words)}).",
                )
            )
        return found
