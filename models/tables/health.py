"""What a health check found, kept for ever (domain.md section 7)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.db.column_types import code, key_field


class Level(StrEnum):
    """Health of a network. It lies over the state and is not a state (domain.md section 4)."""

    red = "red"
    yellow = "yellow"
    green = "green"
    not_assessed = "not_assessed"


class HealthSnapshot(SQLModel, table=True):
    """A network's score on one day under one version of the model; never changed afterwards. A component that is
    unknown is none, which version 1 did not know.
    """

    __tablename__ = "health_snapshot"
    __table_args__ = (
        UniqueConstraint("network_id", "on", "model_version", name="one_snapshot_a_day"),
        # A region's trend reads levels alone: it need not visit the table.
        Index("ix_health_snapshot_levels", "network_id", "model_version", "on", "level"),
    )

    id: UUID = key_field()
    network_id: UUID = Field(foreign_key="network.id")
    on: date = Field(index=True)
    r: float
    a: float | None = None
    o: float | None = None
    b: float | None = None
    d: float | None = None
    f: float
    score: float | None = None
    level: Level = Field(sa_type=code(Level))
    gates: list[str] = Field(default_factory=list, sa_type=JSON, nullable=False)
    model_version: str
