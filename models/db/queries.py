"""What several queries share: ids a portion at a time, rows written once, a trial, the next free number."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped
from sqlmodel import Session, SQLModel, func, select

from models.db.locks import one_at_a_time

IDS_AT_A_TIME = 5000  # a database takes only so many values in one question


def some_at_a_time(ids: Iterable[UUID]) -> Iterator[Sequence[UUID]]:
    """Each id once, as many at a time as a database takes in one question."""
    wanted = list(dict.fromkeys(ids))
    for first in range(0, len(wanted), IDS_AT_A_TIME):
        yield wanted[first : first + IDS_AT_A_TIME]


def insert_unless_there(
    session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]], unique: Sequence[str] = ()
) -> int:
    """Write the rows that are not there yet, by these unique columns or by any. Returns how many were new.

    Two transactions that write the same row at once keep one; a row of which something else is wrong is refused.
    """
    if not rows:
        return 0
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing(index_elements=list(unique) or None)
    counted = statement.execution_options(preserve_rowcount=True)
    return session.connection().execute(counted, rows).rowcount


@contextmanager
def tried(session: Session) -> Iterator[None]:
    """What is done in here is undone at its end: so that what cannot be done is refused while nothing depends on it."""
    attempt = session.begin_nested()
    try:
        yield
        session.flush()
    finally:
        attempt.rollback()


def next_number(session: Session, numbers: Mapped[int]) -> int:
    """The next number that staff will know a request or network by; `numbers` is the column that holds them.

    Nobody else is given one until the transaction ends.
    """
    one_at_a_time(session, str(numbers))
    return (session.exec(select(func.max(numbers))).one() or 0) + 1
