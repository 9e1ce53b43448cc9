"""Whether a database was made to be tried out: by `lots demo` or `lots simulate`, with nobody's life in it.

The mark lies in the database itself, so that it holds for whoever opens it, and goes with a copy of it.
"""

from sqlmodel import Session

MARK = "natverkslots: made up, for trial"
SQLITE_MARK = 0x6C6F7473  # its application_id: "lots"


def mark_trial(session: Session) -> None:
    """From here on any `as_of` is taken on this database (contract.md, LOTS_TRIAL)."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA application_id = {SQLITE_MARK}")
    else:
        connection.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS '{MARK}'")


def is_trial(session: Session) -> bool:
    """Whether the database bears the mark."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        return bool(connection.exec_driver_sql("PRAGMA application_id").scalar() == SQLITE_MARK)
    told = connection.exec_driver_sql("SELECT obj_description(to_regclass('alembic_version'), 'pg_class')").scalar()
    return bool(told == MARK)
