"""Members and their representatives: as little as possible, encrypted, found by a keyed hash."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from models.db.column_types import nfc
from models.db.queries import some_at_a_time
from models.i18n import Language
from models.tables.person import EmailStatus, Membership, Person, member_hash


def by_member_number(session: Session, member_number: str) -> Person | None:
    """The person with this number, if the register or a request told of one."""
    return session.exec(select(Person).where(col(Person.member_hash) == member_hash(member_number))).one_or_none()


def register_is_loaded(session: Session) -> bool:
    """Whether a member register was ever imported: only then does a missing number mean "not a member"."""
    known = select(Person.id).where(col(Person.membership).not_in((Membership.unknown, Membership.none))).limit(1)
    return session.exec(known).first() is not None


def get_or_create_person(
    session: Session, member_number: str, name: str = "", email: str = "", language: Language = Language.sv
) -> Person:
    """The person with this number; one whom the register does not know is written down with what was told.

    `language` is that of somebody new; who is known keeps theirs, since anybody can type anybody's number.
    """
    person = by_member_number(session, member_number)
    if person is None:
        person = Person(
            member_hash=member_hash(member_number),
            member_number=member_number,
            language=language,
            membership=Membership.none if register_is_loaded(session) else Membership.unknown,
        )
    person.name = person.name or nfc(name) or None
    if email and not person.email:
        person.email, person.email_status = nfc(email), EmailStatus.ok
    session.add(person)
    session.flush()
    return person


def may_be_mailed() -> tuple[ColumnElement[bool], ...]:
    """`Person.may_be_mailed` as conditions, for many at once; nobody's encrypted columns are opened."""
    nobody_else = (col(Person.protected_at).is_(None), col(Person.erased_at).is_(None))
    return col(Person.email).is_not(None), col(Person.email_status) == EmailStatus.ok, *nobody_else


def who_may_be_mailed(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Those of these persons whom mail may go to (domain.md section 12)."""
    found = set[UUID]()
    for some in some_at_a_time(ids):
        found.update(session.exec(select(Person.id).where(*may_be_mailed(), col(Person.id).in_(some))))
    return found
