"""A fresh office for every test that asks for one: a real database, upgraded and filled once and copied."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import settings as hypothesis_settings

from tests import postgres

# Before anything of ours is imported: forms take their language, and Prefect its folder, at import.
# In memory where the machine has a place for that: what is tested is what is written, not the disk.
_MEMORY = Path("/dev/shm")
_HOME = Path(tempfile.mkdtemp(prefix="lots-tests-", dir=_MEMORY if _MEMORY.is_dir() else None))
for _name in [name for name in os.environ if name.startswith(("LOTS_", "PREFECT_"))]:
    if not _name.startswith("LOTS_TEST_"):
        del os.environ[_name]
os.environ.update(LOTS_HOME=str(_HOME), LOTS_SECRET_KEY="a secret for tests only", LOTS_DATA_KEY="a key for tests only")
os.environ["LOTS_TRIAL"] = "1"  # months are tested by telling flows the day

from deployments.server.environment import prefect_environment  # noqa: E402
from models.db.engine import engine  # noqa: E402
from models.settings import Settings, settings  # noqa: E402
from tests.office import fill_office  # noqa: E402

os.environ.update(prefect_environment(settings()))
hypothesis_settings.register_profile("tests", deadline=None)  # a busy machine is nobody's fault
hypothesis_settings.load_profile("tests")
# For each kind of database: a function that gives the address of a fresh copy, and one that drops it.
Copies = dict[str, Callable[[], tuple[str, Callable[[], None]]]]
ABOVE = {"flows", "deployments", "e2e"}
DATABASES = ["sqlite", *(["postgresql"] if postgres.URL else [])]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The story first: it takes longest, and the others run while it waits."""
    items.sort(key=lambda item: "story" not in item.path.parts)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Rules and mail are tested on each kind of database; pages and flows, which go through them, where marked so."""
    above = bool(ABOVE & set(metafunc.definition.path.relative_to(Path(__file__).parent).parts))
    each = not above or metafunc.definition.get_closest_marker("each_database")
    for fixture in {"office", "empty_database"} & set(metafunc.fixturenames):
        metafunc.parametrize(fixture, DATABASES if each else DATABASES[:1], indirect=True)


@pytest.fixture(scope="session", autouse=True)
def _folder() -> Iterator[None]:
    yield
    shutil.rmtree(_HOME, ignore_errors=True)


def use_database(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Make `url` this process's database."""
    monkeypatch.setenv("LOTS_DATABASE_URL", url)
    settings.cache_clear()


def _fill(patch: pytest.MonkeyPatch, url: str) -> None:
    use_database(patch, url)
    fill_office()
    engine().dispose()


def _sqlite_copy(template: Path) -> tuple[str, Callable[[], None]]:
    """The same file each time, so that one engine serves all tests: what it has compiled is half of a short test."""
    path = template.with_name("office.db")
    shutil.copy(template, path)

    def drop() -> None:
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()

    return f"sqlite:///{path}", drop


@pytest.fixture(scope="session")
def copies() -> Iterator[Copies]:
    """A filled office to copy, made once on each kind of database."""
    made: Copies = {}
    with pytest.MonkeyPatch.context() as patch:
        template = _HOME / "template.db"
        _fill(patch, f"sqlite:///{template}")

        made["sqlite"] = partial(_sqlite_copy, template)
        if postgres.URL:
            databases = postgres.Databases(lambda url: _fill(patch, url))
            made["postgresql"] = databases.copy
    yield made
    if postgres.URL:
        databases.drop()


@pytest.fixture
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
    assert not engine().pool.checkedout(), "a connection was left open"  # type: ignore[attr-defined]
    settings.cache_clear()
    drop()


@pytest.fixture
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
    if request.param == "postgresql":
        postgres.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def prefect_api() -> Iterator[None]:
    """A real Prefect server of this test run's own."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=240):
        yield
