"""A meeting is told of: saved, and what follows from it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from models.db.engine import transaction
from models.forms.meeting_report import MeetingReportForm
from models.networks import rest
from models.stages import kickoff, meeting_report
from models.tables.meeting import Meeting
from models.tables.network import Network
from models.tables.transition import Actor, Cause
from tasks.runtime.form_intake import close_intake, form_of, keep_form
from tasks.runtime.step import run_id, step


@step("Kontrollera och spara formuläret", "Check and keep the form")
async def receive_report(form: MeetingReportForm, at: datetime) -> str:
    return keep_form(form, "meeting-report", at, meeting_report.check_report)


@step("Spara träffen och vem som bar den", "Save the meeting and who carried it")
async def save_report(intake: str, at: datetime) -> dict[str, Any]:
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


@step("Uppstart, om det var första träffen", "Kickoff, if it was the first meeting")
async def start_if_kickoff(saved: dict[str, Any], at: datetime) -> bool:
    with transaction() as session:
        network, meeting = _rows(session, saved)
        return kickoff.start_if_kickoff(session, network, meeting, _cause(at))


@step("Väck, om nätverket vilade", "Wake, if the network rested")
async def wake_if_resting(saved: dict[str, Any], at: datetime) -> bool:
    with transaction() as session:
        network, meeting = _rows(session, saved)
        return rest.wake_if_resting(session, network, meeting, _cause(at))


@step("Boka nästa och skicka till kalendrarna", "Book the next and send to calendars")
async def follow_up(form: MeetingReportForm, saved: dict[str, Any], at: datetime) -> int:
    with transaction() as session:
        network, meeting = _rows(session, saved)
        return meeting_report.follow_up(session, network, meeting, form, _cause(at))


def _rows(session: Any, saved: dict[str, Any]) -> tuple[Network, Meeting]:
    return (
        session.get_one(Network, UUID(saved["network_id"])),
        session.get_one(Meeting, UUID(saved["meeting_id"])),
    )


def _cause(at: datetime) -> Cause:
    return Cause("meeting-report", Actor.member, at, flow_run_id=run_id())
