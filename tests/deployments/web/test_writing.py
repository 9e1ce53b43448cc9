"""One hand writes for all pages: together, in order, and each refusal alone."""

import asyncio
from functools import partial
from typing import Any

import pytest
from sqlmodel import Session, select

from deployments.web import writer as web_writer
from deployments.web.writer import Writer
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
