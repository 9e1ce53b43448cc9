"""What follows any change: the forms in the Prefect UI list what there is now, and mail that may go goes at once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.filters import DeploymentFilter
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events import emit_event
from prefect.exceptions import PrefectHTTPStatusError

from models.db.engine import reading
from models.forms.registry import ABOUT, FORMS, TAG
from models.i18n import localized
from models.views.form_options import all_lists
from tasks.runtime.outbox_trigger import OUTBOX, let_mail_go, soon
from tasks.runtime.step import moment, step
from tasks.staff_ui.form_schema import form_schema
from tasks.staff_ui.kept_artifacts import addresses

OPENED = "natverkslots.opened"
MOST_DEPLOYMENTS = 100


@step("Uppdatera formulären och låt e-posten gå", "Bring the forms up to date and let the mail go")
async def refresh_forms_and_start_outbox(as_of: str, opened: int = 0) -> dict[str, int]:
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
            begun = 0 if as_of or OUTBOX not in deployed else await let_mail_go(client, deployed[OUTBOX].id)
            return {"forms": await _refresh(client, deployed, moment(as_of)), "outbox": begun}
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
    """Give every deployment its words and tag, and its form today's lists. Returns how many were changed."""
    async with get_client() as client:
        return await _refresh(client, await deployed_ones(client), datetime.now(UTC))


async def deployed_ones(client: PrefectClient) -> dict[str, DeploymentResponse]:
    """Our deployments on this Prefect server, by name; none where flows run without being deployed."""
    ours = DeploymentFilter.model_validate({"name": {"any_": list(ABOUT)}})
    found = await client.read_deployments(deployment_filter=ours, limit=MOST_DEPLOYMENTS)
    return {one.name: one for one in found}


async def _refresh(client: PrefectClient, deployed: Mapping[str, DeploymentResponse], at: datetime) -> int:
    """Change what is not as it should be: one request for each form whose lists have changed."""
    if not deployed:
        return 0
    with reading() as session:
        lists = all_lists(session, at)
    drawn, changed = await addresses(list(deployed)), 0
    for name, deployment in deployed.items():
        before, about = deployment.parameter_openapi_schema or {}, _about(name, drawn.get(name))
        now = form_schema(FORMS.get(name), lists)
        tags = [localized(*TAG[name])]
        if (now, about, tags) != (before, deployment.description, deployment.tags):
            change = DeploymentUpdate(parameter_openapi_schema=now, description=about, tags=tags)
            await soon(partial(client.update_deployment, deployment.id, change))
            changed += 1
    return changed


def _about(name: str, drawn: UUID | None) -> str:
    """What stands about a deployment on its page; where its runs write a page over, the way to that."""
    newest = localized("Öppna det senaste", "Open the newest")
    return localized(*ABOUT[name]) + (f"\n\n[{newest}](/artifacts/artifact/{drawn})" if drawn else "")
