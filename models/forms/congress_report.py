"""The congress report: as of which day, and who asks."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from models.forms.kit.base import SIGNATURE, YOUR_SIGNATURE, Called, DayText, Form, SignatureOrNone, field, parse_day
from models.forms.kit.fields import Hidden
from models.i18n import localized

CUTOFF = ("Läget när dagen börjar", "As things stood when the day began")


class CongressReportForm(Form):
    """As of which day the report is made; the schedule makes that of 1 January (domain.md section 11)."""

    heading: ClassVar[tuple[str, str]] = ("Kongressrapporten", "The congress report")
    called: ClassVar[Called] = {"cutoff": [CUTOFF]}

    cutoff: DayText = Field(
        "",
        **field(
            0,
            CUTOFF,
            (
                "Oftast 1 januari. Det som berättas senare ändrar inte en rapport som finns.",
                "Mostly 1 January. What is told later changes no report that there is.",
            ),
        ),
    )
    signature: SignatureOrNone = Field(
        "",
        pattern=f"{SIGNATURE}|^$",
        **field(1, YOUR_SIGNATURE, ("Du får ett mejl när den är klar.", "You get a mail when it is ready.")),
    )
    sweep: Annotated[bool, Hidden()] = Field(False, **field(2, ("Årets rapport", "The year's report")))

    @property
    def subject(self) -> str:
        return self.cutoff or localized("årets", "the year's")

    @property
    def is_sweep(self) -> bool:
        return self.sweep

    def cutoff_day(self, today: date) -> date:
        """The day that was chosen; of the schedule's report, the latest 1 January."""
        return parse_day(self.cutoff, localized(*CUTOFF)) or date(today.year, 1, 1)

    def problems(self, today: date) -> list[str]:
        if self.sweep:
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
