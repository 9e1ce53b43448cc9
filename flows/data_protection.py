"""What nobody needs any more is forgotten, every night."""

from typing import Any

from prefect import flow

from flows.telling import in_words, told
from models.language import say
from tasks import data_protection as stage
from tasks.step import moment


@flow(name="data-protection", flow_run_name=say("Gallring", "Retention"))
@in_words
async def data_protection(as_of: str = "") -> Any:
    """Töm formulär i körningar som misslyckades innan formuläret togs emot.

    Args:
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    moment(as_of)
    emptied = await stage.forget_failed()
    return told(say(f"{emptied} formulär tömda", f"{emptied} forms emptied"), emptied=emptied)
