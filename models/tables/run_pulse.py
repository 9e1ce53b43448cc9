"""A flow run's own word that it lives and how it ended."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.db.column_types import UtcDateTime


class FlowRunPulse(SQLModel, table=True):
    """One run of a deployment. `place` is the machine since its last start, `process_started` its ticks there.

    `died_as` is which start of the run died last: the worker tells of one death twice, half a minute apart under load.
    """

    __tablename__ = "flow_run_pulse"

    flow_run_id: UUID = Field(primary_key=True)
    flow: str
    restarts_itself: bool = True
    host: str = ""
    place: str = ""
    pid: int = 0
    process_started: int = Field(default=0, sa_type=BigInteger)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    beat_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    end_type: str | None = None
    end_name: str | None = None
    end_message: str | None = None
    deaths: int = 0
    died_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    died_as: int = 0
    interrupted_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
