"""One hand that writes for all pages: what comes while it writes is written together, in the next transaction.

SQLite lets one write at a time, and each commit waits for the disk. A hundred threads that each want to write a line
would stand in each other's way; here they stand in line, and a whole line costs one commit. Whoever is refused is
rolled back alone. Nobody is answered before what they wrote is on disk.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, TypeVar

from sqlmodel import Session
from starlette.requests import Request

from models.db.engine import patience, transaction
from models.db.failure import failure
from models.errors import DatabaseUnavailable

T = TypeVar("T")
Work = Callable[[Session], object]

AT_ONCE = 50
LINGERS_SECONDS = 5.0  # to begin a thread for each answer would hold up everybody's page
HAS_LEFT_SECONDS = 0.02  # by then an answer is with its reader, whole
WAIT_SECONDS = 2.5  # for a lock; whoever waits for a page is answered after four (patience.py)

AGAIN_AFTER_SECONDS = (1, 2, 5, 10, 30, 60, 120, 300)


class Stuck(Exception):
    """One work met a lock, or broke the transaction for all: the others are done again without it."""

    def __init__(self, done: "Future[object]", told: DatabaseUnavailable) -> None:
        self.done, self.told = done, told


class Writer:
    """Does works in its own thread, in the order in which they come. The thread goes when none came for a while."""

    def __init__(self) -> None:
        self.waiting: queue.SimpleQueue[tuple[Work, Future[Any]]] = queue.SimpleQueue()
        self.lock = threading.Lock()
        self.is_writing = False

    async def write(self, work: Callable[[Session], T]) -> T:
        """What `work` returned, once it is committed. Raises what it raised, or DatabaseUnavailable, with nothing
        written. Whoever stops waiting is left out, unless it is being written just then; so `work` may be done again.
        """
        done: Future[T] = Future()
        with self.lock:
            self.waiting.put((work, done))
            if not self.is_writing:
                self.is_writing = True
                threading.Thread(target=self._write_all, name="writer", daemon=True).start()
        return await asyncio.wrap_future(done)

    def _write_all(self) -> None:
        while batch := self._next():
            _write_together(batch)

    def _next(self) -> list[tuple[Work, Future[object]]]:
        """All that waits, or what comes next; nothing when none came for LINGERS_SECONDS: the thread is to go."""
        with suppress(queue.Empty):
            first = self.waiting.get(timeout=LINGERS_SECONDS)
            return [first, *(self.waiting.get() for _ in range(min(AT_ONCE - 1, self.waiting.qsize())))]
        with self.lock:  # whoever comes from here on begins a thread of their own
            self.is_writing = not self.waiting.empty()
        return self._next() if self.is_writing else []


async def write(request: Request, work: Callable[[Session], T]) -> T:
    """`Writer.write` by the app's own writer."""
    writer: Writer = request.app.state.writer
    return await writer.write(work)


async def write_at_last(request: Request, work: Callable[[Session], T]) -> T:
    """`write`, tried for some ten minutes: for what is written after its reader was told that it will be.

    Not before the answer has left: it would take longer where there is more to write, and tell whose number is known.
    """
    await asyncio.sleep(HAS_LEFT_SECONDS)
    for seconds in AGAIN_AFTER_SECONDS:
        try:
            return await write(request, work)
        except DatabaseUnavailable:
            await asyncio.sleep(seconds)
    return await write(request, work)


def _write_together(batch: list[tuple[Work, Future[object]]]) -> None:
    """In one transaction, again without the one that it failed by, until it holds or nobody is left."""
    while batch := [(work, done) for work, done in batch if not done.done()]:
        try:
            results = _write_once(batch)
        except Stuck as stuck:
            _refuse(stuck.done, stuck.told)
        except Exception as error:  # nothing was committed
            for _, done in batch:
                _refuse(done, error)
        else:
            for done, result in results:
                with suppress(InvalidStateError):  # its reader has stopped waiting
                    done.set_result(result)


def _write_once(batch: list[tuple[Work, Future[object]]]) -> list[tuple[Future[object], object]]:
    results: list[tuple[Future[object], object]] = []
    with patience(WAIT_SECONDS), transaction() as session:
        session.connection()  # whoever cannot begin here is refused together with all: none of them is in the way
        for work, done in batch:
            if done.done():
                continue
            try:
                with session.begin_nested():
                    results.append((done, work(session)))
            except Exception as error:
                told = error if isinstance(error, DatabaseUnavailable) else failure(error)
                if told:
                    raise Stuck(done, told) from None
                _refuse(done, error)  # this one is refused, the others go on
    return results


def _refuse(done: Future[object], error: Exception) -> None:
    with suppress(InvalidStateError):
        done.set_exception(error)
