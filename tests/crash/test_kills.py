"""The sender dies at any moment, again and again, two at a time: nothing is lost, nothing goes twice.

`make crash` kills 200 times; `make test` a dozen. The receiver writes down what it takes before it says so, and is
never killed: it knows the truth.
"""

import asyncio
import json
import multiprocessing
import os
import signal
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from types import TracebackType

import pytest
from sqlmodel import func, select

import tasks.smtp.batch_sender
from models.db.engine import engine, engine_on, reading, transaction
from models.mail import delivery as sending_rules
from models.mail import kinds
from models.mail.queue import QueuedMail, enqueue
from models.settings import Settings, settings
from models.stages import outbox as rules
from models.tables.mail import MailStatus, OutgoingMail, Template
from tasks.smtp.batch_sender import send_due
from tasks.smtp.group_commit import clock
from tests.acts import ask, at
from tests.smtp_server import mail_server, point_at

KILLS = int(os.environ.get("LOTS_TEST_KILLS", "12"))
WORKERS, CONNECTIONS, BATCH, ENOUGH = 2, 4, 40, 400
LEASE = timedelta(seconds=2)
NOW = at("2026-11-02", 11)
FORK = multiprocessing.get_context("fork")


class Receiver:
    """A mail server in a process of its own; what it took is in `file`, a Message-ID and a time a line."""

    def __init__(self, folder: Path) -> None:
        self.file, self.where = folder / "taken", folder / "port"
        self.file.touch()

    def __enter__(self) -> "Receiver":
        self.process = FORK.Process(target=lambda: asyncio.run(self._serve()), daemon=True)
        self.process.start()
        while not self.where.exists() or not self.where.read_text():
            time.sleep(0.01)
        self.port = int(self.where.read_text())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.kill()
        self.process.join()

    async def _serve(self) -> None:
        random = Random(1)
        with self.file.open("a", buffering=1) as taken:
            async with mail_server() as server:
                server.slow = {"dot": 0.002}

                class Written(list[bytes]):
                    def append(self, raw: bytes) -> None:
                        name = next(line for line in raw.split(b"\r\n") if line.startswith(b"Message-ID: "))
                        taken.write(f"{name.decode().removeprefix('Message-ID: ')} {time.monotonic()}\n")
                        server.slow = {"dot": random.choice((0, 0, 0.002, 0.02))}

                server.taken = Written()
                self.where.write_text(str(server.port))
                await asyncio.Event().wait()

    def taken(self) -> list[tuple[str, float]]:
        return [(line.split()[0], float(line.split()[1])) for line in self.file.read_text().splitlines()]


def work() -> None:
    """What a worker does all day: free what was left, send what is due."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    settings.cache_clear()
    engine_on.cache_clear()

    async def send() -> None:
        while True:
            with transaction() as session:
                rules.free_abandoned(session, clock())
            with suppress(Exception):
                if not await send_due(NOW):
                    await asyncio.sleep(0.05)

    asyncio.run(send())


def top_up(number: int) -> int:
    """Enough mails to be killed over."""
    with transaction() as session:
        waiting = session.exec(select(func.count()).where(OutgoingMail.status == MailStatus.queued)).one()
        if waiting > ENOUGH:
            return number
        first = session.exec(select(OutgoingMail).limit(1)).one()
        told = json.loads(first.context)
        letters = [
            QueuedMail(Template.receipt, first.person_id, f"more {n}", request_id=first.request_id, context=told)
            for n in range(number, number + ENOUGH)
        ]
        enqueue(session, letters, first.created_at)
    return number + ENOUGH


def unsettled() -> int:
    open_ones = (MailStatus.queued, MailStatus.sending, MailStatus.deferred)
    with reading() as session:
        return session.exec(select(func.count()).where(OutgoingMail.status.in_(open_ones))).one()  # type: ignore[attr-defined]


def kill_and_start_again(random: Random) -> None:
    """KILLS times: one of the workers dies at once, and another takes its place."""
    workers = [FORK.Process(target=work, daemon=True) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    number = top_up(0)
    for _ in range(KILLS):
        time.sleep(random.uniform(0.02, 0.5))
        number = top_up(number)
        one = random.randrange(WORKERS)
        workers[one].kill()
        workers[one].join()
        workers[one] = FORK.Process(target=work, daemon=True)
        workers[one].start()
    patience = time.monotonic() + 120
    while unsettled() and time.monotonic() < patience:
        time.sleep(0.2)
    for worker in workers:
        worker.kill()
        worker.join()


@pytest.mark.timeout(900)
def test_whoever_dies_whenever_each_mail_goes_once_or_is_in_doubt(
    office: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for module in (kinds, rules, sending_rules, tasks.smtp.batch_sender):
        monkeypatch.setattr(module, "LEASE", LEASE)
    monkeypatch.setattr(tasks.smtp.batch_sender, "BATCH", BATCH)  # so that both workers have something
    monkeypatch.setenv("LOTS_SMTP_CONNECTIONS", str(CONNECTIONS))
    with transaction() as session:
        ask(session, co_organisers="")
    engine().dispose()
    with Receiver(tmp_path) as receiver:
        point_at(monkeypatch, receiver.port)
        kill_and_start_again(Random(7))
        taken = receiver.taken()
    accepted = Counter(name for name, _ in taken)
    gaps = [after - before for (_, before), (_, after) in pairwise(taken)]
    with reading() as session:
        rows = session.exec(select(OutgoingMail.message_id, OutgoingMail.status)).all()
    by_status = Counter(status for _, status in rows)
    print(f"\n{KILLS} kills, {len(rows)} mails: {dict(by_status)}, longest silence {max(gaps):.1f} s")
    assert set(by_status) <= {MailStatus.sent, MailStatus.in_doubt}, "none is lost"
    assert max(accepted.values()) == 1, "none goes twice"
    assert {name for name, status in rows if status == MailStatus.sent} <= set(accepted)
    assert set(accepted) <= {name for name, _ in rows}
    assert by_status[MailStatus.in_doubt] <= CONNECTIONS * KILLS
    assert max(gaps) < 30, "sending resumes by itself"
