"""Whatever a real database refuses comes out as its kind, with a sentence that tells the remedy and no address."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, PendingRollbackError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import select

from models.db import engine
from models.db.failure import failure, sentence
from models.errors import (
    DatabaseBusy,
    DatabaseFull,
    DatabaseNotUpgraded,
    DatabaseReadOnly,
    DatabaseUnavailable,
    DatabaseUnknown,
    DatabaseUnreadable,
)
from models.settings import Settings
from models.tables.place import Region
from tests import postgres
from tests.conftest import use_database

needs_postgres = pytest.mark.skipif(not postgres.URL, reason="LOTS_TEST_POSTGRES_URL is not set")


def write_a_region() -> None:
    with engine.transaction() as session:
        session.add(Region(code="x1", name="x" * 100_000))


def told(url: str, patch: pytest.MonkeyPatch, work: Callable[[], None] = write_a_region) -> DatabaseUnavailable:
    use_database(patch, url)
    with pytest.raises(DatabaseUnavailable) as caught:
        work()
    engine.engine().dispose()
    return caught.value


def test_a_file_that_another_program_locks_is_busy(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    if not office.database_url.startswith("sqlite"):
        pytest.skip("SQLite alone locks its whole file")
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.1)
    blocker = engine.make_engine(office.database_url)
    monkeypatch.setattr(engine, "engine", lambda: engine.make_engine(office.database_url))
    with blocker.begin():
        assert type(told(office.database_url, monkeypatch)) is DatabaseBusy
    blocker.dispose()


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("sqlite:///{folder}/none/lots.db", DatabaseUnknown),
        ("sqlite:///{folder}", DatabaseUnknown),
        ("sqlite:///{folder}/letter.txt", DatabaseUnreadable),
        ("sqlite:///{folder}/empty.db", DatabaseNotUpgraded),
        ("sqlite:///file:{folder}/readonly.db?mode=ro&uri=true", DatabaseReadOnly),
    ],
)
def test_what_a_wrong_file_is_told_by(
    address: str, kind: type[DatabaseUnavailable], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "letter.txt").write_text("Dear all, " * 1000)
    made = engine.make_engine(f"sqlite:///{tmp_path / 'readonly.db'}")
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE region (code, name, active)")
    made.dispose()
    error = told(address.format(folder=tmp_path), monkeypatch)
    assert type(error) is kind and str(error) == sentence(kind)


def test_a_database_that_may_not_grow_is_full(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    if not office.database_url.startswith("sqlite"):
        pytest.skip("of SQLite")
    full = engine.make_engine(office.database_url)

    @sa.event.listens_for(full, "connect")
    def no_more(connection: sa.PoolProxiedConnection, _: object) -> None:
        connection.cursor().execute("PRAGMA max_page_count = 1")

    monkeypatch.setattr(engine, "engine", lambda: full)
    assert type(told(office.database_url, monkeypatch)) is DatabaseFull
    full.dispose()


def test_a_row_that_is_refused_is_no_failure_of_the_database(office: Settings) -> None:
    with pytest.raises(IntegrityError), engine.transaction() as session:
        first = session.exec(select(Region)).first()
        assert first
        session.execute(sa.insert(Region).values(code=first.code, name="again", active=True))


def test_a_full_pool_stale_data_and_a_lost_transaction_pass_by_themselves() -> None:
    passing = (sa.exc.TimeoutError("pool"), StaleDataError("1 expected, 0 matched"), PendingRollbackError("x"))
    assert {type(failure(error)) for error in passing} == {DatabaseBusy}
    assert failure(ValueError("a bug")) is None


def _postgres(**changes: object) -> str:
    url = sa.engine.make_url(postgres.URL).set(**changes)  # type: ignore[arg-type]
    return url.render_as_string(hide_password=False)


@needs_postgres
@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"database": "no_such_office"}, DatabaseUnknown),
        ({"username": "nobody_here", "password": "sesame"}, DatabaseUnknown),
        ({"host": "no-such-host.invalid"}, DatabaseUnknown),
        ({"port": 1}, DatabaseBusy),
        ({"query": {"options": "-cdefault_transaction_read_only=on"}}, DatabaseReadOnly),
        ({}, DatabaseNotUpgraded),
    ],
)
def test_what_a_wrong_server_is_told_by(
    changes: dict[str, object], kind: type[DatabaseUnavailable], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = _write_a_table if "query" in changes else write_a_region
    error = told(_postgres(**changes), monkeypatch, work)
    assert type(error) is kind and str(error) == sentence(kind)
    assert not any(str(value) in str(error) for value in changes.values())


def _write_a_table() -> None:
    with engine.transaction() as session:
        session.execute(sa.text("CREATE TABLE lots_test_never (x int)"))


@needs_postgres
@pytest.mark.parametrize(
    "statement",
    [
        "SET LOCAL statement_timeout = 50; SELECT pg_sleep(5)",
        "SELECT pg_terminate_backend(pg_backend_pid())",
    ],
)
def test_a_server_that_breaks_off_is_busy(statement: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off() -> None:
        with engine.transaction() as session:
            session.connection().exec_driver_sql(statement)

    assert type(told(postgres.URL, monkeypatch, broken_off)) is DatabaseBusy
