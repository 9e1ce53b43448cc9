"""What a meeting's duties say of it: whether a member led it, and whether the office did too much (section 5)."""

from dataclasses import replace

from sqlmodel import Session, col, select

from models.audit import step_at
from models.office.interventions import end_intervention, open_for, open_once
from models.support.ladder import over_helps
from models.tables.meeting import Meeting, MeetingDuty, is_led_by_member
from models.tables.network import Network
from models.tables.office import InterventionKind, TalkOutcome
from models.tables.transition import Cause


def judge_duties(session: Session, network: Network, meeting: Meeting, cause: Cause) -> None:
    """Say from its duties whether a member led it, and whether the office did more than the step of its day allows:
    then a flag is raised, and a correction takes it away.
    """
    session.flush()
    duties = session.exec(select(MeetingDuty).where(col(MeetingDuty.meeting_id) == meeting.id)).all()
    by_members = [str(one.duty) for one in duties if not one.by_office]
    meeting.led_by_member = is_led_by_member([str(one.duty) for one in duties], by_members)
    by_office = [str(one.duty) for one in duties if one.by_office]
    meeting.over_helped = over_helps(step_at(session, network, meeting.starts_at), by_office)
    session.add(meeting)
    if meeting.over_helped:
        open_once(session, network, InterventionKind.over_helping, str(meeting.id), cause.at)
        return
    for flag in open_for(session, network, (InterventionKind.over_helping,)):
        if flag.occasion == str(meeting.id):
            end_intervention(session, flag, TalkOutcome.settled, replace(cause, signature=None))
