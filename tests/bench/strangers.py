"""Strangers who send slowly, endlessly, hugely or not at all, against the real `lots web`: does it answer others?

Each kind holds all the connections that it can get for some seconds, while others knock: how long `/healthz` and a page
take, on connections of their own, and how much the process has grown.
"""

import asyncio
import contextlib
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.bench.memory import memory_of
from tests.bench.web import Running, ask, web

MANY = 1_100
HUGE = 3
MEGABYTES = 100
HELD_SECONDS = 6.0
KNOCKS = 20
EACH = 0.2
FILES = 8192
POST = b"POST /request HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Send = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def half_a_head(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
    await _trickle(writer)


async def half_a_body(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(POST + b"Content-Length: 65000\r\n\r\nneed=" + b"x" * 60_000)
    await _trickle(writer)


async def nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await writer.drain()


async def huge_head(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Huge: ")
    for _part in range(MEGABYTES * 16):
        writer.write(b"x" * 2**16)
        await writer.drain()


async def many_fields(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
    for _part in range(MEGABYTES * 16):
        writer.write(b"X-Field: something\r\n" * 3276)
        await writer.drain()


async def endless_body(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(POST + b"Transfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"10000\r\n" + b"x" * 2**16 + b"\r\n")
        await writer.drain()


async def many_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for _part in range(20):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 1_000)
        await writer.drain()


async def reads_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reader._transport.pause_reading()  # type: ignore[attr-defined]
    while not writer.is_closing():
        writer.write(b"GET /request HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await asyncio.sleep(0.02)


async def _trickle(writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        await writer.drain()
        await asyncio.sleep(1)
        writer.write(b"x")


KINDS: tuple[tuple[Send, int], ...] = (
    (half_a_head, MANY), (half_a_body, MANY), (nothing, MANY), (huge_head, HUGE), (many_fields, HUGE),
    (endless_body, 20), (many_at_once, 50), (reads_nothing, 30),
)  # fmt: skip


def strangers() -> dict[str, Any]:
    """The benchmark's figures: the worst of all kinds for each."""
    figures: dict[str, Any] = {}
    for send, lines in KINDS:
        with tempfile.TemporaryDirectory() as folder, web(Path(folder)) as running:
            name = f"{lines:,} × {send.__name__.replace('_', ' ')}"
            slowest, page, grown = asyncio.run(against(running, send, lines))
        figures[f"{name}: /healthz at worst, ms (under 1,000)"] = round(slowest * 1000)
        figures[f"{name}: a page at worst, ms"] = round(page * 1000)
        figures[f"{name}: memory, MB more (under 50)"] = round(grown, 1)
    return figures


async def against(running: Running, send: Send, lines: int) -> tuple[float, float, float]:
    """How long `/healthz` and a page took at worst while the lines were held, and by how many MB the process grew."""
    for _ in range(KNOCKS):  # what is put together once a process is nobody's memory
        await knock(running.port, "/request")
    before = memory_of(running.pid)
    health, pages, memory = [], [], [before]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        held = asyncio.get_running_loop().run_in_executor(apart, hold, running.port, send, lines)
        while not held.done():
            health.append(await knock(running.port, "/healthz"))
            pages.append(await knock(running.port, "/request"))
            memory.append(memory_of(running.pid))
            await asyncio.sleep(EACH)
        await held
    return max(health), max(pages), max(memory) - before


def hold(port: int, send: Send, lines: int) -> None:
    """All the lines at once, for HELD_SECONDS: in a process of its own, so that nobody who knocks waits for it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, FILES), most))

    async def held() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HELD_SECONDS):
                await asyncio.gather(*(_hold(port, send) for _ in range(lines)), return_exceptions=True)

    asyncio.run(held())


async def _hold(port: int, send: Send) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        await send(reader, writer)
        await asyncio.sleep(3600)
    finally:
        writer.transport.abort()


async def knock(port: int, path: str) -> float:
    """How long an answer took, on a connection of its own; endlessly, where none came in ten seconds."""
    began = time.perf_counter()
    try:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            status, _ = await ask(reader, writer, "GET", path)
            writer.close()
            return time.perf_counter() - began if status == 200 else float("inf")
    except (TimeoutError, OSError, asyncio.IncompleteReadError, IndexError):
        return float("inf")


if __name__ == "__main__":
    KINDS = tuple(one for one in KINDS if not sys.argv[1:] or one[0].__name__ in sys.argv[1:])
    for figure, value in strangers().items():
        print(f"{figure:<70} {value}")
