"""What a quarter's end does to reserved hours and to grants (domain.md section 5)."""

from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session, col, func, select

from models.dates.local_time import quarter
from models.office.menu import MENU
from models.support.ledger import append_entry, hours_left, lock_ledger, release, reserved
from models.tables.support import CapacityEntry, EntryKind, GrantStatus, SupportGrant


def release_ended(session: Session, today: date, at: datetime) -> int:
    """At a quarter's end: what was reserved in it and not used goes back, and grants whose days are over end.

    An occasion whose days go on moves with all its hours to the quarter of `today` where its giver has them free: the
    visit that was put off is still promised. Where they are not free it gives them back like the rest, and takes what
    is free once it is used; it never holds hours of a quarter that is over, nor of two at a time. What began first
    moves first. What runs has a share in each quarter, and does not move: an unused share goes back.

    Returns how many grants gave back or moved, and ended. A grant that ends within a quarter keeps its hours until that
    quarter's end, for what is told of late.
    """
    lock_ledger(session)  # before it is read what there is to give back: hours used meanwhile are not given twice
    changed = 0
    for grant in _with_hours_behind(session, quarter(today)):
        if MENU[grant.item].runs or grant.status != GrantStatus.granted or grant.to_on < today:
            _give_back(session, grant, quarter(today), at)
        else:
            _move(session, grant, quarter(today), at)
        changed += 1
    over = select(SupportGrant).where(col(SupportGrant.to_on) < today, col(SupportGrant.status) == GrantStatus.granted)
    grants = session.exec(over).all()
    for grant in grants:
        grant.status = GrantStatus.ended
        session.add(grant)
    return changed + len(grants)


def _with_hours_behind(session: Session, now: str) -> list[SupportGrant]:
    """Grants that have hours reserved in a quarter before `now`, those first that began first."""
    behind = (
        select(CapacityEntry.grant_id)
        .where(col(CapacityEntry.quarter) < now, col(CapacityEntry.grant_id).is_not(None))
        .where(col(CapacityEntry.kind).in_((EntryKind.reserved, EntryKind.released)))
        .group_by(col(CapacityEntry.grant_id), col(CapacityEntry.staff_id), col(CapacityEntry.quarter))
        .having(func.sum(CapacityEntry.hours) < 0)
    )
    grants = select(SupportGrant).where(col(SupportGrant.id).in_(behind))
    in_turn = grants.order_by(col(SupportGrant.from_on), col(SupportGrant.id))
    return list(session.exec(in_turn.execution_options(populate_existing=True)))


def _give_back(session: Session, grant: SupportGrant, now: str, at: datetime) -> None:
    for staff_id, in_quarter, hours in reserved(session, grant.id):
        if in_quarter < now:
            append_entry(session, staff_id, in_quarter, hours, EntryKind.released, at, grant.id)


def _move(session: Session, grant: SupportGrant, now: str, at: datetime) -> None:
    hours = sum((left for *_, left in reserved(session, grant.id)), Decimal(0))
    release(session, grant, at)
    if hours <= hours_left(session, grant.staff_id, now):
        append_entry(session, grant.staff_id, now, -hours, EntryKind.reserved, at, grant.id)
