"""A person is forgotten: what could tell who they are goes, what was counted stays (domain.md section 10)."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select, update

from models import lifecycle
from models.contacts import end_roles_of_leavers
from models.lifecycle import Actor, Cause
from models.mail import WAITING, MailStatus, OutgoingMail
from models.meeting import Meeting, MeetingDuty
from models.network import Role, organiser_key
from models.person import EmailStatus, Membership, Person
from models.place import Municipality
from models.support_request import OPEN, RequestState, SupportRequest

ERASED = "erased"


def erase(session: Session, person: Person, cause: Cause) -> None:
    """Empty everything that tells who somebody is, for good. Their networks live on, and counts stay as they were.

    Their open requests are withdrawn; their roles end, and whoever else carries the network is asked (section 12). Done
    twice it changes nothing.
    """
    if person.erased_at:
        return
    _rekey_duties(session, person.id)
    _empty_requests(session, person.id, cause)
    _empty_mails(session, person.id, cause.at)
    person.member_hash = person.member_number = person.name = person.email = None
    person.email_status, person.membership = EmailStatus.missing, Membership.none
    person.is_representative = person.is_employee = False
    person.protected_at = person.reminders_stopped_at = None
    person.erased_at = cause.at
    session.add(person)
    session.flush()
    end_roles_of_leavers(session, cause.at)


def _rekey_duties(session: Session, person_id: UUID) -> None:
    """What they carried is counted on under a key at random, one a network: nobody can find out whose any more."""
    held = select(Role.network_id).where(col(Role.person_id) == person_id)
    called = select(Meeting.network_id).where(col(Meeting.convener_id) == person_id)
    for network_id in {*session.exec(held), *session.exec(called)}:
        theirs = col(MeetingDuty.organiser_key) == organiser_key(network_id, person_id)
        session.execute(update(MeetingDuty).where(theirs).values(organiser_key=secrets.token_hex(32)))


def _empty_requests(session: Session, person_id: UUID, cause: Cause) -> None:
    """The words go, and a place of their own wording becomes its municipality; the request stays, to be counted."""
    for request in session.exec(select(SupportRequest).where(col(SupportRequest.initiator_id) == person_id)).all():
        if request.state in OPEN:
            lifecycle.advance_request(session, request, RequestState.withdrawn, cause)
            request.offer_until = None
        municipality = session.get(Municipality, request.municipality) if request.municipality else None
        request.need, request.place = "", municipality.name if municipality else ""
        request.dedupe_key = secrets.token_hex(32)
        session.add(request)


def _empty_mails(session: Session, person_id: UUID, at: datetime) -> None:
    theirs = col(OutgoingMail.person_id) == person_id
    waiting = col(OutgoingMail.status).in_((*WAITING, MailStatus.in_doubt))
    skipped = {"status": MailStatus.skipped, "reason": ERASED, "settled_at": at}
    session.execute(update(OutgoingMail).where(theirs, waiting).values(**skipped))
    session.execute(update(OutgoingMail).where(theirs).values(context="{}", body=None))


def by_erasure(at: datetime) -> Cause:
    """Why what hangs on the person changes: they asked for it."""
    return Cause("erasure", Actor.member, at)
