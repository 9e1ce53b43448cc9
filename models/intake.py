"""A form as it came in, kept under its flow run's id until it is worked off, so that the run can forget it at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import EncryptedText, UtcDateTime, key_field


class Intake(SQLModel, table=True):
    """The encrypted form (JSON) of one flow run or web page; emptied when settled (domain.md section 10)."""

    id: UUID = key_field()
    flow: str
    flow_run_id: str | None = Field(default=None, unique=True)
    form: str | None = Field(default=None, sa_column=Column(EncryptedText))
    subject_id: UUID | None = None
    received_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def of_run(session: Session, flow_run_id: str) -> Intake | None:
    """The form that this run saved on an earlier try: the run's own parameters are empty by then."""
    return session.exec(select(Intake).where(col(Intake.flow_run_id) == flow_run_id)).one_or_none()
