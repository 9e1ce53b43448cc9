"""What happens to a network besides the ladder."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from models.columns import nfc
from models.forms.form import MEMBER, SIGNATURE, Form, field
from models.language import say
from models.network import MOST_EXTENDED_DAYS

Agreement = Annotated[str, StringConstraints(pattern="^[0-9]{1,6}:[mM][0-9]{1,3}$")]
Change = Literal["rest", "wake", "close", "split", "merge", "new_contact", "new_organiser", "extend", "meet_neighbours"]


class NetworkChangeForm(Form):
    network_number: int = Field(**field(0, ("Nätverk #", "Network #")))
    signature: str = Field(pattern=SIGNATURE, **field(1, ("Din signatur", "Your signature")))
    change: Change = Field(
        **field(
            2,
            ("Ändring", "Change"),
            (
                "Vila, väcka, avsluta, dela, gå ihop, ny kontakt, ny arrangör, förläng stödet, "
                "eller vill bli presenterade för dem som är nära.",
                "Rest, wake, close, split, merge, new contact, new organiser, extend the support, "
                "or they want to be introduced to those who are near.",
            ),
        )
    )
    member: str = Field(
        "",
        pattern=f"{MEMBER}|^$",
        **field(
            3,
            ("Medlem som bett om det eller bestämt (m1, m2 …)", "Member who asked or decided (m1, m2 …)"),
            ("Tomt: ingen går att nå.", "Empty: nobody can be reached."),
        ),
    )
    other_networks: list[int] = Field(
        [],
        **field(
            4,
            ("Andra nätverk #", "Other networks #"),
            ("Gå ihop: det som lever vidare. Dela: de nya.", "Merge: the one that lives on. Split: the new ones."),
        ),
    )
    agreed: list[Agreement] = Field(
        [],
        **field(
            5,
            ("Vilka som kommit överens", "Who agreed"),
            ("En arrangör ur varje nätverk, som 12:m1.", "An organiser of each network, as 12:m1."),
        ),
    )
    new_contact: str = Field(
        "", pattern=f"{MEMBER}|^$", **field(6, ("Ny kontakt (m1, m2 …)", "New contact (m1, m2 …)"))
    )
    member_number: str = Field("", **field(7, ("Ny arrangörs medlemsnummer", "New organiser's number"), personal=True))
    other_channel: Literal["none", "phone", "letter", "meeting"] = Field(
        "none",
        **field(
            8,
            ("Annan väg ni har försökt nå dem", "Other channel you have tried"),
            ("När ett vilande nätverk avslutas.", "When a resting network is closed."),
        ),
    )
    days: int = Field(0, **field(9, ("Förläng med dagar", "Extend by days"), ("Högst 90.", "At most 90.")))
    approver: str = Field(
        "", pattern=f"{SIGNATURE}|^$", **field(10, ("Godkänd av (signatur)", "Approved by (signature)"))
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
            "wake": (self.member, say("Medlem: skriv vem som bett om det.", "Member: write who asked for it.")),
            "new_contact": (
                self.new_contact,
                say("Ny kontakt: välj en arrangör.", "New contact: choose an organiser."),
            ),
            "new_organiser": (
                nfc(self.member_number),
                say("Medlemsnummer: fyll i den nya arrangörens.", "Member number: fill in the new organiser's."),
            ),
            "merge": (
                len(self.other_networks) == 1,
                say("Andra nätverk: ange det nätverk som lever vidare.", "Other networks: give the one that lives on."),
            ),
        }
        given, problem = needed.get(self.change, (True, ""))
        found = [] if given else [problem]
        return found + (self._extension_problems() if self.change == "extend" else [])

    def _extension_problems(self) -> list[str]:
        found = []
        if not 1 <= self.days <= MOST_EXTENDED_DAYS:
            found.append(say(f"Dagar: ange 1–{MOST_EXTENDED_DAYS}.", f"Days: give 1–{MOST_EXTENDED_DAYS}."))
        if not nfc(self.reason):
            found.append(say("Skäl: skriv varför stödet förlängs.", "Reason: write why the support is extended."))
        if not self.approver:
            found.append(say("Godkänd av: skriv en kollegas signatur.", "Approved by: write a colleague's signature."))
        return found
