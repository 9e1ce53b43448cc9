"""A run that somebody began with a form says by its name, in the end, what came of it."""

import asyncio
from contextlib import suppress

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext

from models.i18n import localized
from tasks.runtime.pulse import is_by_hand

BEFORE_THE_END = " · "
PATIENCE = 2  # seconds: a name is not worth more


async def name_by_end(end: State[object]) -> None:
    """Put the closing line into the name of the run that this is, or that it was not done.

    Closing lines hold nothing personal (flows/outcome.py); the sentence of one that was not done stays with its state.
    A server that is too busy leaves the name as it was.
    """
    context = FlowRunContext.get()
    run = context and context.flow_run
    if not context or not run or not run.deployment_id or not is_by_hand(context.parameters or {}):
        return
    about = run.name.partition(BEFORE_THE_END)[0]
    told = end.message if end.is_completed() else localized("inte gjort", "not done")
    name = f"{about.partition(':')[0] if end.is_completed() else about}{BEFORE_THE_END}{told}"
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(PATIENCE), get_client() as client:
            await client.update_flow_run(run.id, name=name)
