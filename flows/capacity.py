"""The office's hours: a quarter begins, somebody is away, hours were used. What is free is offered to the queue."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.forms.capacity import CapacityForm
from models.i18n import localized
from tasks import capacity as stage
from tasks.runtime.form_intake import check
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import refresh_forms_and_start_outbox


@flow(name="capacity", flow_run_name=localized("Timmar: {form.subject}", "Hours: {form.subject}"))
@fail_with_sentence
async def capacity(form: CapacityForm = CapacityForm(action="quarter"), as_of: str = "") -> Counts:
    """Anteckna eller rätta timmar, bidrag, frånvaro eller budget. Kvartalets genomgång: släpp oanvända timmar.

    Args:
        form: Vad som hänt, och vem och vilket nätverk det gäller.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    await check(form, at)
    changed = await (stage.release_ended(at) if form.is_sweep else stage.enter(form, at))
    offered = await stage.make_offers(at)
    await refresh_forms_and_start_outbox(as_of)
    line = localized(
        f"{form.subject}: {changed} ändrade, {offered} erbjudna ur kön",
        f"{form.subject}: {changed} changed, {offered} offered from the queue",
    )
    return outcome(line, changed=changed, offered=offered)
