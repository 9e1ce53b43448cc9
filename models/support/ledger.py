"""The office's hours: a ledger per negotiator and quarter that never goes below zero (domain.md S6, I5)."""

from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from models.dates.local_time import quarter, quarter_bounds
from models.errors import CapacityExceeded, UserError
from models.i18n import figure, in_hours, localized
from models.office.menu import MENU
from models.office.policy import office_policy
from models.support.network_hours import check_network_hours, hours_used
from models.tables.office import Staff
from models.tables.support import HUNDREDTH, CapacityEntry, EntryKind, GrantStatus, Item, SupportGrant, SupportTime


def hours_left(session: Session, staff_id: UUID, in_quarter: str) -> Decimal:
    """What a negotiator has left of a quarter, in hours; one that nothing was booked in yet has the whole budget."""
    last = _last_line(session, staff_id, in_quarter)
    return last.balance if last else office_policy().quarter_hours


def _last_line(session: Session, staff_id: UUID, in_quarter: str) -> CapacityEntry | None:
    return session.exec(
        select(CapacityEntry)
        .where(col(CapacityEntry.staff_id) == staff_id, col(CapacityEntry.quarter) == in_quarter)
        .order_by(col(CapacityEntry.sequence).desc())
    ).first()


def append_entry(
    session: Session, staff_id: UUID, in_quarter: str, hours: Decimal, kind: EntryKind, at: datetime,
    grant: UUID | None = None,
) -> CapacityEntry:  # fmt: skip
    """Add `hours` (taken: below zero) to a negotiator's ledger of a quarter, which begins with its budget.

    Raises CapacityExceeded when the balance would fall below zero. The staff row is locked first, so that of two who
    take the last hours one waits, sees the other's line and is refused; the database checks the balance too (I5).
    """
    staff = _lock(session, staff_id)
    last = _last_line(session, staff_id, in_quarter)
    if last is None and kind != EntryKind.budget:
        last = append_entry(session, staff_id, in_quarter, office_policy().quarter_hours, EntryKind.budget, at)
    before, place = (last.balance, last.sequence) if last else (Decimal(0), 0)
    if before + hours < 0:
        raise CapacityExceeded(
            localized(
                f"{staff.signature} har {in_hours(before)} kvar {in_quarter} och det behövs {figure(-hours)}.",
                f"{staff.signature} has {in_hours(before)} left in {in_quarter} and {figure(-hours)} are needed.",
            )
        )
    line = CapacityEntry(
        staff_id=staff_id, quarter=in_quarter, grant_id=grant, sequence=place + 1, hours=hours,
        balance=before + hours, kind=kind, at=at,
    )  # fmt: skip
    session.add(line)
    session.flush()
    return line


def _lock(session: Session, staff_id: UUID) -> Staff:
    # Not a full FOR UPDATE: a grant written just before holds a share of its giver's row, and two such would deadlock.
    return session.exec(select(Staff).where(col(Staff.id) == staff_id).with_for_update(key_share=True)).one()


def lock_ledger(session: Session) -> None:
    """From here to the transaction's end nobody else takes hours: grants are decided one after another.

    The rows are locked in one order, so that two grants with the same givers never wait for each other in a ring.
    """
    session.exec(select(Staff.id).order_by(col(Staff.id)).with_for_update(key_share=True)).all()


def all_hours_left(session: Session, in_quarter: str, staff_ids: Collection[UUID] | None = None) -> dict[UUID, Decimal]:
    """`hours_left` of everybody, or of these, whose quarter has lines; the others have the whole budget."""
    lines: Any = select(col(CapacityEntry.staff_id), func.max(col(CapacityEntry.sequence)).label("sequence"))
    lines = lines.where(col(CapacityEntry.quarter) == in_quarter).group_by(col(CapacityEntry.staff_id))
    if staff_ids is not None:
        lines = lines.where(col(CapacityEntry.staff_id).in_(staff_ids))
    last = lines.subquery()
    rows = select(col(CapacityEntry.staff_id), col(CapacityEntry.balance)).join(
        last, (last.c.staff_id == CapacityEntry.staff_id) & (last.c.sequence == CapacityEntry.sequence)
    )
    return dict(session.exec(rows.where(col(CapacityEntry.quarter) == in_quarter)).all())


