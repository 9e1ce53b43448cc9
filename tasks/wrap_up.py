"""What follows any change: the forms in the Prefect UI list what there is now, and mail that may go goes at once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.filters import DeploymentFilter
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events import emit_event
from prefect.exceptions import PrefectHTTPStatusError
from prefect.states import Scheduled

from models import outbox
from models.choices import all_lists
from models.database import reading
from models.forms.every import ABOUT, FORMS
from models.forms.outbox import SEND
from models.forms.shown import form_schema
from models.language import say
from tasks.step import step

OUTBOX = "outbox"
OPENED = "natverkslots.opened"
MOST_DEPLOYMENTS = 100
BUSY_TRIES, BUSY_SECONDS = 5, 0.5
TOGETHER = timedelta(seconds=10)


@step("Uppdatera formulären och låt e-posten gå", "Bring the forms up to date and let the mail go")
async def wrap_up(as_of: str, opened: int = 0) -> dict[str, int]:
    """Refresh the forms' lists; start the outbox if a mail may go now. Returns how many forms changed and runs began.

    With `opened`, how many matters a sweep put on staff's list, the work list is made anew (prefect.yaml listens). A
    run that plays another day (`as_of`) starts nothing: that goes by the real clock. A server that is too busy costs
    nothing but time: the next change refreshes the lists, and the outbox runs every quarter of an hour.
    """
    if opened and not as_of:
        emit_event(OPENED, resource={"prefect.resource.id": "natverkslots.work-list"}, payload={"opened": opened})
    try:
        async with get_client() as client:
            deployed = await deployed_ones(client)
            begun = 0 if as_of or OUTBOX not in deployed else await _let_mail_go(client, deployed[OUTBOX])
            return {"forms": await _refresh(client, deployed), "outbox": begun}
    except PrefectHTTPStatusError:
        return {"forms": 0, "outbox": 0}


@step("Uppdatera formulären", "Bring the forms up to date")
async def refresh_forms() -> int:
    """`show_forms` in a flow. A server that is too busy is asked again after the next change."""
    try:
        return await show_forms()
    except PrefectHTTPStatusError:
        return 0


async def show_forms() -> int:
    """Give every deployment its words, and its form today's lists. Returns how many were changed."""
    async with get_client() as client:
        return await _refresh(client, await deployed_ones(client))


async def deployed_ones(client: PrefectClient) -> dict[str, DeploymentResponse]:
    """Our deployments on this Prefect server, by name; none where flows run without being deployed."""
    ours = DeploymentFilter.model_validate({"name": {"any_": list(ABOUT)}})
    found = await client.read_deployments(deployment_filter=ours, limit=MOST_DEPLOYMENTS)
    return {one.name: one for one in found}


async def _refresh(client: PrefectClient, deployed: Mapping[str, DeploymentResponse]) -> int:
    """Change what is not as it should be: one request for each form whose lists have changed."""
    if not deployed:
        return 0
    with reading() as session:
        lists = all_lists(session)
    changed = 0
    for name, deployment in deployed.items():
        before, about = deployment.parameter_openapi_schema or {}, say(*ABOUT[name])
        now = form_schema(FORMS.get(name), lists)
        if (now, about) != (before, deployment.description):
            change = DeploymentUpdate(parameter_openapi_schema=now, description=about)
            await _soon(partial(client.update_deployment, deployment.id, change))
            changed += 1
    return changed


async def _soon(request: Callable[[], Awaitable[Any]]) -> None:
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


async def _let_mail_go(client: PrefectClient, deployment: DeploymentResponse) -> int:
    """One run of the outbox for all that was queued within the same ten seconds, at their end."""
    now = datetime.now(UTC)
    with reading() as session:
        if not outbox.due(session, now):
            return 0
    ends = datetime.fromtimestamp((now.timestamp() // TOGETHER.seconds + 1) * TOGETHER.seconds, UTC)
    key = f"mail-{ends:%Y%m%dT%H%M%S}"
    start = partial(client.create_flow_run_from_deployment, deployment.id, parameters=SEND, idempotency_key=key)
    await _soon(partial(start, state=Scheduled(scheduled_time=ends)))
    return 1
