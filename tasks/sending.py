"""A batch of mail over several connections: claimed, written a handful at a time, sent, recorded in groups.

What must be on disk before a mail's final dot, and right after its reply, is written by one journal for all
connections: whoever has something to write while a commit is under way shares the next one. A connection has at most
one mail between "sending" and its outcome, so a crash leaves at most one doubt a connection.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import MessageError
from uuid import UUID, uuid4

from aiosmtplib import SMTP
from jinja2 import UndefinedError
from sqlmodel import Session

from models import bounce, outbox
from models import sending as sending_rules
from models.database import reading, transaction
from models.errors import DatabaseBusy, MailServerUnavailable
from models.mail import LEASE, MailStatus, OutgoingMail, Template, return_path
from models.sending import Ended, Written
from models.settings import settings
from tasks.letters import Shelf, recipient, write
from tasks.smtp import Outcome, Ready, connect, deliver

BATCH = 500
HANDFUL = 40  # written at a time: what is in memory, and what another connection waits for
STOP_SECONDS = 10  # for a mail under way when the run is cancelled
BUSY_TRIES = 20  # an outcome that cannot be recorded is a doubt: rather wait five minutes for the database
Progress = Callable[[int], Awaitable[None]]


def clock() -> datetime:
    """The real clock, by which claims are held whatever day is being worked."""
    return datetime.now(UTC)


async def no_progress(done: int) -> None:
    """For whom nobody watches."""


async def send_due(at: datetime, progress: Progress = no_progress) -> dict[str, int]:
    """Send up to BATCH mails that are due. Returns how many ended how; empty when nothing was due.

    Raises MailServerUnavailable (or its kinds) when no connection can be had; what was not begun is untouched then.
    """
    worker = uuid4()
    with transaction() as session:
        ids = outbox.claim(session, worker, at, clock(), BATCH)
    if not ids:
        return {}
    work = Work(worker, deque(ids), at, progress)
    try:
        async with _held(worker):
            await _all_lines(work, min(settings().smtp_connections, len(ids)))
    finally:
        with transaction() as session:
            outbox.let_go(session, worker)
    if work.refusal and (work.ids or work.ready):
        raise work.refusal
    return dict(work.outcomes)


async def send_freed(at: datetime, progress: Progress = no_progress) -> dict[str, int]:
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
    ended = Counter(await send_due(at, progress) if left["freed"] else {})
    ended["in_doubt"] += left["in_doubt"]
    return {status: count for status, count in ended.items() if count}


@dataclass
class Work:
    """What the connections of one batch share. `refusal`: why some connection could not be had."""

    worker: UUID
    ids: deque[UUID]
    at: datetime
    progress: Progress
    ready: deque[Ready] = field(default_factory=deque)
    outcomes: Counter[str] = field(default_factory=Counter)
    refusal: MailServerUnavailable | None = None
    utf8: bool = False

    def __post_init__(self) -> None:
        self.journal = Journal(self.worker, self.at)

    def next(self) -> Ready | None:
        """The next mail to go; None when none is left."""
        while not self.ready and self.ids:
            some = [self.ids.popleft() for _ in range(min(HANDFUL, len(self.ids)))]
            mails, settled = _write(some, self.worker, self.at, self.utf8)
            self.ready.extend(mails)
            self.outcomes.update(settled)
        return self.ready.popleft() if self.ready else None

    def stop(self) -> None:
        """Let every connection end after the mail it is at."""
        self.ids.clear()
        self.ready.clear()


async def _all_lines(work: Work, count: int) -> None:
    """Every connection until nothing is left. Whatever happens to one, the others end their mail and record it."""
    lines = [asyncio.create_task(_line(work)) for _ in range(count)]
    patience: float | None = None
    try:
        for line in asyncio.as_completed(lines):
            await line
    except asyncio.CancelledError:
        patience = STOP_SECONDS
        raise
    finally:
        if unfinished := [line for line in lines if not line.done()]:
            work.stop()
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
    client: SMTP | None = None
    ended: Ended | None = None
    fresh = True
    try:
        while work.ids or work.ready:
            if client is None:
                client, fresh = await connect(), True
                work.utf8 = work.utf8 or client.supports_extension("smtputf8")
            if settings().smtp_rate:
                await work.journal.turn(ended)
                ended = None
                await _pace()
            mail = work.next()
            begun = await work.journal.turn(ended, mail)
            ended = None
            if mail is None or not begun:
                continue
            outcome = await deliver(client, mail, fresh=fresh)
            ended, fresh = _ended(mail, outcome), False
            work.outcomes[outcome.status] += 1
            await work.progress(work.outcomes.total())
            if not outcome.connection_lives:
                await work.journal.turn(ended)
                client = ended = None
    except MailServerUnavailable as refusal:
        work.refusal = refusal
    finally:
        await work.journal.turn(ended)
        if client and client.is_connected:
            await _quit(client)


def _ended(mail: Ready, outcome: Outcome) -> Ended:
    return Ended(mail.mail_id, outcome.status, outcome.code, outcome.no_such_address)


async def _quit(client: SMTP) -> None:
    try:
        await client.quit(timeout=5)
    except Exception:
        client.close()


async def _pace() -> None:
    """Wait for this mail's turn under LOTS_SMTP_RATE, which all who send share."""
    with transaction() as session:
        mine = outbox.slot(session, settings().smtp_rate, clock())
    await asyncio.sleep((mine - clock()).total_seconds())


