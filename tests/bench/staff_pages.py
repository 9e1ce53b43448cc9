"""Twenty negotiators on the staff pages at 10,000 networks: the real `lots web` on SQLite, each page timed.

Twenty negotiators and one have all its networks, some five hundred each. What the made-up office's matters came to
nobody made up: those that are older than a quarter are settled here, as an office would have.
"""

import asyncio
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from sqlalchemy import update
from sqlmodel import Session, col, select

from deployments.simulation.world import simulate
from deployments.web.staff.session import COOKIE
from models.db import engine
from models.office import sign_in
from models.reference.file_import import load_reference_data
from models.tables.network import Network
from models.tables.office import Intervention, Staff, StaffRole
from models.tables.place import Municipality
from models.tables.request import SupportRequest
from tests.bench.web import ask, share, web

NETWORKS, MONTHS, NEGOTIATORS = 10_000, 24, 20
SECONDS = 180  # enough for a hundred of each page: of thirty, the 95th of a hundred is the second slowest
SETTLED_AFTER = timedelta(days=90)
PACE = 4.0  # seconds between one's pages: somebody who clicks through cases and reads little
BROWSER = "a browser that measures"
PLACES = ("Luleå", "norr", "Örebro", "stad", "#4711", "m2 #12")
NAMES = ("Åke", "björn", "Nilsson", "medlem80", "eva berg")
REFUSED = "refused"
NOTHING = "a page that reads nothing"
Times = dict[str, list[float]]


def staff_pages(pace: float = PACE) -> dict[str, Any]:
    """The benchmark's figures: at a human's pace, and as fast as they get their pages."""
    with tempfile.TemporaryDirectory() as folder, web(Path(folder)) as (port, _):
        with engine.transaction() as session:
            load_reference_data(session)
        simulate(NETWORKS, MONTHS, datetime.now(UTC).date(), 1)
        with engine.transaction() as session:
            cookies = _twenty(session)
        figures: dict[str, Any] = {}
        for how, rest in ((f"one page in {pace:.0f} s each", pace), ("without rest", 0.0)):
            times = asyncio.run(_week(port, cookies, rest))
            figures[f"staff pages, {how}: refused (none at a human's pace)"] = len(times.pop(REFUSED, ()))
            for kind, taken in sorted(times.items()):
                limit = " (under 150)" if rest else ""
                figures[f"staff pages, {how}: {kind}, p95, ms{limit}"] = round(share(taken, 0.95) * 1000)
            least = share(times[NOTHING], 0.95)
            most = max(share(taken, 0.95) for taken in times.values())
            figures[f"staff pages, {how}: the slowest p95 against that of {NOTHING}"] = round(most / least, 1)
            every = [one for taken in times.values() for one in taken]
            figures[f"staff pages, {how}: pages a second"] = round(len(every) / SECONDS, 1)
            figures[f"staff pages, {how}: all, p50, ms"] = round(share(every, 0.5) * 1000)
        engine.engine().dispose()
    return figures


def _twenty(session: Session) -> list[tuple[str, str]]:
    """A cookie and a region for each of twenty; every region's networks, requests and matters are with one."""
    staff = session.exec(select(Staff).where(col(Staff.role) == StaffRole.negotiator).order_by(col(Staff.signature)))
    chosen = {one.region: one for one in staff if one.region}
    for region, one in chosen.items():
        there = select(Municipality.code).where(col(Municipality.region) == region)
        networks = select(Network.id).where(col(Network.municipality).in_(there))
        session.execute(update(Network).where(col(Network.id).in_(networks)).values(negotiator=one.id))
        session.execute(update(Intervention).where(col(Intervention.network_id).in_(networks)).values(owner=one.id))
        asked = col(SupportRequest.municipality).in_(there)
        session.execute(update(SupportRequest).where(asked).values(assigned_to=one.id))
    at, cookies = datetime.now(UTC), []
    old = col(Intervention.ended_at).is_(None), col(Intervention.opened_at) < at - SETTLED_AFTER
    session.execute(update(Intervention).where(*old).values(ended_at=at - SETTLED_AFTER))
    for region, one in list(chosen.items())[:NEGOTIATORS]:
        key, _ = sign_in.use_link(session, sign_in.new_link(session, one, "/staff", at), BROWSER, at)
        cookies.append((key, region))
    return cookies


async def _week(port: int, cookies: Sequence[tuple[str, str]], rest: float) -> Times:
    times: Times = defaultdict(list)
    await _one(port, *cookies[0], 0, time.monotonic() + 5, defaultdict(list), Random(0))  # the process has woken up
    ends = time.monotonic() + SECONDS
    each = (_one(port, *cookie, rest, ends, times, Random(n)) for n, cookie in enumerate(cookies))
    await asyncio.gather(*each)
    return times


async def _one(port: int, key: str, region: str, rest: float, ends: float, times: Times, random: Random) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    headers = f"Cookie: {COOKIE}={key}\r\nUser-Agent: {BROWSER}\r\n"
    await asyncio.sleep(random.random() * rest)
    while time.monotonic() < ends:
        kind, path = random.choice(_pages(region, random))
        status, seconds = await ask(reader, writer, "GET", path, headers)
        times[kind if status == 200 else REFUSED].append(seconds)
        await asyncio.sleep(rest * (0.5 + random.random()))
    writer.close()


def _pages(region: str, random: Random) -> list[tuple[str, str]]:
    """What one may open next."""
    return [
        (NOTHING, "/privacy"),
        ("my list", "/staff"),
        ("region", f"/staff/region/{region}"),
        ("regions", "/staff/region"),
        ("register", f"/staff/register?region={region}&sort=level&page={random.randint(1, 3)}"),
        ("search for a place", f"/staff/register?q={quote(random.choice(PLACES))}"),
        ("search for a person", f"/staff/register?q={quote(random.choice(NAMES))}"),
        ("network", f"/staff/network/{random.randint(1, NETWORKS)}"),
        ("request", f"/staff/request/{random.randint(1, NETWORKS)}"),
    ]


if __name__ == "__main__":
    for figure, value in staff_pages(float(sys.argv[1]) if sys.argv[1:] else PACE).items():
        print(f"{figure:<70} {value}")
