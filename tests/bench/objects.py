"""The plain way: each network's rows as objects, one network at a time. What the set-based loader must equal."""

from datetime import date

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.health.batch import DUTIES, NOT_RECORDED, OFFICE, BatchBuilder
from models.health.engagement import Health, score
from models.tables.check_in import CheckIn
from models.tables.meeting import Meeting, MeetingDuty
from models.tables.network import Network


def health_by_objects(session: Session, network: Network, as_of: date) -> Health:
    """The health of one network, from all its rows read as objects."""
    builder = BatchBuilder()
    assert network.kickoff_on
    builder.add_network(network.kickoff_on, network.cadence_days, network.target_size, network.step)
    meetings = select(Meeting).where(col(Meeting.network_id) == network.id)
    duties = select(MeetingDuty).join(Meeting).where(col(Meeting.network_id) == network.id)
    carried: dict[object, dict[str, str | None]] = {}
    for one in session.exec(duties):
        carried.setdefault(one.meeting_id, {})[one.duty] = one.organiser_key
    for meeting in session.exec(meetings.order_by(col(Meeting.starts_at))):
        codes = [_code(builder, carried.get(meeting.id, {}), duty) for duty in DUTIES]
        day = local(meeting.starts_at).date()
        builder.add_meeting(day, meeting.status, meeting.attended, meeting.branches, meeting.companies, codes)
    check_ins = select(CheckIn).where(col(CheckIn.network_id) == network.id).order_by(col(CheckIn.sent_on))
    for check_in in session.exec(check_ins):
        answered = local(check_in.answered_at).date() if check_in.answered_at else None
        builder.add_check_in(check_in.sent_on, answered, check_in.q4, check_in.q2_next_on)
    return score(builder.batch(), as_of).row(0)


def _code(builder: BatchBuilder, carried: dict[str, str | None], duty: str) -> int:
    if duty not in carried:
        return NOT_RECORDED
    key = carried[duty]
    return OFFICE if key is None else builder.organiser(key)
