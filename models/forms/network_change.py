"""What happens to a network besides the ladder."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from models.db.column_types import nfc
from models.forms.kit.base import (
    MEMBER,
    SIGNATURE,
    YOUR_SIGNATURE,
    Form,
    MemberOrNone,
    NetworkNumber,
    Reads,
    Signature,
    SignatureOrNone,
    field,
    unchosen,
)
from models.forms.kit.fields import Coded, PerNetworkConsent
from models.i18n import localized
from models.tables.network import MOST_EXTENDED_DAYS
from models.vocabulary import CHANGE, OTHER_CHANNEL

NETWORK = ("Nätverk", "Network")
Agreement = Annotated[str, StringConstraints(pattern="^[0-9]{1,6}:[mM][0-9]{1,3}$"), PerNetworkConsent()]
Change = Literal["rest", "wake", "close", "split", "merge", "new_contact", "new_organiser", "extend", "meet_neighbours"]


class NetworkChangeForm(Form):
    """One change to a network, who asked for it and who signs (domain.md section 8)."""

    heading: ClassVar[tuple[str, str]] = ("Ändringen", "The change")
    reads: ClassVar[Reads] = {
        "change": {
            "rest": ["member"],
            "wake": ["member"],
            "close": ["member", "other_channel"],
            "split": ["other_networks", "agreed"],
            "merge": ["other_networks", "agreed"],
            "new_contact": ["new_contact", "member"],
            "new_organiser": ["member_number"],
            "extend": ["days", "approver", "reason"],
            "meet_neighbours": [],
        }
    }

    network_number: NetworkNumber = Field(0, **field(0, NETWORK))
    signature: Signature = Field(pattern=SIGNATURE, **field(1, YOUR_SIGNATURE))
    change: Annotated[Change, Coded(CHANGE)] = Field(
        **field(
            2, ("Ändring", "Change"), ("Nedan behövs bara det som hör till ändringen.", "Below, only what it needs.")
        )
    )
    member: MemberOrNone = Field(
        "",
        pattern=f"{MEMBER}|^$",
        **field(
            3,
            ("Medlem som bett om det eller bestämt", "Member who asked or decided"),
            (
                "Vid vila, väckning, avslut och ny kontakt. Ingen: det går inte att nå någon.",
                "To rest, wake, close or change the contact. Nobody: none can be reached.",
            ),
        ),
    )
    new_contact: MemberOrNone = Field(
        "",
        pattern=f"{MEMBER}|^$",
        **field(4, ("Ny kontakt", "New contact"), ("Vid byte av kontakt.", "When the contact changes.")),
    )
    member_number: str = Field(
        "",
        **field(
            5,
            ("Den nya arrangörens medlemsnummer", "The new organiser's member number"),
            ("När en ny arrangör ska frågas.", "When a new organiser is to be asked."),
            personal=True,
        ),
    )
    other_channel: Annotated[Literal["none", "phone", "letter", "meeting"], Coded(OTHER_CHANNEL)] = Field(
        "none",
        **field(
            6,
            ("Annan väg ni har försökt nå dem", "Other channel you have tried"),
            ("När ett vilande nätverk avslutas.", "When a resting network is closed."),
        ),
    )
    other_networks: list[NetworkNumber] = Field(
        [],
        **field(
            7,
            ("Andra nätverk", "Other networks"),
            ("Gå ihop: det som lever vidare. Dela: de nya.", "Merge: the one that lives on. Split: the new ones."),
        ),
    )
    agreed: list[Agreement] = Field(
        [],
        **field(
            8,
            ("Vilka som kommit överens", "Who agreed"),
            (
                "Gå ihop och dela: en arrangör ur varje nätverk (Add item).",
                "Merge and split: an organiser of each network (Add item).",
            ),
        ),
    )
    days: int = Field(
        0,
        **field(
            9,
            ("Förläng med dagar", "Extend by days"),
            (f"Högst {MOST_EXTENDED_DAYS}, en gång.", f"At most {MOST_EXTENDED_DAYS}, once."),
        ),
    )
    approver: SignatureOrNone = Field(
        "",
        pattern=f"{SIGNATURE}|^$",
        **field(
            10,
            ("Förlängningen godkänd av", "Extension approved by"),
            ("En kollega, inte nätverkets förhandlare.", "A colleague, not the network's negotiator."),
        ),
    )
    reason: str = Field(
        "",
        **field(
            11,
            ("Skäl till förlängningen", "Reason for the extension"),
            ("Sparas bara vid förlängning.", "Kept for an extension only."),
            personal=True,
        ),
    )

    @property
    def agreements(self) -> dict[int, str]:
        """Which member agreed for which network."""
        return {int(number): code for number, code in (one.split(":") for one in self.agreed)}

    def problems(self, today: date) -> list[str]:
        needed = {
            "wake": (self.member, localized("Medlem: skriv vem som bett om det.", "Member: write who asked for it.")),
            "new_contact": (
                self.new_contact,
                localized("Ny kontakt: välj en arrangör.", "New contact: choose an organiser."),
            ),
            "new_organiser": (
                nfc(self.member_number),
                localized("Medlemsnummer: fyll i den nya arrangörens.", "Member number: fill in the new organiser's."),
            ),
            "merge": (
                len(self.other_networks) == 1,
                localized(
                    "Andra nätverk: ange det nätverk som lever vidare.", "Other networks: give the one that lives on."
                ),
            ),
        }
        given, problem = needed.get(self.change, (True, ""))
        found = unchosen(self.network_number, NETWORK) + ([] if given else [problem])
        return found + (self._extension_problems() if self.change == "extend" else [])

    def _extension_problems(self) -> list[str]:
        found = []
        if not 1 <= self.days <= MOST_EXTENDED_DAYS:
            found.append(localized(f"Dagar: ange 1–{MOST_EXTENDED_DAYS}.", f"Days: give 1–{MOST_EXTENDED_DAYS}."))
        if not nfc(self.reason):
            found.append(localized("Skäl: skriv varför stödet förlängs.", "Reason: write why the support is extended."))
        if not self.approver:
            found.append(
                localized("Godkänd av: skriv en kollegas signatur.", "Approved by: write a colleague's signature.")
            )
        return found
