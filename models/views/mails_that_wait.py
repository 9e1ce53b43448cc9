"""Mails that wait on the office: to be settled, passed on, or told by telephone instead (domain.md section 9)."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from models.mail.suppression import ASKED_BY_ANYBODY, STAFF_MUST_CALL
from models.office.contact_log import IN_VAIN
from models.tables.contact_entry import ContactEntry
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.network import Network
from models.tables.office import Intervention, InterventionKind
from models.tables.request import SupportRequest
from models.views.undelivered import SHOWN_FOR

TOLD_BY_ENTRY = (InterventionKind.hard_bounce, InterventionKind.phone_only)
NEVER, OPEN = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class WaitingMail(NamedTuple):
    """What is read of a mail: nothing of what it says."""

    id: UUID
    status: MailStatus
    reason: str | None
    template: Template
    created_at: datetime
    settled_at: datetime | None
    person_id: UUID | None


READ = tuple(getattr(OutgoingMail, name) for name in WaitingMail._fields)
About = tuple[WaitingMail, Network | None, SupportRequest | None]


def mails_that_wait(session: Session, at: datetime, held: Collection[ColumnElement[bool]]) -> list[About]:
    """Mails in doubt until they are settled; what failed, and what went to nobody who must be rung, for two weeks.

    `held`: of which requests and networks. What an entry of the network tells of is left out. Of what one person was to
    be told about one thing the latest is enough, until somebody wrote down that they were spoken to.
    """
    status, lately = col(OutgoingMail.status), col(OutgoingMail.settled_at) > at - SHOWN_FOR
    to_be_rung = (status == MailStatus.skipped) & col(OutgoingMail.reason).in_(STAFF_MUST_CALL)
    to_be_rung &= col(OutgoingMail.person_id).is_not(None) & col(OutgoingMail.template).not_in(ASKED_BY_ANYBODY)
    rows = session.exec(
        select(*READ, Network, SupportRequest)  # type: ignore[call-overload]  # SQLModel's stubs end at four columns
        .outerjoin(Network, col(Network.id) == OutgoingMail.network_id)
        .outerjoin(SupportRequest, col(SupportRequest.id) == OutgoingMail.request_id)
        .where((status == MailStatus.in_doubt) | lately & ((status == MailStatus.failed) | to_be_rung))
        .where(col(OutgoingMail.template) != Template.staff_alarm)  # no alarm about an alarm
        .where(*held)
        .order_by(col(OutgoingMail.created_at), col(OutgoingMail.id))
    ).all()
    found: list[About] = [(WaitingMail(*rest), network, request) for *rest, network, request in rows]
    until = _told_until(session, {network.id for _, network, _ in found if network})
    until |= _spoken_to(session, {request.id for _, _, request in found if request})
    kept: dict[object, About] = {}
    for mail, network, request in found:
        thing, settled = network or request, mail.settled_at or mail.created_at
        rung = mail.status == MailStatus.skipped
        told_by = [(thing.id, str(mail.person_id if rung else mail.id))] if thing else []
        told_by += [(request.id, "")] if request and rung else []
        if not any(until.get(one, settled - SHOWN_FOR) >= settled for one in told_by):
            kept[(mail.person_id, thing and thing.id) if rung else mail.id] = mail, network, request
    return list(kept.values())


def _told_until(session: Session, networks: Collection[UUID]) -> dict[tuple[UUID, str], datetime]:
    """Until when an entry of a network tells of a person or of a mail that came back."""
    entries = select(Intervention.network_id, Intervention.occasion, Intervention.ended_at).where(
        col(Intervention.network_id).in_(networks), col(Intervention.kind).in_(TOLD_BY_ENTRY)
    )
    until: dict[tuple[UUID, str], datetime] = {}
    for network_id, occasion, ended_at in session.exec(entries):
        for key in ((network_id, one) for one in occasion.split(":")):
            until[key] = max(until.get(key, NEVER), ended_at or OPEN)
    return until


def _spoken_to(session: Session, requests: Collection[UUID]) -> dict[tuple[UUID, str], datetime]:
    """When it was last written down that somebody was spoken to about a request."""
    entries = select(ContactEntry.request_id, ContactEntry.noted_at).where(
        col(ContactEntry.request_id).in_(requests), col(ContactEntry.outcome).not_in(IN_VAIN)
    )
    latest = {}
    for request_id, noted_at in session.exec(entries.order_by(col(ContactEntry.noted_at))):
        if request_id:
            latest[request_id, ""] = noted_at
    return latest
