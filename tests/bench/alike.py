"""Whether a stranger learns whose member number is known: by an answer's time or length, or by who else waits after it.

Known and unknown numbers are sent in random order, each once; after each answer `/healthz` is asked until the work
behind it is done. AUC 0.5 is a coin, 1 is certainty; at most 0.55 is asked for. `make bench` asks `lots web` alone,
with Prefect away. By itself (half an hour) this asks a whole `lots up` too, where a run sends the known one's mail: as
fast as it goes, and as a patient stranger who waits for each run to end and knocks meanwhile.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from models.db import engine
from models.reference.file_import import load_reference_data
from tests.bench.mails import receiver
from tests.bench.web import web
from tests.up import lots_up

EACH, PATIENT = 600, 20
KNOCKED = 0.06  # seconds, one knock at `/healthz` upon the other: what is done behind an answer begins after 0.02
LISTENED, PAUSE = 0.3, 0.02  # seconds in an office, and between knocks
RUN_SECONDS = 15  # a run begins within ten seconds and takes some three
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
ASKS = {"municipality": "Luleå", "place": "Luleå", "nature": "town", "need": "Vi ses aldrig.", "step": "send"}
PAGES: dict[str, dict[str, str]] = {"/my-data": {}, "/request": ASKS}
SEEN = ("response", "length", "/healthz after", "/healthz after at worst")
LOTS = (sys.executable, "-P", "-m", "deployments")
Seen = dict[bool, list[tuple[float, float, float, float]]]
After = Callable[[int], Awaitable[tuple[float, float]]]


def alike() -> dict[str, Any]:
    """The benchmark's figures: of `lots web` alone."""
    figures: dict[str, Any] = {}
    for path, fields in PAGES.items():
        with tempfile.TemporaryDirectory() as folder, web(Path(folder)) as (port, _):
            with engine.transaction() as session:
                load_reference_data(session)
            file, known = _members(Path(folder))
            subprocess.run((*LOTS, "import", "members", str(file)), check=True, stdout=subprocess.DEVNULL)
            seen = asyncio.run(_ask_all(port, path, fields, known, _burst))
            engine.engine().dispose()
        figures |= _told(path, seen, " (at most 0.55)")
    return figures


def alike_in_an_office() -> dict[str, Any]:
    """The same with a whole `lots up`, whose worker runs the outbox."""
    figures: dict[str, Any] = {}
    for path, fields in PAGES.items():
        with tempfile.TemporaryDirectory() as folder, receiver() as smtp, lots_up(Path(folder), smtp) as (running, _):
            port = int(running.web.rpartition(":")[2])
            file, known = _members(Path(folder))
            running.lots("import", "members", str(file))
            seen = asyncio.run(_ask_all(port, path, fields, known[PATIENT:], _listen))
            figures |= _told(f"{path} in an office", seen, " (at most 0.55)")
            seen = asyncio.run(_ask_all(port, path, fields, known[:PATIENT], _wait_for_the_run))
            figures |= _told(f"{path} in an office, {PATIENT} each, until the run has ended", seen)
    return figures


def _told(path: str, seen: "Seen", limit: str = "") -> dict[str, float]:
    figures = {}
    for place, what in enumerate(SEEN):
        ours, others = ([one[place] for one in seen[kind]] for kind in (True, False))
        figures[f"{path}: known from unknown number by {what}, AUC{limit}"] = round(auc(ours, others), 3)
    return figures


def auc(ours: list[float], others: list[float]) -> float:
    """How often one of ours is more than one of the others, or less, whichever is oftener."""
    more = sum((one > other) + (one == other) / 2 for one in ours for other in others) / (len(ours) * len(others))
    return max(more, 1 - more)


def _members(folder: Path) -> tuple[Path, list[str]]:
    """A register of members, and their numbers."""
    numbers = [f"80{number:06}" for number in range(EACH)]
    lines = [f"{number},Person Ett,p{number}@example.org,active" for number in numbers]
    file = folder / "members.csv"
    file.write_text("\n".join(["member_number,name,email,membership", *lines, ""]))
    return file, numbers


async def _ask_all(port: int, path: str, fields: dict[str, str], known: list[str], after: "After") -> "Seen":
    turns = [(True, one) for one in known] + [(False, f"9{one[1:]}") for one in known]
    Random(1).shuffle(turns)
    seen: Seen = {True: [], False: []}
    await _ask(port, path, fields | {"member_number": "70000001"}, 0)  # the first of all puts the page together
    for at, (is_known, number) in enumerate(turns, 1):
        taken, length = await _ask(port, path, fields | {"member_number": number}, at)
        seen[is_known].append((taken, length, *await after(port)))
    return seen


async def _burst(port: int) -> tuple[float, float]:
    return await _listen(port, KNOCKED, 0)


async def _listen(port: int, seconds: float = LISTENED, pause: float = PAUSE) -> tuple[float, float]:
    """How long `/healthz` took on the average and at worst, asked every `pause` seconds."""
    taken, ends = list[float](), time.perf_counter() + seconds
    while time.perf_counter() < ends:
        taken.append(await _healthz(port))
        await asyncio.sleep(pause)
    return sum(taken) / len(taken), max(taken)


async def _wait_for_the_run(port: int) -> tuple[float, float]:
    return await _listen(port, RUN_SECONDS)


async def _ask(port: int, path: str, fields: dict[str, str], at: int) -> tuple[float, float]:
    body = urlencode(fields)
    # Each from an address of its own, as whoever means to find out would have: a proxy on this machine is believed.
    caller = f"X-Forwarded-For: 10.{at >> 16 & 255}.{at >> 8 & 255}.{at & 255}\r\n"
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{caller}{FORM}Content-Length: {len(body)}\r\n"
    status, taken, length = await _exchange(port, head, body)
    assert status == 200, f"{path} answered {status}"
    return taken, length


async def _healthz(port: int) -> float:
    return (await _exchange(port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n", ""))[1]


async def _exchange(port: int, head: str, body: str) -> tuple[int, float, int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.perf_counter()
    writer.write(f"{head}Connection: close\r\n\r\n{body}".encode())
    answer = await reader.read()
    taken = time.perf_counter() - began
    writer.close()
    return int(answer.split()[1]), taken, len(answer)


if __name__ == "__main__":
    PAGES = {path: fields for path, fields in PAGES.items() if path in (sys.argv[1:] or PAGES)}
    for figure, value in (alike() | alike_in_an_office()).items():
        print(f"{figure:<110} {value}")
