"""A batch of mail over several connections: claimed, written a few ahead, sent, recorded in groups.

A connection has at most one mail between "sending" and its outcome, so a crash leaves at most one doubt a connection.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from uuid import UUID, uuid4

from models.db.engine import reading, transaction
from models.errors import DatabaseBusy, MailServerUnavailable
from models.mail.delivery import DeliveryResult
from models.mail.kinds import LEASE
from models.requests import unconfirmed
from models.settings import settings
from models.stages import outbox
from tasks.runtime.collector import leave_what_is_loaded
from tasks.smtp.composer import Composer
from tasks.smtp.connection import Connection
from tasks.smtp.delivery import ReadyMail, SmtpOutcome, deliver
from tasks.smtp.group_commit import GroupCommit, clock
from tasks.smtp.login import connect
from tasks.smtp.server import MailServer, server_of_settings

BATCH = 2500  # a batch opens its connections anew, and claims and releases once
STOP_SECONDS = 10  # for a mail under way when the run is cancelled
Progress = Callable[[int], Awaitable[None]]


async def no_progress(done: int) -> None:
    """For whom nobody watches."""


async def send_due(at: datetime, progress: Progress = no_progress, server: MailServer | None = None) -> dict[str, int]:
    """Send up to BATCH mails that are due. Returns how many ended how; empty when nothing was due.

    `server`: the office's, that of LOTS_SMTP_* when none is given; all connections of the batch go there.

    Raises MailServerUnavailable (or its kinds) when no connection can be had; what was not begun is untouched then.
    """
    worker = uuid4()
    with transaction() as session:
        ids = outbox.claim(session, worker, at, clock(), BATCH)
        unconfirmed.find_readers(session, ids)
    if not ids:
        return {}
    leave_what_is_loaded()
    connections = min(settings().smtp_connections, len(ids))
    work = SendBatch(worker, ids, at, progress, connections, server or server_of_settings())
    try:
        async with _held(worker):
            await _run_connections(work)
    finally:
        with transaction() as session:
            outbox.release_claims(session, worker)
    if work.refusal and work.composer.left:
        raise work.refusal
    return dict(work.outcomes)


async def send_freed(at: datetime, progress: Progress, server: MailServer) -> dict[str, int]:
    """`send_due` for what another run had claimed and will not send any more; empty when there is nothing of the kind.

    A run that lives renews its claims, one that died does not: nothing of it is left lying until the next run.
    """
    with reading() as session:
        until = held = outbox.other_claim_until(session, at)
    while until and held and clock() <= until:
        await asyncio.sleep(1)
        with reading() as session:
            held = outbox.other_claim_until(session, at)
    if not until:
        return {}
    with transaction() as session:
        left = outbox.free_abandoned(session, clock())
    ended = Counter(await send_due(at, progress, server) if left["freed"] else {})
    ended["in_doubt"] += left["in_doubt"]
    return {status: count for status, count in ended.items() if count}


class SendBatch:
    """What the connections of one batch share. `refusal`: why some connection could not be had."""

    def __init__(
        self, worker: UUID, ids: Sequence[UUID], at: datetime, progress: Progress, connections: int, server: MailServer
    ) -> None:
        self.composer = Composer(worker, ids, at)
        self.commits = GroupCommit(worker, at, connections, self._write_ahead)
        self.connections, self.progress, self.server = connections, progress, server
        self.ended: Counter[str] = Counter()
        self.refusal: MailServerUnavailable | None = None

    @property
    def outcomes(self) -> Counter[str]:
        """How many mails have ended how."""
        return self.ended + self.composer.refused

    def _write_ahead(self) -> None:
        with suppress(DatabaseBusy):  # whoever takes the next mail asks again
            self.composer.write_ahead(self.connections)


async def _run_connections(work: SendBatch) -> None:
    """Every connection until nothing is left. Whatever happens to one, the others end their mail and record it."""
    connections = [asyncio.create_task(_run_connection(work)) for _ in range(work.connections)]
    patience: float | None = None
    try:
        for connection in asyncio.as_completed(connections):
            await connection
    except asyncio.CancelledError:
        patience = STOP_SECONDS
        raise
    finally:
        if unfinished := [connection for connection in connections if not connection.done()]:
            work.composer.clear()
            _, stuck = await asyncio.wait(unfinished, timeout=patience)
            for connection in stuck:
                connection.cancel()


@asynccontextmanager
async def _held(worker: UUID) -> AsyncIterator[None]:
    """Keep the claim alive as long as this process is."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 5)
            with suppress(DatabaseBusy):
                await asyncio.to_thread(_extend, worker)

    heart = asyncio.create_task(beat())
    try:
        yield
    finally:
        heart.cancel()


def _extend(worker: UUID) -> None:
    with transaction() as session:
        outbox.renew_claims(session, worker, clock())


async def _run_connection(work: SendBatch) -> None:
    """One connection's work: mail after mail until none is waiting.

    A server that takes fewer connections than we would like is no failure while others are served.
    """
    connection: Connection | None = None
    ended: DeliveryResult | None = None
    fresh = True
    try:
        while work.composer.left:
            if connection is None:
                connection, fresh = await connect(work.server), True
                work.composer.utf8 = work.composer.utf8 or "smtputf8" in connection.capable
            mail = work.composer.take()
            if settings().smtp_rate:
                await work.commits.record_and_begin(ended)
                ended = None
                await _pace()
            begun = await work.commits.record_and_begin(ended, mail)
            ended = None
            if mail is None or not begun:
                continue
            outcome = await deliver(connection, mail, fresh=fresh)
            ended, fresh = _ended(mail, outcome), False
            work.ended[outcome.status] += 1
            await work.progress(work.ended.total() + work.composer.refused.total())
            if not outcome.connection_lives:
                await work.commits.record_and_begin(ended)
                connection = ended = None
    except MailServerUnavailable as refusal:
        work.refusal = refusal
    finally:
        await work.commits.record_and_begin(ended)
        if connection:
            await connection.quit()


def _ended(mail: ReadyMail, outcome: SmtpOutcome) -> DeliveryResult:
    return DeliveryResult(mail.mail_id, outcome.status, outcome.code, outcome.no_such_address)


async def _pace() -> None:
    """Wait for this mail's turn under LOTS_SMTP_RATE, which all who send share."""
    with transaction() as session:
        mine = outbox.next_send_time(session, settings().smtp_rate, clock())
    await asyncio.sleep((mine - clock()).total_seconds())
