"""The database: one engine a process, one short transaction a step."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import InvalidatePoolError, SQLAlchemyError
from sqlmodel import Session

from models.db.failure import failure
from models.settings import settings

BUSY_SECONDS = 15
CONNECTIONS = 40  # as many as the web pages have threads: to open one costs more than a page
MIGRATIONS = Path(__file__).parents[1] / "migrations"


# How long this thread or task waits for a lock or an answer, in seconds; 0 is each database's own time.
_patience: ContextVar[float] = ContextVar("patience", default=0)
# A server that cannot be reached, or whose line is dead, is noticed; what the address says itself goes before.
LINE = {"connect_timeout": 5, "keepalives_idle": 30, "tcp_user_timeout": 10_000}


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Transactions that begin in here give up a lock, or on PostgreSQL a statement, after so long: DatabaseBusy."""
    before = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(before)


def make_engine(url: str) -> Engine:
    """An engine for `url`. SQLite gets foreign keys, a write-ahead log and honest transactions."""
    if not url.startswith("sqlite"):
        return _make_server_engine(url)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_size=CONNECTIONS, pool_use_lifo=True)
    prepare_sqlite(engine)
    return engine


def _make_server_engine(url: str) -> Engine:
    own = make_url(url).query
    line = {name: value for name, value in LINE.items() if name not in own}
    engine = create_engine(url, connect_args=line, pool_timeout=BUSY_SECONDS)

    @event.listens_for(engine, "checkout")
    def _ping(connection, _record, _proxy) -> None:  # type: ignore[no-untyped-def]
        # As pool_pre_ping does, but after whoever else listens: the web watches how long it takes.
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            raise InvalidatePoolError from None

    @event.listens_for(engine, "begin")
    def _begin(connection) -> None:  # type: ignore[no-untyped-def]
        if seconds := _patience.get():
            most = f"{seconds * 1000:.0f}"
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {most}; SET LOCAL statement_timeout = {most}")

    return engine


def prepare_sqlite(engine: Engine, *, foreign_keys: bool = True) -> None:
    """Every connection of `engine` keeps a write-ahead log, checks references, and begins when we say so."""

    @event.listens_for(engine, "connect")
    def _pragmas(connection, _record) -> None:  # type: ignore[no-untyped-def]
        connection.isolation_level = None  # we say BEGIN ourselves, see below
        cursor = connection.cursor()
        for pragma in (f"foreign_keys={int(foreign_keys)}", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection) -> None:  # type: ignore[no-untyped-def]
        seconds = _patience.get()
        if seconds != connection.info.get("patience", 0):
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {(seconds or BUSY_SECONDS) * 1000:.0f}")
            connection.info["patience"] = seconds
        # A transaction that reads first and writes later could not upgrade its lock beside another writer, and a
        # check of the ledger must see what it will write over: what may write takes the write lock at once.
        reads_only = connection.get_execution_options().get("reads_only")
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


@cache
def engine_on(url: str) -> Engine:
    """This process's only engine on `url`: what it has learnt of our statements is kept."""
    if settings().embedded:
        settings().home.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives its log and its index the file's own mode: nobody else reads any of them.
        if not (file := Path(make_url(url).database or "")).exists():
            file.touch(mode=0o600)
    return make_engine(url)


def engine() -> Engine:
    """This process's engine on LOTS_DATABASE_URL."""
    return engine_on(settings().database_url)


def close_database() -> None:
    """Let go of the database. What killed processes left in SQLite's write-ahead log is folded into the file."""
    engine().dispose()
    if engine().dialect.name == "sqlite":
        with engine().execution_options(reads_only=True).connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
        engine().dispose()  # the last to close takes the log away


@contextmanager
def unavailable_told() -> Iterator[None]:
    """Raises DatabaseUnavailable, by its kind, for what is no fault of ours and of no row: models/db/failure.py."""
    try:
        yield
    except SQLAlchemyError as error:
        if told := failure(error):
            raise told from None
        raise


@contextmanager
def transaction() -> Iterator[Session]:
    """A session that is committed at the end, or rolled back whole on any error.

    Raises DatabaseBusy when the database is locked or does not answer, and DatabaseUnavailable's other kinds.
    """
    with unavailable_told(), Session(engine(), expire_on_commit=False) as session:
        yield session
        session.commit()


@contextmanager
def reading() -> Iterator[Session]:
    """A session that only looks, beside any writer. Raises DatabaseUnavailable as `transaction` does."""
    looking = engine().execution_options(reads_only=True)
    with unavailable_told(), Session(looking, expire_on_commit=False) as session:
        yield session


def schema_version(session: Session) -> str:
    """The migration that the database stands at, or an empty text for one that was never upgraded."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return ""
    return str(session.connection().execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