def set_budget(
    session: Session, staff: Staff, in_quarter: str, hours: Decimal, at: datetime, signer: Staff | None = None
) -> bool:
    """Make `hours` a negotiator's budget of a quarter: a line of the difference. Returns whether it changed.
    `signer`: who decides it.

    Raises UserError when more than that is taken already.
    """
    _lock(session, staff.id)
    lines = select(func.count(), func.sum(col(CapacityEntry.hours))).where(
        col(CapacityEntry.staff_id) == staff.id,
        col(CapacityEntry.quarter) == in_quarter,
        col(CapacityEntry.kind) == EntryKind.budget,
    )
    count, total = session.exec(lines).one()
    budget = Decimal(str(total)) if count else Decimal(0)
    taken = budget - hours_left(session, staff.id, in_quarter) if count else Decimal(0)
    if hours < taken:
        raise UserError(
            localized(
                f"Timmar: {staff.signature} har redan {in_hours(taken)} bokade {in_quarter}. Ange minst så många.",
                f"Hours: {staff.signature} has {in_hours(taken)} booked in {in_quarter}. Give at least as many.",
            )
        )
    if count and hours == budget:
        return False
    line = append_entry(session, staff.id, in_quarter, hours - budget, EntryKind.budget, at)
    line.signed_by = signer.id if signer else None
    return True


def book_hours(
    session: Session, staff: Staff, on: date, hours: Decimal, kind: EntryKind, at: datetime, grant: UUID | None = None
) -> None:
    """Take `hours` from the ledger of the quarter that holds `on`. Raises CapacityExceeded when they are not there."""
    if hours:
        append_entry(session, staff.id, quarter(on), -hours, kind, at, grant)


def reserve(session: Session, staff: Staff, grant: SupportGrant, at: datetime) -> None:
    """Reserve a grant's hours in their `shares`.

    Raises CapacityExceeded when one of the quarters does not hold its share; the caller's transaction is to be undone.
    """
    for begins, hours in shares(grant.item, grant.from_on, grant.to_on, grant.hours):
        book_hours(session, staff, begins, hours, EntryKind.reserved, at, grant.id)


def shares(item: Item, from_on: date, to_on: date, hours: Decimal) -> list[tuple[date, Decimal]]:
    """(day, hours) that a grant takes of each quarter: what runs over a quarter's end is split by days, what has an
    occasion stands whole in the quarter where it begins (domain.md section 5).
    """
    return split(from_on, to_on, hours) if MENU[item].runs else [(from_on, hours)]


def split(from_on: date, to_on: date, hours: Decimal) -> list[tuple[date, Decimal]]:
    """(first day, hours) of each quarter between two days, both included; the shares add up to `hours` exactly."""
    parts: list[tuple[date, int]] = []
    begins = from_on
    while begins <= to_on:
        ends = min(quarter_bounds(quarter(begins))[1], to_on)
        parts.append((begins, (ends - begins).days + 1))
        begins = ends + timedelta(days=1)
    days = sum(length for _, length in parts)
    each = [(hours * length / days).quantize(HUNDREDTH) for _, length in parts]
    each[0] += hours - sum(each)
    return [(begins, share) for (begins, _), share in zip(parts, each, strict=True)]


def reserved(session: Session, grant_id: UUID) -> list[tuple[UUID, str, Decimal]]:
    """(staff, quarter, hours) that a grant still has reserved: neither used nor given back."""
    lines = session.exec(
        select(CapacityEntry.staff_id, CapacityEntry.quarter, func.sum(CapacityEntry.hours))
        .where(col(CapacityEntry.grant_id) == grant_id)
        .where(col(CapacityEntry.kind).in_((EntryKind.reserved, EntryKind.released)))
        .group_by(col(CapacityEntry.staff_id), col(CapacityEntry.quarter))
        .order_by(col(CapacityEntry.quarter))
    ).all()
    return [(staff_id, name, -Decimal(str(hours))) for staff_id, name, hours in lines if hours < 0]


def release(session: Session, grant: SupportGrant, at: datetime) -> None:
    """Give a grant's unused hours back to the quarters they were reserved in."""
    for staff_id, in_quarter, hours in reserved(session, grant.id):
        append_entry(session, staff_id, in_quarter, hours, EntryKind.released, at, grant.id)


def use_hours(
    session: Session, grant: SupportGrant, on: date, hours: Decimal, at: datetime, signer: Staff | None = None
) -> bool:
    """Write down that `hours` of a grant were used on a day. Returns False when just that is written already.
    `signer`: who writes it down.

    What the grant has reserved in that quarter turns from reserved into used; beyond it the giver's free hours are
    taken, and what an occasion has reserved in another quarter goes back there: it has moved. A grant used up gives
    back what it still has reserved. The same hours of a grant on the same day are one booking, told twice. Raises
    CapacityExceeded when the giver has no hours for it, UserError when the day lies outside the grant or the network
    would get more than its first year's hours or the menu's times; nothing is saved then.
    """
    _lock(session, grant.staff_id)
    known = select(SupportTime.id).where(
        col(SupportTime.grant_id) == grant.id, col(SupportTime.on) == on, col(SupportTime.hours) == hours
    )
    if session.exec(known).first():
        return False
    if not grant.from_on <= on <= grant.to_on:
        raise UserError(
            localized(
                f"Dag: stödet gäller {grant.from_on}–{grant.to_on}. Ange en dag däremellan.",
                f"Day: the support is for {grant.from_on}–{grant.to_on}. Give a day between them.",
            )
        )
    check_network_hours(session, grant, hours)
    _from_reserved_to_used(session, grant, quarter(on), hours, at, signer)
    session.add(SupportTime(grant_id=grant.id, on=on, hours=hours, told_at=at))
    session.flush()
    if grant.status == GrantStatus.granted and hours_used(session, grant.id) >= grant.hours:
        release(session, grant, at)
        grant.status = GrantStatus.used
        session.add(grant)
    return True


