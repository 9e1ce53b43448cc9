"""The needs talk, its decision, and what is granted."""

from datetime import date
from typing import Literal

from pydantic import Field

from models.columns import nfc
from models.forms.form import SIGNATURE, Form, field
from models.language import say
from models.numbers import numbers
from models.support import MENU, Item
from models.support_request import Reason


class GrantLine(Form):
    """One item of support: granted item by item, never as a package (domain.md S4)."""

    item: Item = Field(**field(0, ("Stöd", "Support")))
    signature: str = Field(pattern=SIGNATURE, **field(1, ("Vem ger det (signatur)", "Who gives it (signature)")))
    from_on: date = Field(**field(2, ("Från och med", "From")))
    to_on: date = Field(**field(3, ("Till och med", "Until")))
    hours: float = Field(
        0, allow_inf_nan=False, **field(4, ("Timmar", "Hours"), ("0: som i stödmenyn.", "0: as on the menu."))
    )
    sek: int = Field(0, **field(5, ("Kronor", "SEK")))
    reason: str = Field(**field(6, ("Skäl", "Reason"), personal=True))

    def problems(self, today: date) -> list[str]:
        found = []
        if self.to_on < self.from_on:
            found.append(
                say(f"Stöd {self.item}: sista dag ligger före första.", f"Support {self.item}: ends before it begins.")
            )
        if not nfc(self.reason):
            found.append(say(f"Stöd {self.item}: skriv ett skäl.", f"Support {self.item}: write a reason."))
        if self.hours < 0:
            found.append(
                say(f"Stöd {self.item}: timmar kan inte vara negativa.", f"Support {self.item}: hours below zero.")
            )
        if self.hours > (most := numbers().network_hours if MENU[self.item].hours else 0):
            found.append(say(f"Stöd {self.item}: högst {most} timmar.", f"Support {self.item}: at most {most} hours."))
        if not 0 <= self.sek <= MENU[self.item].sek:
            found.append(
                say(
                    f"Stöd {self.item}: högst {MENU[self.item].sek} kronor.",
                    f"Support {self.item}: at most {MENU[self.item].sek} SEK.",
                )
            )
        return found


class NeedsTalkForm(Form):
    request_number: int = Field(**field(0, ("Förfrågan #", "Request #")))
    signature: str = Field(pattern=SIGNATURE, **field(1, ("Din signatur", "Your signature")))
    talked_on: date = Field(
        **field(
            2,
            ("Samtalet hölls", "The talk was held on"),
            ("Tar de tillbaka förfrågan: dagen de sa det.", "If they withdraw: the day they told you."),
        )
    )
    decision: Literal["grant", "wait", "decline", "refer", "withdraw"] = Field(
        "grant",
        **field(
            3,
            ("Beslut", "Decision"),
            (
                "Bevilja, vänta i kön, avslå, hänvisa, eller att initiativtagaren tar tillbaka förfrågan.",
                "Grant, wait in the queue, decline, refer, or the initiator withdraws the request.",
            ),
        ),
    )
    grants: list[GrantLine] = Field([], **field(4, ("Beviljat stöd", "Granted support")))
    network_name: str = Field("", **field(5, ("Nätverkets namn", "Name of the network")))
    cadence_days: Literal[30, 60, 90, 180] = Field(
        60, **field(6, ("Hur ofta vill de träffas (dagar)", "How often they want to meet (days)"))
    )
    target_size: int = Field(8, **field(7, ("Hur många vill de bli", "How many they want to be")))
    reason: Reason = Field(
        Reason.none, **field(8, ("Skäl vid avslag eller hänvisning", "Reason if declined or referred"))
    )
    meet_neighbours: bool = Field(
        False, **field(9, ("Vill bli presenterad för dem som är nära", "Wants to be introduced to those who are near"))
    )
    notes: str = Field("", **field(10, ("Anteckning från samtalet", "Notes of the talk"), personal=True))

    def problems(self, today: date) -> list[str]:
        found = [problem for line in self.grants for problem in line.problems(today)]
        if self.talked_on > today:
            found.append(say("Samtalet hölls: dagen har inte varit än.", "The talk: that day has not come yet."))
        if self.decision in ("decline", "refer") and self.reason == Reason.none:
            found.append(say("Skäl: välj ett skäl till beslutet.", "Reason: choose a reason for the decision."))
        if self.target_size < 1:
            found.append(say("Hur många vill de bli: minst 1.", "How many they want to be: at least 1."))
        return found
