"""All networks, or the page of one."""

from pydantic import Field

from models.forms.form import Form, field


class HealthCheckForm(Form):
    network_number: int = Field(
        0,
        **field(
            0,
            ("Nätverk #", "Network #"),
            (
                "0: alla nätverk räknas. Ett nummer: bara det nätverkets egen sida ritas, och inget annat ändras.",
                "0: all networks are scored. A number: only that network's own page is drawn, nothing else changes.",
            ),
        ),
    )