def _from_reserved_to_used(
    session: Session, grant: SupportGrant, in_quarter: str, hours: Decimal, at: datetime, signer: Staff | None
) -> None:
    held = reserved(session, grant.id)
    here = sum((left for _, name, left in held if name == in_quarter), Decimal(0))
    free = hours_left(session, grant.staff_id, in_quarter)
    if hours - here > free:
        raise _no_room(session.get_one(Staff, grant.staff_id), in_quarter, free, hours - here)
    if here:
        append_entry(session, grant.staff_id, in_quarter, min(here, hours), EntryKind.released, at, grant.id)
    line = append_entry(session, grant.staff_id, in_quarter, -hours, EntryKind.used, at, grant.id)
    line.signed_by = signer.id if signer else None
    beyond = max(Decimal(0), hours - here)
    for staff_id, name, left in held if not MENU[grant.item].runs else ():
        if name != in_quarter and (moved := min(left, beyond)):
            append_entry(session, staff_id, name, moved, EntryKind.released, at, grant.id)
            beyond -= moved


def _no_room(staff: Staff, in_quarter: str, free: Decimal, wanted: Decimal) -> CapacityExceeded:
    """What was given cannot be ungiven: whoever tells it is told how the quarter gets room for it."""
    return CapacityExceeded(
        localized(
            f"Timmar: {staff.signature} har {in_hours(free)} kvar {in_quarter} och det behövs {figure(wanted)}. Ge "
            "kvartalet fler timmar (Timmar för ett kvartal) och skriv det här en gång till.",
            f"Hours: {staff.signature} has {in_hours(free)} left in {in_quarter} and {figure(wanted)} are needed. Give "
            "the quarter more hours (Hours for a quarter) and write this once more.",
        )
    )


def book_talk(session: Session, staff: Staff, on: date, at: datetime, kind: Item = Item.talk) -> Decimal:
    """Book a talk that was held, as long as the menu says, without a grant (section 5). Returns the hours it took."""
    return take_what_is_left(session, staff, on, MENU[kind].hours, at)


def take_what_is_left(session: Session, staff: Staff, on: date, wanted: Decimal, at: datetime) -> Decimal:
    """Take a talk's hours, at most what is left of the quarter: it cannot be unheld, and the ledger never goes below
    zero. Returns how many.
    """
    _lock(session, staff.id)
    hours = min(wanted, hours_left(session, staff.id, quarter(on)))
    book_hours(session, staff, on, hours, EntryKind.used, at)
    return hours


def pass_on_grants(session: Session, network_id: UUID, former: UUID, staff: Staff, at: datetime) -> int:
    """What somebody was to give a network, and has not, another gives: their hours go back, and the other's are taken.

    What does not fit the other's quarters stays where it is. Returns how many grants went over.
    """
    granted = select(SupportGrant).where(
        col(SupportGrant.network_id) == network_id,
        col(SupportGrant.staff_id) == former,
        col(SupportGrant.status) == GrantStatus.granted,
    )
    passed_on = 0
    for grant in session.exec(granted.order_by(col(SupportGrant.from_on), col(SupportGrant.id))).all():
        with suppress(CapacityExceeded), session.begin_nested():
            left = reserved(session, grant.id)
            release(session, grant, at)
            for _, in_quarter, hours in left:
                append_entry(session, staff.id, in_quarter, -hours, EntryKind.reserved, at, grant.id)
            grant.staff_id = staff.id
            session.add(grant)
            session.flush()
            passed_on += 1
    return passed_on


def end_grants(session: Session, network_id: UUID, at: datetime) -> None:
    """A network's support ends: what was granted and not used is over, and its hours go back."""
    granted = select(SupportGrant).where(
        col(SupportGrant.network_id) == network_id, col(SupportGrant.status) == GrantStatus.granted
    )
    if not session.exec(granted.limit(1)).first():
        return
    lock_ledger(session)  # before it is read what there is to give back: hours used meanwhile are not given twice
    for grant in session.exec(granted.execution_options(populate_existing=True)).all():
        release(session, grant, at)
        grant.status = GrantStatus.ended
        session.add(grant)
