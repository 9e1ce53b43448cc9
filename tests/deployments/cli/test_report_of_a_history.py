"""The congress report of a made-up history: the same bytes from both kinds of database, and nothing personal in any."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4
from zipfile import ZipFile

import pytest
from sqlmodel import Session, SQLModel, select

from models.db.column_types import EncryptedText
from models.db.engine import engine, reading
from models.stages import congress_report
from models.tables.meeting import Partner
from models.tables.network import Network
from models.tables.office import Staff
from tasks.report.folder import write_folder
from tests import postgres
from tests.conftest import use_database
from tests.deployments.cli.conftest import Lots
from tests.pdf_words import words_of

UNTIL, CUTOFF = "2029-12-31", "2030-01-01"
SHORTEST = 5
"""Letters of what is looked for: shorter ones stand in other words."""


@contextmanager
def living_in(zone: str, language: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on a machine elsewhere."""
    with monkeypatch.context() as there:
        for name, value in (("TZ", zone), ("LOTS_LANGUAGE", language), ("LC_ALL", "C")):
            there.setitem(os.environ, name, value)
        time.tzset()
        yield
    time.tzset()


def made_up(lots_here: Lots, out: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The files of the report of a history that is made up there."""
    use_database(monkeypatch, url)
    ended = lots_here("simulate", "--networks", 90, "--months", 30, "--until", UNTIL, "--seed", 5)
    assert ended.code == 0, ended.err
    ended = lots_here("report", "congress", "--cutoff", CUTOFF, "--out", out)
    assert ended.code == 0, ended.err
    return {str(one.relative_to(out)): one.read_bytes() for one in out.rglob("*") if one.is_file()}


@pytest.mark.skipif(not postgres.URL, reason="LOTS_TEST_POSTGRES_URL is not set")
def test_one_history_is_the_same_report_to_the_byte_from_both_kinds_of_database(
    lots_here: Lots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"lots_report_{uuid4().hex[:12]}"
    postgres.run(f'CREATE DATABASE "{name}"')
    try:
        here = made_up(lots_here, tmp_path / "sqlite", f"sqlite:///{tmp_path / 'made-up.db'}", monkeypatch)
        engine().dispose()
        with living_in("Pacific/Auckland", "en", monkeypatch):
            there = made_up(lots_here, tmp_path / "postgresql", postgres.address(name), monkeypatch)
            engine().dispose()
        assert here.keys() == there.keys() and len(here) > 20
        assert [one for one in here if here[one] != there[one]] == []
    finally:
        engine().dispose()
        postgres.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


# --- nothing personal -----------------------------------------------------------------------------


def text_of(folder: Path) -> dict[str, str]:
    """What can be read in each file."""
    return {str(one.relative_to(folder)): _text(one) for one in folder.rglob("*") if one.is_file()}


def _text(file: Path) -> str:
    if file.suffix == ".pdf":
        return words_of(file.read_bytes())
    if file.suffix == ".xlsx":
        with ZipFile(file) as parts:
            return "\n".join(parts.read(one).decode() for one in parts.namelist())
    return file.read_text(encoding="utf-8")


def what_is_personal(session: Session) -> set[str]:
    """All that is sealed, whoever wrote it and wherever, and what a network, a company and the staff are called."""
    found: set[str] = set()
    for table in SQLModel.metadata.sorted_tables:
        sealed = [column for column in table.columns if isinstance(column.type, EncryptedText)]
        for row in session.execute(select(*sealed)).all() if sealed else ():
            found |= {str(one) for one in row if one}
    named = ((Network, "name"), (Network, "slug"), (Partner, "company"), (Staff, "name"), (Staff, "email"))
    for kind, column in named:
        found |= {str(one) for one in session.exec(select(getattr(kind, column))) if one}
    return {one for one in found if len(one) >= SHORTEST}


@pytest.fixture
def folder(lots_here: Lots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    made_up(lots_here, tmp_path / "out", f"sqlite:///{tmp_path / 'made-up.db'}", monkeypatch)
    yield tmp_path / "out"
    engine().dispose()


def named_in(texts: dict[str, str], personal: set[str]) -> list[tuple[str, str]]:
    return [(file, one) for file, text in texts.items() for one in personal if one in text]


def test_nobody_and_nothing_that_somebody_wrote_stands_in_any_file(folder: Path) -> None:
    with reading() as session:
        personal = what_is_personal(session)
        report = congress_report.frozen_report(session, date.fromisoformat(CUTOFF))
    assert len(personal) > 300 and any("@" in one for one in personal), "there is nobody to look for"
    assert named_in(text_of(folder), personal) == []
    assert report
    somebody = next(one for one in sorted(personal) if "@" in one)
    write_folder(replace(report, regions=dict.fromkeys(report.regions, somebody)), folder)
    kinds = {Path(file).suffix for file, _ in named_in(text_of(folder), {somebody})}
    assert kinds == {".md", ".html", ".pdf", ".xlsx", ".csv", ".json"}, "it would not have been seen there"
