"""A form as it came in, kept under its flow run's id until it is worked off, so that the run can forget it at once."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.db.crypto import keyed_hash
from models.tables.intake import Intake

SAME_FORM = timedelta(minutes=10)


def intake_of_run(session: Session, flow_run_id: str) -> Intake | None:
    """The form that this run saved on an earlier try: the run's own parameters are empty by then."""
    return session.exec(select(Intake).where(col(Intake.flow_run_id) == flow_run_id)).one_or_none()


def fingerprint(flow: str, form: str) -> str:
    """What a form says, as a hash that tells nobody what: the same form for the same flow gives the same."""
    return keyed_hash("form", flow, form)


def recent_duplicate(session: Session, content: str, at: datetime) -> Intake | None:
    """The same form as it came a moment ago: Run was pressed twice, and is to be done once."""
    same = select(Intake).where(col(Intake.content) == content).order_by(col(Intake.received_at).desc())
    latest = session.exec(same).first()
    return latest if latest and abs(at - latest.received_at) <= SAME_FORM else None
