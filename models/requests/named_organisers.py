"""Whom a request names to help carry the network: asked once, when it is granted or begins to wait (section 5)."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from models.db.queries import some_at_a_time
from models.mail.queue import QueuedMail, enqueue
from models.tables.mail import Template
from models.tables.person import Person
from models.tables.request import NamedOrganiser, SupportRequest


def name_organisers(session: Session, request: SupportRequest, persons: Iterable[UUID]) -> None:
    """Write down whom a request names, in their order, after those it names already; nobody is their own co-organiser.

    Whoever said no stays with it: they are not asked again.
    """
    known = all_named(session, request)
    before = {request.initiator_id, *(one.person_id for one in known)}
    others = [one for one in dict.fromkeys(persons) if one not in before]
    for place, person_id in enumerate(others, start=max((one.place for one in known), default=0) + 1):
        session.add(NamedOrganiser(request_id=request.id, person_id=person_id, place=place))
    session.flush()


def all_named(session: Session, request: SupportRequest) -> list[NamedOrganiser]:
    """Whom a request names, in their order, whatever they said."""
    theirs = select(NamedOrganiser).where(col(NamedOrganiser.request_id) == request.id)
    return list(session.exec(theirs.order_by(col(NamedOrganiser.place))))


def take_out_unasked(session: Session, request: SupportRequest) -> None:
    """A request names those no longer whom nobody has asked; who was asked answers for themselves."""
    for one in all_named(session, request):
        if one.asked_at is None:
            session.delete(one)
    session.flush()


def named_in(session: Session, request_ids: Collection[UUID]) -> dict[UUID, list[NamedOrganiser]]:
    """Whom each of these requests names and who may carry a network, in their order.

    Members, and never the office's own people (domain.md S3, S8); who said no is left out.
    """
    found: dict[UUID, list[NamedOrganiser]] = {}
    for some in some_at_a_time(request_ids):
        rows = session.exec(
            select(NamedOrganiser, Person)
            .join(Person, col(Person.id) == NamedOrganiser.person_id)
            .where(col(NamedOrganiser.request_id).in_(some), col(NamedOrganiser.no_at).is_(None))
            .order_by(col(NamedOrganiser.place))
        )
        for named, person in rows:
            if person.is_member and not person.is_employee:
                found.setdefault(named.request_id, []).append(named)
    return found


def ask_named(session: Session, request: SupportRequest, at: datetime) -> int:
    """One mail to each who was named and not asked yet; only their own yes counts. Returns how many."""
    letters = []
    for named in named_in(session, [request.id]).get(request.id, []):
        if named.asked_at is None:
            named.asked_at = at
            session.add(named)
            told = {"role": str(named.id)}
            letters.append(
                QueuedMail(Template.co_organiser, named.person_id, str(named.id), request_id=request.id, context=told)
            )
    return enqueue(session, letters, at)


def answer(session: Session, named: NamedOrganiser, at: datetime, *, is_yes: bool) -> None:
    """What somebody who was named says while the request waits. The latest word counts."""
    named.yes_at, named.no_at = (at, None) if is_yes else (None, at)
    session.add(named)
