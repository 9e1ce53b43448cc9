"""Send what is due; or settle what a crash left in doubt."""

from datetime import date
from typing import Literal

from pydantic import Field

from models.forms.form import Form, field
from models.language import say


class OutboxForm(Form):
    action: Literal["send", "sent", "resend"] = Field(
        "send",
        **field(
            0,
            ("Vad ska göras", "What to do"),
            (
                "send: skicka det som får gå nu. sent: de osäkra mejlen kom fram. resend: skicka dem en gång till.",
                "send: send what may go now. sent: the mails in doubt arrived. resend: send them once more.",
            ),
        ),
    )
    mails: str = Field(
        "",
        **field(
            1,
            ("Vilka osäkra mejl", "Which mails in doubt"),
            (
                "Tomt: alla. Annars deras nummer ur listan över det som inte gått fram, med komma emellan.",
                "Empty: all. Otherwise their numbers from the list of what did not go, with commas between.",
            ),
        ),
    )
    signature: str = Field(
        "",
        pattern="^([A-Za-zÅÄÖåäö]{2,5})?$",
        **field(2, ("Din signatur", "Your signature"), ("Behövs för att avgöra.", "Needed to settle.")),
    )

    @property
    def numbers(self) -> list[str]:
        return [one.strip() for one in self.mails.split(",") if one.strip()]

    def problems(self, today: date) -> list[str]:
        if self.action != "send" and not self.signature:
            return [say("Din signatur: fyll i den för att avgöra.", "Your signature: fill it in to settle.")]
        return []
