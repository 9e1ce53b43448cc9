"""A form as it was sent, kept until it is worked off (domain.md section 10)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.db.column_types import EncryptedText, UtcDateTime, key_field


class Intake(SQLModel, table=True):
    """The encrypted form (JSON) of one flow run or web page; emptied when settled (domain.md section 10)."""

    id: UUID = key_field()
    flow: str
    flow_run_id: str | None = Field(default=None, unique=True)
    content: str | None = Field(default=None, max_length=64, index=True)
    form: str | None = Field(default=None, sa_column=Column(EncryptedText))
    subject_id: UUID | None = None
    received_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
