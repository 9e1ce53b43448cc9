"""Staff have talked with the member and decide what the office can do."""

from typing import Any

from prefect import flow

from flows.telling import told
from models.forms.needs_talk import NeedsTalkForm
from tasks import needs_talk as stage
from tasks.intake import forget
from tasks.step import moment


@flow(name="needs-talk", flow_run_name="behovssamtal-{form.request_number}")
async def needs_talk(form: NeedsTalkForm, as_of: str = "") -> Any:
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
    return told(
        f"Förfrågan #{decided['request']}: {decided['state']}"
        + (f", nätverk #{decided['network']}" if decided["network"] else ""),
        request=decided["request"],
        state=decided["state"],
        network=decided["network"],
        suggested=suggested,
        asked=asked,
    )
