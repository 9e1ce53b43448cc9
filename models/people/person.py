"""Members and their representatives: as little as possible, encrypted, found by a keyed hash."""

from sqlmodel import Session, col, select

from models.db.column_types import nfc
from models.tables.person import EmailStatus, Membership, Person, member_hash


def by_member_number(session: Session, member_number: str) -> Person | None:
    """The person with this number, if the register or a request told of one."""
    return session.exec(select(Person).where(col(Person.member_hash) == member_hash(member_number))).one_or_none()


def register_is_loaded(session: Session) -> bool:
    """Whether a member register was ever imported: only then does a missing number mean "not a member"."""
    known = select(Person.id).where(col(Person.membership).not_in((Membership.unknown, Membership.none))).limit(1)
    return session.exec(known).first() is not None


def get_or_create_person(session: Session, member_number: str, name: str = "", email: str = "") -> Person:
    """The person with this number; one whom the register does not know is written down with what was told."""
    person = by_member_number(session, member_number)
    if person is None:
        person = Person(
            member_hash=member_hash(member_number),
            member_number=member_number,
            membership=Membership.none if register_is_loaded(session) else Membership.unknown,
        )
    person.name = person.name or nfc(name) or None
    if email and not person.email:
        person.email, person.email_status = nfc(email), EmailStatus.ok
    session.add(person)
    session.flush()
    return person
