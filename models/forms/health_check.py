"""All networks, or the page of one."""

from typing import Annotated, ClassVar

from pydantic import Field

from models.forms.choice import Listed
from models.forms.form import Form, field
from models.language import say


class HealthCheckForm(Form):
    heading: ClassVar[tuple[str, str]] = ("Hälsokontrollen", "The health check")

    network_number: Annotated[
        int, Listed("networks", fixed={"": ("Alla: månadens kontroll", "All: the month's check")}, numbered=True)
    ] = Field(
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

    @property
    def subject(self) -> str:
        return super().subject if self.network_number else say("alla nätverk", "all networks")
