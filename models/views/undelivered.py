"""Mail that did not go, as staff see it: what, about which network, why, and what comes next. Without any person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.mail.kinds import NO_READER
from models.mail.suppression import ASKED_BY_ANYBODY, STAFF_MUST_CALL
from models.office.labels import label_of
from models.tables.mail import MailStatus, OutgoingMail
from models.tables.network import Network
from models.tables.request import SupportRequest

SHOWN_FOR = timedelta(days=14)
NOT_OF_INTEREST = ("answered", "overtaken", "stopped", NO_READER)  # nothing for anybody to do


@dataclass(frozen=True)
class NotSent:
    """One mail that did not go. `number`: the first eight characters of its id, enough to settle it by.

    `ring`: staff ring whom it was for.
    """

    number: str
    template: str
    subject: str
    status: MailStatus
    reason: str | None
    attempts: int
    next_try: datetime | None
    ring: bool


def not_sent(session: Session, at: datetime, most: int) -> Sequence[NotSent]:
    """What is in doubt or waits for another try, and what failed in the last two weeks; the doubtful first."""
    final = (MailStatus.failed, MailStatus.skipped)
    settled = col(OutgoingMail.status).in_(final) & (col(OutgoingMail.settled_at) > at - SHOWN_FOR)
    settled &= col(OutgoingMail.reason).not_in(NOT_OF_INTEREST)
    doubtful = col(OutgoingMail.status) == MailStatus.in_doubt
    rows = session.exec(
        select(OutgoingMail, Network, SupportRequest)
        .outerjoin(Network, col(Network.id) == OutgoingMail.network_id)
        .outerjoin(SupportRequest, col(SupportRequest.id) == OutgoingMail.request_id)
        .where(doubtful | (col(OutgoingMail.status) == MailStatus.deferred) | settled)
        .order_by(doubtful.desc(), col(OutgoingMail.created_at).desc(), col(OutgoingMail.id))
        .limit(most)
    )
    return [_row(session, mail, network or request) for mail, network, request in rows]


def _row(session: Session, mail: OutgoingMail, about: Network | SupportRequest | None) -> NotSent:
    next_try = mail.not_before if mail.status == MailStatus.deferred else None
    subject = label_of(session, about) if about else ""
    ring = mail.person_id is not None and mail.template not in ASKED_BY_ANYBODY and mail.reason in STAFF_MUST_CALL
    return NotSent(mail.id.hex[:8], mail.template, subject, mail.status, mail.reason, mail.attempts, next_try, ring)
