"""The meetings that were held and told of by a moment, in columns: hundreds of thousands become no objects."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import case, false, func, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from models.dates.local_time import local
from models.db.columnar import Ints, as_seconds, in_columns, local_days
from models.tables.change_entry import ChangedField, ChangeEntry
from models.tables.meeting import Meeting, MeetingStatus, ReportEntry
from models.tables.network import Network
from models.views.congress.facts.told_then import Since

UNKNOWN = -1
CORRECTED = (ChangedField.meeting_day, ChangedField.meeting_doubled, ChangedField.meeting_never_held)
FIGURES = tuple(
    (col(getattr(Meeting, one)), col(getattr(ReportEntry, one))) for one in ("attended", "branches", "companies")
)
DUTIES = tuple(
    (col(getattr(Meeting, one)), col(getattr(ReportEntry, one))) for one in ("duties_by_office", "duties_by_members")
)


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


def meetings_held(session: Session, since: Since, number_of: dict[UUID, int]) -> Held:
    """Meetings of these networks on days before a moment, as they were last told of before it."""
    before = since.before
    told_since, corrected_since = _told_since(before), _corrected_since(before)
    latest: Any = (
        sql_select(col(ReportEntry.meeting_id), func.max(col(ReportEntry.at)).label("at"))
        .where(col(ReportEntry.at) < before)
        .group_by(col(ReportEntry.meeting_id))
        .subquery()
    )
    was_otherwise = or_(
        col(Meeting.status) != col(ReportEntry.status),
        *(now.is_distinct_from(then) for now, then in FIGURES),
        *(then.is_not(None) & (now != then) for now, then in DUTIES),
    )
    is_corrected = corrected_since.c.network_id.is_not(None) & was_otherwise
    as_now = told_since.c.meeting_id.is_(None) & ~func.coalesce(is_corrected, false())
    columns = (
        *(case((as_now, now), else_=then) for now, then in FIGURES),
        *(case((as_now, now), else_=func.coalesce(then, 0)) for now, then in DUTIES),
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
        .outerjoin(corrected_since, corrected_since.c.network_id == col(Meeting.network_id))
        .outerjoin(ReportEntry, (col(ReportEntry.meeting_id) == col(Meeting.id)) & (col(ReportEntry.at) == latest.c.at))
        .where(status == MeetingStatus.held, is_told)
    )
    number, moment, *figures = in_columns(session, rows, 7)
    day = _as_told(since, number_of, number, local_days(moment))
    known = np.isin(number, np.array(sorted(number_of.values()), dtype=np.int64))
    known &= day < local(before).date().toordinal()
    all_columns = [one[known] for one in (number, day, *figures)]
    order = np.lexsort(all_columns[::-1])
    return Held(*(one[order] for one in all_columns))


def _told_since(before: datetime) -> Any:
    """Meetings that somebody told of at the moment or later."""
    return sql_select(col(ReportEntry.meeting_id)).where(col(ReportEntry.at) >= before).distinct().subquery()


def _corrected_since(before: datetime) -> Any:
    """Networks of which staff have put a meeting right since."""
    since = col(ChangeEntry.what).in_(CORRECTED) & (col(ChangeEntry.at) >= before)
    return sql_select(col(ChangeEntry.network_id)).where(since).distinct().subquery()


def _as_told(since: Since, number_of: dict[UUID, int], number: Ints, day: Ints) -> Ints:
    """The days of meetings before staff moved them to others."""
    for entry in since.of(ChangedField.meeting_day):
        then, now = (date.fromisoformat(text).toordinal() for text in (entry.before, entry.after))
        its = number == number_of.get(entry.network_id, UNKNOWN) if entry.network_id else np.zeros(len(day), dtype=bool)
        day = np.where(its & (day == now), then, day)
    return day
