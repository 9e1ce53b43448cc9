"""Whatever is wrong with the database or the disk: one line that says what helps, from every command, no traceback."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from deployments.cli.app import main
from models.db import engine as db_engine
from models.settings import settings
from tests import postgres

COMMANDS = {
    "run": ("run", "phase-out"),
    "outbox": ("outbox", "--json"),
    "import": ("import", "regions", "regions.csv"),
    "person": ("person", "export", "1234"),
    "upgrade": ("db", "upgrade"),
    "simulate": ("simulate", "--networks", "1", "--months", "1", "--until", "2026-11-02", "--seed", "1"),
}
CAUSES = {
    "no folder": ("sqlite:////{folder}/none/lots.db", "LOTS_DATABASE_URL"),
    "no database": ("sqlite:////{folder}/regions.csv", "LOTS_DATABASE_URL"),
    "wrong scheme": ("mysql://root:sesame@localhost/lots", "LOTS_DATABASE_URL is not usable"),
    "no scheme": ("localhost/sesame", "LOTS_DATABASE_URL is not usable"),
    "bad port": ("postgresql+psycopg://u:sesame@localhost:port/lots", "LOTS_DATABASE_URL is not usable"),
    "not upgraded": ("sqlite:////{folder}/empty.db", "lots db upgrade"),
    "too new": ("sqlite:////{folder}/new.db", "nyare version"),
    "read-only": ("sqlite:////file:{folder}/old.db?mode=ro&uri=true", "inte att skriva"),
    "no answer": ("postgresql+psycopg://u:sesame@127.0.0.1:1/lots", "LOTS_DATABASE_URL"),
    "wrong name": ("{postgres}/no_such_office", "LOTS_DATABASE_URL"),
}
# What a cause does not keep the command from doing, or what only these two look at.
FINE = {("not upgraded", "upgrade"), ("not upgraded", "simulate"), ("read-only", "run"), ("read-only", "outbox")}
FINE |= {("read-only", "person"), *(("too new", name) for name in ("outbox", "import", "person"))}


@pytest.fixture(autouse=True)
def _own_environment() -> Iterator[None]:
    """A command run in this process exports its settings for its children; other tests must not inherit them."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)
    settings.cache_clear()


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_cause_is_told_in_one_line_with_its_remedy(
    command: str, cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address, remedy = CAUSES[cause]
    if (cause, command) in FINE or ("{postgres}" in address and not postgres.URL):
        pytest.skip("not of this command, or no PostgreSQL")
    (tmp_path / "regions.csv").write_text("code,name,active\n" + "".join(f"r{n},Region,yes\n" for n in range(500)))
    for name, version in (("new.db", "9999_of_later"), ("old.db", "0001_first")):
        engine = sa.create_engine(f"sqlite:///{tmp_path / name}")
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
            connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{version}')")
            for table in ("person", "region", "support_request", "network"):
                connection.exec_driver_sql(f"CREATE TABLE {table} (id, code, name, active)")
        engine.dispose()
    url = address.replace("////file:", "///file:").format(folder=tmp_path, postgres=postgres.URL.rpartition("/")[0])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOTS_DATABASE_URL", url)
    monkeypatch.setattr(sys, "argv", ["lots", *COMMANDS[command]])
    settings.cache_clear()
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code in (1, 2) and told.out == ""
    assert told.err.startswith("lots: ") and told.err.count("\n") == 1, told.err
    assert remedy in told.err and "sesame" not in told.err
    settings.cache_clear()
    db_engine.engine_on.cache_clear()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_home_that_cannot_be_is_told_in_one_line(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LOTS_HOME", str(tmp_path / "file" / "home"))
    monkeypatch.setenv("LOTS_SECRET_KEY", "")
    monkeypatch.setattr(sys, "argv", ["lots", *COMMANDS[command]])
    settings.cache_clear()
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code in (1, 2) and told.err.count("\n") == 1 and "LOTS_HOME" in told.err
    settings.cache_clear()
