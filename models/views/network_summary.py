"""A network's own picture, for its organisers: when they met, and how many share the work. Nobody is named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select

from models.dates.local_time import local, midnight
from models.tables.meeting import Meeting, MeetingDuty, MeetingStatus

YEAR = timedelta(days=365)
DUTIES_OF = 4  # the last meetings whose duties are counted, as the score does (domain.md section 7)

_MEETINGS = (
    select(Meeting.id, Meeting.starts_at, Meeting.attended, Meeting.status)
    .where(col(Meeting.network_id) == bindparam("network"), col(Meeting.starts_at) > bindparam("since"))
    .where(col(Meeting.status).in_((MeetingStatus.held, MeetingStatus.planned)))
    .order_by(col(Meeting.starts_at))
)
_DUTIES = (
    select(MeetingDuty.organiser_key, func.count())
    .where(col(MeetingDuty.meeting_id).in_(bindparam("meetings", expanding=True)))
    .group_by(col(MeetingDuty.organiser_key))
)


@dataclass(frozen=True)
class Met:
    """One meeting that was held: its day, how many came, and where in the year it lies (0 to 1)."""

    on: date
    attended: int
    place: float


@dataclass(frozen=True)
class NetworkSummary:
    """The last year's meetings, the next one, and each one's share of the work, the largest first."""

    met: Sequence[Met]
    next_on: date | None
    members: Sequence[float]
    office: float


def network_summary(session: Session, network_id: UUID, today: date) -> NetworkSummary:
    """The network as its own organisers may see it on that day."""
    begin = today - YEAR
    since = midnight(begin)
    rows = session.exec(_MEETINGS, params={"network": network_id, "since": since}).all()
    held = [
        (key, Met(day, attended or 0, (day - begin) / YEAR))
        for key, starts_at, attended, status in rows
        if status == MeetingStatus.held and (day := local(starts_at).date()) <= today
    ]
    coming = (local(starts_at).date() for _, starts_at, _, status in rows if status == MeetingStatus.planned)
    members, office = _shares(session, [key for key, _ in held[-DUTIES_OF:]])
    return NetworkSummary([met for _, met in held], next((day for day in coming if day > today), None), members, office)


def _shares(session: Session, meetings: Sequence[UUID]) -> tuple[list[float], float]:
    """Each member's share of the duties that were written down, and the office's; nothing for none."""
    if not meetings:
        return [], 0
    carried = dict(session.exec(_DUTIES, params={"meetings": list(meetings)}).all())
    total = sum(carried.values())
    office = carried.pop(None, 0)
    return sorted((count / total for count in carried.values()), reverse=True), office / total if total else 0
