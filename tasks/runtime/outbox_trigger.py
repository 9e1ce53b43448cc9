"""What has queued mail starts the outbox."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.responses import DeploymentResponse
from prefect.states import Scheduled

from models.db.engine import reading
from models.forms.outbox import SEND
from models.stages import outbox

OUTBOX = "outbox"
BUSY_TRIES, BUSY_SECONDS = 5, 0.5
TOGETHER = timedelta(seconds=10)


async def soon(request: Callable[[], Awaitable[Any]]) -> None:
    """Ask Prefect for a change that can be asked for again.

    Where its SQLite is being written to it answers 503 and is free a moment later, but Prefect's client then sleeps for
    two seconds and more; a network that is founded changes six forms. So it is not let sleep, except the last time.
    """
    for _ in range(BUSY_TRIES):
        with suppress(TimeoutError):
            async with asyncio.timeout(BUSY_SECONDS):
                await request()
                return
    await request()


async def let_mail_go(client: PrefectClient, deployment: DeploymentResponse) -> int:
    """One run of the outbox for all that was queued within the same ten seconds, at their end."""
    now = datetime.now(UTC)
    with reading() as session:
        if not outbox.due(session, now):
            return 0
    ends = datetime.fromtimestamp((now.timestamp() // TOGETHER.seconds + 1) * TOGETHER.seconds, UTC)
    key = f"mail-{ends:%Y%m%dT%H%M%S}"
    start = partial(client.create_flow_run_from_deployment, deployment.id, parameters=SEND, idempotency_key=key)
    await soon(partial(start, state=Scheduled(scheduled_time=ends)))
    return 1
