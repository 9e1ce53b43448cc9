"""A request typed on the web is nothing yet: the member to whom the number belongs says that it is theirs (section 13).

What is written when it is sent in depends on what was typed and never on whose number it is: a row, and a mail without
a reader. Who reads it is looked up when the mail goes; for a number that nobody can be mailed by it comes to nothing.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import Session, col, func, select

from models.dates.local_time import local
from models.db.queries import insert_unless_there
from models.forms.support_request import SupportRequestForm
from models.i18n import Language
from models.mail.overtaking import overtake
from models.mail.queue import QueuedMail, enqueue
from models.people.eligibility import works_at_the_office
from models.people.person import get_or_create_person, known_by_number, written_down
from models.people.signed_link import VALID_FOR, Purpose
from models.reference.member_register import register_is_loaded
from models.reference.places import find_municipality
from models.requests.screening import dedupe_key
from models.tables.mail import OutgoingMail, Template
from models.tables.person import Person, member_hash
from models.tables.unconfirmed_request import UnconfirmedRequest

KEPT_FOR = VALID_FOR[Purpose.confirm]
MOST_MAILS, A_DAY = 3, timedelta(days=1)
"""Whoever types somebody's number over and over mails them so often and no more: any of the links shows all."""


@dataclass(frozen=True)
class Doubtful:
    """Which numbers of co-organisers we cannot ask: nobody's in the register, or somebody's who works at the office."""

    unknown: Sequence[str]
    staff: Sequence[str]


def keep(session: Session, form: SupportRequestForm, introduce: bool, language: Language, at: datetime) -> None:
    """Keep what was typed, and queue the mail that asks whether it was they. The same words again replace the rest.

    No number is ever refused, and the same words are asked about once a day.
    """
    municipality = find_municipality(session, form.municipality)
    assert municipality, "the page takes none that is not there"
    hashed = member_hash(form.member_number)
    content = dedupe_key(hashed, municipality.code, form.place, form.nature, form.need)
    told: dict[str, Any] = {"form": form.model_dump_json(), "introduce": introduce}
    told |= {"language": language, "typed_at": at}
    new = UnconfirmedRequest(member_hash=hashed, content=content, municipality=municipality.code, **told)
    insert_unless_there(session, UnconfirmedRequest, [new.model_dump()], ["content"])
    typed = session.exec(select(UnconfirmedRequest).where(col(UnconfirmedRequest.content) == content)).one()
    typed.sqlmodel_update(told)
    if _may_be_asked(session, typed, at):
        typed.mailed_at = at
        context = {"unconfirmed": str(typed.id)}
        enqueue(
            session,
            [QueuedMail(Template.confirm_request, None, f"{typed.id}:{local(at).date()}", context=context)],
            at,
        )
    session.add(typed)


def _may_be_asked(session: Session, typed: UnconfirmedRequest, at: datetime) -> bool:
    lately = col(UnconfirmedRequest.mailed_at) > at - A_DAY
    asked = session.exec(
        select(func.count()).where(lately, col(UnconfirmedRequest.member_hash) == typed.member_hash)
    ).one()
    return (typed.mailed_at is None or typed.mailed_at <= at - A_DAY) and asked < MOST_MAILS


def find_readers(session: Session, mails: Collection[UUID]) -> None:
    """Give each of these mails that asks whether a request is theirs its reader: whose number it is, if they may be
    mailed. The others stay without.
    """
    asking = select(OutgoingMail).where(
        col(OutgoingMail.template) == Template.confirm_request,
        col(OutgoingMail.person_id).is_(None),
        col(OutgoingMail.id).in_(list(mails)),
    )
    for mail in session.exec(asking).all():
        typed = session.get(UnconfirmedRequest, UUID(json.loads(mail.context)["unconfirmed"]))
        reader = _reader(session, typed) if typed and typed.form else None
        if reader:
            mail.person_id = reader.id
            session.add(mail)


def _reader(session: Session, typed: UnconfirmedRequest) -> Person | None:
    """Without a register nobody is known: then it is the address that was typed, unless the number has one on file."""
    form = form_of(typed)
    if register_is_loaded(session):
        person = known_by_number(session, form.member_number)
    else:
        person = get_or_create_person(session, form.member_number, form.name, form.email, Language(typed.language))
    return written_down(session, person) if person and not person.erased_at and person.may_be_mailed else None


def form_of(typed: UnconfirmedRequest) -> SupportRequestForm:
    """The form as it was typed."""
    return SupportRequestForm.model_validate_json(typed.form or "{}")


def typed_request(session: Session, key: UUID, at: datetime) -> UnconfirmedRequest | None:
    """What the link is about; None once it is forgotten."""
    typed = session.get(UnconfirmedRequest, key)
    return typed if typed and not _is_old(typed, at) else None


def _is_old(typed: UnconfirmedRequest, at: datetime) -> bool:
    return typed.typed_at <= at - KEPT_FOR


def unconfirmed_by(session: Session, hashed: str) -> Sequence[UnconfirmedRequest]:
    """What was typed with this number and waits, the newest first."""
    theirs = select(UnconfirmedRequest).where(
        col(UnconfirmedRequest.member_hash) == hashed, col(UnconfirmedRequest.form).is_not(None)
    )
    return session.exec(theirs.order_by(col(UnconfirmedRequest.typed_at).desc())).all()


def doubtful(session: Session, numbers: Sequence[str]) -> Doubtful:
    """Told to the member alone, behind their link: on the page that anybody sees no number is said to exist or not."""
    if not register_is_loaded(session):
        return Doubtful((), ())
    found = [(number, known_by_number(session, number)) for number in numbers]
    staff = [number for number, person in found if person and works_at_the_office(session, person)]
    return Doubtful([number for number, person in found if person is None], staff)


def still_unconfirmed(session: Session, key: UUID, at: datetime) -> bool:
    """Whether a mail that asks about it has something left to ask."""
    typed = session.get(UnconfirmedRequest, key)
    return bool(typed and typed.form and not _is_old(typed, at))


def forget_old(session: Session, at: datetime) -> int:
    """What nobody confirmed in seven days is gone, as if it had never been typed. Returns how many."""
    return forget(session, at, col(UnconfirmedRequest.typed_at) <= at - KEPT_FOR)


def forget(session: Session, at: datetime, which: ColumnElement[bool]) -> int:
    """What was typed goes; of what was never confirmed nobody knows any more whom it was asked. Returns how many."""
    rows = session.exec(select(UnconfirmedRequest).where(which)).all()
    for typed in rows:
        if typed.request_id is None:
            about = col(OutgoingMail.idempotency_key).startswith(f"{Template.confirm_request}:{typed.id}:")
            overtake(session, at, about)
            nobody = {"person_id": None, "message_id": None, "context": "{}", "body": None}
            session.execute(update(OutgoingMail).where(about).values(**nobody))
    session.execute(delete(UnconfirmedRequest).where(which))
    return len(rows)
