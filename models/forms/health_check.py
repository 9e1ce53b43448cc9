"""All networks, or the page of one."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from models.forms.kit.base import field
from models.forms.kit.fields import FromList
from models.forms.kit.sweep import SweepForm, sweep_choice
from models.vocabulary import Words

CHECK = sweep_choice("Alla: kör månadens kontroll nu", "All: run the month's check now")


class HealthCheckForm(SweepForm):
    """The page of one network, or the month's sweep over all (domain.md section 7)."""

    heading: ClassVar[tuple[str, str]] = ("Hälsokontrollen", "The health check")
    chooser: ClassVar[str] = "network_number"
    sweep_choice: ClassVar[Words] = CHECK
    sweep_subject: ClassVar[tuple[str, str]] = ("alla nätverk", "all networks")

    network_number: Annotated[int, FromList("networks", fixed=CHECK, numbered=True)] = Field(
        0,
        **field(
            0,
            ("Nätverk", "Network"),
            (
                "Ett nätverk: bara dess egen sida ritas, och inget annat ändras.",
                "One network: only its own page is drawn, and nothing else changes.",
            ),
        ),
    )

    def problems(self, today: date) -> list[str]:
        return self.choice_problems()
