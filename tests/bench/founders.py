"""200 founders answer at once, for half a minute, on SQLite: the real `lots web`, real links, every answer counted.

Each founder opens the link, reads, and sends the five answers; then the next link at once, and never stops. The page
says that it takes a minute. So three paces are told: twenty seconds for each link, which is 200 people who all got the
mail at the same moment and read fast; three seconds, which is as many presses as 1,300 of them at that pace would make;
and without rest, where nobody reads and each of 200 always waits for an answer: what comes out then is how many answers
a second there are, and each waits for 199 others, however fast the server is.

Nothing is cut short: every request goes over a socket, whole, and every answer is read to its end. But they are written
by hand on connections that are kept, so that the founders together take a twentieth of what the server does; the share
of each is told, for on a machine with two cores the one that asks could be what is slow.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlmodel import col, select

from models import settings
from models.db import engine
from models.people.signed_link import Purpose, make_link
from models.reference.file_import import load_reference_data
from models.tables.check_in import CheckIn
from models.tables.network import Nature, Network, NetworkState, Origin, Role, RoleKind
from models.tables.person import EmailStatus, Membership, Person
from tests.bench.web import ask, share, web

FOUNDERS = 200
SECONDS = 30
LINKS_EACH = 60
PACES = (20.0, 3.0, 0.0)  # seconds that somebody reads, each half as long or half as long again
TODAY = datetime.now(UTC).date()


@dataclass
class Rush:
    """What was seen: how long each page and each answer took, which answers were accepted, and what was not."""

    pages: list[float] = field(default_factory=list)
    posts: list[float] = field(default_factory=list)
    accepted: dict[UUID, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def founders(paces: Sequence[float] = PACES) -> dict[str, Any]:
    """The benchmark's figures: each pace on an office of its own."""
    figures: dict[str, Any] = {}
    for reading in paces:
        figures |= _at_pace(reading)
    return figures


def _at_pace(reading: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, web(Path(folder)) as running:
        links, before, own = _links(), running.processor_seconds(), time.process_time()
        rush = asyncio.run(_rush(running.port, links, reading))
        served, asked = running.processor_seconds() - before, time.process_time() - own
        with engine.reading() as session:
            rows = session.exec(select(CheckIn.id, CheckIn.q1_attended).where(col(CheckIn.answered_at).is_not(None)))
            kept = dict(rows.all())
        engine.engine().dispose()
    lost = sum(kept.get(check_in) != number for check_in, number in rush.accepted.items())
    who = f"{FOUNDERS} founders, " + (f"{reading:.0f} s a link" if reading else "without rest")
    limit = " (under 250)" if reading else ""
    return {
        f"{who}: answers a second": round(len(rush.accepted) / SECONDS, 1),
        f"{who}: errors (none)": len(rush.errors),
        f"{who}: accepted answers not in the database (none)": lost,
        f"{who}: an answer, p50, ms": round(share(rush.posts, 0.5) * 1000),
        f"{who}: an answer, p95, ms{limit}": round(share(rush.posts, 0.95) * 1000),
        f"{who}: a page, p95, ms{limit}": round(share(rush.pages, 0.95) * 1000),
        f"{who}: processor for a page and its answer, ms": round(served / len(rush.posts) * 1000, 1),
        f"{who}: processor of who asks against the server's": round(asked / served, 2),
    }


def _links() -> list[list[tuple[UUID, str]]]:
    """For each founder, check-ins of their network and the paths of their links."""
    found = []
    with engine.transaction() as session:
        load_reference_data(session)
        for number in range(1, FOUNDERS + 1):
            person = Person(
                name=f"Person {number}",
                email=f"p{number}@example.org",
                email_status=EmailStatus.ok,
                membership=Membership.active,
            )
            network = Network(
                number=number,
                slug=f"n{number}",
                name=f"Nätverk {number}",
                place="Luleå",
                municipality="2580",
                nature=Nature.town,
                origin=Origin.member,
                state=NetworkState.starting,
                step=1,
                kickoff_on=TODAY - timedelta(days=200),
                created_at=datetime.now(UTC),
            )
            session.add_all((person, network))
            session.flush()
            role = Role(
                network_id=network.id,
                person_id=person.id,
                kind=RoleKind.contact,
                code="m1",
                confirmed_at=datetime.now(UTC),
            )
            session.add(role)
            asked = [_check_in(network, person, TODAY - timedelta(days=day)) for day in range(LINKS_EACH)]
            session.add_all(asked)
            session.flush()
            base = settings.settings().public_url
            found.append([(one.id, _path(base, one.id, role.id)) for one in asked])
    return found


def _check_in(network: Network, person: Person, day: date) -> CheckIn:
    return CheckIn(network_id=network.id, person_id=person.id, sent_on=day)


def _path(base: str, check_in: UUID, role: UUID) -> str:
    return make_link(Purpose.check_in, str(check_in), str(role)).removeprefix(base)


async def _rush(port: int, links: list[list[tuple[UUID, str]]], reading: float) -> Rush:
    # One goes first: what is put together once a process (templates, questions to the database) is nobody's wait.
    await _founder(port, links[0][:1], time.monotonic() + SECONDS, 0, Random(0), Rush())
    links[0] = links[0][1:]
    rush, ends = Rush(), time.monotonic() + SECONDS
    await asyncio.gather(*(_founder(port, mine, ends, reading, Random(n), rush) for n, mine in enumerate(links)))
    return rush


async def _founder(
    port: int, links: list[tuple[UUID, str]], ends: float, reading: float, random: Random, rush: Rush
) -> None:
    await asyncio.sleep(random.random() * reading)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for check_in, path in links:
        if time.monotonic() > ends:
            break
        status, seconds = await ask(reader, writer, "GET", path)
        rush.pages.append(seconds)
        if status != 200:
            rush.errors.append(f"GET {status}")
        await asyncio.sleep(reading * (0.5 + random.random()))
        number = random.randint(1, 300)
        status, seconds = await ask(reader, writer, "POST", path, body=_answer(number))
        rush.posts.append(seconds)
        if status == 200:
            rush.accepted[check_in] = number
        else:
            rush.errors.append(f"POST {status}")
    writer.close()


def _answer(number: int) -> str:
    return urlencode(
        {
            "met": "yes",
            "met_on": TODAY.isoformat(),
            "met_attended": number,
            "next_on": "",
            "sharing": "2",
            "motivation": "4",
            "wish": "nothing",
        }
    )


if __name__ == "__main__":
    for figure, value in founders([float(one) for one in sys.argv[1:]] or PACES).items():
        print(f"{figure:<72} {value}")
