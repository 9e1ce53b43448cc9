"""The frozen report to the congress (domain.md section 11)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.db.column_types import UtcDateTime, key_field


class CongressReport(SQLModel, table=True):
    """That a report was made of the data up to a cut-off day, and the hash by which its bytes can be recognised."""

    __tablename__ = "congress_report"
    __table_args__ = (UniqueConstraint("cutoff", "model_version", "sha256", name="one_report_of_the_same_bytes"),)

    id: UUID = key_field()
    cutoff: date
    model_version: str
    sha256: str = Field(min_length=64, max_length=64)
    made_at: datetime = Field(sa_type=UtcDateTime)
