"""The outbox's rules: what is due, who has claimed it, and what follows from each outcome (domain.md I8, section 9).

`now` is the real clock, by which claims are held; `at` is the day being worked, by which mail falls due.
"""

import json
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import Session, col, func, select

from models.check_in import CheckIn
from models.columns import decrypt, encrypt
from models.errors import UserError
from models.language import say
from models.mail import LEASE, RETRY_AFTER, SKIP_AFTER, MailStatus, OutgoingMail, Template, mail_class
from models.network import Network, NetworkState
from models.person import Person
from models.quiet_days import next_allowed
from models.staff import Staff

WAITING = (MailStatus.queued, MailStatus.deferred)
WHILE = {
    Template.resting: NetworkState.resting,
    Template.wake: NetworkState.resting,
    Template.still_planned: NetworkState.planned,
}
STAFF_MUST_CALL = ("protected", "address-needs-staff", "bounced", "no-address")


def free_abandoned(session: Session, now: datetime) -> dict[str, int]:
    """Free what a dead process had claimed; what it was just sending is in doubt, since nobody knows."""
    doubtful = session.execute(
        update(OutgoingMail)
        .where(col(OutgoingMail.status) == MailStatus.sending, col(OutgoingMail.claimed_until) < now)
        .values(status=MailStatus.in_doubt, claimed_by=None, claimed_until=None, reason="process-ended")
    )
    freed = session.execute(
        update(OutgoingMail)
        .where(col(OutgoingMail.status).in_(WAITING), col(OutgoingMail.claimed_until) < now)
        .values(claimed_by=None, claimed_until=None)
    )
    return {"in_doubt": doubtful.rowcount, "freed": freed.rowcount}  # type: ignore[attr-defined]


def skip_backlog(session: Session, at: datetime) -> int:
    """What was allowed to go for more than 14 days is skipped, not sent. Returns how many."""
    skipped = session.execute(
        update(OutgoingMail)
        .where(col(OutgoingMail.status) == MailStatus.queued, col(OutgoingMail.not_before) < at - SKIP_AFTER)
        .where(col(OutgoingMail.claimed_by).is_(None))
        .values(status=MailStatus.skipped, reason="backlog", settled_at=at)
    )
    return int(skipped.rowcount)  # type: ignore[attr-defined]


def due(session: Session, at: datetime) -> int:
    """How many mails may go now."""
    waiting = select(func.count()).where(col(OutgoingMail.status).in_(WAITING), col(OutgoingMail.not_before) <= at)
    return session.exec(waiting.where(col(OutgoingMail.template).in_(may_go(at)))).one()


def may_go(at: datetime) -> list[Template]:
    """The kinds of mail that may go at this moment: what fell due on Thursday still waits on a Friday evening."""
    return [template for template in Template if next_allowed(at, mail_class(template)) <= at]


def claim(session: Session, worker: UUID, at: datetime, now: datetime, most: int) -> list[UUID]:
    """Claim up to `most` mails that are due, oldest first; no two workers get the same one."""
    due = (
        select(OutgoingMail.id)
        .where(col(OutgoingMail.status).in_(WAITING), col(OutgoingMail.not_before) <= at)
        .where(col(OutgoingMail.claimed_by).is_(None), col(OutgoingMail.template).in_(may_go(at)))
        .order_by(col(OutgoingMail.not_before), col(OutgoingMail.created_at))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.exec(due))
    extend(session, ids, worker, now)
    return ids


def extend(session: Session, ids: list[UUID], worker: UUID, now: datetime) -> None:
    """Hold the claim a while longer."""
    session.execute(
        update(OutgoingMail)
        .where(
            col(OutgoingMail.id).in_(ids),
            or_(col(OutgoingMail.claimed_by).is_(None), col(OutgoingMail.claimed_by) == worker),
        )
        .values(claimed_by=worker, claimed_until=now + LEASE)
    )


def let_go(session: Session, worker: UUID) -> None:
    """Give back what this worker claimed and has not begun to send."""
    session.execute(
        update(OutgoingMail)
        .where(col(OutgoingMail.claimed_by) == worker, col(OutgoingMail.status).in_(WAITING))
        .values(claimed_by=None, claimed_until=None)
    )


