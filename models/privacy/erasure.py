"""A person is forgotten: what could tell who they are goes, what was counted stays (domain.md section 10)."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select, update

from models.networks.contacts import end_roles_of_leavers
from models.people.roles import organiser_key
from models.requests import lifecycle
from models.tables.mail import WAITING, MailStatus, OutgoingMail
from models.tables.meeting import Meeting, MeetingDuty
from models.tables.network import Role
from models.tables.person import EmailStatus, Membership, Person
from models.tables.place import Municipality
from models.tables.request import OPEN, RequestState, SupportRequest
from models.tables.transition import Actor, Cause

ERASED = "erased"


def erase(session: Session, person: Person, cause: Cause) -> None:
    """Empty everything that tells who somebody is, for good. Their networks live on, and counts stay as they were.

    Their open requests are withdrawn; their roles end, and whoever else carries the network is asked (section 12). Done
    twice it changes nothing.
    """
    if person.erased_at:
        return
    held = session.exec(select(Role.network_id).where(col(Role.person_id) == person.id))
    called = session.exec(select(Meeting.network_id).where(col(Meeting.convener_id) == person.id))
    for network_id in {*held, *called}:
        rekey_duties(session, network_id, person.id)
    _empty_requests(session, person.id, cause)
    empty_mails(session, col(OutgoingMail.person_id) == person.id, cause.at)
    session.flush()
    empty_persons(session, col(Person.id) == person.id, cause.at)
    end_roles_of_leavers(session, cause.at)


def empty_persons(session: Session, which: ColumnElement[bool], at: datetime) -> int:
    """Everything that tells who these are goes. Returns how many they were."""
    told: dict[str, object] = dict.fromkeys(("member_hash", "member_number", "name", "email"))
    told |= {"email_status": EmailStatus.missing, "membership": Membership.none}
    told |= {"is_representative": False, "is_employee": False, "protected_at": None, "reminders_stopped_at": None}
    answer: Any = session.execute(update(Person).where(which).values(**told, erased_at=at))
    emptied: int = answer.rowcount
    return emptied


def rekey_duties(session: Session, network_id: UUID, person_id: UUID) -> None:
    """What somebody carried in a network is counted on under a key at random: nobody can find out whose any more."""
    theirs = col(MeetingDuty.organiser_key) == organiser_key(network_id, person_id)
    session.execute(update(MeetingDuty).where(theirs).values(organiser_key=secrets.token_hex(32)))


def _empty_requests(session: Session, person_id: UUID, cause: Cause) -> None:
    for request in session.exec(select(SupportRequest).where(col(SupportRequest.initiator_id) == person_id)).all():
        if request.state in OPEN:
            lifecycle.advance_request(session, request, RequestState.withdrawn, cause)
            request.offer_until = None  # whoever is forgotten is told nothing more
        empty_request(session, request)


def empty_request(session: Session, request: SupportRequest) -> None:
    """The words go, and a place of their own wording becomes its municipality; the request stays, to be counted."""
    municipality = session.get(Municipality, request.municipality) if request.municipality else None
    request.need, request.place = "", municipality.name if municipality else ""
    request.talk_notes = None
    request.dedupe_key = secrets.token_hex(32)
    session.add(request)


def empty_mails(session: Session, theirs: ColumnElement[bool], at: datetime) -> None:
    """What these mails said goes, and what waits is not sent."""
    waiting = col(OutgoingMail.status).in_((*WAITING, MailStatus.in_doubt))
    skipped = {"status": MailStatus.skipped, "reason": ERASED, "settled_at": at}
    session.execute(update(OutgoingMail).where(theirs, waiting).values(**skipped))
    session.execute(update(OutgoingMail).where(theirs).values(context="{}", body=None))


def by_erasure(at: datetime) -> Cause:
    """Why what hangs on the person changes: they asked for it."""
    return Cause("erasure", Actor.member, at)
