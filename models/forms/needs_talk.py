"""The needs talk, its decision, and what is granted."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.db.column_types import nfc
from models.forms.kit.base import (
    SIGNATURE,
    YOUR_SIGNATURE,
    Called,
    Form,
    Reads,
    Signature,
    field,
    name_problem,
    unchosen,
)
from models.forms.kit.fields import Coded, FromList
from models.i18n import localized
from models.office.menu import MENU
from models.office.policy import office_policy
from models.tables.request import RefusalReason
from models.tables.support import Item
from models.vocabulary import CADENCE, DECISION, ITEM, REASON, WRONG_PERSON, word

Decision = Literal["grant", "wait", "decline", "refer", "withdraw", "appeal", "reopen", "wrong_person"]
REQUEST = ("Förfrågan", "Request")
NETWORK_NAME = ("Nätverkets namn", "Name of the network")
NOTES = ("Anteckning från samtalet", "Notes of the talk")
WHO_IS_WRONG = ("Vem som är fel", "Who is wrong")
TALKED = ("meet_neighbours", "notes")
LEAST_HOURS = 0.01  # the ledger counts in hundredths


class GrantLine(Form):
    """One item of support: granted item by item, never as a package (domain.md S4)."""

    item: Annotated[Item, Coded(ITEM)] = Field(**field(0, ("Stöd", "Support")))
    signature: Signature = Field(pattern=SIGNATURE, **field(1, ("Vem ger det (signatur)", "Who gives it (signature)")))
    from_on: date = Field(**field(2, ("Från och med", "From")))
    to_on: date = Field(**field(3, ("Till och med", "Until")))
    hours: float = Field(
        0, allow_inf_nan=False, **field(4, ("Timmar", "Hours"), ("0: som i stödmenyn.", "0: as on the menu."))
    )
    sek: int = Field(
        0, **field(5, ("Kronor", "SEK"), ("Bara för bidrag till en träff.", "Only for money for a meeting."))
    )
    reason: str = Field(
        **field(6, ("Skäl", "Reason"), ("Medlemmen läser det i beslutet.", "The member reads it."), personal=True)
    )

    @property
    def named(self) -> str:
        """How its problems begin: the support by its name."""
        return localized(f"Stöd {word(ITEM, self.item)}", f"Support {word(ITEM, self.item)}")

    def problems(self, today: date) -> list[str]:
        found = []
        if self.to_on < self.from_on:
            found.append(
                localized(
                    f"{self.named}: sista dagen ligger före den första. Rätta en av dem.",
                    f"{self.named}: the last day is before the first. Correct one of them.",
                )
            )
        if not nfc(self.reason):
            found.append(localized(f"{self.named}: skriv ett skäl.", f"{self.named}: write a reason."))
        if self.hours < 0:
            found.append(localized(f"{self.named}: timmar kan inte vara negativa.", f"{self.named}: hours below zero."))
        if 0 < self.hours < LEAST_HOURS:
            found.append(
                localized(
                    f"{self.named}: minst 0,01 timmar, eller 0 som i stödmenyn.",
                    f"{self.named}: at least 0.01 hours, or 0 as on the menu.",
                )
            )
        if self.hours > (most := office_policy().network_hours if MENU[self.item].hours else 0):
            found.append(localized(f"{self.named}: högst {most} timmar.", f"{self.named}: at most {most} hours."))
        if not 0 <= self.sek <= (most_sek := MENU[self.item].sek):
            found.append(localized(f"{self.named}: högst {most_sek} kronor.", f"{self.named}: at most {most_sek} SEK."))
        return found


class NeedsTalkForm(Form):
    """The talk that was held, the decision, and what is granted item by item (domain.md sections 4 and 5)."""

    heading: ClassVar[tuple[str, str]] = ("Samtalet och beslutet", "The talk and the decision")
    called: ClassVar[Called] = {
        "grants": [("Stöd ", "Support ")],
        "member_number": [("Medlemsnummer", "Member number")],
    }
    # Who withdraws or appeals has had no talk: there is nothing to note of one. Of a correction, what went wrong is.
    reads: ClassVar[Reads] = {
        "decision": {
            "grant": ["grants", "network_name", "cadence_days", "target_size", *TALKED],
            "wait": TALKED,
            "decline": ["reason", *TALKED],
            "refer": ["reason", *TALKED],
            "withdraw": [],
            "appeal": [],
            "reopen": ["notes"],
            "wrong_person": ["who_is_wrong", "member_number", "notes"],
        }
    }

    request_number: Annotated[int, FromList("requests", numbered=True)] = Field(
        0,
        **field(
            0,
            REQUEST,
            (
                "De som väntar på samtal eller beslut, och de som nyss har fått ett.",
                "Those that await a talk or a decision, and those decided lately.",
            ),
        ),
    )
    signature: Signature = Field(pattern=SIGNATURE, **field(1, YOUR_SIGNATURE))
    talked_on: date = Field(
        **field(
            2,
            ("Samtalet hölls", "The talk was held on"),
            ("Tar de tillbaka förfrågan eller överklagar: dagen de sa det.", "If they withdraw or appeal: when."),
        )
    )
    decision: Annotated[Decision, Coded(DECISION)] = Field(
        "grant",
        **field(
            3,
            ("Beslut", "Decision"),
            (
                "Det som inte ryms i timmarna hamnar i kön av sig självt.",
                "What does not fit the hours goes to the queue by itself.",
            ),
        ),
    )
    grants: list[GrantLine] = Field(
        [],
        **field(
            4,
            ("Beviljat stöd", "Granted support"),
            (
                "Ett stöd i taget, med skäl och slutdatum (Add item).",
                "One at a time, with a reason and an end (Add item).",
            ),
        ),
    )
    network_name: str = Field(
        "",
        **field(
            5,
            NETWORK_NAME,
            ("Tomt: Nätverket och platsen.", "Empty: The network and its place."),
            personal=True,
        ),
    )
    cadence_days: Annotated[Literal[30, 60, 90, 180], Coded(CADENCE, numeric=True)] = Field(
        60, **field(6, ("Hur ofta vill de träffas", "How often they want to meet"))
    )
    target_size: int = Field(8, **field(7, ("Hur många vill de bli", "How many they want to be")))
    reason: Annotated[RefusalReason, Coded(REASON)] = Field(
        RefusalReason.none, **field(8, ("Skäl vid avslag eller hänvisning", "Reason if declined or referred"))
    )
    meet_neighbours: bool = Field(
        False, **field(9, ("Vill bli presenterad för dem som är nära", "Wants to be introduced to those who are near"))
    )
    notes: str = Field(
        "",
        **field(
            10,
            NOTES,
            ("Får lämnas tomt. Vid rättelse: vad som blev fel. Inga namn.", "May be empty. What went wrong. No names."),
            personal=True,
        ),
    )
    who_is_wrong: Annotated[Literal["", "0", "1", "2", "3", "4", "5"], Coded(WRONG_PERSON)] = Field(
        "", **field(11, WHO_IS_WRONG, ("När fel person står i förfrågan.", "When the request has the wrong person."))
    )
    member_number: str = Field(
        "",
        **field(
            12,
            ("Rätt medlemsnummer", "The right member number"),
            ("Den som skulle ha stått där.", "Who should have stood there."),
            personal=True,
        ),
    )

    @property
    def is_correction(self) -> bool:
        """Whether it puts something right, and no talk was held."""
        return self.decision in ("reopen", "wrong_person")

    @property
    def subject(self) -> str:
        return localized(f"förfrågan #{self.request_number}", f"request #{self.request_number}")

    def problems(self, today: date) -> list[str]:
        found = unchosen(self.request_number, REQUEST)
        found += [problem for line in self.grants for problem in line.problems(today)]
        found += name_problem(self.network_name, NETWORK_NAME)
        if self.talked_on > today:
            found.append(localized("Samtalet hölls: dagen har inte varit än.", "The talk: that day has not come yet."))
        if self.decision in ("decline", "refer") and self.reason == RefusalReason.none:
            found.append(localized("Skäl: välj ett skäl till beslutet.", "Reason: choose a reason for the decision."))
        if self.is_correction and not nfc(self.notes):
            found.append(localized(f"{NOTES[0]}: skriv vad som blev fel.", f"{NOTES[1]}: write what went wrong."))
        if self.decision == "wrong_person" and not self.who_is_wrong:
            found.append(localized("Vem som är fel: välj i listan.", "Who is wrong: choose from the list."))
        if self.decision == "wrong_person" and not nfc(self.member_number):
            found.append(localized("Rätt medlemsnummer: fyll i det.", "The right member number: fill it in."))
        if self.target_size < 1:
            found.append(localized("Hur många vill de bli: minst 1.", "How many they want to be: at least 1."))
        return found
