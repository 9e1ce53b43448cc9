"""Does the mail server take our login? For whoever has just changed it."""

from typing import Any

from prefect import flow

from flows.telling import told
from tasks import mail_server as stage
from tasks.step import moment


@flow(name="mail-check", flow_run_name="e-postservern")
async def mail_check(as_of: str = "") -> Any:
    """Logga in på e-postservern och ut igen. Inget skickas.

    Args:
        as_of: Lämnas tomt.
    """
    moment(as_of)
    where = await stage.check()
    return told(f"{where} svarar och godtar inloggningen", reachable=1)
