"""Does the mail server take our login? For whoever has just changed it."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.i18n import localized
from tasks import mail_check as stage
from tasks.runtime.step import moment


@flow(name="mail-check", flow_run_name=localized("Prova e-postservern", "Try the mail server"))
@fail_with_sentence
async def mail_check(as_of: str = "") -> Counts:
    """Logga in på e-postservern och ut igen. Inget skickas.

    Args:
        as_of: Lämnas tomt.
    """
    moment(as_of)
    where = await stage.check()
    return outcome(
        localized(f"{where} svarar och godtar inloggningen", f"{where} answers and takes the login"), reachable=1
    )
