"""What a person asked for about their own data, and what the office answers; or the night's retention."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from models.db.column_types import nfc
from models.forms.kit.base import (
    NOBODY,
    SIGNATURE,
    YOUR_SIGNATURE,
    DayText,
    Reads,
    day_problem,
    field,
    name_problem,
    parse_day,
)
from models.forms.kit.fields import Coded, FromList
from models.forms.kit.sweep import SweepForm, sweep_choice
from models.i18n import localized
from models.office.labels import SEPARATOR
from models.tables.person import RightsKind
from models.text import usable_address
from models.vocabulary import RIGHTS, RIGHTS_ANSWER, Words

NIGHT = sweep_choice("Ingen: kör nattens gallring nu", "None: run the night's retention now")
NEW = "new"
CHOICES: Words = {NEW: ("Ny: den kom per telefon, brev eller mejl", "New: it came by phone, letter or mail"), **NIGHT}
REQUEST = ("Begäran", "Request")
ANSWER = ("Svar", "Answer")
REASON = ("Varför inte", "Why not")
NEW_NAME = ("Rätt namn", "Correct name")
NEW_EMAIL = ("Ny e-postadress", "New mail address")
CAME_ON = ("Dag den kom", "Day it came")
FOR_NEW = ("För en ny.", "For a new one.")
# The number of a request, alone or at the end of its label: nobody's address fits in.
Asked = Annotated[
    str,
    StringConstraints(pattern=f"^([^@]{{0,120}}{SEPARATOR})?[0-9a-f]{{8}}$|^{NEW}$|^$"),
    FromList("rights", fixed=CHOICES, last=True),
]


class DataProtectionForm(SweepForm):
    """The office's answer to what a person asked for about their data, or the night's sweep (section 10)."""

    heading: ClassVar[tuple[str, str]] = ("Personuppgifter", "Personal data")
    chooser: ClassVar[str] = "request"
    sweep_choice: ClassVar[Words] = NIGHT
    sweep_subject: ClassVar[tuple[str, str]] = ("nattens gallring", "the night's retention")

    reads: ClassVar[Reads] = {"answer": {"done": ["new_name", "new_email"], "refused": ["reason"]}}

    request: Asked = Field(
        "",
        **field(
            0,
            REQUEST,
            (
                "Som den står på arbetslistan. Vem det gäller står i mejlet du fick.",
                "As in the work list. Whom it is about stands in the mail you got.",
            ),
        ),
    )
    answer: Annotated[Literal["done", "refused"], Coded(RIGHTS_ANSWER)] = Field(
        "done",
        **field(
            1,
            ANSWER,
            (
                "Personen får svaret med e-post. Radering görs när mejlet har gått, senast samma natt.",
                "The answer goes to the person by mail. Erasure is done once it has gone, at the latest that night.",
            ),
        ),
    )
    reason: str = Field(
        "",
        max_length=1000,
        **field(
            2,
            REASON,
            ("Skrivs till personen, vid nej.", "Written to the person, with a no."),
            personal=True,
        ),
    )
    new_name: str = Field(
        "",
        max_length=200,
        **field(3, NEW_NAME, ("Vid rättelse.", "For a correction."), personal=True),
    )
    new_email: str = Field(
        "",
        max_length=320,
        **field(4, NEW_EMAIL, ("Vid rättelse.", "For a correction."), personal=True),
    )
    signature: Annotated[str, FromList("answering", fixed=NOBODY)] = Field(
        "",
        pattern=f"{SIGNATURE}|^$",
        **field(5, YOUR_SIGNATURE, ("Behövs när du svarar.", "Needed when you answer.")),
    )

    kind: Annotated[RightsKind, Coded(RIGHTS)] = Field(
        RightsKind.access,
        **field(6, ("Vad personen ber om", "What is asked for"), FOR_NEW),
    )
    member_number: str = Field(
        "",
        **field(7, ("Personens medlemsnummer", "Their member number"), FOR_NEW, personal=True),
    )
    received_on: DayText = Field("", **field(8, CAME_ON, ("För en ny. Tomt: i dag.", "For a new one. Empty: today.")))

    @property
    def is_new(self) -> bool:
        """Whether it is one that came some other way than by the page, to be written down."""
        return self.request == NEW

    def came_on(self) -> date | None:
        """The day it came, when it was not today."""
        return parse_day(self.received_on, localized(*CAME_ON))

    def misplaced(self) -> list[str]:
        """What is asked for goes with a new one, what is answered with one that waits."""
        if self.sweep or not self.request:
            return super().misplaced()
        if self.is_new:
            return self.unread(["answer", "reason", "new_name", "new_email"], localized(*CHOICES[NEW]))
        asked = self.unread(["kind", "member_number", "received_on"], localized(*REQUEST))
        return super().misplaced() + asked

    @property
    def subject(self) -> str:
        if self.is_new:
            return localized("ny begäran", "new request")
        return self.request.rpartition(SEPARATOR)[2] or super().subject

    def problems(self, today: date) -> list[str]:
        found = self.choice_problems()
        if not self.request:
            return found
        if not self.signature:
            found.append(localized(f"{YOUR_SIGNATURE[0]}: välj den.", f"{YOUR_SIGNATURE[1]}: choose it."))
        if self.is_new:
            found += day_problem(parse_day, self.received_on, localized(*CAME_ON), today, ahead=False)
            if not nfc(self.member_number):
                found.append(localized("Personens medlemsnummer: fyll i det.", "Their member number: fill it in."))
        found += name_problem(self.new_name, NEW_NAME)
        if self.new_email and not _is_address(self.new_email):
            found.append(
                localized(f"{NEW_EMAIL[0]}: skriv namn@exempel.se.", f"{NEW_EMAIL[1]}: write name@example.org.")
            )
        if self.answer == "refused" and not nfc(self.reason):
            found.append(
                localized(f"{REASON[0]}: skriv skälet till personen.", f"{REASON[1]}: write the person the reason.")
            )
        return found


def _is_address(text: str) -> bool:
    try:
        usable_address(text)
    except ValueError:
        return False
    return True
