"""What a meeting's duties say of it: whether a member led it, and whether the office did too much (section 5); and who
is to carry them next time (section 13).
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import UUID

from sqlmodel import Session, col, delete, select

from models.audit import step_at
from models.office.interventions import end_intervention, open_for, open_once
from models.support.ladder import over_helps
from models.tables.meeting import Duty, Meeting, MeetingDuty, PlannedDuty, is_led_by_member
from models.tables.network import Network
from models.tables.office import InterventionKind, TalkOutcome
from models.tables.transition import Cause


def sum_up_duties(meeting: Meeting, recorded: Collection[str], by_office: Collection[str]) -> None:
    """Repeat on the meeting what these duties say, `by_office` those of them that the office carried."""
    by_members = set(recorded).difference(by_office)
    meeting.led_by_member = is_led_by_member(recorded, by_members)
    meeting.duties_by_office, meeting.duties_by_members = len(by_office), len(by_members)


def judge_duties(session: Session, network: Network, meeting: Meeting, cause: Cause) -> None:
    """`judge_carried` by the duties that are recorded."""
    session.flush()
    duties = session.exec(select(MeetingDuty).where(col(MeetingDuty.meeting_id) == meeting.id)).all()
    judge_carried(session, network, meeting, {one.duty: one.by_office for one in duties}, cause)


def judge_carried(
    session: Session, network: Network, meeting: Meeting, carried: Mapping[Duty, bool], cause: Cause
) -> None:
    """Say from its duties, each by the office or not, whether a member led it, and whether the office did more than
    the step of its day allows: then a flag is raised, and a correction takes it away.
    """
    by_office = [str(duty) for duty, is_office in carried.items() if is_office]
    sum_up_duties(meeting, [str(duty) for duty in carried], by_office)
    was_over_helped = meeting.over_helped
    meeting.over_helped = bool(by_office) and over_helps(step_at(session, network, meeting.starts_at), by_office)
    session.add(meeting)
    if meeting.over_helped:
        open_once(session, network, InterventionKind.over_helping, str(meeting.id), cause.at)
    if meeting.over_helped or not was_over_helped:
        return
    for flag in open_for(session, network, (InterventionKind.over_helping,)):
        if flag.occasion == str(meeting.id):
            end_intervention(session, flag, TalkOutcome.settled, replace(cause, signature=None))


def plan_duties(session: Session, meeting_id: UUID, carriers: Mapping[Duty, str]) -> None:
    """Who is to carry which duty of a meeting to come, by code, instead of what was planned before."""
    session.exec(delete(PlannedDuty).where(col(PlannedDuty.meeting_id) == meeting_id))
    session.add_all(PlannedDuty(meeting_id=meeting_id, duty=duty, carrier=code) for duty, code in carriers.items())


def planned_duties(session: Session, meeting_id: UUID) -> dict[str, str]:
    """Who is to carry which duty, by code, in the order of the duties; what nobody took is left out."""
    planned = select(PlannedDuty.duty, PlannedDuty.carrier).where(col(PlannedDuty.meeting_id) == meeting_id)
    carriers = dict(session.exec(planned).all())
    return {duty.value: carriers[duty] for duty in Duty if duty in carriers}
