"""What a check-in need not ask, since it has been told already (domain.md sections 6 and 13)."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from models.dates.local_time import ONE_DAY, local, midnight
from models.meetings.booking import next_booked
from models.tables.check_in import CheckIn
from models.tables.meeting import Meeting, MeetingStatus

LONGEST_SINCE = timedelta(days=366)
"""A meeting of longer ago is no answer to whether they met since last time."""


def told_since(session: Session, check_in: CheckIn, at: datetime) -> Meeting | None:
    """The latest meeting held and told of since the check-in before this one was sent."""
    before = select(func.max(CheckIn.sent_on)).where(
        col(CheckIn.network_id) == check_in.network_id, col(CheckIn.sent_on) < check_in.sent_on
    )
    today = local(at).date()
    since = max(session.exec(before).one() or date.min, today - LONGEST_SINCE)
    held = select(Meeting).where(
        col(Meeting.network_id) == check_in.network_id,
        col(Meeting.status) == MeetingStatus.held,
        # Until the day is over: one that is told of by its day alone stands at its evening.
        col(Meeting.starts_at) >= midnight(since),
        col(Meeting.starts_at) < midnight(today + ONE_DAY),
    )
    return session.exec(held.order_by(col(Meeting.starts_at).desc())).first()


def known_answers(session: Session, check_in: CheckIn, at: datetime) -> dict[str, str]:
    """The answers to questions 1 and 2 that the network has given by telling of a meeting and by booking one, by field;
    what is not known is left out.
    """
    known: dict[str, str] = {}
    if met := told_since(session, check_in, at):
        day = local(met.starts_at).date()
        known |= {"met": "yes", "met_on": day.isoformat(), "met_attended": str(met.attended)}
    if coming := next_booked(session, check_in.network_id, at):
        known["next_on"] = local(coming.starts_at).date().isoformat()
    return known
