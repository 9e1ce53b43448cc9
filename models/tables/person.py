"""A person and what they have asked about their own data (domain.md sections 3 and 10)."""

import re
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.db.column_types import EncryptedText, UtcDateTime, code, key_field
from models.db.crypto import keyed_hash
from models.i18n import Language

BETWEEN = re.compile(r"[\W_]+")


class Membership(StrEnum):
    """What the member register says of somebody."""

    active = "active"
    passive = "passive"
    left = "left"
    none = "none"
    unknown = "unknown"


class EmailStatus(StrEnum):
    """Whether mail to the address arrives, as far as is known."""

    ok = "ok"
    bounced = "bounced"
    missing = "missing"


class Person(SQLModel, table=True):
    """Someone who asks for or carries a network. Their company is never stored (domain.md section 3).

    `ineligible_since`: when we learned that they left the union or work at the office; the grace is counted from it.
    """

    id: UUID = key_field()
    member_hash: str | None = Field(default=None, unique=True, max_length=64)
    member_number: str | None = Field(default=None, sa_column=Column(EncryptedText))
    name: str | None = Field(default=None, sa_column=Column(EncryptedText))
    email: str | None = Field(default=None, sa_column=Column(EncryptedText))
    phone: str | None = Field(default=None, sa_column=Column(EncryptedText))
    email_status: EmailStatus = Field(default=EmailStatus.missing, sa_type=code(EmailStatus))
    language: Language = Field(default=Language.sv, sa_type=code(Language))
    membership: Membership = Field(default=Membership.unknown, sa_type=code(Membership))
    is_representative: bool = False
    is_employee: bool = False
    ineligible_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
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


def plain_number(member_number: str) -> str:
    """A member number as it is compared: blanks and hyphens in it do not matter."""
    return BETWEEN.sub("", member_number).lower()


def member_hash(member_number: str) -> str:
    """The keyed hash that a member number is looked up by."""
    return keyed_hash("member", plain_number(member_number))


class RightsKind(StrEnum):
    """What a person can ask for about their own data (GDPR articles 15 to 18, 20 and 21)."""

    access = "access"
    portability = "portability"
    rectification = "rectification"
    erasure = "erasure"
    restriction = "restriction"
    objection = "objection"


class RightsStatus(StrEnum):
    """How far the office has come with it."""

    received = "received"
    answered = "answered"
    refused = "refused"


class RightsRequest(SQLModel, table=True):
    """One request about personal data and the day it must be answered by."""

    __tablename__ = "rights_request"

    id: UUID = key_field()
    kind: RightsKind = Field(sa_type=code(RightsKind))
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    received_at: datetime = Field(sa_type=UtcDateTime)
    deadline: date = Field(index=True)
    status: RightsStatus = Field(default=RightsStatus.received, sa_type=code(RightsStatus))
