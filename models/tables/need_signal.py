"""A need that staff saw and nobody asked about: counted, never acted on, and it mails nobody (domain.md S8)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.db.column_types import EncryptedText, UtcDateTime, key_field


class NeedSignal(SQLModel, table=True):
    """What a member of staff saw, where. The words are encrypted: free text can hold anything."""

    __tablename__ = "need_signal"

    id: UUID = key_field()
    place: str
    municipality: str = Field(foreign_key="municipality.code", index=True)
    words: str = Field(sa_column=Column(EncryptedText, nullable=False))
    noted_by: UUID = Field(foreign_key="staff.id")
    noted_at: datetime = Field(sa_type=UtcDateTime)
    flow_run_id: str | None = Field(default=None, unique=True)
