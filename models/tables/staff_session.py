"""Staff on their own pages: how they come in, and whom they looked at (domain.md section 13)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.db.column_types import EncryptedText, UtcDateTime, key_field


class SignIn(SQLModel, table=True):
    """A link that lets one member of staff in, once. `page`: where they were going."""

    __tablename__ = "sign_in"

    id: UUID = key_field()
    staff_id: UUID = Field(foreign_key="staff.id", index=True)
    page: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StaffSession(SQLModel, table=True):
    """A browser that is signed in. Its key is in the browser alone: here is a hash of it, and one of the browser."""

    __tablename__ = "staff_session"

    id: UUID = key_field()
    staff_id: UUID = Field(foreign_key="staff.id", index=True)
    key_hash: str = Field(unique=True, max_length=64)
    browser_hash: str = Field(max_length=64)
    begun_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Look(SQLModel, table=True):
    """A page that showed a person to a member of staff. `reason`: why they looked beyond their own region."""

    __tablename__ = "look"
    __table_args__ = (Index("ix_look_of_staff", "staff_id", "page", "at"),)

    id: UUID = key_field()
    person_id: UUID = Field(foreign_key="person.id", index=True)
    staff_id: UUID = Field(foreign_key="staff.id")
    page: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    reason: str | None = Field(default=None, sa_column=Column(EncryptedText))
