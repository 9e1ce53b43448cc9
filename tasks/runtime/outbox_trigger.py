"""What has queued mail starts the outbox."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.states import Scheduled

from models.db.engine import reading
from models.forms.outbox import SEND
from models.stages import outbox

OUTBOX = "outbox"
BUSY_TRIES, BUSY_SECONDS = 5, 0.5
TOGETHER = timedelta(seconds=10)
SLOT_WAIT = timedelta(seconds=30)  # a run that waits for another to end is asked for again after so long


async def soon(request: Callable[[], Awaitable[object]]) -> None:
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


async def let_mail_go(client: PrefectClient, deployment: UUID) -> int:
    """Start the outbox if a mail may go now. Returns how many runs were made."""
    with reading() as session:
        if not outbox.count_due(session, datetime.now(UTC)):
            return 0
    return await start_outbox(client, deployment)


async def start_outbox(client: PrefectClient, deployment: UUID, parameters: dict[str, object] = SEND) -> int:
    """One run for all that was queued within the same ten seconds, at their end; none where one waits to begin.

    That one takes all that is due by then. On a slow machine runs would otherwise queue up behind each other, each
    with nothing left to send. Returns how many runs were made.
    """
    ends = datetime.fromtimestamp((datetime.now(UTC).timestamp() // TOGETHER.seconds + 1) * TOGETHER.seconds, UTC)
    waits = {
        "deployment_id": {"any_": [deployment]},
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "next_scheduled_start_time": {"before_": ends + SLOT_WAIT},
    }
    if await client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(waits), limit=1):
        return 0
    key = f"mail-{ends:%Y%m%dT%H%M%S}"
    start = partial(client.create_flow_run_from_deployment, deployment, parameters=parameters, idempotency_key=key)
    await soon(partial(start, state=Scheduled(scheduled_time=ends)))
    return 1
