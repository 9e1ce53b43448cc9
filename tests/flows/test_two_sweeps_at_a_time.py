"""Two runs of a sweep at a time, as when one that was slow meets the next: both end well, and all is done once."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from deployments.cli.run_flow import flow_named
from deployments.simulation.world import simulate
from models.db.engine import engine, reading
from models.settings import Settings
from models.views.invariants import broken

SLOW_COMMIT = 0.3
SIMULATED_UNTIL = date(2027, 5, 28)
DAYS = {  # when each of them has something to do
    "check-in": "2027-06-01",
    "health-check": "2027-06-01",
    "work-list": "2027-06-07",
    "phase-out": "2027-06-07",
    "kickoff": "2027-06-07",
    "capacity": "2027-07-01",
    "data-protection": "2027-12-01",
    "congress-report": "2028-01-02",
}


def rows() -> Counter[str]:
    with engine().connect() as connection:
        tables = SQLModel.metadata.sorted_tables
        return Counter(
            {one.name: connection.execute(sa.select(sa.func.count()).select_from(one)).scalar_one() for one in tables}
        )


@pytest.fixture
def history(office: Settings) -> None:
    """An office with a past in which each sweep finds something to do."""
    with engine().begin() as connection:
        for table in ("register_entry", "register_import"):  # simulate fills an office without members
            connection.execute(sa.text(f"DELETE FROM {table}"))
    simulate(networks=40, months=14, until=SIMULATED_UNTIL, seed=3)


@contextmanager
def slow_commits() -> Iterator[None]:
    """What one has written the other sees late, as on a busy disk: it decides before it knows.

    The engine serves what comes after too, so it is made quick again.
    """

    def wait(_connection: sa.Connection) -> None:
        time.sleep(SLOW_COMMIT)

    sa.event.listen(engine(), "commit", wait)
    try:
        yield
    finally:
        sa.event.remove(engine(), "commit", wait)


@pytest.mark.each_database
@pytest.mark.usefixtures("history")
def test_each_ends_well_and_what_is_done_is_done_once(office: Settings) -> None:
    for name, day in DAYS.items():
        before, together = rows(), Barrier(2)

        def sweep(_: int, name: str = name, day: str = day, together: Barrier = together) -> Any:
            together.wait()
            return asyncio.run(flow_named(name)(as_of=day))

        with slow_commits(), ThreadPoolExecutor(2) as workers:
            assert len(list(workers.map(sweep, range(2)))) == 2
        once = rows()
        asyncio.run(flow_named(name)(as_of=day))
        again = rows()
        assert again == once, (name, again - once)
        assert once != before or name in ("kickoff", "capacity", "data-protection"), f"{name} had nothing to do"
    with reading() as session:
        assert broken(session) == []
