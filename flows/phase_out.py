"""The office's help tapers off until the network stands by itself."""

from typing import Any

from prefect import flow

from flows.telling import told
from tasks import phase_out as stage
from tasks.step import moment


@flow(name="phase-out", flow_run_name="utfasning")
async def phase_out(as_of: str = "") -> Any:
    """Varsla om slutdatum, ta nästa steg på trappan och ta farväl av de nätverk som står på egna ben.

    Args:
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    noticed = await stage.give_notice(at)
    moved = await stage.step_down(at)
    return told(
        f"{sum(moved.values())} nätverk tog ett steg, {moved.get('independent', 0)} står på egna ben, {noticed} varsel",
        noticed=noticed,
        moved=sum(moved.values()),
        **moved,
    )
