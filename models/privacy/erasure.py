"""A person is forgotten: what could tell who they are goes, what was counted stays (domain.md section 10)."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete
from sqlmodel import Session, col, select, update

from models.networks.contacts import end_roles_of_leavers
from models.people.roles import organiser_key
from models.reference.member_register import forget_in_register
from models.requests import lifecycle, unconfirmed
from models.tables.change_entry import ChangedField, ChangeEntry
from models.tables.contact_entry import ContactEntry
from models.tables.mail import WAITING, MailStatus, OutgoingMail, Template
from models.tables.meeting import Meeting, MeetingDuty
from models.tables.network import Role
from models.tables.person import EmailStatus, Membership, Person
from models.tables.place import Municipality
from models.tables.request import OPEN, NamedOrganiser, RequestState, SupportRequest
from models.tables.transition import Actor, Cause
from models.tables.unconfirmed_request import UnconfirmedRequest

ERASED = "erased"
TELL_OF_OTHERS = (Template.introduction, Template.staff_alarm)
KEPT_AT_MOST = timedelta(days=400)  # what is older says nothing any more


def erase(session: Session, person: Person, cause: Cause) -> None:
    """Empty everything that tells who somebody is, for good. Their networks live on, and counts stay as they were.

    Their open requests are withdrawn; their roles end, and whoever else carries the network is asked (section 12). What
    the member register says of them goes too, until it is taken in the next time. Done twice it changes nothing.
    """
    if person.erased_at:
        return
    if person.member_hash:
        forget_in_register(session, person.member_hash)
        unconfirmed.forget(session, cause.at, col(UnconfirmedRequest.member_hash) == person.member_hash)
    held = session.exec(select(Role.network_id).where(col(Role.person_id) == person.id))
    called = session.exec(select(Meeting.network_id).where(col(Meeting.convener_id) == person.id))
    for network_id in {*held, *called}:
        rekey_duties(session, network_id, person.id)
    _empty_words_about(session, person.id)
    _empty_requests(session, person.id, cause)
    session.execute(delete(NamedOrganiser).where(col(NamedOrganiser.person_id) == person.id))
    empty_mails(session, col(OutgoingMail.person_id) == person.id, cause.at)
    empty_mails_about(session, [person.id], cause.at)
    session.flush()
    empty_persons(session, col(Person.id) == person.id, cause.at)
    end_roles_of_leavers(session, cause.at)


def empty_persons(session: Session, which: ColumnElement[bool], at: datetime) -> int:
    """Everything that tells who these are goes. Returns how many they were."""
    told: dict[str, object] = dict.fromkeys(("member_hash", "member_number", "name", "email", "phone"))
    told |= {"email_status": EmailStatus.missing, "membership": Membership.none}
    told |= {"is_representative": False, "is_employee": False}
    told |= dict.fromkeys(("ineligible_since", "protected_at", "reminders_stopped_at"))
    answer: Any = session.execute(update(Person).where(which).values(**told, erased_at=at))
    emptied: int = answer.rowcount
    return emptied


def rekey_duties(session: Session, network_id: UUID, person_id: UUID) -> None:
    """What somebody carried in a network is counted on under a key at random: nobody can find out whose any more."""
    theirs = col(MeetingDuty.organiser_key) == organiser_key(network_id, person_id)
    session.execute(update(MeetingDuty).where(theirs).values(organiser_key=secrets.token_hex(32)))


def _empty_words_about(session: Session, person_id: UUID) -> None:
    """Why their role was ended, and what staff noted of attempts to reach the networks that they carried."""
    theirs = session.exec(select(Role).where(col(Role.person_id) == person_id)).all()
    codes = {(role.network_id, role.code) for role in theirs}
    networks = {role.network_id for role in theirs}
    ended = select(ChangeEntry).where(
        col(ChangeEntry.what) == ChangedField.role, col(ChangeEntry.network_id).in_(networks)
    )
    for entry in session.exec(ended).all():
        if (entry.network_id, entry.before) in codes:
            entry.reason = None
            session.add(entry)
    session.execute(update(ContactEntry).where(col(ContactEntry.network_id).in_(networks)).values(note=None))


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
    request.talk_notes = request.suits = None
    request.dedupe_key = secrets.token_hex(32)
    session.add(request)
    about = col(ContactEntry.request_id) == request.id
    session.execute(update(ContactEntry).where(about).values(note=None))
    session.execute(update(ChangeEntry).where(col(ChangeEntry.request_id) == request.id).values(reason=None))


def empty_mails(session: Session, theirs: ColumnElement[bool], at: datetime) -> None:
    """What these mails said goes, and whom it was for goes out of their keys; what waits is not sent."""
    waiting = col(OutgoingMail.status).in_((*WAITING, MailStatus.in_doubt))
    skipped = {"status": MailStatus.skipped, "reason": ERASED, "settled_at": at}
    session.execute(update(OutgoingMail).where(theirs, waiting).values(**skipped))
    rekey_mails(session, theirs)
    session.execute(update(OutgoingMail).where(theirs).values(context="{}", body=None))


def rekey_mails(session: Session, which: ColumnElement[bool]) -> None:
    """A mail's key names its reader: from now on it names the mail itself, which is as unlike any other."""
    rows = select(OutgoingMail.id, OutgoingMail.idempotency_key, OutgoingMail.person_id).where(
        which, col(OutgoingMail.person_id).is_not(None)
    )
    changed = [
        {"id": mail_id, "idempotency_key": key.replace(str(person_id), str(mail_id))}
        for mail_id, key, person_id in session.exec(rows)
        if str(person_id) in key
    ]
    if changed:
        session.flush()
        session.execute(update(OutgoingMail), changed)


def empty_mails_about(session: Session, persons: Collection[UUID], at: datetime, *which: ColumnElement[bool]) -> None:
    """Mails to others that tell of these persons, by id, and that `which` holds for: they say nothing any more."""
    ids = [str(one) for one in persons]
    rows = select(OutgoingMail.id, OutgoingMail.context).where(
        col(OutgoingMail.template).in_(TELL_OF_OTHERS), col(OutgoingMail.created_at) > at - KEPT_AT_MOST, *which
    )
    about = [mail_id for mail_id, context in session.exec(rows) if any(one in context for one in ids)]
    if about:
        empty_mails(session, col(OutgoingMail.id).in_(about), at)


def by_erasure(at: datetime) -> Cause:
    """Why what hangs on the person changes: they asked for it."""
    return Cause("erasure", Actor.member, at)
