"""The office's hours: what was used, who is away, how many there are."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.dates.local_time import quarter_bounds
from models.errors import UserError
from models.forms.kit.base import (
    NOTHING_CHOSEN,
    SIGNATURE,
    YOUR_SIGNATURE,
    Called,
    DayText,
    Form,
    Reads,
    SignatureOrNone,
    day_problem,
    field,
    parse_day,
    unchosen,
)
from models.forms.kit.fields import Coded, FromList
from models.i18n import localized
from models.tables.support import Item
from models.vocabulary import ACTION, ITEM, WHY_CORRECTED

ABOUT = ("Vad gäller det?", "What is it about?")
NETWORK = ("Nätverk", "Network")
FROM = ("Från och med", "From")
TO = ("Till och med", "Until")
ON = ("Dag", "Day")
QUARTER = ("Kvartal", "Quarter")
PAID = ("Utbetalt, kronor", "Paid, SEK")
SEEN_BY = ("Kvittot sett av (signatur)", "Receipt seen by (signature)")
WHY = ("Varför rättas det", "Why it is corrected")
WHICH = ("Vilket i ordningen", "Which of them")
OF_ABSENCE_OR_SUPPORT = (
    "För frånvaro, och de rätta dagarna för ett stöd. Tomt där: som de är.",
    "For an absence, and the right days of support. Empty there: as they are.",
)
MOST_HOURS = 1000
CORRECTIONS = ("correct_grant", "correct_use", "correct_payment")
Action = Literal[
    "", "quarter", "absence", "hours", "talk_hour", "paid", "budget", "correct_grant", "correct_use",
    "correct_payment",
]  # fmt: skip


class CapacityForm(Form):
    """What happened to a negotiator's hours: an absence, hours used, a quarter's budget, money paid; or the quarter's
    sweep.
    """

    heading: ClassVar[tuple[str, str]] = ("Timmar och frånvaro", "Hours and absences")
    called: ClassVar[Called] = {"network_number": [("Ändring", "Change")], "to_on": [("Till och med", "Until")]}
    reads: ClassVar[Reads] = {
        "action": {
            "quarter": [],
            "absence": ["from_on", "to_on", "substitute"],
            "hours": ["network_number", "item", "on", "hours"],
            "talk_hour": ["network_number", "on"],
            "paid": ["network_number", "on", "paid_sek", "receipt_seen_by", "is_second"],
            "correct_grant": ["network_number", "item", "which", "hours", "from_on", "to_on", "why"],
            "correct_use": ["network_number", "item", "which", "on", "hours", "why"],
            "correct_payment": ["network_number", "which", "on", "paid_sek", "receipt_seen_by", "why"],
            "budget": ["quarter", "hours"],
        }
    }

    action: Annotated[Action, Coded(ACTION)] = Field(
        "",
        **field(
            0,
            ABOUT,
            (
                "Nedan bara det som hör dit. Kvartalets genomgång behöver inget mer.",
                "Below, only what belongs to it. The quarter's round needs nothing more.",
            ),
        ),
    )
    signed_by: SignatureOrNone = Field(
        "",
        pattern=f"{SIGNATURE}|^$",
        **field(
            1,
            YOUR_SIGNATURE,
            ("Du som skriver in det. Tomt: den det gäller.", "You who write it down. Empty: whom it is about."),
        ),
    )
    signature: SignatureOrNone = Field(
        "",
        pattern=f"{SIGNATURE}|^$",
        **field(
            2,
            ("Vem det gäller (signatur)", "Whom it is about (signature)"),
            (
                "Den som är borta, gav timmen eller har timmarna. Inte för bidrag.",
                "Who is away, gave or has the hours.",
            ),
        ),
    )
    network_number: Annotated[int, FromList("networks", fixed={"": ("Inget", "None")}, numbered=True)] = Field(
        0,
        **field(
            3,
            NETWORK,
            ("För använda timmar, timmen i kvartalet och bidrag.", "For hours used, the hour a quarter and money."),
        ),
    )
    item: Annotated[Item, Coded(ITEM)] = Field(
        Item.talk,
        **field(
            4,
            ("Stöd", "Support"),
            ("För använda timmar, och det stöd som rättas.", "For hours used, and support that is corrected."),
        ),
    )
    on: DayText = Field(
        "", **field(5, ON, ("När det gavs eller betalades. Tomt: i dag.", "When it was given or paid. Empty: today."))
    )
    hours: float = Field(
        0,
        allow_inf_nan=False,
        **field(
            6,
            ("Timmar", "Hours"),
            (
                "Använda, kvartalets alla, eller de rätta (0: inga gavs). Samma stöd, dag och timmar igen räknas inte.",
                "Used, all of the quarter, or the right ones (0: none were). The same once more does not count again.",
            ),
        ),
    )
    quarter: str = Field(
        "", **field(7, QUARTER, ("För kvartalets timmar, som 2027Q1.", "For a quarter's hours, such as 2027Q1."))
    )
    from_on: DayText = Field("", **field(8, FROM, OF_ABSENCE_OR_SUPPORT))
    to_on: DayText = Field("", **field(9, TO, OF_ABSENCE_OR_SUPPORT))
    substitute: SignatureOrNone = Field(
        "", pattern=f"{SIGNATURE}|^$", **field(10, ("Ersättare (signatur)", "Substitute (signature)"))
    )
    paid_sek: int = Field(
        0,
        **field(
            11, PAID, ("För bidrag. Rättas det till 0 gjordes betalningen aldrig.", "For money. Corrected to 0: never.")
        ),
    )
    receipt_seen_by: SignatureOrNone = Field(
        "",
        pattern=f"{SIGNATURE}|^$",
        **field(12, SEEN_BY, ("För bidrag. Du själv eller en kollega.", "For money. Yourself or a colleague.")),
    )
    is_second: bool = Field(
        False,
        **field(
            13,
            ("Ja, en till den dagen", "Yes, another one of that day"),
            ("När nätverket fick två bidrag utbetalda samma dag.", "When the network was paid twice on one day."),
        ),
    )
    which: int = Field(
        1,
        **field(
            14, WHICH, ("För rättelser: 1, eller 2 om det är andra gången.", "For corrections: 1, or 2 for the second.")
        ),
    )
    why: Annotated[Literal["", "mistyped", "misunderstood", "agreed", "told"], Coded(WHY_CORRECTED)] = Field(
        "", **field(15, WHY, ("För rättelser.", "For corrections."))
    )

    @property
    def subject(self) -> str:
        return localized(*ACTION.get(self.action, NOTHING_CHOSEN))

    @property
    def is_sweep(self) -> bool:
        return self.action == "quarter"

    def away_from(self) -> date | None:
        """The first day away; None when none was given. Raises UserError when it is no day."""
        return parse_day(self.from_on, localized(*FROM))

    def away_to(self) -> date | None:
        """The last day away; None when none was given. Raises UserError when it is no day."""
        return parse_day(self.to_on, localized(*TO))

    def used_on(self, today: date) -> date:
        """The day that hours were used on: today unless told otherwise."""
        return parse_day(self.on, localized(*ON)) or today

    @property
    def signer(self) -> str:
        """The signature of who writes it down: whom it is about, unless another does."""
        return self.signed_by or self.signature

    @property
    def exact_hours(self) -> Decimal:
        """The hours as the ledger counts them, in hundredths."""
        return Decimal(str(self.hours)).quantize(Decimal("0.01"))

    def problems(self, today: date) -> list[str]:
        if not self.action:
            return [localized("Vad gäller det: välj i listan.", "What is it about: choose from the list.")]
        found = []
        if self.action != "quarter" and not self.signer:
            found.append(localized(f"{YOUR_SIGNATURE[0]}: välj den.", f"{YOUR_SIGNATURE[1]}: choose it."))
        if self.action not in ("quarter", "paid", *CORRECTIONS) and not self.signature:
            found.append(localized("Vem det gäller: välj i listan.", "Whom it is about: choose from the list."))
        match self.action:
            case "absence":
                found += self._absence_problems()
            case "hours":
                found += day_problem(parse_day, self.on, localized(*ON), today, ahead=False)
                found += self._hours_problems(least=0.01) + unchosen(self.network_number, NETWORK)
            case "talk_hour":
                found += day_problem(parse_day, self.on, localized(*ON), today, ahead=False)
                found += unchosen(self.network_number, NETWORK)
            case "paid":
                found += day_problem(parse_day, self.on, localized(*ON), today, ahead=False)
                found += unchosen(self.network_number, NETWORK) + self._payment_problems()
            case "correct_grant" | "correct_use" | "correct_payment":
                found += unchosen(self.network_number, NETWORK) + self._correction_problems(today)
            case "budget":
                found += self._quarter_problems() + self._hours_problems(least=0)
        return found

    def _absence_problems(self) -> list[str]:
        found = []
        for text, name in ((self.from_on, FROM), (self.to_on, TO)):
            # An absence may lie behind or ahead: only what cannot be read, or is missing, is wrong.
            found += day_problem(parse_day, text, localized(*name), date.max, ahead=False)
            if not text.strip():
                found.append(localized(f"{name[0]}: skriv datumet.", f"{name[1]}: write the date."))
        return found

    def _hours_problems(self, least: float) -> list[str]:
        if least <= self.hours <= MOST_HOURS:
            return []
        return [
            localized(
                f"Timmar: ange {least:g}–{MOST_HOURS}.".replace("0.01", "0,01"),
                f"Hours: give {least:g}–{MOST_HOURS}.",
            )
        ]

    def _payment_problems(self) -> list[str]:
        found = []
        if self.paid_sek < 1:
            found.append(localized(f"{PAID[0]}: ange minst 1.", f"{PAID[1]}: give at least 1."))
        if not self.receipt_seen_by:
            found.append(
                localized(f"{SEEN_BY[0]}: välj den som sett kvittot.", f"{SEEN_BY[1]}: choose who saw the receipt.")
            )
        return found

    def _correction_problems(self, today: date) -> list[str]:
        found = [] if self.why else [localized(f"{WHY[0]}: välj i listan.", f"{WHY[1]}: choose from the list.")]
        if self.which < 1:
            found.append(localized(f"{WHICH[0]}: minst 1.", f"{WHICH[1]}: at least 1."))
        if self.action == "correct_use":
            found += day_problem(parse_day, self.on, localized(*ON), today, ahead=False)
            if not self.on.strip():
                found.append(
                    localized(f"{ON[0]}: välj dagen timmarna står på.", f"{ON[1]}: choose the day they are on.")
                )
            return found + self._hours_problems(least=0)
        if self.action == "correct_payment":
            found += day_problem(parse_day, self.on, localized(*ON), today, ahead=False)
            if self.paid_sek < 0:
                found.append(localized(f"{PAID[0]}: minst 0.", f"{PAID[1]}: at least 0."))
            if not self.receipt_seen_by:
                found.append(
                    localized(f"{SEEN_BY[0]}: välj den som sett kvittot.", f"{SEEN_BY[1]}: choose who saw the receipt.")
                )
            return found
        for text, name in ((self.from_on, FROM), (self.to_on, TO)):
            found += day_problem(parse_day, text, localized(*name), date.max, ahead=False)
        if not (self.hours or self.from_on.strip() or self.to_on.strip()):
            found.append(
                localized(
                    "Timmar: skriv de rätta, eller de rätta dagarna.", "Hours: give the right ones, or the right days."
                )
            )
        return found + self._hours_problems(least=0)

    def _quarter_problems(self) -> list[str]:
        try:
            quarter_bounds(self.quarter.strip())
        except UserError:
            return [localized("Kvartal: skriv som 2027Q1.", "Quarter: write it as 2027Q1.")]
        return []
