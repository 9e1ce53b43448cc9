"""A member asks the office for support."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from models.db.column_types import nfc
from models.forms.kit.base import Called, Form, Place, field, name_problem
from models.forms.kit.fields import Coded, FromList
from models.i18n import localized
from models.tables.network import Nature
from models.tables.request import NEED_LENGTH, Channel
from models.tables.support import Item
from models.text import listed
from models.vocabulary import CHANNEL, ITEM, NATURE

PLACE = ("Plats", "Place")
NAME = ("Namn", "Name")


class SupportRequestForm(Form):
    """What a member asks the office for, where, with whom, in their own words (domain.md section 3)."""

    heading: ClassVar[tuple[str, str]] = ("Vad medlemmen vill", "What the member wants")
    called: ClassVar[Called] = {"predecessor": [("Tidigare nätverk", "Earlier network")]}

    member_number: str = Field(
        **field(0, ("Medlemsnummer", "Member number"), ("Initiativtagarens.", "The initiator's."), personal=True)
    )
    channel: Annotated[Channel, Coded(CHANNEL)] = Field(Channel.phone, **field(1, ("Kom in genom", "Came by")))
    place: str = Field(
        **field(
            2,
            PLACE,
            ("Ort eller område, aldrig hela landet.", "A town or area, never the country."),
            personal=True,
        )
    )
    municipality: Place = Field(
        "", **field(3, ("Kommun", "Municipality"), ("Skriv de första bokstäverna.", "Type its first letters."))
    )
    nature: Annotated[Nature, Coded(NATURE)] = Field(
        Nature.town,
        **field(4, ("Nätverkets art", "Nature of the network"), ("Vad som för dem samman.", "What unites them.")),
    )
    need: str = Field(
        **field(
            5,
            ("Behovet med medlemmens egna ord", "The need in the member's own words"),
            (f"Högst {NEED_LENGTH} tecken.", f"At most {NEED_LENGTH} characters."),
            personal=True,
        )
    )
    wished: list[Annotated[Item, Coded(ITEM)]] = Field(
        [],
        **field(
            6,
            ("Önskat stöd", "Wished support"),
            (
                "Flera går bra. Får lämnas tomt: ni pratar om det i samtalet.",
                "Several are fine, or none: you will talk.",
            ),
        ),
    )
    without_support: bool = Field(False, **field(7, ("De vill börja utan stöd", "They want to start without support")))
    co_organisers: str = Field(
        "",
        **field(
            8,
            ("Medarrangörers medlemsnummer", "Co-organisers' member numbers"),
            ("Med komma emellan. Får lämnas tomt.", "Separated by commas. May be empty."),
            personal=True,
        ),
    )
    name: str = Field(
        "",
        **field(9, NAME, ("Bara om registret saknar det.", "Only if the register lacks it."), personal=True),
    )
    email: str = Field(
        "",
        **field(
            10, ("E-post", "E-mail"), ("Bara om registret saknar den.", "Only if the register lacks it."), personal=True
        ),
    )
    predecessor: Annotated[int, FromList("past", fixed={"": ("Nej, det är nytt", "No, it is new")}, numbered=True)] = (
        Field(
            0,
            **field(
                11,
                ("Kommer de tillbaka från ett tidigare nätverk?", "Do they come back from an earlier network?"),
                ("Ett som vilar eller är avslutat.", "One that rests or has ended."),
            ),
        )
    )

    @property
    def co_organiser_numbers(self) -> list[str]:
        """The member numbers of those who were named, in the order given."""
        return listed(self.co_organisers)

    def problems(self, today: date) -> list[str]:
        found = []
        if not nfc(self.member_number):
            found.append(
                localized("Medlemsnummer: fyll i initiativtagarens.", "Member number: fill in the initiator's.")
            )
        if not nfc(self.need):
            found.append(
                localized(
                    "Behovet: skriv varför, med medlemmens egna ord.", "The need: write why, in the member's own words."
                )
            )
        if len(self.need) > NEED_LENGTH:
            found.append(
                localized(
                    f"Behovet: korta till högst {NEED_LENGTH} tecken (nu {len(self.need)}).",
                    f"The need: shorten to {NEED_LENGTH} characters (now {len(self.need)}).",
                )
            )
        return found + name_problem(self.place, PLACE) + name_problem(self.name, NAME)


EMPTY = SupportRequestForm(member_number="", place="", need="")
"""What a run is given that only takes a saved request further."""
