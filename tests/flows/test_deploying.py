"""Deployed over what an earlier version left: forms open with nothing chosen, and schedules start their sweep."""

import copy
from collections.abc import AsyncIterator
from typing import Any

import pytest
import yaml
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import FlowRunFilter
from prefect.workers.process import ProcessWorker

from deployments.server.environment import POOL, PREFECT_YAML
from deployments.server.prefect_setup import deployment
from models.forms.registry import ABOUT, FORMS, TAG
from models.settings import Settings
from tasks.staff_ui.form_refresh import deployed_ones, show_forms
from tasks.staff_ui.kept_artifacts import KeptPage, addresses, keep_pages

SWEEPS = ("kickoff", "check-in", "health-check", "capacity", "congress-report", "outbox", "data-protection")


@pytest.fixture
async def _clean() -> AsyncIterator[None]:
    template = ProcessWorker.get_default_base_job_template()
    async with get_client() as client:
        pool = WorkPoolCreate(name=POOL, type=ProcessWorker.type, base_job_template=template)
        await client.create_work_pool(pool, overwrite=True)
        yield
        for one in (await deployed_ones(client)).values():
            await client.delete_deployment(one.id)
        await client.delete_work_pool(POOL)


def as_before(told: dict[str, Any]) -> dict[str, Any]:
    """What prefect.yaml said when a form left as it was started the sweep."""
    older = copy.deepcopy(told)
    older["parameters"] = {"form": {}}
    for schedule in older["schedules"]:
        schedule.pop("parameters")
    return older


@pytest.mark.usefixtures("_clean")
async def test_a_newer_version_gives_an_older_ones_schedules_their_sweep(office: Settings) -> None:
    told = {one["name"]: one for one in yaml.safe_load(PREFECT_YAML.read_text())["deployments"]}
    async with get_client() as client:
        for name in SWEEPS:
            await deployment(as_before(told[name])).aapply()
        await show_forms()
        for name in SWEEPS:
            await deployment(told[name]).aapply()
        await show_forms()
        for name, one in (await deployed_ones(client)).items():
            assert (one.parameters, one.tags) == ({"form": {}}, [TAG[name][0]])
            assert {schedule.slug for schedule in one.schedules} == {s["slug"] for s in told[name]["schedules"]}
            for schedule in one.schedules:
                assert FORMS[name].model_validate(schedule.parameters["form"]).is_sweep
            planned = await client.read_flow_runs(
                flow_run_filter=FlowRunFilter.model_validate({"deployment_id": {"any_": [str(one.id)]}})
            )
            assert all(FORMS[name].model_validate(run.parameters["form"]).is_sweep for run in planned)


@pytest.mark.usefixtures("_clean")
async def test_what_stands_about_the_work_list_leads_to_the_newest(office: Settings) -> None:
    told = {one["name"]: one for one in yaml.safe_load(PREFECT_YAML.read_text())["deployments"]}
    await keep_pages([KeptPage("work-list", "Arbetslistor", "# Arbetslistor")])
    async with get_client() as client:
        for name in ("work-list", "needs-talk"):
            await deployment(told[name]).aapply()
        await show_forms()
        shown = {name: str(one.description) for name, one in (await deployed_ones(client)).items()}
    page = (await addresses(["work-list"]))["work-list"]
    assert shown == {
        "work-list": f"{ABOUT['work-list'][0]}\n\n[Öppna det senaste](/artifacts/artifact/{page})",
        "needs-talk": ABOUT["needs-talk"][0],
    }
    assert await show_forms() == 0
