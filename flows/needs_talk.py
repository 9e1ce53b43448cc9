"""Staff have talked with the member and decide what the office can do."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.forms.needs_talk import NeedsTalkForm
from models.i18n import localized
from models.vocabulary import REQUEST_STATE, word
from tasks import needs_talk as stage
from tasks.runtime.form_intake import forget
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import refresh_forms_and_start_outbox


@flow(name="needs-talk", flow_run_name=localized("Behovssamtal: {form.subject}", "Needs talk: {form.subject}"))
@fail_with_sentence
async def needs_talk(form: NeedsTalkForm, as_of: str = "") -> Counts:
    """Anteckna behovssamtalet och beslutet. Det som inte ryms i timmarna väntar i kön.

    Args:
        form: Samtalet, beslutet och det beviljade stödet, ett stöd i taget.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    intake = await stage.receive_talk(form, at)
    await forget(form)
    request_id = await stage.record_talk(intake, at)
    suggested = await stage.suggest(request_id)
    decided = await stage.decide(intake, request_id, at)
    asked = await stage.ask_co_organisers(decided["network_id"], at) if decided["network_id"] else 0
    await refresh_forms_and_start_outbox(as_of)
    number, state = decided["request"], word(REQUEST_STATE, decided["state"])
    network = (
        localized(f", nätverk #{decided['network']}", f", network #{decided['network']}") if decided["network"] else ""
    )
    return outcome(
        localized(f"Förfrågan #{number}: {state}{network}", f"Request #{number}: {state}{network}"),
        request=decided["request"],
        state=decided["state"],
        network=decided["network"],
        suggested=suggested,
        asked=asked,
    )
