"""A line to a mail server that is ready for mail: commands out, replies in, several at once where it takes that.

aiosmtplib connects, encrypts and logs in; from there on this speaks. It knows what it has written (after the final dot
a lost reply is a doubt), and sends a mail's commands together (PIPELINING, RFC 2920): two turns a mail instead of four.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import NamedTuple, cast

from aiosmtplib import SMTP

LONGEST = 32 * 1024
CLOSING = 421
COMMAND_SECONDS = 60
NONSENSE = -1


class Reply(NamedTuple):
    """What the server said: its code (NONSENSE when it was none) and its text."""

    code: int
    text: str


class ConnectionLost(ConnectionError):
    """The server hung up, or took too long."""


class Connection(asyncio.Protocol):
    """A ready connection. `capable`: what the server said at EHLO that it can do, in lower case.

    Raises ConnectionLost when the server hung up already.
    """

    def __init__(self, client: SMTP) -> None:
        if client.transport is None:
            raise ConnectionLost
        self.transport = cast(asyncio.Transport, client.transport)
        self.capable = frozenset(client.esmtp_extensions)
        self.lost = False
        self._replies: deque[Reply] = deque()
        self._buffer = b""
        self._waiter: asyncio.Future[None] | None = None
        self.transport.set_protocol(self)

    def data_received(self, data: bytes) -> None:
        """Take what came; whole replies wait until they are asked for."""
        self._buffer += data
        while reply := self._reply():
            self._replies.append(reply)
        if len(self._buffer) > LONGEST:
            self._buffer = b""
            self._replies.append(Reply(NONSENSE, ""))
        if self._replies:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing will come any more; what has come can still be read."""
        self.lost = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def _reply(self) -> Reply | None:
        """The first whole reply in the buffer: lines such as `250-…`, then one such as `250 …`."""
        end, text = 0, b""
        while (after := self._buffer.find(b"\n", end) + 1) > 0:
            line, end = self._buffer[end:after], after
            text += line[4:].rstrip() + b"\n"
            if not line[:3].isdigit():
                self._buffer = self._buffer[end:]
                return Reply(NONSENSE, "")
            if line[3:4] != b"-":
                self._buffer = self._buffer[end:]
                return Reply(int(line[:3]), text.decode("utf-8", "replace").strip())
        return None

    @property
    def alive(self) -> bool:
        """Whether it can still be spoken over."""
        return not (self.lost or self.transport.is_closing())

    @property
    def speaks_unasked(self) -> bool:
        """Whether the server said something that no command asked for: its replies cannot be told apart any more."""
        return bool(self._replies or self._buffer)

    def write(self, data: bytes) -> None:
        """Send it off. Raises ConnectionLost."""
        if not self.alive:
            raise ConnectionLost
        self.transport.write(data)

    async def reply(self, seconds: float) -> Reply:
        """The next reply. Raises ConnectionLost when the line ends first, or the time."""
        if not self._replies and not self.lost:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            timer = loop.call_later(seconds, self._wake)
            try:
                await self._waiter
            finally:
                timer.cancel()
        if not self._replies:
            raise ConnectionLost
        return self._replies.popleft()

    def close(self) -> None:
        """Hang up without a word."""
        self.transport.close()

    async def quit(self) -> None:
        """Take leave, and do not wait long for the answer."""
        if self.alive:
            self.write(b"QUIT\r\n")
            with suppress(ConnectionLost):
                await self.reply(5)
        self.close()
