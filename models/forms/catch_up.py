"""A talk with a network that something was to be done about, and what came of it."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from models.db.column_types import nfc
from models.forms.kit.base import (
    MEMBER,
    SIGNATURE,
    YOUR_SIGNATURE,
    Called,
    Form,
    MemberOrNone,
    Signature,
    field,
    unchosen,
)
from models.forms.kit.fields import Coded, FromList, Hidden
from models.forms.needs_talk import GrantLine
from models.i18n import localized
from models.office.labels import SEPARATOR
from models.tables.office import InterventionKind
from models.vocabulary import MATTER, OUTCOME, code_of

MATTERS = ("Ärende", "Matter")

Kind = Literal[
    "oldest",
    "all",
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
    """A talk that was held with a network, and which of the three ways on it led to (domain.md section 7)."""

    heading: ClassVar[tuple[str, str]] = ("Samtalet med nätverket", "The talk with the network")
    called: ClassVar[Called] = {
        "network_number": [("Nätverk", "Network"), ("Vilket ärende", "What it was about")],
        "outcome": [("Ändring", "Change"), ("Går inte", "Not possible")],
        "grants": [("Stöd ", "Support ")],
    }

    network_number: Annotated[int, FromList("matters", numbered=True)] = Field(
        0,
        **field(
            0, MATTERS, ("Ett ärende ur arbetslistan, eller allt som är öppet.", "A matter of the work list, or all.")
        ),
    )
    signature: Signature = Field(pattern=SIGNATURE, **field(1, YOUR_SIGNATURE))
    kind: Annotated[Kind, Hidden()] = Field("oldest", **field(2, ("Vilket ärende", "Which matter")))
    talked_on: date = Field(**field(3, ("Samtalet hölls", "The talk was held on")))
    outcome: Annotated[Literal["adapt", "rest", "close", "settled"], Coded(OUTCOME)] = Field(
        **field(4, ("Vad ni kom fram till", "What you agreed"))
    )
    member: MemberOrNone = Field(
        "",
        pattern=f"{MEMBER}|^$",
        **field(
            5,
            ("Medlem som kom överens med dig", "Member who agreed with you"),
            ("Medlemmens kod. Behövs inte om det löste sig.", "The member's code. Not needed if it settled itself."),
        ),
    )
    agreement: str = Field(
        "",
        **field(
            6,
            ("Vad ni bestämde", "What was agreed"),
            ("Vad ni ska prova, utan namn.", "What you will try, without names."),
            personal=True,
        ),
    )
    grants: list[GrantLine] = Field(
        [],
        **field(
            7,
            ("Beviljat stöd", "Granted support"),
            ("Får lämnas tomt. Ett stöd i taget (Add item).", "May be empty. One at a time (Add item)."),
        ),
    )

    @model_validator(mode="before")
    @classmethod
    def _matter_out_of_its_label(cls, given: Any) -> object:
        """The label "Luleå · ort · #12 · tidig signal" tells the network and the kind of matter."""
        chosen = given.get("network_number") if isinstance(given, dict) else None
        if not isinstance(chosen, str) or given.get("kind", "oldest") != "oldest":
            return given
        kind = code_of(MATTER, chosen.rpartition(SEPARATOR)[2])
        return given | {"kind": kind} if kind in MATTER else given

    @property
    def about(self) -> InterventionKind | None:
        """The kind of matter; None for the oldest that a talk settles, or all of them."""
        return None if self.kind in ("oldest", "all") else InterventionKind(self.kind)

    @property
    def about_all(self) -> bool:
        """Whether the talk settled all that a talk can settle."""
        return self.kind == "all"

    def problems(self, today: date) -> list[str]:
        found = unchosen(self.network_number, MATTERS)
        found += [problem for line in self.grants for problem in line.problems(today)]
        if self.talked_on > today:
            found.append(localized("Samtalet hölls: dagen har inte varit än.", "The talk: that day has not come yet."))
        if self.outcome != "settled" and not self.member:
            found.append(
                localized("Medlem: skriv vem du kom överens med (m1, m2 …).", "Member: write who agreed (m1, m2 …).")
            )
        if self.outcome == "adapt" and not nfc(self.agreement):
            found.append(
                localized("Vad ni bestämde: skriv vad ni ska prova.", "What was agreed: write what you will try.")
            )
        if self.grants and self.outcome in ("rest", "close"):
            found.append(
                localized(
                    "Beviljat stöd: ta bort det; ett nätverk som vilar eller avslutas får inget nytt.",
                    "Granted support: remove it; a network that rests or closes gets nothing new.",
                )
            )
        return found
