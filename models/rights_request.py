"""A person asks for what the law gives them: access, correction, erasure (domain.md section 10)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, code, key_field


class RightsKind(StrEnum):
    access = "access"
    correction = "correction"
    erasure = "erasure"


class RightsStatus(StrEnum):
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
