"""Staff's log of attempts to reach who asks or carries a network: what counts as having asked (sections 3 and 4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select

from models.db.queries import some_at_a_time
from models.tables.change_entry import ChangedField, ChangeEntry
from models.tables.contact_entry import ContactEntry, ContactOutcome
from models.tables.mail import OutgoingMail, Template
from models.tables.network import Network
from models.tables.office import Staff
from models.tables.request import SupportRequest

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


@dataclass(frozen=True)
class Reminder:
    """An attempt that staff are to be reminded of, and whom: who wrote it down, or who has the case since they had."""

    entry: ContactEntry
    owner: UUID


def reminders_due(session: Session, today: date) -> list[Reminder]:
    """Whom staff wanted to be reminded of by now, and have not tried again since; the longest due first."""
    later = aliased(ContactEntry)
    same = or_(
        col(later.network_id) == col(ContactEntry.network_id), col(later.request_id) == col(ContactEntry.request_id)
    )
    tried_again = exists().where(same, col(later.noted_at) > col(ContactEntry.noted_at))
    is_due = and_(col(ContactEntry.remind_on) <= today, ~tried_again)
    owners = _handed_over(session, is_due)
    due = select(ContactEntry).where(is_due).order_by(col(ContactEntry.remind_on))
    return [Reminder(one, owners.get(one.id, one.staff_id)) for one in session.exec(due)]


def _handed_over(session: Session, is_due: ColumnElement[bool]) -> dict[UUID, UUID]:
    """Who has the network or request of each entry, where it was handed over from who wrote the entry down."""
    given = (
        select(ContactEntry.id, Network.negotiator, ChangeEntry.before, Staff.signature)
        .join(Network, col(Network.id) == ContactEntry.network_id)
        .join(Staff, col(Staff.id) == ContactEntry.staff_id)
        .join(ChangeEntry, col(ChangeEntry.network_id) == ContactEntry.network_id)
        .where(is_due, col(ChangeEntry.what) == ChangedField.negotiator)
        .where(col(ChangeEntry.at) > col(ContactEntry.noted_at))
    )
    found = {key: owner for key, owner, before, signature in session.exec(given) if owner and before == signature}
    was_theirs = exists().where(
        col(OutgoingMail.request_id) == col(SupportRequest.id),
        col(OutgoingMail.template) == Template.staff_case,
        col(OutgoingMail.staff_id) == col(ContactEntry.staff_id),
    )
    requests = (
        select(ContactEntry.id, SupportRequest.assigned_to)
        .join(SupportRequest, col(SupportRequest.id) == ContactEntry.request_id)
        .where(is_due, col(SupportRequest.assigned_to).is_not(None), was_theirs)
    )
    return found | {key: owner for key, owner in session.exec(requests) if owner}


def are_apart(days: Iterable[date]) -> bool:
    """Whether two of these days lie fourteen days apart: asked once and once more, and not twice in a morning."""
    asked = sorted(days)
    return len(asked) > 1 and asked[-1] - asked[0] >= APART
