"""What a check-in need not ask, since it has been told already (domain.md sections 6 and 13)."""

from datetime import date, datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from models.dates.local_time import ONE_DAY, local, midnight
from models.meetings.booking import next_booked
from models.tables.check_in import CheckIn
from models.tables.meeting import Meeting, MeetingStatus

LONGEST_SINCE = timedelta(days=366)
"""A meeting of longer ago is no answer to whether they met since last time."""

# Put together once: each who opens a check-in asks them.
_SENT_BEFORE = select(func.max(CheckIn.sent_on)).where(
    col(CheckIn.network_id) == bindparam("network"), col(CheckIn.sent_on) < bindparam("sent_on")
)
_HELD = (
    select(Meeting.starts_at, Meeting.attended)
    .where(col(Meeting.network_id) == bindparam("network"), col(Meeting.status) == MeetingStatus.held)
    .where(col(Meeting.starts_at) >= bindparam("since"), col(Meeting.starts_at) < bindparam("until"))
    .order_by(col(Meeting.starts_at).desc())
    .limit(1)
)


def known_answers(session: Session, check_in: CheckIn, at: datetime) -> dict[str, str]:
    """The answers to questions 1 and 2 that the network has given by telling of a meeting and by booking one, by field;
    what is not known is left out.
    """
    known = _told_since(session, check_in, local(at).date())
    if coming := next_booked(session, check_in.network_id, at):
        known["next_on"] = local(coming.starts_at).date().isoformat()
    return known


def _told_since(session: Session, check_in: CheckIn, today: date) -> dict[str, str]:
    """The latest meeting held and told of since the check-in before this one was sent."""
    before = session.exec(_SENT_BEFORE, params={"network": check_in.network_id, "sent_on": check_in.sent_on}).one()
    since = max(before or date.min, today - LONGEST_SINCE)
    # Until the day is over: one that is told of by its day alone stands at its evening.
    span = {"network": check_in.network_id, "since": midnight(since), "until": midnight(today + ONE_DAY)}
    if not (met := session.exec(_HELD, params=span).first()):
        return {}
    starts_at, attended = met
    return {"met": "yes", "met_on": local(starts_at).date().isoformat(), "met_attended": str(attended)}
