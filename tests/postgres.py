"""Databases on the PostgreSQL of LOTS_TEST_POSTGRES_URL, each filled alike."""

import os
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

URL = os.environ.get("LOTS_TEST_POSTGRES_URL", "")


def run(statement: str, name: str = "") -> None:
    """Run a statement, outside of any transaction, in the named database."""
    admin = sa.create_engine(address(name) if name else URL, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.execute(sa.text(statement))


def address(name: str) -> str:
    """The address of the named database, where a commit does not wait for the disk: no test pulls the plug."""
    url = sa.engine.make_url(URL).set(database=name).update_query_dict({"options": "-csynchronous_commit=off"})
    return url.render_as_string(hide_password=False)


class Databases:
    """Copies of one filled database. One that comes back is emptied and filled: a tenth of the time of a new one."""

    def __init__(self, fill: Callable[[str], None]) -> None:
        self.template = self._made()
        self.free: list[str] = []
        fill(address(self.template))
        self.rows = self._read()

    def _made(self) -> str:
        name = f"lots_test_{os.getpid()}_{uuid4().hex[:8]}"
        run(f'CREATE DATABASE "{name}"')
        return name

    def _read(self) -> dict[sa.Table, list[dict[str, Any]]]:
        tables = sa.MetaData()
        with sa.create_engine(address(self.template), poolclass=sa.NullPool).connect() as connection:
            tables.reflect(connection)
            self.tables = tables.sorted_tables
            return {table: [dict(row._mapping) for row in connection.execute(table.select())] for table in self.tables}

    def copy(self) -> tuple[str, Callable[[], None]]:
        """A filled database's address, and how to give it back."""
        if self.free:
            name = self.free.pop()
        else:
            name = f"{self.template}_{uuid4().hex[:8]}"
            run(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
        return address(name), lambda: self._give_back(name)

    def _give_back(self, name: str) -> None:
        run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        with sa.create_engine(address(name), poolclass=sa.NullPool).begin() as connection:
            # Not TRUNCATE, which makes some 150 files anew: six times as long for tables as small as these.
            connection.execute(sa.text("; ".join(f'DELETE FROM "{table.name}"' for table in reversed(self.tables))))
            for table, rows in self.rows.items():
                if rows:
                    connection.execute(table.insert(), rows)
        self.free.append(name)

    def drop(self) -> None:
        """Leave nothing behind."""
        for name in (*self.free, self.template):
            run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
