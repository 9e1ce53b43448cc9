"""One hand writes for all pages: together, in order, and each refusal alone."""

import asyncio
import threading
from functools import partial
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.requests import Request

from deployments.web import writer as web_writer
from deployments.web.app import create_app
from deployments.web.writer import Writer, write_at_last
from models.db import engine
from models.errors import DatabaseBusy, UserError
from models.settings import Settings
from models.tables.place import Region


def region(number: int) -> Region:
    return Region(code=f"x{number}", name=f"Region {number}")


def regions() -> list[str]:
    with engine.reading() as session:
        return sorted(code for code in session.exec(select(Region.code)) if code.startswith("x"))


def add(session: Session, number: int) -> int:
    session.add(region(number))
    if number % 3 == 0:
        session.flush()
        raise UserError(f"number {number}")
    return number


@pytest.mark.each_database
async def test_each_gets_their_own_answer_and_only_the_refused_write_nothing(office: Settings) -> None:
    writer = Writer()
    works = [writer.write(partial(add, number=number)) for number in range(200)]
    answers = await asyncio.gather(*works, return_exceptions=True)
    for number, answer in enumerate(answers):
        assert answer == number or (number % 3 == 0 and str(answer) == f"number {number}")
    assert regions() == sorted(f"x{number}" for number in range(200) if number % 3)
    assert await writer.write(lambda session: add(session, 1000)) == 1000, "the next ones too, after a pause"


@pytest.mark.each_database
async def test_what_comes_together_costs_few_commits(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = 0
    transaction = engine.transaction

    def counted() -> Any:
        nonlocal commits
        commits += 1
        return transaction()

    monkeypatch.setattr(web_writer, "transaction", counted)
    writer = Writer()
    await asyncio.gather(*(writer.write(partial(add, number=3 * n + 1)) for n in range(100)))
    assert len(regions()) == 100 and commits <= 10


async def test_a_thread_writes_for_all_who_come_in_a_while_and_goes_when_nobody_does(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, threads = Writer(), set[threading.Thread]()

    def noted(session: Session, number: int) -> None:
        threads.add(threading.current_thread())
        add(session, number)

    for number in (1, 2, 4):
        await writer.write(partial(noted, number=number))
        await asyncio.sleep(0.05)
    assert len(threads) == 1, "a thread for each would hold up every page"
    monkeypatch.setattr(web_writer, "LINGERS_SECONDS", 0.0)
    for number in range(100, 400, 3):  # each comes as the thread is just about to go
        await asyncio.wait_for(writer.write(partial(noted, number=number)), 10)
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive(), "nobody comes any more"
    await asyncio.wait_for(writer.write(partial(noted, number=400)), 10)
    assert len(regions()) == 104


@pytest.mark.each_database
async def test_a_commit_that_fails_is_told_to_all_whom_it_concerns(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> Any:
        raise DatabaseBusy

    writer = Writer()
    with monkeypatch.context() as away:
        away.setattr(web_writer, "transaction", busy)
        works = (writer.write(lambda session: add(session, 1)) for _ in range(5))
        answers = await asyncio.gather(*works, return_exceptions=True)
    assert [type(answer) for answer in answers] == [DatabaseBusy] * 5 and regions() == []
    assert await writer.write(lambda session: add(session, 1)) == 1


async def test_what_a_reader_was_promised_is_begun_when_their_answer_has_left(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work of a known member number is longer, and was told by the answer that it held up."""
    waited = []

    async def noted(seconds: float) -> None:
        waited.append((seconds, app.state.writer.is_writing))

    app = create_app()
    with monkeypatch.context() as clock:
        clock.setattr(asyncio, "sleep", noted)
        promised = await write_at_last(Request({"type": "http", "app": app}), partial(add, number=1))
    assert promised == 1 and waited == [(web_writer.HAS_LEFT_SECONDS, False)]
