"""What must be on disk before a mail's final dot, and right after its reply: written down for all connections together.

Whoever has something to write while a commit is under way shares the next one, and the disk's time is used to write
the next mails.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from models.db.engine import transaction
from models.errors import DatabaseBusy
from models.inbox.bounce import hard_bounce
from models.mail import delivery
from models.mail.delivery import ComposedMail, DeliveryResult
from tasks.smtp.delivery import ReadyMail

COMPANY_SECONDS = 0.002  # a commit waits so long for more to write: one for all costs as much as one for each
BUSY_TRIES = 20  # an outcome that cannot be recorded is a doubt: rather wait five minutes for the database


def clock() -> datetime:
    """The real clock, by which claims are held whatever day is being worked."""
    return datetime.now(UTC)


class GroupCommit:
    """Writes what connections tell, in the order told and many at a time: one commit for all who wait meanwhile.

    `lines`: how many connections there are. `meanwhile` is called when a commit goes to the disk, which needs nothing
    of this process.
    """

    def __init__(self, worker: UUID, at: datetime, lines: int, meanwhile: Callable[[], None]) -> None:
        self.worker, self.at, self.lines, self.meanwhile = worker, at, lines, meanwhile
        self.all_told = asyncio.Event()
        self.told: list[tuple[DeliveryResult | None, ReadyMail | None, asyncio.Future[bool]]] = []
        self.writing: asyncio.Task[None] | None = None

    async def record_and_begin(self, ended: DeliveryResult | None, mail: ReadyMail | None = None) -> bool:
        """Record what became of the last mail, and mark the next as being sent. Returns once both are on disk.

        False when the next must not be sent: it is somebody else's by now.
        """
        if ended is None and mail is None:
            return False
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.told.append((ended, mail, waiter))
        if len(self.told) >= self.lines:
            self.all_told.set()
        if self.writing is None or self.writing.done():
            self.writing = asyncio.create_task(self._write())
        return await waiter

    async def _company(self) -> None:
        self.all_told.clear()
        if len(self.told) < self.lines:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.all_told.wait(), COMPANY_SECONDS)

    async def _write(self) -> None:
        while self.told:
            await self._company()
            told, self.told = self.told, []
            outcomes = [ended for ended, _, _ in told if ended]
            begin = {mail.mail_id: mail.written for _, mail, _ in told if mail}
            try:
                begun = await asyncio.to_thread(self._commit, outcomes, begin, asyncio.get_running_loop())
            except Exception as error:
                for _, _, waiter in told:
                    waiter.set_exception(error)
            else:
                for _, mail, waiter in told:
                    waiter.set_result(mail is not None and mail.mail_id in begun)

    def _commit(
        self, outcomes: list[DeliveryResult], begin: dict[UUID, ComposedMail | None], loop: asyncio.AbstractEventLoop
    ) -> set[UUID]:
        for tries in range(BUSY_TRIES, 0, -1):
            try:
                with transaction() as session:
                    for mail in delivery.record_all(session, outcomes, self.worker, self.at):
                        hard_bounce(session, mail, self.at)
                    begun = delivery.mark_sending(session, begin, self.worker, clock())
                    loop.call_soon_threadsafe(self.meanwhile)
                return begun
            except DatabaseBusy:
                if tries == 1:
                    raise
        raise AssertionError("unreachable")
