"""The outbox's rules: what is due, who has claimed it, and what follows from each outcome (domain.md I8, section 9).

`now` is the real clock, by which claims are held; `at` is the day being worked, by which mail falls due.
A mail goes queued → claimed → sending (its bytes kept) → its outcome. Only what is sending can come into doubt, and
each connection has at most one mail there: so a process that dies leaves at most one doubt a connection.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, update
from sqlmodel import Session, col, func, select

from models.dates.local_time import STOCKHOLM, local
from models.dates.send_window import MAIL_OPENS, MailClass, next_allowed
from models.db.column_types import UtcDateTime
from models.db.queries import insert_unless_there
from models.mail.kinds import LEASE, NEVER_SKIPPED, SKIP_AFTER
from models.mail.queue import mail_class
from models.tables.mail import WAITING, MailStatus, OutgoingMail, SendingPace, Template


def free_abandoned(session: Session, now: datetime) -> dict[str, int]:
    """Free what a dead process had claimed; what it was just sending is in doubt, since nobody knows."""
    expired = col(OutgoingMail.claimed_until) < now
    doubtful = session.execute(
        update(OutgoingMail)
        .where(col(OutgoingMail.status) == MailStatus.sending, expired)
        .values(status=MailStatus.in_doubt, claimed_by=None, claimed_until=None, reason="process-ended")
    )
    untried = update(OutgoingMail).where(col(OutgoingMail.status).in_(WAITING), expired)
    freed = session.execute(untried.values(claimed_by=None, claimed_until=None))
    return {"in_doubt": doubtful.rowcount, "freed": freed.rowcount}  # type: ignore[attr-defined]


def skip_backlog(session: Session, at: datetime) -> int:
    """What was allowed to go for more than 14 days, and was never tried, is skipped; decisions, rights answers and
    calendar mail never are (domain.md section 9). Returns how many.
    """
    skipped = session.execute(
        update(OutgoingMail)
        .where(col(OutgoingMail.status) == MailStatus.queued, col(OutgoingMail.not_before) < at - SKIP_AFTER)
        .where(col(OutgoingMail.claimed_by).is_(None), col(OutgoingMail.attempts) == 0)
        .where(col(OutgoingMail.template).not_in(NEVER_SKIPPED))
        .values(status=MailStatus.skipped, reason="backlog", settled_at=at)
    )
    return int(skipped.rowcount)  # type: ignore[attr-defined]


def count_due(session: Session, at: datetime) -> int:
    """How many mails may go now."""
    return session.exec(select(func.count()).select_from(OutgoingMail).where(_is_due(at))).one()


def _is_due(at: datetime) -> ColumnElement[bool]:
    return and_(
        col(OutgoingMail.status).in_(WAITING),
        col(OutgoingMail.not_before) <= at,
        col(OutgoingMail.template).in_(may_go(at)),
    )


def may_go(at: datetime) -> list[Template]:
    """The kinds of mail that may go at this moment: what fell due on Thursday still waits on a Friday evening."""
    return [template for template in Template if next_allowed(at, mail_class(template)) <= at]


def longest_wait(session: Session, at: datetime) -> timedelta:
    """How long the oldest mail that may go has waited; hours in which its kind may not go do not count."""
    opened = datetime.combine(local(at).date(), MAIL_OPENS, STOCKHOLM)
    oldest: ColumnElement[datetime] = func.min(OutgoingMail.not_before, type_=UtcDateTime)
    waits = timedelta()
    for name, since in session.exec(select(OutgoingMail.template, oldest).where(_is_due(at)).group_by("template")):
        begun = since if mail_class(Template(name)) is MailClass.at_once else max(since, opened)
        waits = max(waits, at - begun)
    return waits


def other_claim_until(session: Session, at: datetime) -> datetime | None:
    """Until when somebody else's claim holds on a mail that is due; None when there is none to wait for."""
    return session.exec(select(func.min(OutgoingMail.claimed_until, type_=UtcDateTime)).where(_is_due(at))).one()


def claim(session: Session, worker: UUID, at: datetime, now: datetime, most: int) -> list[UUID]:
    """Claim up to `most` mails that are due, oldest first; no two workers get the same one."""
    free = (
        select(OutgoingMail.id)
        .where(_is_due(at), col(OutgoingMail.claimed_by).is_(None))
        .order_by(col(OutgoingMail.not_before), col(OutgoingMail.created_at))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.exec(free))
    session.execute(
        update(OutgoingMail)
        .where(col(OutgoingMail.id).in_(ids), col(OutgoingMail.claimed_by).is_(None))
        .values(claimed_by=worker, claimed_until=now + LEASE)
    )
    return ids


def renew_claims(session: Session, worker: UUID, now: datetime) -> None:
    """Hold the worker's claims a while longer."""
    mine = update(OutgoingMail).where(col(OutgoingMail.claimed_by) == worker)
    session.execute(mine.values(claimed_until=now + LEASE))


def release_claims(session: Session, worker: UUID) -> None:
    """Give back what this worker claimed and has not begun to send."""
    mine = update(OutgoingMail).where(col(OutgoingMail.claimed_by) == worker, col(OutgoingMail.status).in_(WAITING))
    session.execute(mine.values(claimed_by=None, claimed_until=None))


def still_claimed(session: Session, ids: Collection[UUID], worker: UUID) -> list[OutgoingMail]:
    """Those of these mails whose claim the worker still holds: one that was asleep too long has lost it."""
    held = select(OutgoingMail).where(col(OutgoingMail.id).in_(list(ids)), col(OutgoingMail.claimed_by) == worker)
    return list(session.exec(held.where(col(OutgoingMail.status).in_(WAITING))))


def next_send_time(session: Session, rate: float, now: datetime) -> datetime:
    """When the next mail may go, `rate` mails a second whoever sends; the moment is then taken."""
    insert_unless_there(session, SendingPace, [{"id": 1, "next_at": now}], ["id"])
    pace = session.get_one(SendingPace, 1, with_for_update=True)
    mine = max(pace.next_at, now)
    pace.next_at = mine + timedelta(seconds=1 / rate)
    session.add(pace)
    return mine
