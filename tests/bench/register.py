"""The member register of 100,000 is taken in while members ask for support: the real `lots import` and `lots web`."""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from models.db import engine
from models.reference.file_import import load_reference_data
from tests.bench.web import ask, share, web

MEMBERS = 100_000
VISITORS = 3
PAUSE = 0.3
HEAD = "Medlemsnummer;Namn;E-post;Medlemskap;Språk;Förtroendevald;Telefon"
FIRST = ["Åsa", "Åke", "Märta", "Sören", "Görel", "Örjan", "René", "Zoé", "Bengt", "Karin", "Lars", "Eva"]
LAST = ["Öhman", "Sjöberg", "Åberg", "Lindén", "Ekström", "Wallén", "Bäck", "Norén", "Ström"]


@dataclass
class Seen:
    """How long each page took to show and to be sent, and what was not answered as it should."""

    pages: list[float] = field(default_factory=list)
    posts: list[float] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)


def register() -> dict[str, Any]:
    """The benchmark's figures."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, web(Path(folder)) as (port, _):
        with engine.transaction() as session:
            load_reference_data(session)
        visitors, alone, beside = count(), Seen(), Seen()
        asyncio.run(_while_it_runs(port, ("sleep", "5"), visitors, alone))
        for name, domain, changed in (("first", "org", 1), ("again", "org", 1), ("1 % changed", "com", 100)):
            file = _written(Path(folder) / "members.csv", domain, changed)
            command = (sys.executable, "-P", "-m", "deployments", "import", "members", str(file), "--complete")
            seconds = asyncio.run(_while_it_runs(port, command, visitors, beside))
            figures[f"register of {MEMBERS}, {name}, s (at most 10)"] = round(seconds, 1)
        engine.engine().dispose()
    return figures | {
        "meanwhile: requests sent": len(beside.posts),
        "meanwhile: errors (none)": len(beside.errors) + len(alone.errors),
        "meanwhile: /request sent, p95, ms (under 250)": round(share(beside.posts, 0.95) * 1000),
        "meanwhile: /request shown, p95, ms (under 250)": round(share(beside.pages, 0.95) * 1000),
        "without an import: /request sent, p95, ms": round(share(alone.posts, 0.95) * 1000),
    }


def _written(file: Path, domain: str, every: int) -> Path:
    """A register in which one of so many has an address under that domain."""
    lines = [HEAD]
    for place in range(MEMBERS):
        ends = domain if place % every == 0 else "org"
        name = f"{FIRST[place % len(FIRST)]} {LAST[place % len(LAST)]}"
        number = 8_000_000 + place
        lines.append(f"{number};{name};m{number}@example.{ends};aktiv;sv;{'ja' if place % 10 == 0 else ''};08-{number}")
    file.write_text("\n".join(lines), encoding="utf-8-sig")
    return file


async def _while_it_runs(port: int, command: tuple[str, ...], visitors: Iterator[int], seen: Seen) -> float:
    """How long the command took, with members asking all the while."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    done = asyncio.create_task(process.wait())
    await asyncio.gather(*(_visitor(port, visitors, done, seen) for _ in range(VISITORS)))
    assert await done == 0
    return time.perf_counter() - began


async def _visitor(port: int, visitors: Iterator[int], done: "asyncio.Task[int]", seen: Seen) -> None:
    """One who opens the page and sends it, each time as somebody else: half of them members, half of them not."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while not done.done():
        who = next(visitors)
        sender = f"X-Forwarded-For: 10.{who >> 16 & 255}.{who >> 8 & 255}.{who & 255}\r\n"
        for method, times, body in (("GET", seen.pages, ""), ("POST", seen.posts, _typed(who))):
            status, seconds = await ask(reader, writer, method, "/request", sender, body)
            times.append(seconds)
            if status != 200:
                seen.errors.append(status)
        await asyncio.sleep(PAUSE)
    writer.close()


def _typed(who: int) -> str:
    typed = {"step": "send", "place": "Luleå", "municipality": "Luleå", "nature": "town", "need": "Vi vill träffas."}
    number = 8_000_000 + who if who % 2 else 1_000_000 + who
    return urlencode(typed | {"member_number": str(number), "name": "Ny Medlem", "email": f"n{who}@example.org"})


if __name__ == "__main__":
    for figure, value in register().items():
        print(f"{figure:<58} {value}")