class Journal:
    """Writes what connections tell, in the order told and many at a time: one commit for all who wait meanwhile."""

    def __init__(self, worker: UUID, at: datetime) -> None:
        self.worker, self.at = worker, at
        self.told: list[tuple[Ended | None, Ready | None, asyncio.Future[bool]]] = []
        self.writing: asyncio.Task[None] | None = None

    async def turn(self, ended: Ended | None, mail: Ready | None = None) -> bool:
        """Record what became of the last mail, and mark the next as being sent. Returns once both are on disk.

        False when the next must not be sent: it is somebody else's by now.
        """
        if ended is None and mail is None:
            return False
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.told.append((ended, mail, waiter))
        if self.writing is None or self.writing.done():
            self.writing = asyncio.create_task(self._write())
        return await waiter

    async def _write(self) -> None:
        while self.told:
            told, self.told = self.told, []
            outcomes = [ended for ended, _, _ in told if ended]
            begin = {mail.mail_id for _, mail, _ in told if mail}
            try:
                begun = await asyncio.to_thread(self._commit, outcomes, begin)
            except Exception as error:
                for _, _, waiter in told:
                    waiter.set_exception(error)
            else:
                for _, mail, waiter in told:
                    waiter.set_result(mail is not None and mail.mail_id in begun)

    def _commit(self, outcomes: list[Ended], begin: set[UUID]) -> set[UUID]:
        for tries in range(BUSY_TRIES, 0, -1):
            try:
                with transaction() as session:
                    sending_rules.record_all(session, outcomes, self.worker, self.at)
                    return sending_rules.begin(session, begin, self.worker, clock())
            except DatabaseBusy:
                if tries == 1:
                    raise
        raise AssertionError("unreachable")


def _write(ids: list[UUID], worker: UUID, at: datetime, utf8: bool) -> tuple[list[Ready], Counter[str]]:
    """A handful of mails as they will go, kept; and how many of them cannot go, by what became of them."""
    ready: list[Ready] = []
    written: list[tuple[UUID, Written]] = []
    refused: dict[UUID, tuple[MailStatus, str]] = {}
    with reading() as session:
        mails = {mail.id: mail for mail in outbox.mine(session, ids, worker)}
        shelf = Shelf(session, list(mails.values()))
        for mail in (mails[key] for key in ids if key in mails):
            if reason := _why_not(session, mail, shelf, utf8):
                refused[mail.id] = (MailStatus.skipped, reason)
                continue
            try:
                to, body = recipient(shelf.reader(mail)), sending_rules.bytes_of(mail)
                if body is None:
                    one = write(mail, shelf, to, at)
                    written.append((mail.id, one))
                    body = one.body
                comes_back_to = return_path(mail.id, settings())
                ready.append(Ready(mail.id, comes_back_to, to.address, body, utf8=not to.address.isascii()))
            except (ValueError, LookupError, UndefinedError, MessageError):
                refused[mail.id] = (MailStatus.failed, "cannot-be-written")
    with transaction() as session:
        sending_rules.keep(session, written, worker)
        for mail in outbox.mine(session, refused, worker):
            status, reason = refused[mail.id]
            sending_rules.record(mail, status, 0, at)
            mail.reason = reason
            if reason in outbox.STAFF_MUST_CALL:
                bounce.ask_staff_to_call(session, mail, at)
    return ready, Counter(str(status) for status, _ in refused.values())


def _why_not(session: Session, mail: OutgoingMail, shelf: Shelf, utf8: bool) -> str | None:
    reader = shelf.reader(mail)
    reason = outbox.why_not(reader, utf8=utf8) or outbox.is_overtaken(session, mail)
    if outbox.is_unwanted(mail, reader):
        return reason or "stopped"
    if mail.template == Template.introduction and outbox.why_not(shelf.introduced(mail)):
        return reason or "other-side"  # nobody is given the name of someone who is not to be written to
    return reason
