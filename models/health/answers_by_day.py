"""What was answered by a day, where somebody else has answered the same check-in since (domain.md sections 6 and 7)."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from models.dates.local_time import midnight
from models.tables.check_in import CheckInAnswer


def latest_by(session: Session, which: Any, day: date) -> dict[UUID, int]:
    """Question 4 as it was last answered by the end of a day, of check-ins that have been answered again since."""
    ends = midnight(day + timedelta(days=1))
    again = select(CheckInAnswer.check_in_id).where(col(CheckInAnswer.given_at) >= ends)
    rows = session.exec(
        select(CheckInAnswer.check_in_id, CheckInAnswer.q4)
        .where(col(CheckInAnswer.check_in_id).in_(again), col(CheckInAnswer.check_in_id).in_(which))
        .where(col(CheckInAnswer.given_at) < ends)
        .order_by(col(CheckInAnswer.given_at))
    ).all()
    return dict(rows)
