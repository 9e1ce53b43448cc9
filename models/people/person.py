"""Members and their representatives: as little as possible, encrypted, found by a keyed hash."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, inspect
from sqlmodel import Session, col, select

from models.db.column_types import nfc
from models.db.queries import insert_unless_there, some_at_a_time
from models.errors import SettingsError
from models.i18n import Language
from models.reference.member_register import person_in_register, register_is_loaded
from models.tables.person import EmailStatus, Membership, Person, member_hash

WRONG_HASH_KEY = (
    "LOTS_HASH_KEY does not find this database's members: set it to what was last in LOTS_SECRET_KEY when the office "
    "began, or put that back as the last of LOTS_SECRET_KEY."
)


def by_member_number(session: Session, member_number: str) -> Person | None:
    """The person with this number, who asked, was named, carries something or wrote to us (domain.md section 3)."""
    return session.exec(select(Person).where(col(Person.member_hash) == member_hash(member_number))).one_or_none()


def check_hash_key(session: Session) -> None:
    """Raises SettingsError where nobody would be found by their number any more, and each be written down anew."""
    numbered = col(Person.member_hash).is_not(None) & col(Person.member_number).is_not(None)
    person = session.exec(select(Person).where(numbered).limit(1)).first()
    if person is not None and member_hash(person.member_number or "") != person.member_hash:
        raise SettingsError(WRONG_HASH_KEY)


def known_by_number(session: Session, member_number: str) -> Person | None:
    """The person with this number, or one who is not written down yet, as the member register has them.

    Both are asked each time: nobody learns from the time it takes whom we have written down.
    """
    told, person = person_in_register(session, member_number), by_member_number(session, member_number)
    return person or told


def written_down(session: Session, person: Person) -> Person:
    """The person as a row of the database, written if they are none yet: once, however many write it at a moment."""
    if inspect(person).transient and person.member_hash:
        insert_unless_there(session, Person, [person.model_dump()], ["member_hash"])
        return session.exec(select(Person).where(col(Person.member_hash) == person.member_hash)).one()
    return person


def get_or_create_person(
    session: Session, member_number: str, name: str = "", email: str = "", language: Language = Language.sv
) -> Person:
    """The person with this number, written down as the register has them; one whom it does not know is written down
    with what was told.

    `language` is that of somebody new; who is known keeps theirs, since anybody can type anybody's number.
    """
    person, is_loaded = known_by_number(session, member_number), register_is_loaded(session)
    if person is None:
        person = Person(
            member_hash=member_hash(member_number),
            member_number=member_number,
            language=language,
            membership=Membership.none if is_loaded else Membership.unknown,
        )
    person = written_down(session, person)
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
