"""A form as it came in, kept under its flow run's id until it is worked off, so that the run can forget it at once."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Column
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import EncryptedText, UtcDateTime, key_field, keyed_hash

SAME_FORM = timedelta(minutes=10)


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


def of_run(session: Session, flow_run_id: str) -> Intake | None:
    """The form that this run saved on an earlier try: the run's own parameters are empty by then."""
    return session.exec(select(Intake).where(col(Intake.flow_run_id) == flow_run_id)).one_or_none()


def content_of(flow: str, form: str) -> str:
    """What a form says, as a hash that tells nobody what: the same form for the same flow gives the same."""
    return keyed_hash("form", flow, form)


def just_came(session: Session, content: str, at: datetime) -> Intake | None:
    """The same form as it came a moment ago: Run was pressed twice, and is to be done once."""
    same = select(Intake).where(col(Intake.content) == content).order_by(col(Intake.received_at).desc())
    latest = session.exec(same).first()
    return latest if latest and abs(at - latest.received_at) <= SAME_FORM else None
