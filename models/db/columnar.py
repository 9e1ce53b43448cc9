"""Answers of the database as columns of whole numbers: what is read by the hundred thousand becomes no objects.

Days are counted in the database and moments come as seconds, on SQLite and on PostgreSQL alike.
"""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson
from sqlalchemy import BigInteger, Date, Integer, String, Uuid, cast, column, func, literal, literal_column
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session

from models.dates.local_time import local

Ints = npt.NDArray[np.int64]

NEVER: Final = 2**31 - 1
"""Day of an answer that never came."""

Keys = npt.NDArray[np.bytes_]
"""Ids as 32 hexadecimal digits each: a hundred thousand of them are one block of memory, and not as many objects."""

KEY: Final = np.dtype("S32")
ROWS_AT_A_TIME: Final = 500
SECONDS_AN_HOUR: Final = 3600
NO_MOMENT: Final = 1 << 40
"""Seconds that nothing will ever have happened at."""


# --- how a database tells it ----------------------------------------------------------------------


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def as_seconds(session: Session, moment: Any) -> Any:
    """How this database tells a moment as whole seconds since 1970."""
    if _is_postgresql(session):
        return cast(func.floor(func.extract("epoch", moment)), BigInteger)
    return cast(func.strftime("%s", moment), BigInteger)


def as_key(session: Session, id: object) -> Any:
    """How this database tells an id as one of Keys."""
    return func.replace(cast(id, String), "-", "") if _is_postgresql(session) else id


def as_day(session: Session, day: object) -> Any:
    """How this database tells a date as its number, as Python's toordinal does."""
    if _is_postgresql(session):
        return day - literal(date.min, Date) + 1
    return cast(func.julianday(day) - literal_column("1721424.5"), BigInteger)


def numbered(session: Session, keys: Keys) -> Any:
    """These keys as a table of `key` and `place`: what is found says by its place whose it is.

    Give them in their own order, which is that of an index on them: each of its pages is then read once.
    """
    listed = keys.astype(str).tolist()
    if _is_postgresql(session):
        rows = func.unnest(cast(literal(listed, ARRAY(String)), ARRAY(Uuid)))
        table = rows.table_valued(column("key", Uuid), with_ordinality="place").render_derived()
        return sql_select(table.c.key, (table.c.place - 1).label("place")).subquery()
    table = func.json_each(orjson.dumps(listed).decode()).table_valued(column("value", Uuid), column("key", Integer))
    return sql_select(table.c.value.label("key"), table.c.key.label("place")).subquery()


# --- from rows to columns -------------------------------------------------------------------------


def in_columns(session: Session, query: object, width: int) -> list[Ints]:
    """An answer of so many columns of whole numbers."""
    return [np.array(values, dtype=np.int64) for values in raw_columns(session, query, width)]


def keyed_columns(session: Session, query: object, width: int) -> tuple[Keys, list[Ints]]:
    """An answer of so many columns of whole numbers and a last one of keys."""
    *figures, keys = raw_columns(session, query, width + 1)
    return np.array(keys, dtype=KEY), [np.array(values, dtype=np.int64) for values in figures]


def raw_columns(session: Session, query: Any, width: int) -> list[list[Any]]:
    """An answer as the driver gives it, some rows at a time: nothing here becomes an object of ours."""
    columns: list[list[object]] = [[] for _ in range(width)]
    answer: Any = session.connection().execute(query)
    while rows := answer.cursor.fetchmany(ROWS_AT_A_TIME):
        for values, more in zip(columns, zip(*rows, strict=True), strict=True):
            values.extend(more)
    return columns


def local_days(moments: Ints) -> Ints:
    """The local dates of moments in seconds; what never was stays NEVER."""
    hours, hour_of = np.unique(moments // SECONDS_AN_HOUR, return_inverse=True)
    never = NO_MOMENT // SECONDS_AN_HOUR
    days = [NEVER if hour == never else _local_day(hour) for hour in hours.tolist()]
    return np.array(days, dtype=np.int64)[hour_of]


@lru_cache(maxsize=200_000)
def _local_day(hour: int) -> int:
    """The date in Stockholm during an hour of UTC: its clock is always whole hours ahead."""
    return local(datetime.fromtimestamp(hour * SECONDS_AN_HOUR, UTC)).date().toordinal()
