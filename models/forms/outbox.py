"""Send what is due; or settle what a crash left in doubt."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from models.forms.kit.base import NOTHING_CHOSEN, SIGNATURE, YOUR_SIGNATURE, Called, Form, SignatureOrNone, field
from models.forms.kit.fields import Coded, FromList
from models.i18n import localized
from models.office.labels import SEPARATOR
from models.vocabulary import MAIL_ACTION

ACTION = ("Vad ska göras", "What to do")
# The number of a mail, alone or at the end of its label: nobody's address fits in.
Mail = Annotated[
    str,
    StringConstraints(pattern=f"^([^@]{{0,120}}{SEPARATOR})?[0-9a-fA-F-]{{8,36}}$"),
    FromList("doubtful", last=True),
]

SEND: dict[str, object] = {"form": {"action": "send"}}
"""The parameters with which a schedule, a page or a change starts the sending."""


class OutboxForm(Form):
    """Send what is due, or what became of mails in doubt (domain.md section 9)."""

    heading: ClassVar[tuple[str, str]] = ("E-posten", "The mail")
    called: ClassVar[Called] = {"mails": [("Mejl", "Mail")]}

    action: Annotated[Literal["", "send", "sent", "resend"], Coded(MAIL_ACTION)] = Field(
        "",
        **field(
            0,
            ACTION,
            (
                "Att skicka det som får gå gör systemet också av sig självt, varje kvart.",
                "Sending what may go happens by itself too, every quarter of an hour.",
            ),
        ),
    )
    mails: list[Mail] = Field(
        [],
        **field(
            1,
            ("Vilka osäkra mejl", "Which mails in doubt"),
            ("Inget valt: alla osäkra.", "None chosen: all that are in doubt."),
        ),
    )
    signature: SignatureOrNone = Field(
        "",
        pattern=f"{SIGNATURE}|^$",
        **field(2, YOUR_SIGNATURE, ("Behövs när du avgör osäkra mejl.", "Needed when you settle mails in doubt.")),
    )

    @property
    def subject(self) -> str:
        return localized(*MAIL_ACTION.get(self.action, NOTHING_CHOSEN)).lower()

    @property
    def is_sweep(self) -> bool:
        return self.action == "send"

    def problems(self, today: date) -> list[str]:
        if not self.action:
            return [localized(f"{ACTION[0]}: välj i listan.", f"{ACTION[1]}: choose from the list.")]
        if self.action == "send" and self.mails:
            return [
                localized(
                    f"{ACTION[0]}: välj om de osäkra kom fram eller ska skickas en gång till.",
                    f"{ACTION[1]}: choose if those in doubt arrived or are to be sent once more.",
                )
            ]
        if self.action != "send" and not self.signature:
            return [
                localized(
                    f"{YOUR_SIGNATURE[0]}: välj den, den behövs för att avgöra.",
                    f"{YOUR_SIGNATURE[1]}: choose it, it is needed to settle.",
                )
            ]
        return []
