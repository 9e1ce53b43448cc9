"""Members and their representatives: as little as possible, encrypted, found by a keyed hash."""

import unicodedata
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import EncryptedText, UtcDateTime, code, key_field, keyed_hash, nfc
from models.language import Language


class Membership(StrEnum):
    active = "active"
    passive = "passive"
    left = "left"
    none = "none"
    unknown = "unknown"


class EmailStatus(StrEnum):
    ok = "ok"
    bounced = "bounced"
    missing = "missing"


class Person(SQLModel, table=True):
    """Someone who asks for or carries a network. Their company is never stored (domain.md section 3)."""

    id: UUID = key_field()
    member_hash: str | None = Field(default=None, unique=True, max_length=64)
    member_number: str | None = Field(default=None, sa_column=Column(EncryptedText))
    name: str | None = Field(default=None, sa_column=Column(EncryptedText))
    email: str | None = Field(default=None, sa_column=Column(EncryptedText))
    email_status: EmailStatus = Field(default=EmailStatus.missing, sa_type=code(EmailStatus))
    language: Language = Field(default=Language.sv, sa_type=code(Language))
    membership: Membership = Field(default=Membership.unknown, sa_type=code(Membership))
    is_representative: bool = False
    is_employee: bool = False
    protected_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminders_stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def may_initiate(self) -> bool:
        """Active members and their representatives may ask; the office's own people never (domain.md I1, S8)."""
        return (self.membership == Membership.active or self.is_representative) and not self.is_employee

    @property
    def is_member(self) -> bool:
        """A member or a representative, as far as the register knows; while it is down nobody stops being one."""
        return self.membership not in (Membership.left, Membership.none) or self.is_representative

    @property
    def may_be_mailed(self) -> bool:
        """Protected identity: phone only. A bounced or missing address gets nothing (domain.md section 12)."""
        return bool(self.email) and self.email_status == EmailStatus.ok and not self.protected_at

    @property
    def may_be_reminded(self) -> bool:
        """Check-ins and reminders go to whoever may be mailed and has not stopped them; decisions still come."""
        return self.may_be_mailed and not self.erased_at and not self.reminders_stopped_at


def member_hash(member_number: str) -> str:
    """The keyed hash that a member number is looked up by; blanks and hyphens in it do not matter."""
    return keyed_hash("member", "".join(letter for letter in member_number if letter.isalnum()).lower())


def by_member_number(session: Session, member_number: str) -> Person | None:
    """The person with this number, if the register or a request told of one."""
    return session.exec(select(Person).where(col(Person.member_hash) == member_hash(member_number))).one_or_none()


def register_is_loaded(session: Session) -> bool:
    """Whether a member register was ever imported: only then does a missing number mean "not a member"."""
    known = select(Person.id).where(col(Person.membership).not_in((Membership.unknown, Membership.none))).limit(1)
    return session.exec(known).first() is not None


def canonical_address(address: str) -> str:
    """The address as it is compared: case does not matter, and a domain is the same in letters and in punycode."""
    user, _, domain = unicodedata.normalize("NFC", address.strip()).lower().rpartition("@")
    try:
        return f"{user}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return f"{user}@{domain}"


def meet(session: Session, member_number: str, name: str = "", email: str = "") -> Person:
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
