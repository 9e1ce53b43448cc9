"""The office's log of attempts to reach somebody about a request or a network (domain.md section 3)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from models.db.column_types import EncryptedText, UtcDateTime, code, key_field

NOTE_LENGTH = 500


class ContactChannel(StrEnum):
    """How staff tried to reach them."""

    phone = "phone"
    mail = "mail"
    letter = "letter"
    meeting = "meeting"
    other = "other"


class ContactOutcome(StrEnum):
    """What came of it."""

    reached = "reached"
    no_answer = "no_answer"
    left_word = "left_word"
    agreed = "agreed"
    complaint = "complaint"


class ContactEntry(SQLModel, table=True):
    """One attempt. The note is encrypted: free text can hold anything. A reminder stands until the next entry."""

    __tablename__ = "contact_entry"
    __table_args__ = (
        CheckConstraint("(request_id IS NULL) <> (network_id IS NULL)", name="about_a_request_or_a_network"),
    )

    id: UUID = key_field()
    request_id: UUID | None = Field(default=None, foreign_key="support_request.id", index=True)
    network_id: UUID | None = Field(default=None, foreign_key="network.id", index=True)
    on: date
    channel: ContactChannel = Field(sa_type=code(ContactChannel))
    outcome: ContactOutcome = Field(sa_type=code(ContactOutcome))
    note: str | None = Field(default=None, sa_column=Column(EncryptedText))
    remind_on: date | None = Field(default=None, index=True)
    staff_id: UUID = Field(foreign_key="staff.id")
    noted_at: datetime = Field(sa_type=UtcDateTime)
