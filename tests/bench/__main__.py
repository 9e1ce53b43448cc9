"""`make bench`: ratios within one run, written to bench.json. Nothing here is asserted: machines differ."""

import json
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.health.batch import Batch, BatchBuilder
from models.health.engagement import score
from models.stages.health_check import take_snapshots
from models.tables.mail import Template
from models.tables.network import Network
from templates.mail_examples import example
from templates.rendering.mail import render_mail
from tests.bench.alike import alike
from tests.bench.congress import congress
from tests.bench.database import EVENTS, fill, sweep, sweep_alone
from tests.bench.founders import founders
from tests.bench.mails import mails
from tests.bench.objects import health_by_objects
from tests.bench.presses import presses
from tests.bench.register import register
from tests.bench.staff import staff
from tests.bench.staff_pages import staff_pages
from tests.bench.strangers import strangers

AS_OF = date(2027, 11, 1)
SMALL, LARGE = 10_000, 100_000
ALONE = 200  # networks read as objects; the rest would take minutes and tell nothing new


def made_up(networks: int, seed: int = 1) -> Batch:
    """A batch of made-up networks with 50 events each."""
    random, builder = Random(seed), BatchBuilder()
    for _ in range(networks):
        kickoff = AS_OF - timedelta(days=random.randint(100, 900))
        builder.add_network(kickoff, random.choice((30, 60, 90, 180)), 8, random.randint(1, 4))
        codes = [builder.organiser(name) for name in "abc"]
        for number in range(EVENTS):
            day = kickoff + timedelta(days=number * 20)
            duties = [random.choice((*codes, -1)) for _ in range(5)]
            builder.add_meeting(day, "held", random.randint(2, 15), 3, 5, duties)
            builder.add_check_in(day, day, random.randint(1, 5))
    return builder.batch()


def seconds(work: Callable[[], Any], times: int = 3) -> float:
    """The best of some."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def one_by_one(engine: Engine) -> None:
    """Score the first networks as objects, each alone."""
    with Session(engine) as session:
        for network in session.exec(select(Network).where(col(Network.kickoff_on) <= AS_OF).limit(ALONE)):
            health_by_objects(session, network, AS_OF)


def snapshots(engine: Engine) -> None:
    """Score every network and write its snapshot (and take it back, for the next time)."""
    with Session(engine) as session:
        take_snapshots(session, AS_OF)
        session.rollback()


def from_the_database() -> dict[str, Any]:
    """The health check's reading and scoring, network by network and all at once."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = fill(Path(folder), SMALL, AS_OF), fill(Path(folder), LARGE, AS_OF)
        alone = seconds(lambda: one_by_one(small), 2) / ALONE * SMALL
        together = seconds(lambda: sweep(small, AS_OF))
        written = seconds(lambda: snapshots(small), 1)
        many = seconds(lambda: sweep(large, AS_OF), 2)
        small.dispose()
        large.dispose()
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as own:  # filling took more than sweeping does
            memory = own.submit(sweep_alone, str(large.url), AS_OF).result()
    return {
        f"10,000 networks as objects, s ({ALONE} measured, scaled)": round(alone, 2),
        "10,000 networks from the database at once, s": round(together, 2),
        "at once against as objects (at least 10)": round(alone / together, 1),
        "10,000 networks scored and snapshots written, s": round(written, 2),
        "100,000 networks from the database at once, s": round(many, 2),
        "database growth 10,000 to 100,000 (at most 11)": round(many / together, 1),
        "memory of a sweep over 100,000, MB (at most 1,500)": memory,
    }


def in_memory() -> dict[str, Any]:
    """The model alone."""
    small, large = made_up(SMALL), made_up(LARGE)
    few, many = seconds(lambda: score(small, AS_OF)), seconds(lambda: score(large, AS_OF))
    return {
        "score 10,000 networks, s": round(few, 3),
        "score 100,000 networks, s": round(many, 3),
        "score growth 10,000 to 100,000 (at most 11)": round(many / few, 1),
    }


def rendering() -> dict[str, Any]:
    """Rendering, every mail in both languages."""
    contexts = [(name, language, example(name, language)) for name in Template for language in ("sv", "en")]
    each = seconds(lambda: [render_mail(*one) for one in contexts]) / len(contexts)
    return {"render a mail, ms": round(each * 1000, 3)}


def main() -> None:
    """Run all benchmarks and write bench.json."""
    figures: dict[str, Any] = {}
    for work in (
        staff,
        presses,
        mails,
        from_the_database,
        in_memory,
        rendering,
        founders,
        staff_pages,
        register,
        strangers,
        alike,
        congress,
    ):
        for name, value in work().items():
            figures[name] = value
            print(f"{name:<58} {value}", flush=True)
    Path("bench.json").write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
