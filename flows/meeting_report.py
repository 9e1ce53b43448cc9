"""A member tells of a meeting."""

from typing import Any

from prefect import flow

from flows.telling import told
from models.forms.meeting_report import MeetingReportForm
from tasks import meeting_report as stage
from tasks.intake import forget
from tasks.step import moment


@flow(name="meeting-report", flow_run_name="träff-nätverk-{form.network_number}")
async def meeting_report(form: MeetingReportForm, as_of: str = "") -> Any:
    """Spara en träff som en medlem berättat om, och det som följer: uppstart, väckning, nästa träff.

    Args:
        form: Träffen i siffror och vem som bar vad. Aldrig en deltagarlista.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    intake = await stage.receive_report(form, at)
    await forget(form)
    saved = await stage.save_report(intake, at)
    started = await stage.start_if_kickoff(saved, at)
    woke = await stage.wake_if_resting(saved, at)
    invited = await stage.follow_up(form, saved, at)
    return told(
        f"Nätverk #{saved['number']}: träff {saved['status']}" + (", nätverket är igång" if started else ""),
        network=saved["number"],
        status=saved["status"],
        started=int(started),
        woke=int(woke),
        over_helped=int(saved["over_helped"]),
        invited=invited,
    )
