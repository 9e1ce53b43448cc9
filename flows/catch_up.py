"""Staff have talked with a network that something was to be done about."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.forms.catch_up import CatchUpForm
from models.i18n import localized
from models.vocabulary import OUTCOME, word
from tasks import catch_up as stage
from tasks.runtime.form_intake import forget
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import refresh_forms_and_start_outbox


@flow(name="catch-up", flow_run_name=localized("Samtal: {form.subject}", "Talk: {form.subject}"))
@fail_with_sentence
async def catch_up(form: CatchUpForm, as_of: str = "") -> Counts:
    """Anteckna samtalet och vägen framåt: prova något nytt, vila, eller avsluta med heder.

    Args:
        form: Nätverket, ärendet, och vad du och medlemmen kom fram till.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    intake = await stage.receive_talk(form, at)
    await forget(form)
    done = await stage.settle_talk(intake, at)
    await refresh_forms_and_start_outbox(as_of)
    agreed = word(OUTCOME, form.outcome)
    line = localized(
        f"Nätverk #{done['network']}: {agreed}. {done['ended']} ärenden avslutade",
        f"Network #{done['network']}: {agreed}. {done['ended']} matters settled",
    )
    return outcome(line, **done)
