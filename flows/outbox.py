"""What is due goes out, each mail once."""

from collections import Counter

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.forms.outbox import OutboxForm
from models.i18n import localized
from tasks import outbox as stage
from tasks.runtime.form_intake import check
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import refresh_forms

OUTCOMES = ("sent", "deferred", "failed", "in_doubt", "skipped")


@flow(name="outbox", flow_run_name=localized("Utkorg: {form.subject}", "Outbox: {form.subject}"))
@fail_with_sentence
async def outbox(form: OutboxForm = OutboxForm(action="send"), as_of: str = "") -> Counts:
    """Skicka den e-post som får gå nu. Det som inte går fram just nu väntar; det osäkra avgör personal.

    Args:
        form: Skicka, eller vad som ska gälla för mejl som är osäkra.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    await check(form, at)
    settled = 0 if form.is_sweep else await stage.settle_in_doubt(form, at)
    left = await stage.look_after(at)
    total, batch = Counter({"skipped": left["skipped"], "in_doubt": left["in_doubt"]}), 0
    while ended := await stage.send_batch(at, batch, left["due"]):
        total.update(ended)
        batch += 1
    counts = {name: total[name] for name in OUTCOMES}
    if counts["deferred"] or counts["failed"] or counts["in_doubt"]:
        await stage.show_not_sent(at)
    if settled or counts["in_doubt"]:
        await refresh_forms()
    sent, waits, lost, doubt = (counts[name] for name in ("sent", "deferred", "failed", "in_doubt"))
    line = localized(
        f"{sent} skickade, {waits} väntar, {lost} gick inte fram, {doubt} osäkra",
        f"{sent} sent, {waits} wait, {lost} did not go, {doubt} in doubt",
    )
    return outcome(line, remarks=lost + doubt, **counts, settled=settled)
