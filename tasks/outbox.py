"""Sending what is due: claimed and committed before the line is used, recorded right after the reply."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import MessageError
from email.utils import parseaddr
from uuid import UUID, uuid4

from aiosmtplib import SMTP
from jinja2 import UndefinedError
from sqlmodel import Session, col, select

from models import outbox
from models.database import transaction
from models.errors import DatabaseBusy, MailServerUnavailable
from models.intervention import InterventionKind, open_once
from models.mail import LEASE, MailStatus, OutgoingMail, Template
from models.network import Network
from models.settings import settings
from tasks.letters import Shelf, recipient, write
from tasks.smtp import connect, deliver
from tasks.step import step

BATCH = 500


def now() -> datetime:
    """The real clock, by which claims are held whatever day is being worked."""
    return datetime.now(UTC)


@step("Ta hand om det som blev liggande", "Look after what was left lying")
async def look_after(at: datetime) -> dict[str, int]:
    with transaction() as session:
        return {**outbox.free_abandoned(session, now()), "skipped": outbox.skip_backlog(session, at)}


@step("Skicka e-post", "Send mail")
async def send_batch(at: datetime, batch: int) -> dict[str, int]:
    """Send up to BATCH mails that are due. Returns how many ended how; empty when nothing was due.

    Raises MailServerUnavailable or MailLoginRefused when no connection can be had; the queue is untouched then.
    """
    worker = uuid4()
    with transaction() as session:
        ids = outbox.claim(session, worker, at, now(), BATCH)
    if not ids:
        return {}
    work = Work(worker, list(reversed(ids)), at)
    try:
        async with _held(ids, worker), asyncio.TaskGroup() as lines:
            for _ in range(min(settings().smtp_connections, len(ids))):
                lines.create_task(_line(work))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    finally:
        with transaction() as session:
            outbox.let_go(session, worker)
    if work.refusal and work.waiting:
        raise work.refusal
    return dict(work.outcomes)


@dataclass
class Work:
    """What the connections of one batch share. `refusal`: why some connection could not be had."""

    worker: UUID
    waiting: list[UUID]
    at: datetime
    outcomes: Counter[str] = field(default_factory=Counter)
    refusal: MailServerUnavailable | None = None


@asynccontextmanager
async def _held(ids: list[UUID], worker: UUID) -> AsyncIterator[None]:
    """Keep the claim alive as long as this process is."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 5)
            with suppress(DatabaseBusy), transaction() as session:
                outbox.extend(session, ids, worker, now())

    heart = asyncio.create_task(beat())
    try:
        yield
    finally:
        heart.cancel()


async def _line(work: Work) -> None:
    """One connection's work: mail after mail until none is waiting.

    A server that takes fewer connections than we would like is no failure while others are served.
    """
    client: SMTP | None = None
    try:
        while work.waiting:
            client = client or await connect()
            if not work.waiting:
                return
            status, lives = await _send(client, work.waiting.pop(), work)
            work.outcomes[status] += 1
            if not lives:
                client = None
            if settings().smtp_rate:
                await asyncio.sleep(settings().smtp_connections / settings().smtp_rate)
    except MailServerUnavailable as refusal:
        work.refusal = refusal
    finally:
        if client and client.is_connected:
            await _quit(client)


async def _quit(client: SMTP) -> None:
    try:
        await client.quit(timeout=5)
    except Exception:
        client.close()


async def _send(client: SMTP, mail_id: UUID, work: Work) -> tuple[str, bool]:
    """One mail: written and marked as being sent in one transaction, sent, and its outcome recorded in another.

    Returns the outcome and whether the connection is still of use.
    """
    with transaction() as session:
        mail = session.exec(select(OutgoingMail).where(col(OutgoingMail.id) == mail_id).with_for_update()).one()
        if not outbox.is_ours(mail, work.worker):
            return "taken", True
        written = _write(session, mail, work.at)
        if written is None:
            return mail.status, True
        address, body = written
        outbox.begin_sending(mail, body, now())
    sender = parseaddr(settings().mail_from)[1]
    outcome = await deliver(client, sender, address, body)
    with transaction() as session:
        mail = session.get_one(OutgoingMail, mail_id, with_for_update=True)
        if outbox.may_record(mail, work.worker):
            outbox.record(mail, outcome.status, outcome.code, work.at)
    return outcome.status, outcome.connection_lives


def _write(session: Session, mail: OutgoingMail, at: datetime) -> tuple[str, bytes] | None:
    """The recipient's address and the bytes, or None with the mail settled: one that cannot go costs only itself."""
    shelf = Shelf(session, [mail])
    reader = shelf.reader(mail)
    reason = outbox.why_not(reader) or outbox.is_overtaken(session, mail)
    if mail.template == Template.introduction and outbox.why_not(shelf.introduced(mail)):
        reason = reason or "other-side"  # nobody is given the name of someone who is not to be written to
    if reader is None or reason:
        outbox.record(mail, MailStatus.skipped, 0, at)
        mail.reason = reason
        network = session.get(Network, mail.network_id) if mail.network_id and mail.person_id else None
        if network and reason in outbox.STAFF_MUST_CALL:
            open_once(session, network, InterventionKind.phone_only, str(mail.person_id), at)
        return None
    try:
        body = outbox.bytes_of(mail)
        if body is None:
            body, mail.message_id, mail.language, mail.template_version = write(mail, shelf, at)
        return recipient(reader).address, body
    except (ValueError, LookupError, UndefinedError, MessageError):
        outbox.record(mail, MailStatus.failed, 0, at)
        mail.reason = "cannot-be-written"
        return None
