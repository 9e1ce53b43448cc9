"""One hand that writes for all pages: what comes while it writes is written together, in the next transaction.

SQLite lets one write at a time, and each commit waits for the disk. A hundred threads that each want to write a line
would stand in each other's way; here they stand in line, and a whole line costs one commit. Whoever is refused is
rolled back alone. Nobody is answered before what they wrote is on disk.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlmodel import Session
from starlette.requests import Request

from models.database import transaction

T = TypeVar("T")
Work = Callable[[Session], Any]

AT_ONCE = 50


class Writer:
    """Does works in its own thread, in the order in which they come. The thread lives while there is work."""

    def __init__(self) -> None:
        self.waiting: queue.SimpleQueue[tuple[Work, Future[Any]]] = queue.SimpleQueue()
        self.lock = threading.Lock()
        self.is_writing = False

    async def write(self, work: Callable[[Session], T]) -> T:
        """What `work` returned, once it is committed. Raises what it raised, or DatabaseBusy, with nothing written."""
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

    def _next(self) -> list[tuple[Work, Future[Any]]]:
        with self.lock:
            batch = [self.waiting.get() for _ in range(min(AT_ONCE, self.waiting.qsize()))]
            self.is_writing = bool(batch)
        return batch


async def write(request: Request, work: Callable[[Session], T]) -> T:
    """`Writer.write` by the app's own writer."""
    writer: Writer = request.app.state.writer
    return await writer.write(work)


def _write_together(batch: list[tuple[Work, Future[Any]]]) -> None:
    results: list[tuple[Future[Any], Any]] = []
    try:
        with transaction() as session:
            for work, done in batch:
                try:
                    with session.begin_nested():
                        results.append((done, work(session)))
                except Exception as error:  # this one is refused, the others go on
                    done.set_exception(error)
    except Exception as error:  # nothing was committed
        for _, done in batch:
            if not done.done():
                done.set_exception(error)
        return
    for done, result in results:
        done.set_result(result)
