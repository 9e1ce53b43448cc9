"""The frozen report to the congress (domain.md section 11)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.db.column_types import UtcDateTime, key_field


class CongressReport(SQLModel, table=True):
    """All that a congress report of a cut-off says, kept for ever: what is told later changes none of it.

    `frozen`: its figures, of which `sha256` is the hash; `data_sha256`: of the facts that they were counted from. A
    row of a version before reports were frozen has neither. `manifests`: hashes of the manifests with which it was
    written as files, one for each version that drew it.
    """

    __tablename__ = "congress_report"
    __table_args__ = (UniqueConstraint("cutoff", "model_version", "sha256", name="one_report_of_the_same_bytes"),)

    id: UUID = key_field()
    cutoff: date
    model_version: str
    frozen: str | None = Field(default=None, sa_column=Column(Text))
    sha256: str = Field(min_length=64, max_length=64)
    data_sha256: str | None = Field(default=None, max_length=64)
    manifests: list[str] | None = Field(default=None, sa_column=Column(JSON))
    made_at: datetime = Field(sa_type=UtcDateTime)
