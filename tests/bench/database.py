"""A database of made-up networks with 50 events each, for the benchmarks: rows only, no story."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from sqlite3 import connect
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session

from models.db.engine import make_engine
from models.health.assessment import score_networks
from models.operation.upgrade import upgrade
from models.stages.health_check import IS_ACTIVE
from models.tables.meeting import Duty, is_led_by_member
from tests.bench.memory import peak_memory

EVENTS = 25  # meetings and as many check-ins: 50 events a network
SOME = 1000
MADE_UP = 10_000

TABLES = {
    "network": "id number slug name place municipality nature cadence_days target_size open_to_all origin "
    "without_support state step kickoff_on extended_days created_at version",
    "meeting": "id network_id starts_at status form convener_id attended branches companies led_by_member over_helped "
    "booked_at sequence",
    "meeting_duty": "id meeting_id duty by_office organiser_key",
    "check_in": "id network_id person_id sent_on q4 answered_at reminders",
}


def fill(folder: Path, networks: int, as_of: date) -> Engine:
    """A fresh SQLite database with that many networks, active and in step 1 to 4.

    Beyond MADE_UP they are the first ones again, under keys as scattered as theirs: the database copies quickly.
    """
    path = folder / f"{networks}.db"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    random, made_up = Random(1), min(networks, MADE_UP)
    with closing(connect(path)) as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-2000000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("INSERT INTO region VALUES ('25', 'Norrbotten', true)")
        connection.execute("INSERT INTO municipality VALUES ('2580', 'Luleå', '25')")
        person = _key(random)
        connection.execute(
            "INSERT INTO person (id, email_status, language, membership, is_representative, is_employee) "
            f"VALUES ('{person}', 'missing', 'sv', 'active', false, false)"
        )
        for first in range(0, made_up, SOME):
            rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
            for number in range(first + 1, min(first + SOME, made_up) + 1):
                for table, row in _life(random, number, person, as_of):
                    rows[table].append(row)
            for table, columns in TABLES.items():
                marks = ", ".join("?" * len(columns.split()))
                connection.executemany(f"INSERT INTO {table} ({_listed(columns)}) VALUES ({marks})", rows[table])
        for copy in range(1, networks // made_up):
            for table, columns in TABLES.items():
                chosen = ", ".join(_copied(column, copy, made_up) for column in columns.split())
                own = f"rowid <= (SELECT max(rowid) / {copy} FROM {table})"
                connection.execute(f"INSERT INTO {table} ({_listed(columns)}) SELECT {chosen} FROM {table} WHERE {own}")
        connection.commit()
        connection.execute("PRAGMA journal_mode=WAL")
    return engine


def sweep(engine: Engine, as_of: date) -> None:
    """Score every network of the database on the day it was made up for."""
    with Session(engine) as session:
        score_networks(session, IS_ACTIVE, as_of)


def sweep_alone(url: str, as_of: date) -> int:
    """What a process that only sweeps needs at the most, in MB."""
    engine = make_engine(url)
    sweep(engine, as_of)
    engine.dispose()
    return peak_memory()


def _listed(columns: str) -> str:
    return ", ".join(columns.split())


def _copied(column: str, copy: int, made_up: int) -> str:
    """A column's value in a copy: keys turned by some digits, so that they lie anywhere, as new ones would."""
    if column in ("id", "network_id", "meeting_id"):
        return f"substr({column}, {copy + 1}) || substr({column}, 1, {copy})"
    if column == "number":
        return f"number + {copy * made_up}"
    return f"slug || '-{copy}'" if column == "slug" else column


def _key(random: Random) -> str:
    return UUID(int=random.getrandbits(128)).hex


def _life(random: Random, number: int, person: str, as_of: date) -> Iterator[tuple[str, tuple[Any, ...]]]:
    network, kickoff = _key(random), as_of - timedelta(days=random.randint(100, 900))
    state, cadence = random.choice(("starting", "sharing", "trial", "independent")), random.choice((30, 60, 90, 180))
    step = 1 + ("starting", "sharing", "trial", "independent").index(state)
    created = str(datetime(2025, 1, 1))
    organisers = [_key(random) * 2 for _ in range(3)]  # as long as an organiser_key
    where = ("Nätverket", "Luleå", "2580", "town")
    ladder = (state, step, str(kickoff), 0, created, 1)
    yield "network", (network, number, f"n{number}", *where, cadence, 8, True, "member", False, *ladder)
    for event in range(EVENTS):
        day = kickoff + timedelta(days=20 * event)
        meeting, starts_at = _key(random), f"{datetime(day.year, day.month, day.day, 16, 30)}.000000"
        attended = random.randint(2, 15)
        carriers = {duty: random.choice((*organisers, None)) for duty in Duty}
        led = is_led_by_member(carriers, [duty for duty, who in carriers.items() if who])
        yield (
            "meeting",
            (meeting, network, starts_at, "held", "in_person", person, attended, 3, 5, led, False, created, 0),
        )
        for duty, who in carriers.items():
            yield "meeting_duty", (_key(random), meeting, duty.value, who is None, who)
        answered = str(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).replace(tzinfo=None))
        yield "check_in", (_key(random), network, person, str(day), random.randint(1, 5), answered, 0)
