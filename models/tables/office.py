"""Staff, their absences, and what the office has to do about a network (domain.md section 3)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import EmailStr
from sqlalchemy import CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.db.column_types import EncryptedText, UtcDateTime, code, key_field


class Absence(SQLModel, table=True):
    """A member of staff is away from one day to another, both included; a substitute may stand in."""

    __table_args__ = (
        CheckConstraint("to_on >= from_on", name="absence_ends_after_it_begins"),
        CheckConstraint("substitute_id <> staff_id", name="nobody_is_their_own_substitute"),
    )

    id: UUID = key_field()
    staff_id: UUID = Field(foreign_key="staff.id", index=True)
    from_on: date
    to_on: date
    substitute_id: UUID | None = Field(default=None, foreign_key="staff.id")
    signed_by: UUID | None = Field(default=None, foreign_key="staff.id")


class InterventionKind(StrEnum):
    """What the office has to do about a network (domain.md sections 7 and 8)."""

    health_talk = "health_talk"
    early_warning = "early_warning"
    adapting = "adapting"
    propose_rest = "propose_rest"
    propose_close = "propose_close"
    unreachable = "unreachable"
    new_contact = "new_contact"
    few_organisers = "few_organisers"
    handover_talk = "handover_talk"
    over_helping = "over_helping"
    wish = "wish"
    pause_or_close = "pause_or_close"
    phone_only = "phone_only"
    hard_bounce = "hard_bounce"
    mail_waits = "mail_waits"


TALKS = frozenset(
    {
        InterventionKind.health_talk,
        InterventionKind.early_warning,
        InterventionKind.adapting,
        InterventionKind.propose_rest,
        InterventionKind.propose_close,
        InterventionKind.unreachable,
        InterventionKind.few_organisers,
        InterventionKind.handover_talk,
        InterventionKind.over_helping,
        InterventionKind.wish,
        InterventionKind.pause_or_close,
    }
)
"""What a talk with the network settles; the rest is for staff alone (a contact to find, somebody to call)."""


class TalkOutcome(StrEnum):
    """The three ways on (domain.md section 7), or that the matter settled itself."""

    adapt = "adapt"
    rest = "rest"
    close = "close"
    settled = "settled"


class Intervention(SQLModel, table=True):
    """One thing for staff to do about a network, once per `occasion`, with an owner and a due date."""

    __table_args__ = (UniqueConstraint("network_id", "kind", "occasion", name="opened_once"),)

    id: UUID = key_field()
    network_id: UUID = Field(foreign_key="network.id", index=True)
    kind: InterventionKind = Field(sa_type=code(InterventionKind))
    occasion: str
    opened_at: datetime = Field(sa_type=UtcDateTime)
    owner: UUID | None = Field(default=None, foreign_key="staff.id", index=True)
    due_on: date
    outcome: TalkOutcome | None = Field(default=None, sa_type=code(TalkOutcome))
    agreement: str | None = Field(default=None, sa_column=Column(EncryptedText))
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: UUID | None = Field(default=None, foreign_key="staff.id")


class StaffRole(StrEnum):
    """What a member of staff may do (domain.md section 10)."""

    office = "office"
    negotiator = "negotiator"
    data_protection = "data_protection"
    reader = "reader"


class Staff(SQLModel, table=True):
    """Someone employed at the office; a negotiator belongs to a region."""

    __table_args__ = (CheckConstraint("length(signature) BETWEEN 2 AND 5", name="signature_is_short"),)

    id: UUID = key_field()
    signature: str = Field(unique=True, max_length=5)
    name: str
    email: EmailStr
    role: StaffRole = Field(sa_type=code(StaffRole))
    region: str | None = Field(default=None, foreign_key="region.code")
    active: bool = True
