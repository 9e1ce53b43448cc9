"""What waits on whom? Every morning, before anybody has to ask."""

from typing import Any

from prefect import flow

from flows.telling import told
from tasks import work_list as stage
from tasks.step import moment


@flow(name="work-list", flow_run_name="arbetslista")
async def work_list(as_of: str = "") -> Any:
    """Dagens genomgång: det som tiden ändrar, och listan över vad som väntar på vem.

    Args:
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    looked_at = await stage.retry_incomplete(at)
    taken = await stage.take_further(at)
    left = await stage.end_roles_of_leavers(at)
    queue = await stage.tend_queue(at)
    woken = await stage.wake(at)
    planned = await stage.ask_still_planned(at)
    introduced = await stage.introduce(at)
    alarms = await stage.alarm(at)
    listed = await stage.show(at)
    digests = await stage.digest(at)
    return told(
        f"{listed['waiting']} väntar på kansliet, {listed['overdue']} försenade",
        **listed,
        **queue,
        retried=looked_at,
        taken=taken,
        roles_ended=left,
        wake=woken,
        still_planned=planned,
        introduced=introduced,
        alarms=alarms,
        digests=digests,
    )
