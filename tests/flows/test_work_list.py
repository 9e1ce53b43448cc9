"""The lists as staff see them in Prefect: what broke off, and what stands still."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import State
from prefect.client.schemas.schedules import CronSchedule
from prefect.client.schemas.sorting import ArtifactSort
from prefect.states import Pending, Scheduled

from flows.check_in import check_in
from flows.work_list import work_list
from models.dates.local_time import local
from models.db.engine import transaction
from models.operation import run_pulse
from models.settings import Settings
from models.tables.run_pulse import FlowRunPulse
from tasks.runtime import office_alarms
from tests.acts import ask


async def lists(since: datetime) -> dict[str, str]:
    """The newest list of every region that has one since then: the server is that of other tests too."""
    async with get_client() as client:
        found = await client.read_artifacts(limit=200, sort=ArtifactSort.CREATED_DESC)
    ours = [one for one in found if (one.key or "").startswith("work-list-") and one.created and one.created > since]
    return {str(one.key): str(one.data) for one in reversed(ours)}


async def test_a_form_that_broke_off_stands_on_every_regions_list_with_a_link_to_its_run(office: Settings) -> None:
    now, run = datetime.now(UTC), uuid4()
    with transaction() as session:
        run_pulse.begin_pulse(session, FlowRunPulse(flow_run_id=run, flow="needs-talk", restarts_itself=False))
        run_pulse.died(session, run, "needs-talk", now, for_good=True)
    await work_list()
    shown, hour = await lists(now), f"{local(now):%H:%M}"
    for key in ("work-list-25", "work-list-12", "work-list-other"):
        [row] = [line for line in shown[key].splitlines() if "needs-talk" in line]
        assert f"/runs/flow-run/{run})" in row and "Retry" in row and f"kl. {hour}" in row


async def test_what_stands_still_is_told_above_every_list_by_the_real_clock_only(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office_alarms, "RUN_STUCK", timedelta())  # a server dates a state itself
    now = datetime.now(UTC)
    with transaction() as session:
        ask(session, str((now - timedelta(days=2)).date()))  # its receipt may go at any hour, and has not gone
        long_ago = now - timedelta(days=3)
        begun = FlowRunPulse(flow_run_id=uuid4(), flow="outbox", started_at=long_ago, beat_at=long_ago)
        run_pulse.begin_pulse(session, begun)
    async with get_client() as client:
        tuesdays = DeploymentScheduleCreate(schedule=CronSchedule(cron="10 9 * * 2"), active=False)
        deployment = await client.create_deployment(
            await client.create_flow(check_in), "check-in", schedules=[tuesdays]
        )
        late: State[Any] = Scheduled(scheduled_time=now - timedelta(minutes=25))
        await client.create_flow_run_from_deployment(deployment, state=late)
        taken = await client.create_flow_run_from_deployment(deployment)
        await client.set_flow_run_state(taken.id, Pending(), force=True)
        try:
            assert (await work_list())["stands_still"] == 5
            for shown in (await lists(now)).values():
                for sentence in (
                    "Det äldsta mejlet som får gå har väntat ",
                    "Den äldsta körningen som skulle ha börjat har väntat ",
                    "Körningar som står still: ",
                    "är inte planerat: check-in.",
                    "varje natt är inte gjort: data-protection.",
                ):
                    assert sentence in shown
            assert (await work_list(as_of=str(now.date())))["stands_still"] == 0
            assert not any("står still" in shown for shown in (await lists(now)).values())
        finally:
            await client.delete_deployment(deployment)
