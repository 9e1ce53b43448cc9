"""Hangs up on a database server that has gone silent in the middle of a page's work.

The server's own time-outs end what waits for a lock. Nothing ends what a frozen server owes us: its machine still
acknowledges every packet. A reader has their answer by then (patience.py), but the thread would wait for good, and
where it is the one that writes, all pages with it.
"""

import contextlib
import os
import socket
import threading
import time
from typing import Any, Final

from sqlalchemy import Engine, event

HELD_SECONDS: Final = 8.0  # a page's transaction takes milliseconds, and a lock is given up after 2.5 s
LOOK_SECONDS: Final = 1.0


class ConnectionWatch:
    """Knows since when each connection of an engine has been in somebody's hands."""

    def __init__(self, engine: Engine) -> None:
        self.held: dict[int, tuple[float, Any]] = {}
        event.listen(engine, "checkout", self._taken, insert=True)  # before the pool asks whether it still answers
        for ended in ("checkin", "close", "close_detached"):
            event.listen(engine, ended, self._given_back)
        threading.Thread(target=self._look, name="watch", daemon=True).start()

    def _taken(self, connection: object, _record: object, _proxy: object) -> None:
        self.held[id(connection)] = (time.monotonic(), connection)

    def _given_back(self, connection: object, *_: object) -> None:
        self.held.pop(id(connection), None)

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            latest = time.monotonic() - HELD_SECONDS
            for key, (since, connection) in list(self.held.items()):
                if since < latest:
                    self.held.pop(key, None)
                    _hang_up(connection)


def watch(engine: Engine) -> None:
    """Keep an eye on the engine's connections, where they lead to a server."""
    if engine.dialect.name == "postgresql":
        ConnectionWatch(engine)


def _hang_up(connection: Any) -> None:
    """Whoever waits on it is told at once that the line is dead, and what it wrote is rolled back."""
    with contextlib.suppress(Exception):  # it may have been closed just now
        line = socket.socket(fileno=os.dup(connection.pgconn.socket))
        with line:
            line.shutdown(socket.SHUT_RDWR)
