"""Staff's log of attempts to reach who asks or carries a network: what counts as having asked (sections 3 and 4)."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select

from models.db.queries import some_at_a_time
from models.tables.contact_entry import ContactEntry, ContactOutcome
from models.tables.office import Staff

APART = timedelta(days=14)
IN_VAIN = (ContactOutcome.no_answer, ContactOutcome.left_word)


def log_attempt(session: Session, entry: ContactEntry) -> bool:
    """Write down that staff tried to reach somebody. Returns False when just that is written already."""
    same = select(ContactEntry).where(
        col(ContactEntry.network_id) == entry.network_id,
        col(ContactEntry.request_id) == entry.request_id,
        col(ContactEntry.on) == entry.on,
        col(ContactEntry.channel) == entry.channel,
        col(ContactEntry.outcome) == entry.outcome,
        col(ContactEntry.staff_id) == entry.staff_id,
    )
    if any((one.note, one.remind_on) == (entry.note, entry.remind_on) for one in session.exec(same)):
        return False
    session.add(entry)
    session.flush()
    return True


def attempts_of(session: Session, network_ids: Iterable[UUID]) -> dict[UUID, list[ContactEntry]]:
    """All attempts to reach each of these networks, the earliest first; one that nobody tried is left out."""
    found: dict[UUID, list[ContactEntry]] = {}
    for some in some_at_a_time(network_ids):
        rows = select(ContactEntry).where(col(ContactEntry.network_id).in_(some))
        for entry in session.exec(rows.order_by(col(ContactEntry.on), col(ContactEntry.noted_at))):
            if entry.network_id:
                found.setdefault(entry.network_id, []).append(entry)
    return found


def entries_about(session: Session, about: ColumnElement[bool]) -> list[tuple[ContactEntry, str]]:
    """All that `about` holds for, the latest first, each with the signature of who tried."""
    rows = select(ContactEntry, Staff.signature).join(Staff, col(Staff.id) == ContactEntry.staff_id).where(about)
    return [
        (entry, signature)
        for entry, signature in session.exec(
            rows.order_by(col(ContactEntry.on).desc(), col(ContactEntry.noted_at).desc())
        )
    ]


def reminders_due(session: Session, today: date) -> list[ContactEntry]:
    """Whom staff wanted to be reminded of by now, and have not tried again since; the longest due first."""
    later = aliased(ContactEntry)
    same = or_(
        col(later.network_id) == col(ContactEntry.network_id), col(later.request_id) == col(ContactEntry.request_id)
    )
    tried_again = exists().where(same, col(later.noted_at) > col(ContactEntry.noted_at))
    due = select(ContactEntry).where(col(ContactEntry.remind_on) <= today, ~tried_again)
    return list(session.exec(due.order_by(col(ContactEntry.remind_on))))


def are_apart(days: Iterable[date]) -> bool:
    """Whether two of these days lie fourteen days apart: asked once and once more, and not twice in a morning."""
    asked = sorted(days)
    return len(asked) > 1 and asked[-1] - asked[0] >= APART
