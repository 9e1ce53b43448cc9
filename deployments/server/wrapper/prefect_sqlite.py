"""Prefect's SQLite with transactions that take their turn.

Prefect's own begin by reading and ask for the right to write later. Beside another writer SQLite then refuses at once,
whatever the time-out says (SQLITE_BUSY_SNAPSHOT), which a worker or staff get as a 503. One that asks for the right to
write when it begins waits its turn instead. Reads are in no transaction there.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.database.dependencies import set_database_config
from prefect.settings import get_current_settings
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction


class ImmediateSqlite(AioSqliteConfiguration):
    """Begins every transaction with the right to write (BEGIN IMMEDIATE)."""

    @asynccontextmanager
    async def begin_transaction(
        self, session: AsyncSession, with_for_update: bool = False
    ) -> AsyncIterator[AsyncSessionTransaction]:
        async with super().begin_transaction(session, with_for_update=True) as transaction:
            yield transaction


def use_immediate_transactions() -> None:
    """For this process's Prefect server, where its database is SQLite."""
    secret = get_current_settings().server.database.connection_url
    url = secret.get_secret_value() if secret else ""
    if url.startswith("sqlite"):
        set_database_config(ImmediateSqlite(connection_url=url))
