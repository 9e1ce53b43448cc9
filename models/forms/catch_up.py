"""A talk with a network that something was to be done about, and what came of it."""

from datetime import date
from typing import Literal

from pydantic import Field

from models.columns import nfc
from models.forms.form import MEMBER, SIGNATURE, Form, field
from models.forms.needs_talk import GrantLine
from models.intervention import InterventionKind
from models.language import say

Kind = Literal[
    "oldest",
    "health_talk",
    "early_warning",
    "adapting",
    "propose_rest",
    "propose_close",
    "unreachable",
    "new_contact",
    "few_organisers",
    "handover_talk",
    "over_helping",
    "wish",
    "pause_or_close",
    "phone_only",
    "hard_bounce",
    "mail_waits",
]


class CatchUpForm(Form):
    network_number: int = Field(**field(0, ("Nätverk #", "Network #")))
    signature: str = Field(pattern=SIGNATURE, **field(1, ("Din signatur", "Your signature")))
    kind: Kind = Field(
        "oldest",
        **field(
            2,
            ("Vilket ärende samtalet gällde", "What the talk was about"),
            ("oldest: det äldsta öppna.", "oldest: the oldest that is open."),
        ),
    )
    talked_on: date = Field(**field(3, ("Samtalet hölls", "The talk was held on")))
    outcome: Literal["adapt", "rest", "close", "settled"] = Field(
        **field(
            4,
            ("Vad ni kom fram till", "What you agreed"),
            (
                "adapt: prova nytt i 90 aktiva dagar. rest: vila. close: avsluta med heder. settled: det löste sig.",
                "adapt: try new things for 90 active days. rest: rest. close: close with honour. settled: fine.",
            ),
        )
    )
    member: str = Field(
        "", pattern=f"{MEMBER}|^$", **field(5, ("Medlem som kom överens (m1, m2 …)", "Member who agreed (m1, m2 …)"))
    )
    grants: list[GrantLine] = Field([], **field(6, ("Beviljat stöd", "Granted support")))
    agreement: str = Field("", **field(7, ("Vad ni bestämde", "What was agreed"), personal=True))

    @property
    def about(self) -> InterventionKind | None:
        """The kind of matter; None for the oldest that a talk settles."""
        return None if self.kind == "oldest" else InterventionKind(self.kind)

    def problems(self, today: date) -> list[str]:
        found = [problem for line in self.grants for problem in line.problems(today)]
        if self.talked_on > today:
            found.append(say("Samtalet hölls: dagen har inte varit än.", "The talk: that day has not come yet."))
        if self.outcome != "settled" and not self.member:
            found.append(
                say("Medlem: skriv vem du kom överens med (m1, m2 …).", "Member: write who agreed (m1, m2 …).")
            )
        if self.outcome == "adapt" and not nfc(self.agreement):
            found.append(say("Vad ni bestämde: skriv vad ni ska prova.", "What was agreed: write what you will try."))
        if self.grants and self.outcome in ("rest", "close"):
            found.append(
                say(
                    "Beviljat stöd: ta bort det; ett nätverk som vilar eller avslutas får inget nytt.",
                    "Granted support: remove it; a network that rests or closes gets nothing new.",
                )
            )
        return found
