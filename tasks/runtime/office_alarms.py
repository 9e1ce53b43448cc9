"""What stands still, as the work list tells it: asked of our own database, and of Prefect for its runs."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import PrefectHTTPStatusError

from models.db.engine import reading
from models.db.trial import is_trial
from models.operation import alarms
from models.operation.alarms import RUN_STUCK, Alarm
from models.settings import settings
from models.stages import outbox
from tasks.runtime.step import step
from tasks.staff_ui.form_refresh import deployed_ones

LOOKED_AT = 200


@step("Se efter vad som står still", "Look for what stands still")
async def office_alarms(as_of: str) -> list[Alarm]:
    """By the real clock only: a day that is played has none, and an office made for trial has no clock."""
    now = datetime.now(UTC)
    with reading() as session:
        if as_of or is_trial(session):
            return []
        found = alarms.of_mail(outbox.longest_wait(session, now))
        found += alarms.of_nights(session, now, embedded=settings().embedded)
    with suppress(PrefectHTTPStatusError):  # too busy to tell: the list itself must come
        async with get_client() as client:
            return found + await _of_runs(client, now)
    return found


async def _of_runs(client: PrefectClient, now: datetime) -> list[Alarm]:
    late = await _runs(client, {"SCHEDULED"}, {"expected_start_time": {"before_": now}})
    taken = await _runs(client, {"PENDING", "CANCELLING"}, {})
    stuck = sum(now - run.state.timestamp > RUN_STUCK for run in taken if run.state)
    deployed = await deployed_ones(client)
    planned = await _planned(client, deployed.values(), now)
    unplanned = [name for name, one in deployed.items() if one.schedules and name not in planned]
    return alarms.of_runs(max((_wait(run, now) for run in late), default=timedelta()), stuck, sorted(unplanned))


def _wait(run: FlowRun, now: datetime) -> timedelta:
    """Since the time of one that has not begun; of one that waits to go on, since that moment."""
    since = run.next_scheduled_start_time if run.run_count else run.expected_start_time
    return now - since if since else timedelta()


async def _planned(client: PrefectClient, deployed: Iterable[DeploymentResponse], now: datetime) -> set[str]:
    """Those whose every schedule is on, and that have a run to come."""
    found = set()
    for one in deployed:
        if one.paused or not all(schedule.active for schedule in one.schedules):
            continue
        wanted = {"deployment_id": {"any_": [one.id]}, "next_scheduled_start_time": {"after_": now}}
        if await _runs(client, {"SCHEDULED"}, wanted | {"tags": {"all_": ["auto-scheduled"]}}, most=1):
            found.add(one.name)
    return found


async def _runs(
    client: PrefectClient, states: set[str], which: dict[str, object], most: int = LOOKED_AT
) -> list[FlowRun]:
    wanted = FlowRunFilter.model_validate({"state": {"type": {"any_": sorted(states)}}} | which)
    return await client.read_flow_runs(flow_run_filter=wanted, sort=FlowRunSort.EXPECTED_START_TIME_ASC, limit=most)
