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
from models.mail.delivery import Ended
from models.settings import settings
from models.stages import outbox
from models.tables.mail import LEASE
from tasks.smtp.composer import Desk
from tasks.smtp.connection import Line
from tasks.smtp.delivery import MailServer, Outcome, Ready, connect, deliver, server_of_settings
from tasks.smtp.group_commit import Journal, clock

BATCH = 1000
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
    if not ids:
        return {}
    lines = min(settings().smtp_connections, len(ids))
    work = Work(worker, ids, at, progress, lines, server or server_of_settings())
    try:
        async with _held(worker):
            await _all_lines(work)
    finally:
        with transaction() as session:
            outbox.let_go(session, worker)
    if work.refusal and work.desk.left:
        raise work.refusal
    return dict(work.outcomes)


async def send_freed(at: datetime, progress: Progress, server: MailServer) -> dict[str, int]:
    """`send_due` for what another run had claimed and will not send any more; empty when there is nothing of the kind.

    A run that lives renews its claims, one that died does not: nothing of it is left lying until the next run.
    """
    with reading() as session:
        until = held = outbox.held_elsewhere(session, at)
    while until and held and clock() <= until:
        await asyncio.sleep(1)
        with reading() as session:
            held = outbox.held_elsewhere(session, at)
    if not until:
        return {}
    with transaction() as session:
        left = outbox.free_abandoned(session, clock())
    ended = Counter(await send_due(at, progress, server) if left["freed"] else {})
    ended["in_doubt"] += left["in_doubt"]
    return {status: count for status, count in ended.items() if count}


class Work:
    """What the connections of one batch share. `refusal`: why some connection could not be had."""

    def __init__(
        self, worker: UUID, ids: Sequence[UUID], at: datetime, progress: Progress, lines: int, server: MailServer
    ) -> None:
        self.desk = Desk(worker, ids, at)
        self.journal = Journal(worker, at, lines, self._write_ahead)
        self.lines, self.progress, self.server = lines, progress, server
        self.ended: Counter[str] = Counter()
        self.refusal: MailServerUnavailable | None = None

    @property
    def outcomes(self) -> Counter[str]:
        """How many mails have ended how."""
        return self.ended + self.desk.refused

    def _write_ahead(self) -> None:
        with suppress(DatabaseBusy):  # whoever takes the next mail asks again
            self.desk.write_ahead(self.lines)


async def _all_lines(work: Work) -> None:
    """Every connection until nothing is left. Whatever happens to one, the others end their mail and record it."""
    lines = [asyncio.create_task(_line(work)) for _ in range(work.lines)]
    patience: float | None = None
    try:
        for line in asyncio.as_completed(lines):
            await line
    except asyncio.CancelledError:
        patience = STOP_SECONDS
        raise
    finally:
        if unfinished := [line for line in lines if not line.done()]:
            work.desk.clear()
            _, stuck = await asyncio.wait(unfinished, timeout=patience)
            for line in stuck:
                line.cancel()


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
        outbox.extend(session, worker, clock())


async def _line(work: Work) -> None:
    """One connection's work: mail after mail until none is waiting.

    A server that takes fewer connections than we would like is no failure while others are served.
    """
    line: Line | None = None
    ended: Ended | None = None
    fresh = True
    try:
        while work.desk.left:
            if line is None:
                line, fresh = await connect(work.server), True
                work.desk.utf8 = work.desk.utf8 or "smtputf8" in line.capable
            mail = work.desk.take()
            if settings().smtp_rate:
                await work.journal.turn(ended)
                ended = None
                await _pace()
            begun = await work.journal.turn(ended, mail)
            ended = None
            if mail is None or not begun:
                continue
            outcome = await deliver(line, mail, fresh=fresh)
            ended, fresh = _ended(mail, outcome), False
            work.ended[outcome.status] += 1
            await work.progress(work.outcomes.total())
            if not outcome.connection_lives:
                await work.journal.turn(ended)
                line = ended = None
    except MailServerUnavailable as refusal:
        work.refusal = refusal
    finally:
        await work.journal.turn(ended)
        if line:
            await line.quit()


def _ended(mail: Ready, outcome: Outcome) -> Ended:
    return Ended(mail.mail_id, outcome.status, outcome.code, outcome.no_such_address)


async def _pace() -> None:
    """Wait for this mail's turn under LOTS_SMTP_RATE, which all who send share."""
    with transaction() as session:
        mine = outbox.slot(session, settings().smtp_rate, clock())
    await asyncio.sleep((mine - clock()).total_seconds())
