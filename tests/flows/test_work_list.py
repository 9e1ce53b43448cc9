"""The lists as staff see them in Prefect: what broke off, and what stands still."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import Artifact, State
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
    """The list of every region that was written since then: the server is that of other tests too."""
    ours = [one for one in await kept() if one.updated and one.updated > since]
    return {str(one.key): str(one.data) for one in ours}


async def kept() -> list[Artifact]:
    """The pages that the regions' lists stand on."""
    wanted = ArtifactFilter(key=ArtifactFilterKey(like_="work-list-"))
    async with get_client() as client:
        return await client.read_artifacts(artifact_filter=wanted, limit=200)


async def test_a_form_that_broke_off_stands_on_every_regions_list_with_a_link_to_its_run(office: Settings) -> None:
    now, run = datetime.now(UTC), uuid4()
    with transaction() as session:
        run_pulse.begin_pulse(session, FlowRunPulse(flow_run_id=run, flow="needs-talk", restarts_itself=False))
        run_pulse.died(session, run, "needs-talk", now, for_good=True)
    await work_list()
    shown, hour = await lists(now), f"{local(now):%H:%M}"
    for key in ("work-list-25", "work-list-12", "work-list-other"):
        row = shown[key].partition(f"needs-talk kl. {hour}")[2]
        assert f"/runs/flow-run/{run})" in row and "Retry" in row


async def test_each_regions_list_stays_at_its_address_and_the_run_leads_to_them_all(office: Settings) -> None:
    with transaction() as session:
        ask(session, str(local(datetime.now(UTC)).date()))
    await work_list()
    before = {one.key: one.id for one in await kept()}
    now = datetime.now(UTC)
    await work_list()
    assert {one.key: one.id for one in await kept()} == before
    named, matter, *_ = (await lists(now))["work-list-25"].partition("## Nytt och i dag\n")[2].split("\n")[1:]
    assert named == "- **[Luleå · ort · #1](http://localhost:8080/staff/request/1)** hos asj"
    assert matter.startswith("  - Behovssamtal, senast ")
    async with get_client() as client:
        newest = await client.read_artifacts(sort=ArtifactSort.CREATED_DESC, limit=1)
    assert f"| [Norrbottens län](/artifacts/artifact/{before['work-list-25']}) | 1 | 0 | 1 |" in str(newest[0].data)
    assert newest[0].flow_run_id


async def test_a_region_shows_the_thirty_most_pressing_and_where_the_rest_stands(office: Settings) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        asked = [ask(session, str((now - timedelta(days=20 + day)).date()), need=f"Skäl {day}.") for day in range(32)]
        newest = ask(session, str(local(now).date()), need="Nyss.")
    await work_list()
    shown = (await lists(now))["work-list-25"]
    assert shown.count("/staff/request/") == 30 and f"#{newest.number}]" in shown.partition("## Hos asj")[0]
    assert f"#{asked[-1].number}]" in shown and f"#{asked[0].number}]" not in shown
    assert "**… och 3 till**" in shown and "/staff/region/25)" in shown


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
