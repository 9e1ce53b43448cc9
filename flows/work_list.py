"""What waits on whom? Every morning, before anybody has to ask."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.i18n import localized
from tasks import work_list as stage
from tasks.runtime.office_alarms import office_alarms
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import refresh_forms_and_start_outbox


@flow(name="work-list", flow_run_name=localized("Arbetslista", "Work list"))
@fail_with_sentence
async def work_list(as_of: str = "") -> Counts:
    """Dagens genomgång: det som tiden ändrar, och listan över vad som väntar på vem.

    Args:
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    looked_at = await stage.retry_incomplete(at)
    taken = await stage.assign_untaken(at)
    left = await stage.end_roles_of_leavers(at)
    queue = await stage.tend_queue(at)
    woken = await stage.wake(at)
    planned = await stage.ask_still_planned(at)
    introduced = await stage.introduce(at)
    forms = await stage.forms()
    alarms = await stage.alarm(at, forms)
    listed = await stage.show(at, forms, await office_alarms(as_of))
    digests = await stage.digest(at, forms)
    await refresh_forms_and_start_outbox(as_of)
    waiting, overdue = listed["waiting"], listed["overdue"]
    return outcome(
        localized(
            f"{waiting} väntar på kansliet, {overdue} försenade", f"{waiting} wait on the office, {overdue} overdue"
        ),
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
