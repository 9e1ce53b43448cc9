"""The meetings that were held and told of by a moment, in columns: hundreds of thousands become no objects."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import case, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from models.db.columnar import Ints, as_seconds, in_columns, local_days
from models.tables.meeting import Meeting, MeetingStatus, ReportEntry
from models.tables.network import Network

UNKNOWN = -1


@dataclass(frozen=True)
class Held:
    """One entry a meeting, in the order of network and day; a figure that nobody told is UNKNOWN."""

    network: Ints
    day: Ints
    attended: Ints
    branches: Ints
    companies: Ints
    by_office: Ints
    by_members: Ints

    @property
    def columns(self) -> tuple[Ints, ...]:
        """All of it, as it is frozen."""
        return self.network, self.day, self.attended, self.branches, self.companies, self.by_office, self.by_members


def meetings_held(session: Session, before: datetime, number_of: dict[UUID, int]) -> Held:
    """Meetings of these networks on days before a moment, as they were last told of before it."""
    told_since = _told_since(session, before)
    latest: Any = (
        sql_select(col(ReportEntry.meeting_id), func.max(col(ReportEntry.at)).label("at"))
        .where(col(ReportEntry.at) < before)
        .group_by(col(ReportEntry.meeting_id))
        .subquery()
    )
    as_now = told_since.c.meeting_id.is_(None)
    columns = (
        case((as_now, col(Meeting.attended)), else_=col(ReportEntry.attended)),
        case((as_now, col(Meeting.branches)), else_=col(ReportEntry.branches)),
        case((as_now, col(Meeting.companies)), else_=col(ReportEntry.companies)),
        case((as_now, col(Meeting.duties_by_office)), else_=0),
        case((as_now, col(Meeting.duties_by_members)), else_=0),
    )
    status = case((as_now, col(Meeting.status)), else_=col(ReportEntry.status))
    is_told = latest.c.at.is_not(None) | (func.coalesce(col(Meeting.reported_at), col(Meeting.starts_at)) < before)
    rows: Any = (
        sql_select(
            col(Network.number),
            as_seconds(session, col(Meeting.starts_at)),
            *(func.coalesce(one, UNKNOWN) for one in columns),
        )
        .join(Network, col(Network.id) == col(Meeting.network_id))
        .outerjoin(latest, latest.c.meeting_id == col(Meeting.id))
        .outerjoin(told_since, told_since.c.meeting_id == col(Meeting.id))
        .outerjoin(ReportEntry, (col(ReportEntry.meeting_id) == col(Meeting.id)) & (col(ReportEntry.at) == latest.c.at))
        .where(status == MeetingStatus.held, is_told, col(Meeting.starts_at) < before)
    )
    number, moment, *figures = in_columns(session, rows, 7)
    known = np.isin(number, np.array(sorted(number_of.values()), dtype=np.int64))
    all_columns = [one[known] for one in (number, local_days(moment), *figures)]
    order = np.lexsort(all_columns[::-1])
    return Held(*(one[order] for one in all_columns))


def _told_since(session: Session, before: datetime) -> Any:
    """Meetings that somebody told of at the moment or later, or that staff have corrected since."""
    return sql_select(col(ReportEntry.meeting_id)).where(col(ReportEntry.at) >= before).distinct().subquery()
