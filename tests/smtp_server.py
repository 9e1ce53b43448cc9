"""A mail server that does as it is told at each stage, and remembers what it took."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest

from models.settings import settings

OK = {"connect": 220, "EHLO": 250, "MAIL": 250, "RCPT": 250, "DATA": 354, "dot": 250, "RSET": 250, "QUIT": 221}
DROP = 0


@dataclass
class MailServer:
    """`says` maps a stage (connect, EHLO, MAIL, RCPT, DATA, dot) to the code to answer with; DROP hangs up.

    `times` limits how often that happens; afterwards the server behaves.
    """

    says: dict[str, int] = field(default_factory=dict)
    times: int = 1_000_000
    taken: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def mails(self) -> list[EmailMessage]:
        """What was taken with a 250."""
        return [cast(EmailMessage, message_from_bytes(raw, policy=default)) for raw in self.taken]

    def _code(self, stage: str) -> int:
        if stage in self.says and self.times > 0:
            self.times -= 1
            return self.says[stage]
        return OK.get(stage, 250)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await self._say(writer, self._code("connect")):
                await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            stage = line.split()[0].decode().upper()
            code = self._code(stage)
            if not await self._say(writer, code) or stage == "QUIT":
                return
            if code == OK["DATA"]:
                body = await reader.readuntil(b"\r\n.\r\n")
                code = self._code("dot")
                if code == 250:
                    self.taken.append(body[:-3].replace(b"\r\n..", b"\r\n."))  # dots are doubled on the way
                if not await self._say(writer, code):
                    return

    async def _say(self, writer: asyncio.StreamWriter, code: int) -> bool:
        if code != DROP:
            writer.write(f"{code} as told\r\n".encode())
            await writer.drain()
        return code not in (DROP, 421)


@asynccontextmanager
async def mail_server(**says: int) -> AsyncIterator[MailServer]:
    """A server on a free port of loopback."""
    server = MailServer(says=says)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


def point_at(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Make the server on that port this process's mail server."""
    monkeypatch.setenv("LOTS_SMTP_PORT", str(port))
    monkeypatch.setenv("LOTS_SMTP_HOST", "127.0.0.1")
    settings.cache_clear()
