"""A fresh link for one that has expired or was revoked: mailed to the address on file, and to nowhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.mail.queue import QueuedMail, enqueue
from models.people.nobody import nobody
from models.people.person import known_by_number, written_down
from models.people.roles import roles_of
from models.people.signed_link import Purpose
from models.tables.mail import OutgoingMail, Template
from models.tables.network import Role
from models.tables.person import Person
from models.tables.request import SupportRequest


@dataclass(frozen=True)
class _Wanted:
    """Whose link it was, and what the new one needs."""

    person_id: UUID | None
    network_id: UUID | None = None
    context: Mapping[str, str] = field(default_factory=dict)


def send_for(session: Session, purpose: Purpose, ids: Sequence[str], at: datetime) -> int:
    """Queue a fresh link in place of one of ours with these ids; once a day. Returns how many were queued."""
    wanted = _wanted(session, purpose, ids)
    return _send(session, purpose, wanted, ":".join(ids), at) if wanted else 0


def send_my_data(session: Session, member_number: str, at: datetime) -> int:
    """Queue a link to everything that is stored about the member with this number; once a day, or none at all.

    For nobody it takes the same work.
    """
    person = known_by_number(session, member_number)
    sent = _send_stored(session, person, at) if person and person.may_be_mailed else 0
    if not sent:
        with nobody(session, member_number) as person:
            _send_stored(session, person, at)
        can_be_queued(session)
    return sent


def _send_stored(session: Session, person: Person, at: datetime) -> int:
    return _send(session, Purpose.my_data, _Wanted(written_down(session, person).id), "asked", at)


def can_be_queued(session: Session) -> None:
    """Raises the database's own error where a mail could not be queued; asks and writes the same whoever it is for."""
    session.exec(select(Person.id).limit(1)).first()
    session.exec(select(OutgoingMail.id).limit(1)).first()
    session.connection().execute(text("UPDATE alembic_version SET version_num = version_num"))


def _send(session: Session, purpose: Purpose, wanted: _Wanted, occasion: str, at: datetime) -> int:
    person = session.get(Person, wanted.person_id) if wanted.person_id else None
    if person is None or person.erased_at or not person.may_be_mailed:
        return 0
    letter = QueuedMail(
        Template.fresh_link,
        person.id,
        f"{purpose}:{occasion}:{local(at).date()}",
        wanted.network_id,
        context={"fresh": purpose.value, **wanted.context},
    )
    return enqueue(session, [letter], at)


def _wanted(session: Session, purpose: Purpose, ids: Sequence[str]) -> _Wanted | None:
    """None for what never was, or whose reader carries the network no longer."""
    try:
        keys = [UUID(one) for one in (ids[:1] if purpose is Purpose.stop else ids)]
    except ValueError:
        return None
    match purpose, keys:
        case Purpose.check_in, [check_in, role]:
            return _of_role(session, role, {"check_in": str(check_in)})
        case ((Purpose.meeting | Purpose.network | Purpose.our_network), [role]):
            return _of_role(session, role, {})
        case Purpose.organiser, [role]:
            found = session.get(Role, role)
            return (
                _Wanted(found.person_id, found.network_id, {"role": str(role)}) if found and not found.until else None
            )
        case Purpose.stop, [network] if len(ids) > 1:
            of_code = select(Role).where(col(Role.network_id) == network, col(Role.code) == ids[1])
            found = session.exec(of_code).first()
            return _Wanted(found.person_id, network, {"code": found.code}) if found else None
        case Purpose.my_request, [request, person]:
            own = _asked_by(session, request, person)
            return _Wanted(person, context={"request": str(request)}) if own else None
        case Purpose.my_data, [mail]:
            sent = session.get(OutgoingMail, mail)
            return _Wanted(sent.person_id) if sent else None
    return None


def _asked_by(session: Session, request_id: UUID, person_id: UUID) -> bool:
    """Whether the request is still theirs."""
    request = session.get(SupportRequest, request_id)
    return request is not None and request.initiator_id == person_id


def _of_role(session: Session, role_id: UUID, context: Mapping[str, str]) -> _Wanted | None:
    """The reader, while they carry the network in any role: one who is contact no longer may still be organiser."""
    role = session.get(Role, role_id)
    carrying = roles_of(session, role.network_id) if role else []
    if role is None or not any(one.person_id == role.person_id and one.is_confirmed for one in carrying):
        return None
    return _Wanted(role.person_id, role.network_id, context)
