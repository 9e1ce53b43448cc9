"""Bring a database of any earlier version to the newest; nothing is lost, and a second run changes nothing."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlmodel import Session

from models.db.engine import BUSY_SECONDS, prepare_sqlite, schema_version, unavailable_told
from models.db.failure import sentence
from models.errors import DatabaseDamaged, DatabaseNotUpgraded, DatabaseTooNew

MIGRATIONS = Path(__file__).parents[1] / "migrations"
ONE_AT_A_TIME = 7_210_010  # advisory lock, so that two starting processes do not upgrade at once


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings: where the migrations are, and the connection that they run on."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def newest_version() -> str:
    """The version that this code expects of the database."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def knows(version: str) -> bool:
    """Whether this code can take a database at `version` further; one that it does not know is newer than it."""
    return version in {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}


def upgrade(engine: Engine, to: str = "head") -> None:
    """Run every migration that the database lacks, all or nothing, under a lock.

    Raises DatabaseTooNew for a database of a later version, and DatabaseUnavailable as `models.db.engine` does.
    """
    with unavailable_told(), _references_unchecked(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})"))
        _refuse_later(str(MigrationContext.configure(connection).get_current_revision() or ""))
        command.upgrade(config(connection), to)
        if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise DatabaseDamaged


def check_version(session: Session) -> None:
    """Raises DatabaseNotUpgraded or DatabaseTooNew where the database is not of this code's version."""
    version = schema_version(session)
    _refuse_later(version)
    if version != newest_version():
        raise DatabaseNotUpgraded(sentence(DatabaseNotUpgraded))


def _refuse_later(version: str) -> None:
    if version and version not in {one.revision for one in ScriptDirectory.from_config(config()).walk_revisions()}:
        raise DatabaseTooNew(sentence(DatabaseTooNew))


def _references_unchecked(engine: Engine) -> Engine:
    """SQLite changes a table by making it anew, which would break every reference to it: checked at the end instead."""
    if engine.dialect.name != "sqlite":
        return engine
    alone = create_engine(engine.url, connect_args={"timeout": BUSY_SECONDS}, poolclass=NullPool)
    prepare_sqlite(alone, foreign_keys=False)
    return alone
