"""What was said in a mail turned out wrong: what waits is not sent, what has gone is known (domain.md section 13)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from models.mail.kinds import OVERTAKEN
from models.tables.mail import WAITING, MailStatus, OutgoingMail

NEVER_ARRIVES = (MailStatus.failed, MailStatus.skipped)


def overtake(session: Session, at: datetime, *which: ColumnElement[bool]) -> int:
    """What waits of these mails has nothing left to say, and is not sent. Returns how many."""
    waits = col(OutgoingMail.status).in_(WAITING)
    skipped = {"status": MailStatus.skipped, "reason": OVERTAKEN, "body": None, "settled_at": at}
    answer: Any = session.execute(update(OutgoingMail).where(waits, *which).values(**skipped))
    overtaken: int = answer.rowcount
    return overtaken


def was_told(session: Session, *which: ColumnElement[bool]) -> bool:
    """Whether one of these mails was written, and has arrived or may have: its reader has it as it was then."""
    unwritten = (MailStatus.queued, *NEVER_ARRIVES)
    written = select(OutgoingMail.id).where(col(OutgoingMail.status).not_in(unwritten), *which)
    return session.exec(written.limit(1)).first() is not None
