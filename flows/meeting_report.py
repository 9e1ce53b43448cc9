"""A member tells of a meeting."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.forms.meeting_report import MeetingReportForm
from models.i18n import localized
from models.vocabulary import MEETING_STATUS, word
from tasks import meeting_report as stage
from tasks.runtime.form_intake import forget
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import refresh_forms_and_start_outbox


@flow(name="meeting-report", flow_run_name=localized("Träff: {form.subject}", "Meeting: {form.subject}"))
@fail_with_sentence
async def meeting_report(form: MeetingReportForm, as_of: str = "") -> Counts:
    """Spara en träff som en medlem berättat om, och det som följer: uppstart, väckning, nästa träff.

    Args:
        form: Träffen i siffror och vem som bar vad. Aldrig en deltagarlista.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    intake = await stage.receive_report(form, at)
    await forget(form)
    saved = await stage.save_report(intake, at)
    followed = await stage.follow_up(form, saved, at)
    await refresh_forms_and_start_outbox(as_of)
    status = word(MEETING_STATUS, saved["status"])
    more = localized(", och nätverket är igång", ", and the network has started") if followed["started"] else ""
    return outcome(
        localized(f"Nätverk #{saved['number']}: {status}{more}", f"Network #{saved['number']}: {status}{more}"),
        network=saved["number"],
        status=saved["status"],
        started=int(followed["started"]),
        woke=int(followed["woke"]),
        over_helped=int(saved["over_helped"]),
        invited=followed["invited"],
    )
