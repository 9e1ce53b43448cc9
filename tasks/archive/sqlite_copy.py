"""SQLite files copied as one moment saw them, while others write; and looked through for damage."""

import sqlite3
from contextlib import closing
from pathlib import Path

BUSY_SECONDS = 30


def copy(source: Path, target: Path) -> None:
    """All of `source` as it is at one moment, with what stands in its write-ahead log. Writers are not held up.

    Raises sqlite3.Error when it cannot be read or written.
    """
    target.touch(mode=0o600)
    # Opened for writing, as a database with a write-ahead log must be; nothing is written.
    with (
        closing(sqlite3.connect(f"file:{_quoted(source)}?mode=rw", uri=True, timeout=BUSY_SECONDS)) as read,
        closing(sqlite3.connect(target)) as written,
    ):
        written.execute("PRAGMA synchronous=OFF")  # a copy that a power cut spoils is thrown away whole
        read.backup(written)  # in one step: under one read of the source, however much is written meanwhile


def faults(database: Path) -> str:
    """What SQLite finds wrong in a file that nobody has open; empty when it is sound."""
    try:
        with closing(_reading(database)) as connection:
            told = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
    except sqlite3.Error as error:
        return str(error)
    return "" if told == ["ok"] else "; ".join(told)


def schema_version(database: Path) -> str:
    """The migration that a copy of our database stands at; empty for one without tables."""
    with closing(_reading(database)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            return ""
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else ""


def rows(database: Path, tables: tuple[str, ...]) -> dict[str, int]:
    """How many rows those of the tables have that are there."""
    with closing(_reading(database)) as connection:
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {
            name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])
            for name in tables
            if name in there
        }


def _reading(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{_quoted(database)}?mode=ro&immutable=1", uri=True)


def _quoted(path: Path) -> str:
    return path.resolve().as_posix().replace("%", "%25").replace("?", "%3f").replace("#", "%23")
