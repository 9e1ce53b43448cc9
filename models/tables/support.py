"""What the office offers, what it has granted, and the ledger of its hours (domain.md sections 3 and 5)."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Numeric, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.db.column_types import EncryptedText, UtcDateTime, code, key_field

HUNDREDTH = Decimal("0.01")


class EntryKind(StrEnum):
    """Why hours come into a ledger or leave it (domain.md section 5)."""

    budget = "budget"
    reserved = "reserved"
    used = "used"
    released = "released"


class CapacityEntry(SQLModel, table=True):
    """One line of the ledger: hours in (budget, released) or out (reserved; used beyond what was reserved).

    `signed_by`: who decided on a budget, or wrote down what was used of a grant.
    """

    __tablename__ = "capacity_entry"
    __table_args__ = (
        CheckConstraint("balance >= 0", name="ledger_never_below_zero"),
        UniqueConstraint("staff_id", "quarter", "sequence", name="one_line_after_another"),
    )

    id: UUID = key_field()
    staff_id: UUID = Field(foreign_key="staff.id", index=True)
    quarter: str = Field(max_length=6, index=True)
    grant_id: UUID | None = Field(default=None, foreign_key="support_grant.id", index=True)
    sequence: int
    hours: Decimal = Field(sa_column=Column(Numeric(6, 2), nullable=False))
    balance: Decimal = Field(sa_column=Column(Numeric(6, 2), nullable=False))
    kind: EntryKind = Field(sa_type=code(EntryKind))
    at: datetime = Field(sa_type=UtcDateTime)
    signed_by: UUID | None = Field(default=None, foreign_key="staff.id")


class Item(StrEnum):
    """The support menu (domain.md section 5)."""

    talk = "talk"
    starter_kit = "starter_kit"
    send_out = "send_out"
    negotiator_at_meeting = "negotiator_at_meeting"
    sounding_board = "sounding_board"
    speaker = "speaker"
    grant_money = "grant_money"
    company_contact = "company_contact"
    digital_room = "digital_room"
    handover_talk = "handover_talk"
    restart_talk = "restart_talk"


class GrantStatus(StrEnum):
    """How far a grant has come."""

    granted = "granted"
    used = "used"
    ended = "ended"


class SupportGrant(SQLModel, table=True):
    """One item granted for one occasion: hours, a person, from and to, a reason; every grant ends (S4, S7).

    `granted_by`: who decided on it. `paid_on`, `paid_sek`, `receipt_seen_by`: grant money, once it is paid.
    """

    __tablename__ = "support_grant"
    __table_args__ = (
        CheckConstraint("to_on >= from_on", name="grant_ends_after_it_begins"),
        CheckConstraint("hours >= 0", name="hours_are_not_negative"),
        CheckConstraint("sek BETWEEN 0 AND 3000", name="sek_within_the_cap"),
        CheckConstraint("paid_sek BETWEEN 0 AND sek", name="paid_within_the_grant"),
        CheckConstraint("(paid_on IS NULL) = (paid_sek IS NULL)", name="paid_has_day_and_sum"),
        CheckConstraint("paid_on IS NULL OR receipt_seen_by IS NOT NULL", name="paid_on_a_receipt"),
    )

    id: UUID = key_field()
    network_id: UUID = Field(foreign_key="network.id", index=True)
    item: Item = Field(sa_type=code(Item))
    hours: Decimal = Field(sa_column=Column(Numeric(6, 2), nullable=False))
    sek: int = 0
    staff_id: UUID = Field(foreign_key="staff.id")
    from_on: date
    to_on: date
    occasion: int = 1
    reason: str = Field(sa_column=Column(EncryptedText, nullable=False))
    status: GrantStatus = Field(default=GrantStatus.granted, sa_type=code(GrantStatus))
    granted_at: datetime = Field(sa_type=UtcDateTime)
    granted_by: UUID | None = Field(default=None, foreign_key="staff.id")
    paid_on: date | None = None
    paid_sek: int | None = None
    receipt_seen_by: UUID | None = Field(default=None, foreign_key="staff.id")


class SupportTime(SQLModel, table=True):
    """Hours of a grant that were used, on a day. `told_at`: when it was written down; of an older one nobody knows."""

    __tablename__ = "support_time"
    __table_args__ = (CheckConstraint("hours > 0", name="time_used_is_positive"),)

    id: UUID = key_field()
    grant_id: UUID = Field(foreign_key="support_grant.id", index=True)
    on: date
    hours: Decimal = Field(sa_column=Column(Numeric(6, 2), nullable=False))
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BookedTalk(SQLModel, table=True):
    """A talk with a network whose hours are booked: one a network, day and signature, however much it settled.

    `told_at`: when it was first written down; of an older one nobody knows.
    """

    __tablename__ = "booked_talk"
    __table_args__ = (UniqueConstraint("network_id", "staff_id", "on", name="one_talk_a_day"),)

    id: UUID = key_field()
    network_id: UUID = Field(foreign_key="network.id", index=True)
    staff_id: UUID = Field(foreign_key="staff.id")
    on: date
    item: Item = Field(sa_type=code(Item))
    hours: Decimal = Field(sa_column=Column(Numeric(6, 2), nullable=False))
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
