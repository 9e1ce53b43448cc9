"""What may be sent, to whom, when, and once: rows of the outbox (domain.md section 9, I8)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.dates.local_time import midnight
from models.dates.send_window import MailClass, next_allowed
from models.db.queries import insert_unless_there
from models.mail.kinds import AT_ONCE, WORKING_DAY
from models.tables.mail import MailStatus, OutgoingMail, Template


def mail_class(template: Template) -> MailClass:
    """When mail of this kind may go (domain.md section 9)."""
    if template in AT_ONCE:
        return MailClass.at_once
    return MailClass.working_day if template in WORKING_DAY else MailClass.founder


@dataclass(frozen=True)
class QueuedMail:
    """A mail to be queued. `occasion` makes the idempotency key: the same letter for it goes once, ever. `on`: the day
    from which it may go; without one it may at once.
    """

    template: Template
    person_id: UUID | None
    occasion: str
    network_id: UUID | None = None
    request_id: UUID | None = None
    context: Mapping[str, object] = field(default_factory=dict)
    staff_id: UUID | None = None
    on: date | None = None

    @property
    def key(self) -> str:
        """What makes the mail once: its kind, its occasion and its reader (domain.md I8)."""
        return f"{self.template}:{self.occasion}:{self.person_id or self.staff_id}"


def enqueue(session: Session, letters: Iterable[QueuedMail], at: datetime) -> int:
    """Put letters in the outbox, in the caller's transaction; those queued before are left alone. Returns how many."""
    rows = [
        {
            "id": uuid4(),
            "idempotency_key": letter.key,
            "template": letter.template,
            "person_id": letter.person_id,
            "staff_id": letter.staff_id,
            "network_id": letter.network_id,
            "request_id": letter.request_id,
            "context": json.dumps(dict(letter.context), default=str, ensure_ascii=False),
            "created_at": at,
            "not_before": next_allowed(max(at, midnight(letter.on)) if letter.on else at, mail_class(letter.template)),
            "status": MailStatus.queued,
            "attempts": 0,
        }
        for letter in letters
    ]
    return insert_unless_there(session, OutgoingMail, rows, ["idempotency_key"])


def counts(session: Session) -> dict[str, int]:
    """Mails by status, every status named."""
    found = dict(session.exec(select(OutgoingMail.status, func.count()).group_by(col(OutgoingMail.status))).all())
    return {status.value: found.get(status, 0) for status in MailStatus}
