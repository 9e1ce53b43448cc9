"""`lots web` in a process of its own, and pages asked of it, as the benchmarks do."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from deployments.server.environment import answers
from deployments.server.processes import free_port
from models import settings
from models.db import engine
from models.operation.upgrade import upgrade


def share(times: list[float], share: float) -> float:
    return sorted(times)[int(len(times) * share)] if times else float("inf")


class Running(NamedTuple):
    """A `lots web`: where it listens, and which process it is."""

    port: int
    pid: int

    def processor_seconds(self) -> float:
        """How much of a processor it has used since it began."""
        used = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def web(home: Path) -> Iterator[Running]:
    """`lots web` in a process of its own, on a fresh office in `home`."""
    port = free_port(18300)
    before = dict(os.environ)
    os.environ.update(LOTS_HOME=str(home), LOTS_DATABASE_URL="", LOTS_WEB_PORT=str(port), LOTS_PUBLIC_URL="")
    settings.settings.cache_clear()
    upgrade(engine.engine())
    # Prefect is away: that must not cost a founder anything.
    away = os.environ | {"PREFECT_API_URL": "http://127.0.0.1:1/api", "PREFECT_HOME": str(home / "prefect")}
    web = subprocess.Popen((sys.executable, "-P", "-m", "deployments", "web"), env=away, cwd=home)
    try:
        deadline = time.monotonic() + 60
        while not answers(f"http://127.0.0.1:{port}/healthz"):
            assert web.poll() is None and time.monotonic() < deadline, "lots web did not start"
            time.sleep(0.1)
        yield Running(port, web.pid)
    finally:
        web.terminate()
        web.wait(20)
        os.environ.clear()
        os.environ.update(before)
        settings.settings.cache_clear()


async def ask(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    method: str,
    path: str,
    headers: str = "",
    body: str = "",
) -> tuple[int, float]:
    """The status and how long it took, on a connection that is kept."""
    began = time.perf_counter()
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Language: sv\r\n{headers}"
    if body:
        head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    writer.write(f"{head}\r\n{body}".encode())
    status = int((await reader.readline()).split()[1])
    length = 0
    while (line := await reader.readline()) != b"\r\n":
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    await reader.readexactly(length)
    return status, time.perf_counter() - began
