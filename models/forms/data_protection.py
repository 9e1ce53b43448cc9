"""What a person asked for about their own data, and what the office answers; or the night's retention."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from models.db.column_types import nfc
from models.forms.kit.base import NOBODY, SIGNATURE, YOUR_SIGNATURE, Reads, field, name_problem
from models.forms.kit.fields import Coded, FromList
from models.forms.kit.sweep import SweepForm, sweep_choice
from models.i18n import localized
from models.office.labels import SEPARATOR
from models.text import usable_address
from models.vocabulary import RIGHTS_ANSWER, Words

NIGHT = sweep_choice("Ingen: kör nattens gallring nu", "None: run the night's retention now")
REQUEST = ("Begäran", "Request")
ANSWER = ("Svar", "Answer")
REASON = ("Varför inte", "Why not")
NEW_NAME = ("Rätt namn", "Correct name")
NEW_EMAIL = ("Ny e-postadress", "New mail address")
# The number of a request, alone or at the end of its label: nobody's address fits in.
Asked = Annotated[
    str,
    StringConstraints(pattern=f"^([^@]{{0,120}}{SEPARATOR})?[0-9a-f]{{8}}$|^$"),
    FromList("rights", fixed=NIGHT, last=True),
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

    @property
    def subject(self) -> str:
        return self.request.rpartition(SEPARATOR)[2] or super().subject

    def problems(self, today: date) -> list[str]:
        found = self.choice_problems()
        if not self.request:
            return found
        if not self.signature:
            found.append(localized(f"{YOUR_SIGNATURE[0]}: välj den.", f"{YOUR_SIGNATURE[1]}: choose it."))
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
