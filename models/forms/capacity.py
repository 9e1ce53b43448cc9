"""The office's hours: what was used, who is away, how many there are."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from models.errors import UserError
from models.forms.form import SIGNATURE, Form, day_problem, field, parse_day
from models.language import say
from models.quiet_days import quarter_bounds
from models.support import Item

FROM = ("Borta från och med", "Away from")
TO = ("Borta till och med", "Away until")
ON = ("Dag", "Day")
QUARTER = ("Kvartal", "Quarter")
MOST_HOURS = 1000


class CapacityForm(Form):
    action: Literal["quarter", "absence", "hours", "talk_hour", "budget"] = Field(
        "quarter",
        **field(
            0,
            ("Vad", "What"),
            (
                "quarter: genomgången vid kvartalets start. absence: frånvaro. hours: använda timmar. "
                "talk_hour: timmen i kvartalet på steg 4. budget: timmar per kvartal.",
                "quarter: the round at a quarter's start. absence: who is away. hours: hours used. "
                "talk_hour: the hour a quarter on step 4. budget: hours a quarter.",
            ),
        ),
    )
    signature: str = Field(
        "",
        pattern=f"{SIGNATURE}|^$",
        **field(
            1,
            ("Vem det gäller (signatur)", "Whom it is about (signature)"),
            ("Den som är borta, gav timmen eller har budgeten.", "Who is away, gave the hour or has the budget."),
        ),
    )
    from_on: str = Field("", **field(2, FROM, ("Till exempel 2027-03-02.", "Such as 2027-03-02.")))
    to_on: str = Field("", **field(3, TO))
    substitute: str = Field(
        "",
        pattern=f"{SIGNATURE}|^$",
        **field(4, ("Ersättare (signatur)", "Substitute (signature)"), ("Tomt: ingen.", "Empty: nobody.")),
    )
    network_number: int = Field(0, **field(5, ("Nätverk #", "Network #")))
    item: Item = Field(Item.talk, **field(6, ("Stöd", "Support"), ("För använda timmar.", "For hours used.")))
    on: str = Field("", **field(7, ON, ("Tomt: i dag.", "Empty: today.")))
    hours: float = Field(
        0,
        allow_inf_nan=False,
        **field(
            8,
            ("Timmar", "Hours"),
            (
                "Samma stöd, dag och timmar en gång till räknas inte igen.",
                "The same support, day and hours once more do not count again.",
            ),
        ),
    )
    quarter: str = Field("", **field(9, QUARTER, ("Till exempel 2027Q1.", "Such as 2027Q1.")))

    def away_from(self) -> date | None:
        return parse_day(self.from_on, say(*FROM))

    def away_to(self) -> date | None:
        return parse_day(self.to_on, say(*TO))

    def used_on(self, today: date) -> date:
        """The day that hours were used on: today unless told otherwise."""
        return parse_day(self.on, say(*ON)) or today

    @property
    def exact_hours(self) -> Decimal:
        """The hours as the ledger counts them, in hundredths."""
        return Decimal(str(self.hours)).quantize(Decimal("0.01"))

    def problems(self, today: date) -> list[str]:
        found = []
        if self.action != "quarter" and not self.signature:
            found.append(say("Vem: skriv en signatur, 2–5 bokstäver.", "Whom: write a signature, 2–5 letters."))
        match self.action:
            case "absence":
                found += self._absence_problems()
            case "hours":
                found += day_problem(parse_day, self.on, say(*ON), today, ahead=False)
                found += self._hours_problems(least=0.01)
            case "talk_hour":
                found += day_problem(parse_day, self.on, say(*ON), today, ahead=False)
            case "budget":
                found += self._quarter_problems() + self._hours_problems(least=0)
        return found

    def _absence_problems(self) -> list[str]:
        found = []
        for text, name in ((self.from_on, FROM), (self.to_on, TO)):
            # An absence may lie behind or ahead: only what cannot be read, or is missing, is wrong.
            found += day_problem(parse_day, text, say(*name), date.max, ahead=False)
            if not text.strip():
                found.append(say(f"{name[0]}: skriv datumet.", f"{name[1]}: write the date."))
        return found

    def _hours_problems(self, least: float) -> list[str]:
        if least <= self.hours <= MOST_HOURS:
            return []
        return [
            say(
                f"Timmar: ange {least:g}–{MOST_HOURS}.".replace("0.01", "0,01"),
                f"Hours: give {least:g}–{MOST_HOURS}.",
            )
        ]

    def _quarter_problems(self) -> list[str]:
        try:
            quarter_bounds(self.quarter.strip())
        except UserError:
            return [say("Kvartal: skriv som 2027Q1.", "Quarter: write it as 2027Q1.")]
        return []
