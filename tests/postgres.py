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
    """Copies of one filled database. One that comes back gets back what a test changed: a hundredth of a new one."""

    def __init__(self, fill: Callable[[str], None]) -> None:
        self.template = self._made()
        self.free: list[str] = []
        self.keepers: dict[str, sa.Connection] = {}
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
            self.keepers[name] = sa.create_engine(address(name), poolclass=sa.NullPool).connect()
            self.keepers[name].info["since"] = self._now(self.keepers[name])
        return address(name), lambda: self._give_back(name)

    def _give_back(self, name: str) -> None:
        keeper = self.keepers[name]
        keeper.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        )
        keeper.exec_driver_sql("COMMENT ON TABLE alembic_version IS NULL")  # the mark of one made for trial
        changed = self._changed(keeper)
        # Not TRUNCATE, which makes some 150 files anew: six times as long for tables as small as these.
        for table in reversed(changed):
            keeper.exec_driver_sql(f'DELETE FROM "{table.name}"')
        for table in changed:
            if self.rows[table]:
                keeper.execute(table.insert(), self.rows[table])
        keeper.commit()
        keeper.info["since"] = self._now(keeper)
        self.free.append(name)

    def _now(self, keeper: sa.Connection) -> int:
        """The number of a transaction after all that were before."""
        number: int = keeper.exec_driver_sql("SELECT pg_current_xact_id()::text::bigint").scalar_one()
        keeper.commit()
        return number

    def _changed(self, keeper: sa.Connection) -> list[sa.Table]:
        """The tables that are not as they were, and those whose rows refer to them."""
        since = keeper.info["since"]
        asked = " UNION ALL ".join(
            f"SELECT '{table.name}' WHERE (SELECT count(*) FROM \"{table.name}\") <> {len(self.rows[table])}"
            f' OR EXISTS (SELECT 1 FROM "{table.name}" WHERE xmin::text::bigint > {since})'
            for table in self.tables
        )
        found = set(keeper.exec_driver_sql(asked).scalars())
        for table in self.tables:  # in the order of who refers to whom
            if self.rows[table] and found & {key.column.table.name for key in table.foreign_keys}:
                found.add(table.name)
        return [table for table in self.tables if table.name in found]

    def drop(self) -> None:
        """Leave nothing behind."""
        for keeper in self.keepers.values():
            keeper.close()
        for name in (*self.free, self.template):
            run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
