"""A meeting is told of: saved, and what follows from it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from models.db.engine import transaction
from models.forms.meeting_report import MeetingReportForm
from models.stages import meeting_report
from models.tables.meeting import Meeting
from models.tables.network import Network
from models.tables.transition import Actor, Cause
from tasks.runtime.form_intake import close_intake, form_of, keep_form
from tasks.runtime.step import run_id, step


@step("Kontrollera och spara formuläret", "Check and keep the form")
async def receive_report(form: MeetingReportForm, at: datetime) -> str:
    """The intake's id. Raises UserError that names what must be changed."""
    return keep_form(form, "meeting-report", at, meeting_report.check_report)


@step("Spara träffen och vem som bar den", "Save the meeting and who carried it")
async def save_report(intake: str, at: datetime) -> dict[str, Any]:
    """Save the report, once. Returns the meeting's and network's ids, and what the run's last line tells."""
    with transaction() as session:
        row, form = form_of(session, intake, MeetingReportForm)
        if form:
            close_intake(row, meeting_report.save_report(session, form, _cause(at))[1].id, at)
        meeting = session.get_one(Meeting, row.subject_id)
        return {
            "number": session.get_one(Network, meeting.network_id).number,
            "network_id": str(meeting.network_id),
            "meeting_id": str(meeting.id),
            "status": str(meeting.status),
            "over_helped": meeting.over_helped,
        }


@step("Det som följer: uppstart, väckning, nästa träff", "What follows: kickoff, waking, the next meeting")
async def follow_up(form: MeetingReportForm, saved: dict[str, Any], at: datetime) -> dict[str, int]:
    """All that follows from it, once. Returns whether it started or woke the network, and how many were invited."""
    with transaction() as session:
        network = session.get_one(Network, UUID(saved["network_id"]))
        meeting = session.get_one(Meeting, UUID(saved["meeting_id"]))
        return asdict(meeting_report.follow_up(session, network, meeting, form, _cause(at)))


def _cause(at: datetime) -> Cause:
    return Cause("meeting-report", Actor.member, at, flow_run_id=run_id())
