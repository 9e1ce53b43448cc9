"""Who of staff sees persons, and that it is written down whenever they do (domain.md sections 10 and 13)."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from models.tables.office import Staff, StaffRole
from models.tables.staff_session import Look

REASON_LENGTH = 200


class Sight(StrEnum):
    """How much of persons somebody sees on a page."""

    all = "all"
    on_reason = "on_reason"
    none = "none"


def sight_of(staff: Staff, region: str | None, owners: Collection[UUID | None]) -> Sight:
    """A reader sees nobody. A negotiator sees their own region's persons, and whoever they have the matter of, or stand
    in for who has (`owners`); others once they have said why. The office and data protection see all.
    """
    if staff.role == StaffRole.reader:
        return Sight.none
    if staff.role != StaffRole.negotiator or staff.region in (None, region) or staff.id in owners:
        return Sight.all
    return Sight.on_reason


def log_looks(
    session: Session, staff_id: UUID, person_ids: Collection[UUID], page: str, at: datetime, reason: str | None = None
) -> None:
    """Write down that a page showed these persons to a member of staff."""
    session.add_all(
        Look(person_id=one, staff_id=staff_id, page=page, at=at, reason=reason) for one in sorted(set(person_ids))
    )


def with_reason(session: Session, sight: Sight, staff: Staff, page: str, since: datetime) -> Sight:
    """What they see of a page once they have said, since then, why they look at it."""
    said = select(Look.id).where(
        col(Look.staff_id) == staff.id, col(Look.page) == page, col(Look.at) >= since, col(Look.reason).is_not(None)
    )
    if sight is Sight.on_reason and session.exec(said.limit(1)).first():
        return Sight.all
    return sight
