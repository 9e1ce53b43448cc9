"""The office's help tapers off until the network stands by itself."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.i18n import localized
from tasks import phase_out as stage
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import refresh_forms_and_start_outbox


@flow(name="phase-out", flow_run_name=localized("Utfasning", "Phase-out"))
@fail_with_sentence
async def phase_out(as_of: str = "") -> Counts:
    """Varsla om slutdatum, ta nästa steg på trappan och ta farväl av de nätverk som står på egna ben.

    Args:
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    noticed = await stage.give_notice(at)
    moved = await stage.step_down(at)
    steps, alone = sum(moved.values()), moved.get("independent", 0)
    if noticed + steps:
        await refresh_forms_and_start_outbox(as_of)
    return outcome(
        localized(
            f"{steps} nätverk tog ett steg, {alone} står på egna ben, {noticed} varsel",
            f"{steps} networks took a step, {alone} stand on their own, {noticed} notices",
        ),
        noticed=noticed,
        moved=steps,
        **moved,
    )
