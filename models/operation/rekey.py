"""A new key for what is personal: everything sealed is sealed again with the first of LOTS_DATA_KEY (contract.md).

It goes on beside a busy office, some rows at a time; broken off, it is finished by the next time, and done it changes
nothing. Whoever works meanwhile needs the old keys too: they read.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Column, LargeBinary, Table, Text, bindparam, select, tuple_, type_coerce, update

from models.db.column_types import EncryptedText
from models.db.crypto import FERNET, decrypt, encrypt, is_of_first_key, seal, unseal
from models.db.engine import reading, transaction
from models.tables import metadata

AT_A_TIME: Final = 500


def rekey() -> dict[str, int]:
    """Seal again what another key sealed, or an earlier version in its own way. Returns the rows changed, by table.

    Raises SettingsError when no key of LOTS_DATA_KEY opens something; what was done by then stays done.
    """
    changed = {}
    for table in metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, (EncryptedText, LargeBinary))]
        if columns:
            changed[table.name] = sum(_seal_again(table, columns, rows) for rows in _portions(table, columns))
    return changed


def _portions(table: Table, columns: Sequence[Column[Any]]) -> Iterator[Sequence[Any]]:
    """All rows as they are stored, some at a time, in the order of their key."""
    key = list(table.primary_key)
    stored = [column if isinstance(column.type, LargeBinary) else type_coerce(column, Text) for column in columns]
    query = select(*key, *stored).order_by(*key).limit(AT_A_TIME)
    last: Any = None
    while True:
        with reading() as session:
            after = query if last is None else query.where(tuple_(*key) > tuple_(*last))
            rows = session.execute(after).all()
        if not rows:
            return
        yield rows
        last = tuple(rows[-1][: len(key)])


def _seal_again(table: Table, columns: Sequence[Column[Any]], rows: Sequence[Any]) -> int:
    """What of these rows another key sealed. A row that somebody writes meanwhile is written with the first key."""
    key = list(table.primary_key)
    touched = set()
    for place, column in enumerate(columns, len(key)):
        fresh = [
            {"new": new, "old": row[place], **{f"key_{one.name}": row[at] for at, one in enumerate(key)}}
            for row in rows
            if (new := _fresh(row[place])) is not None
        ]
        if not fresh:
            continue
        as_stored = column if isinstance(column.type, LargeBinary) else type_coerce(column, Text)
        kind = LargeBinary() if isinstance(column.type, LargeBinary) else Text()
        where = [one == bindparam(f"key_{one.name}", type_=one.type) for one in key]
        statement = (
            update(table)
            .where(*where, as_stored == bindparam("old", type_=kind))
            .values({column: type_coerce(bindparam("new", type_=kind), kind)})
        )
        with transaction() as session:
            session.connection().execute(statement, fresh)
        touched |= {tuple(one[f"key_{part.name}"] for part in key) for one in fresh}
    return len(touched)


def _fresh(stored: str | bytes | None) -> str | bytes | None:
    """It sealed with the first key; None where it is so already, or nothing."""
    if not stored:
        return None
    if isinstance(stored, str):
        return None if is_of_first_key(stored.encode()) else encrypt(decrypt(stored.encode())).decode()
    if stored.startswith(FERNET):  # the bytes of a mail that a version before this one kept
        return seal(decrypt(stored))
    return None if is_of_first_key(stored) else seal(unseal(stored))
