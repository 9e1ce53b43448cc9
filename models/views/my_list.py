"""What a member of staff sees first, besides what waits: what they are reminded of soon, and what came to them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.networks import second_signature
from models.office.contact_log import reminders_due
from models.office.labels import label_of
from models.tables.change_entry import ChangedField, ChangeEntry
from models.tables.mail import OutgoingMail, Template
from models.tables.network import Network
from models.tables.office import Staff
from models.tables.request import OPEN, SupportRequest
from models.views.timeline import sentence_of

SOON: Final = timedelta(days=14)


@dataclass(frozen=True)
class Told:
    """A network or request with the day that something about it came or comes."""

    kind: Literal["network", "request"]
    number: int
    label: str
    on: date


def coming_reminders(session: Session, me: Staff, today: date) -> list[Told]:
    """What they are to be reminded of in the days to come, the first first."""
    found = []
    for reminder in reminders_due(session, today + SOON):
        entry = reminder.entry
        if reminder.owner == me.id and entry.remind_on and entry.remind_on > today:
            about = session.get(Network, entry.network_id) if entry.network_id else None
            about_request = session.get(SupportRequest, entry.request_id) if entry.request_id else None
            if thing := about or about_request:
                found.append(_told(session, thing, entry.remind_on))
    return found


def came_to(session: Session, me: Staff, at: datetime) -> list[Told]:
    """What has come to them lately and is theirs still, the latest first: networks handed over, and requests."""
    given = (
        select(ChangeEntry, Network)
        .join(Network, col(Network.id) == ChangeEntry.network_id)
        .where(col(ChangeEntry.at) > at - SOON, col(ChangeEntry.what) == ChangedField.negotiator)
        .where(col(Network.negotiator) == me.id)
    )
    told = (
        select(OutgoingMail.created_at, SupportRequest)
        .join(SupportRequest, col(SupportRequest.id) == OutgoingMail.request_id)
        .where(col(OutgoingMail.staff_id) == me.id, col(OutgoingMail.template) == Template.staff_case)
        .where(col(OutgoingMail.created_at) > at - SOON, col(SupportRequest.assigned_to) == me.id)
        .where(col(SupportRequest.state).in_(OPEN))
    )
    found: list[tuple[datetime, Network | SupportRequest]] = [*session.exec(told)]
    found += [(entry.at, network) for entry, network in session.exec(given) if entry.after == me.signature]
    latest = {thing.id: (moment, thing) for moment, thing in sorted(found, key=lambda one: one[0])}
    return [_told(session, thing, local(moment).date()) for moment, thing in reversed(latest.values())]


def _told(session: Session, about: Network | SupportRequest, on: date) -> Told:
    return Told("network" if isinstance(about, Network) else "request", about.number, label_of(session, about), on)


@dataclass(frozen=True)
class ToConfirm:
    """A change that somebody signed for the reader too: in a sentence, by whom, and why in their words."""

    id: UUID
    number: int
    label: str
    sentence: str
    signed_by: str
    reason: str
    on: date


def to_confirm(session: Session, staff: Staff) -> list[ToConfirm]:
    """What waits on the reader's own word that they approved it; the oldest first."""
    found = second_signature.waiting(session, staff.id)
    signed = {one.signed_by for one, _ in found}
    signatures: dict[UUID | None, str] = {}
    signatures.update(session.exec(select(Staff.id, Staff.signature).where(col(Staff.id).in_(signed))).all())
    return [
        ToConfirm(
            one.id,
            network.number,
            label_of(session, network),
            sentence_of(one),
            signatures.get(one.signed_by, ""),
            one.reason or "",
            local(one.at).date(),
        )
        for one, network in found
    ]
