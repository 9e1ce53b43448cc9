"""A fresh office for every test that asks for one: a real database, upgraded and filled once and copied."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests import postgres

# Before anything of ours is imported: forms take their language, and Prefect its folder, at import.
# In memory where the machine has a place for that: what is tested is what is written, not the disk.
_MEMORY = Path("/dev/shm")
_HOME = Path(tempfile.mkdtemp(prefix="lots-tests-", dir=_MEMORY if _MEMORY.is_dir() else None))
for _name in [name for name in os.environ if name.startswith(("LOTS_", "PREFECT_"))]:
    if not _name.startswith("LOTS_TEST_"):
        del os.environ[_name]
os.environ.update(LOTS_HOME=str(_HOME), LOTS_SECRET_KEY="a secret for tests only", LOTS_DATA_KEY="a key for tests only")

from deployments.environment import prefect_environment  # noqa: E402
from models.database import engine  # noqa: E402
from models.settings import Settings, settings  # noqa: E402
from tests.office import fill_office  # noqa: E402

os.environ.update(prefect_environment(settings()))
# For each kind of database: a function that gives the address of a fresh copy, and one that drops it.
Copies = dict[str, Callable[[], tuple[str, Callable[[], None]]]]
DATABASES = ["sqlite", *(["postgresql"] if postgres.URL else [])]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The story first: it takes longest, and the others run while it waits."""
    items.sort(key=lambda item: "story" not in item.path.parts)


@pytest.fixture(scope="session", autouse=True)
def _folder() -> Iterator[None]:
    yield
    shutil.rmtree(_HOME, ignore_errors=True)


def use_database(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Make `url` this process's database."""
    monkeypatch.setenv("LOTS_DATABASE_URL", url)
    settings.cache_clear()
    engine.cache_clear()


def _fill(patch: pytest.MonkeyPatch, url: str) -> None:
    use_database(patch, url)
    fill_office()
    engine().dispose()


@pytest.fixture(scope="session")
def copies() -> Iterator[Copies]:
    """A filled office to copy, made once on each kind of database."""
    made: Copies = {}
    with pytest.MonkeyPatch.context() as patch:
        template = _HOME / "template.db"
        _fill(patch, f"sqlite:///{template}")

        def sqlite_copy() -> tuple[str, Callable[[], None]]:
            path = _HOME / f"{uuid4().hex}.db"
            shutil.copy(template, path)
            return f"sqlite:///{path}", lambda: path.unlink(missing_ok=True)

        made["sqlite"] = sqlite_copy
        if postgres.URL:
            databases = postgres.Databases(lambda url: _fill(patch, url))
            made["postgresql"] = databases.copy
    yield made
    if postgres.URL:
        databases.drop()


@pytest.fixture(params=DATABASES)
def office(
    request: pytest.FixtureRequest,
    copies: Copies,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Settings]:
    """An office with its staff, members and places, and nothing that has happened yet."""
    url, drop = copies[request.param]()
    use_database(monkeypatch, url)
    yield settings()
    engine().dispose()
    settings.cache_clear()
    engine.cache_clear()
    drop()


@pytest.fixture(params=DATABASES)
def empty_database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[sa.Engine]:
    """A database without tables."""
    name = f"lots_empty_{uuid4().hex[:12]}"
    if request.param == "postgresql":
        postgres.run(f'CREATE DATABASE "{name}"')
    use_database(
        monkeypatch, postgres.address(name) if request.param == "postgresql" else f"sqlite:///{tmp_path / 'empty.db'}"
    )
    yield engine()
    engine().dispose()
    settings.cache_clear()
    engine.cache_clear()
    if request.param == "postgresql":
        postgres.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def prefect_api() -> Iterator[None]:
    """A real Prefect server of this test run's own."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=60):
        yield
