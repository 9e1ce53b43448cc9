"""Does the mail server take our login? For whoever has just changed it."""

from typing import Any

from prefect import flow

from flows.outcome import in_words, told
from models.i18n import say
from tasks import mail_check as stage
from tasks.runtime.step import moment


@flow(name="mail-check", flow_run_name=say("Prova e-postservern", "Try the mail server"))
@in_words
async def mail_check(as_of: str = "") -> Any:
    """Logga in på e-postservern och ut igen. Inget skickas.

    Args:
        as_of: Lämnas tomt.
    """
    moment(as_of)
    where = await stage.check()
    return told(say(f"{where} svarar och godtar inloggningen", f"{where} answers and takes the login"), reachable=1)
