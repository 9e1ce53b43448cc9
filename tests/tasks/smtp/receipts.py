"""Mail that waits, and what becomes of it."""

import json
from collections import Counter
from datetime import datetime

from sqlmodel import col, select

from models.db.engine import reading, transaction
from models.mail.queue import QueuedMail, enqueue
from models.tables.mail import OutgoingMail, Template
from tasks.smtp.batch_sender import send_due
from tests.acts import ask_for_a_receipt, at

NOW = at("2026-11-02", 11)


def queue_receipts(count: int = 3) -> None:
    """That many mails to one person."""
    with transaction() as session:
        ask_for_a_receipt(session)
        first = session.exec(select(OutgoingMail)).one()
        told = json.loads(first.context)
        more = [
            QueuedMail(Template.receipt, first.person_id, f"more {number}", request_id=first.request_id, context=told)
            for number in range(count - 1)
        ]
        enqueue(session, more, first.created_at)


def rows() -> list[OutgoingMail]:
    with reading() as session:
        return list(session.exec(select(OutgoingMail).where(col(OutgoingMail.staff_id).is_(None))))


def statuses() -> dict[str, int]:
    return dict(Counter(str(mail.status) for mail in rows()))


async def send_all(moment: datetime = NOW) -> dict[str, int]:
    """Every batch, as the flow does."""
    total: Counter[str] = Counter()
    while ended := await send_due(moment):
        total.update(ended)
    return dict(total)
