"""A mail server that does as it is told at each stage, and remembers what it took."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, ClassVar

import pytest

from models.settings import settings

OK = {"connect": 220, "EHLO": 250, "AUTH": 235, "MAIL": 250, "RCPT": 250, "DATA": 354, "dot": 250, "RSET": 250}
OK |= {"QUIT": 221, "STARTTLS": 220}
DROP = 0
END = b"\r\n.\r\n"


@dataclass
class MailServer:
    """`says` maps a stage (connect, EHLO, AUTH, MAIL, RCPT, DATA, body, dot) to the code to answer with; DROP hangs up.

    `times` limits how often that happens; afterwards the server behaves. `mails_a_line`: then it hangs up, with
    `goodbye` (421 in answer to the next MAIL) or without a word. `slow`: seconds before it answers at a stage.
    `pipelining`: it takes several commands at once. `without_readers`: its answer to DATA when nobody is to get it.
    `says_twice`: how many of its replies to a mail it repeats, which nobody asked for.
    """

    pipelining: ClassVar[bool] = False

    says: dict[str, int] = field(default_factory=dict)
    times: int = 1_000_000
    text: str = "as told"
    offers: tuple[str, ...] = ()
    slow: dict[str, float] = field(default_factory=dict)
    certificate: ssl.SSLContext | None = None
    mails_a_line: int = 1_000_000
    goodbye: int = DROP
    without_readers: int = 503
    says_twice: int = 0
    taken: list[bytes] = field(default_factory=list)
    taken_at: list[float] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    lines: int = 0
    serving: set[asyncio.Task[None]] = field(default_factory=set)
    port: int = 0

    @property
    def mails(self) -> list[EmailMessage]:
        """What was taken with a 250."""
        return [message_from_bytes(raw, policy=default) for raw in self.taken]

    def _code(self, stage: str) -> int:
        if stage in self.says and self.times > 0:
            self.times -= 1
            return self.says[stage]
        return OK.get(stage, 250)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines += 1
        task = asyncio.current_task()
        assert task
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)
        try:
            if await self._say(writer, "connect", self._code("connect")):
                await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mails, readers = 0, False
        while line := await reader.readline():
            self.heard.append(line.decode().strip())
            stage = (line.split() or [b""])[0].decode().upper()
            if stage == "MAIL" and mails >= self.mails_a_line:
                await self._say(writer, stage, self.goodbye)
                return
            code = self._code(stage)
            readers = (readers and stage == "DATA") or (stage == "RCPT" and code == OK[stage])
            if stage == "DATA" and not readers and code == OK[stage]:
                code = self.without_readers
            if not await self._say(writer, stage, code) or stage == "QUIT":
                return
            if stage == "STARTTLS" and code == OK[stage]:
                assert self.certificate
                await writer.start_tls(self.certificate)
            if stage == "DATA" and code == OK[stage]:
                if self._code("body") == DROP:
                    await reader.read(100)
                    return
                code = await self._take_body(reader, self._code("dot") if readers else 554)
                mails += code == 250
                if not await self._say(writer, "dot", code):
                    return
                if self.says_twice > 0:
                    self.says_twice -= 1
                    await self._say(writer, "dot", code)

    async def _take_body(self, reader: asyncio.StreamReader, code: int) -> int:
        body = b""
        while not body.endswith(END) and body != b".\r\n":
            body += await reader.readuntil(b".\r\n")
        if code == 250:
            self.taken.append(body[:-3].replace(b"\r\n..", b"\r\n."))
            self.taken_at.append(time.monotonic())
        return code

    async def _say(self, writer: asyncio.StreamWriter, stage: str, code: int) -> bool:
        await asyncio.sleep(self.slow.get(stage, 0))
        if code != DROP:
            more = ("PIPELINING",) if self.pipelining else ()
            offers = ("mail.example.org", *self.offers, *more) if stage == "EHLO" and code == OK[stage] else ()
            for offer in offers:
                writer.write(f"{code}-{offer}\r\n".encode())
            writer.write(f"{code} {self.text}\r\n".encode())
            await writer.drain()
        return code not in (DROP, 421)


@asynccontextmanager
async def mail_server(
    says: Mapping[str, int] | None = None,
    *,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[MailServer]:
    """A server on a free port of loopback; with `tls` it speaks TLS from the first byte."""
    server = MailServer(says=dict(says or {}))
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for line in list(server.serving):
            line.cancel()


def point_at(monkeypatch: pytest.MonkeyPatch, port: int, **more: Any) -> None:
    """Make the server on that port this process's mail server; `more` are settings such as tls="starttls"."""
    monkeypatch.setenv("LOTS_SMTP_PORT", str(port))
    monkeypatch.setenv("LOTS_SMTP_HOST", "127.0.0.1")
    for name, value in more.items():
        monkeypatch.setenv(f"LOTS_SMTP_{name.upper()}", str(value))
    settings.cache_clear()
