"""The congress report: the year's, or as of another day."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.forms.kit.base import (
    NOTHING_CHOSEN,
    SIGNATURE,
    YOUR_SIGNATURE,
    DayText,
    Form,
    Reads,
    SignatureOrNone,
    field,
    parse_day,
)
from models.forms.kit.fields import Coded
from models.i18n import localized
from models.vocabulary import CONGRESS_REPORT

ACTION = ("Vilken rapport", "Which report")
CUTOFF = ("Läget när dagen började", "As things stood when the day began")


class CongressReportForm(Form):
    """Which congress report is made; the schedule makes that of 1 January (domain.md section 11)."""

    heading: ClassVar[tuple[str, str]] = ("Kongressrapporten", "The congress report")
    reads: ClassVar[Reads] = {"action": {"yearly": (), "day": ("cutoff", "signature")}}

    action: Annotated[Literal["", "yearly", "day"], Coded(CONGRESS_REPORT)] = Field(
        "",
        **field(
            0,
            ACTION,
            (
                "Det som berättas senare ändrar inte en rapport som finns: den skrivs ut igen.",
                "What is told later changes no report that there is: it is written again.",
            ),
        ),
    )
    cutoff: DayText = Field("", **field(1, CUTOFF))
    signature: SignatureOrNone = Field(
        "",
        pattern=f"{SIGNATURE}|^$",
        **field(2, YOUR_SIGNATURE, ("Du får ett mejl när den är klar.", "You get a mail when it is ready.")),
    )

    @property
    def subject(self) -> str:
        if self.action == "day" and self.cutoff:
            return self.cutoff
        return localized(*CONGRESS_REPORT.get(self.action, NOTHING_CHOSEN)).lower()

    @property
    def is_sweep(self) -> bool:
        return self.action == "yearly"

    def cutoff_day(self, today: date) -> date:
        """The day that was chosen; of the year's report, the latest 1 January."""
        return parse_day(self.cutoff, localized(*CUTOFF)) or date(today.year, 1, 1)

    def problems(self, today: date) -> list[str]:
        if not self.action:
            return [localized(f"{ACTION[0]}: välj i listan.", f"{ACTION[1]}: choose from the list.")]
        if self.action == "yearly":
            return []
        found = []
        if not self.cutoff.strip():
            found.append(localized(f"{CUTOFF[0]}: välj dagen.", f"{CUTOFF[1]}: choose the day."))
        elif (day := parse_day(self.cutoff, localized(*CUTOFF))) and day > today:
            found.append(
                localized(f"{CUTOFF[0]}: ange en dag senast {today}.", f"{CUTOFF[1]}: give a day up to {today}.")
            )
        if not self.signature:
            found.append(localized(f"{YOUR_SIGNATURE[0]}: välj den.", f"{YOUR_SIGNATURE[1]}: choose it."))
        return found