def why_not(reader: Person | Staff | None) -> str | None:
    """Why a person or a member of staff is not mailed, as a code; None when they may be (domain.md section 12)."""
    if isinstance(reader, Staff) and not reader.active:
        return "inactive"
    if reader is None or (isinstance(reader, Person) and reader.erased_at):
        return "erased"
    if isinstance(reader, Person) and reader.protected_at:
        return "protected"
    if not reader.email:
        return "no-address"
    if not reader.email.rpartition("@")[0].isascii():
        return "address-needs-staff"  # å, ä, ö before the @: not every mail server takes it (domain.md section 12)
    return "bounced" if isinstance(reader, Person) and not reader.may_be_mailed else None


def is_overtaken(session: Session, mail: OutgoingMail) -> str | None:
    """Why a mail that waited has nothing left to say, as a code: what it asks for has happened meanwhile.

    Any activity stops the chase (domain.md section 6); a network that is awake is not asked to wake.
    """
    if mail.template in (Template.check_in_reminder, Template.second_organiser):
        check_in = session.get(CheckIn, UUID(json.loads(mail.context)["check_in"]))
        return "answered" if check_in and check_in.answered_at else None
    network = session.get(Network, mail.network_id) if mail.template in WHILE else None
    return "overtaken" if network and network.state != WHILE[mail.template] else None


def is_ours(mail: OutgoingMail, worker: UUID) -> bool:
    """Whether this worker still holds the claim: one that was asleep too long has lost it to another."""
    return mail.claimed_by == worker and mail.status in WAITING


def may_record(mail: OutgoingMail, worker: UUID) -> bool:
    """Whether the sender's word on a mail still counts: it is the one sending, or nobody else knows what became."""
    return (mail.claimed_by == worker and mail.status == MailStatus.sending) or mail.status == MailStatus.in_doubt


def begin_sending(mail: OutgoingMail, body: bytes, now: datetime) -> None:
    """From here until an outcome is recorded, nobody knows whether the mail went."""
    mail.claimed_until = now + LEASE
    mail.status, mail.attempts, mail.body = MailStatus.sending, mail.attempts + 1, encrypt(body)


def record(mail: OutgoingMail, status: MailStatus, code: int, at: datetime) -> None:
    """Write down what became of a mail. What is final loses its bytes; what is deferred waits longer each time."""
    mail.reason = f"smtp-{code}" if code else None
    mail.claimed_by = mail.claimed_until = None
    if status == MailStatus.deferred and mail.attempts > len(RETRY_AFTER):
        status = MailStatus.failed
    mail.status = status
    if status == MailStatus.deferred:
        wait = RETRY_AFTER[mail.attempts - 1]
        mail.not_before = next_allowed(at + wait, mail_class(mail.template))
    if status in (MailStatus.sent, MailStatus.failed, MailStatus.skipped):
        mail.body, mail.settled_at = None, at


def bytes_of(mail: OutgoingMail) -> bytes | None:
    """The exact bytes of an earlier try, if there was one."""
    return decrypt(mail.body) if mail.body else None


def settle(session: Session, ids: list[UUID], outcome: str, at: datetime) -> int:
    """Staff settle what a crash left in doubt: it was "sent", or is to be "resend" with the same bytes.

    An empty list means all that is in doubt. Raises UserError when one of `ids` is not in doubt; nothing changes then.
    """
    doubtful = session.exec(select(OutgoingMail).where(col(OutgoingMail.status) == MailStatus.in_doubt)).all()
    known = {mail.id for mail in doubtful}
    for one in ids:
        if one not in known:
            raise UserError(say(f"ID: {one} är inte osäkert.", f"ID: {one} is not in doubt."))
    chosen = [mail for mail in doubtful if not ids or mail.id in ids]
    for mail in chosen:
        if outcome == "sent":
            record(mail, MailStatus.sent, 0, at)
        else:
            mail.status, mail.not_before = MailStatus.queued, next_allowed(at, mail_class(mail.template))
        mail.reason = f"settled-{outcome}"
        session.add(mail)
    return len(chosen)
