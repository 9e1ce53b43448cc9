"""Staff have talked with a network that something was to be done about."""

from typing import Any

from prefect import flow

from flows.outcome import in_words, told
from models.forms.catch_up import CatchUpForm
from models.i18n import say
from models.vocabulary import OUTCOME, word
from tasks import catch_up as stage
from tasks.runtime.form_intake import forget
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import wrap_up


@flow(name="catch-up", flow_run_name=say("Samtal: {form.subject}", "Talk: {form.subject}"))
@in_words
async def catch_up(form: CatchUpForm, as_of: str = "") -> Any:
    """Anteckna samtalet och vägen framåt: prova något nytt, vila, eller avsluta med heder.

    Args:
        form: Nätverket, ärendet, och vad du och medlemmen kom fram till.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    intake = await stage.receive(form, at)
    await forget(form)
    done = await stage.settle_talk(intake, at)
    await wrap_up(as_of)
    outcome = word(OUTCOME, form.outcome)
    line = say(
        f"Nätverk #{done['network']}: {outcome}. {done['ended']} ärenden avslutade",
        f"Network #{done['network']}: {outcome}. {done['ended']} matters settled",
    )
    return told(line, **done)
