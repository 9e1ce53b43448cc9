"""What stands on disk while a mail is on its way, and what follows from its outcome (domain.md I8).

These run for every mail, so their statements are made once and go past the session's objects.
"""

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, and_, bindparam, func, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from models.dates.send_window import next_allowed
from models.db.crypto import SEALED, decrypt, unseal
from models.mail.kinds import LEASE, RETRY_AFTER
from models.mail.queue import mail_class
from models.tables.mail import WAITING, MailStatus, OutgoingMail

FINAL = (MailStatus.sent, MailStatus.failed, MailStatus.skipped)
PACKED = b"x"  # how what zlib packed begins; a mail begins with a header


@dataclass(frozen=True)
class ComposedMail:
    """A mail as it goes: the exact bytes, the same sealed for keeping, and how they came about."""

    body: bytes
    sealed: bytes
    message_id: str
    language: str
    version: str


@dataclass(frozen=True)
class DeliveryResult:
    """What became of one mail that was sending: its status, the server's reply code (0: none came).

    `status` queued means that it was not begun: the connection had closed before the server heard of it.
    `no_such_address`: nobody reads mail there, says the server.
    """

    mail_id: UUID
    status: MailStatus
    code: int
    no_such_address: bool = False


_MAIL: Table = OutgoingMail.__table__  # type: ignore[attr-defined]
_MINE = _MAIL.c.claimed_by == bindparam("worker")
_WAITS = or_(*(_MAIL.c.status == status for status in WAITING))
_THESE = _MAIL.c.id.in_(bindparam("mails", expanding=True))
# The sender's word counts when it is the one sending, or when nobody else knows what became.
_MAY_RECORD = or_(and_(_MINE, _MAIL.c.status == MailStatus.sending), _MAIL.c.status == MailStatus.in_doubt)
_BEGIN = (
    _MAIL.update()
    .where(_MAIL.c.id == bindparam("mail"), _MINE, _WAITS)
    .values(
        status=MailStatus.sending,
        attempts=_MAIL.c.attempts + 1,
        claimed_until=bindparam("until"),
        body=func.coalesce(bindparam("sealed", type_=_MAIL.c.body.type), _MAIL.c.body),
        message_id=func.coalesce(bindparam("name", type_=_MAIL.c.message_id.type), _MAIL.c.message_id),
        language=func.coalesce(bindparam("tongue", type_=_MAIL.c.language.type), _MAIL.c.language),
        template_version=func.coalesce(bindparam("wording", type_=_MAIL.c.language.type), _MAIL.c.template_version),
    )
)
_BEGUN = sql_select(_MAIL.c.id).where(_THESE, _MINE, _MAIL.c.status == MailStatus.sending)
_SENT = (
    _MAIL.update()
    .where(_THESE, _MAY_RECORD)
    .values(
        status=MailStatus.sent,
        reason=bindparam("why"),
        body=None,
        settled_at=bindparam("at"),
        claimed_by=None,
        claimed_until=None,
    )
)


def bytes_of(mail: OutgoingMail) -> bytes | None:
    """The exact bytes of an earlier try, if there was one."""
    if not mail.body:
        return None
    if mail.body.startswith(SEALED):
        return unseal(mail.body)
    kept = decrypt(mail.body)  # as versions before this one kept them
    return zlib.decompress(kept) if kept.startswith(PACKED) else kept


def mark_sending(session: Session, mails: Mapping[UUID, ComposedMail | None], worker: UUID, now: datetime) -> set[UUID]:
    """Mark mails as being sent; from here until an outcome is recorded, nobody knows whether they went.

    What is written for the first time is kept: every later try has the same bytes. Returns the mails that may be sent:
    the worker's claim on the others has gone to somebody else.
    """
    if not mails:
        return set()
    rows = [
        {
            "mail": mail_id,
            "worker": worker,
            "until": now + LEASE,
            "sealed": one and one.sealed,
            "name": one and one.message_id,
            "tongue": one and one.language,
            "wording": one and one.version,
        }
        for mail_id, one in mails.items()
    ]
    if session.connection().execute(_BEGIN, rows).rowcount == len(rows):
        return set(mails)
    return set(session.connection().execute(_BEGUN, {"mails": list(mails), "worker": worker}).scalars())


def record_all(session: Session, ended: Collection[DeliveryResult], worker: UUID, at: datetime) -> list[OutgoingMail]:
    """Write down what became of mails this worker was sending. Returns those whose address is none."""
    for code in {one.code for one in ended if one.status == MailStatus.sent}:
        gone = [one.mail_id for one in ended if (one.status, one.code) == (MailStatus.sent, code)]
        session.connection().execute(_SENT, {"mails": gone, "worker": worker, "why": f"smtp-{code}", "at": at})
    others = {one.mail_id: one for one in ended if one.status != MailStatus.sent}
    if not others:
        return []
    refused = []
    left = select(OutgoingMail).where(col(OutgoingMail.id).in_(list(others)), _MAY_RECORD)
    for mail in session.exec(left, params={"worker": worker}):
        one = others[mail.id]
        record(mail, one.status, one.code, at)
        session.add(mail)
        if one.no_such_address:
            refused.append(mail)
    return refused


def record(mail: OutgoingMail, status: MailStatus, code: int, at: datetime) -> None:
    """Write down what became of a mail. What is final loses its bytes; what is deferred waits longer each time."""
    mail.reason = f"smtp-{code}" if code else None
    mail.claimed_by = mail.claimed_until = None
    if status == MailStatus.queued:
        mail.attempts -= 1
        status = MailStatus.deferred if mail.attempts else MailStatus.queued
    elif status == MailStatus.deferred and mail.attempts > len(RETRY_AFTER):
        status = MailStatus.failed
    elif status == MailStatus.deferred:
        mail.not_before = next_allowed(at + RETRY_AFTER[mail.attempts - 1], mail_class(mail.template))
    mail.status = status
    if status in FINAL:
        mail.settled_at = at
    if status in FINAL or not mail.attempts:
        mail.body = None
