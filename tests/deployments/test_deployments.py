"""prefect.yaml: every flow is there, its entry point is real, its schedule is the domain's."""

import importlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from dateutil.rrule import rrulestr
from prefect.server.schemas.schedules import CronSchedule, RRuleSchedule

from deployments.cli.run_flow import entrypoints
from deployments.server.environment import POOL, PREFECT_YAML, QUEUES
from models.dates.working_days import first_working_day

DEPLOYMENTS: list[dict[str, Any]] = yaml.safe_load(PREFECT_YAML.read_text())["deployments"]


def test_prefects_server_can_be_imported_with_the_versions_that_are_locked() -> None:
    importlib.import_module("prefect.server.api.server")


@pytest.mark.parametrize("name", sorted(entrypoints()))
def test_a_deployment_has_the_name_of_its_flow_and_every_flow_takes_as_of(name: str) -> None:
    module, _, function = entrypoints()[name].rpartition(".")
    flow = getattr(importlib.import_module(module), function)
    assert flow.name == name
    assert "as_of" in flow.parameters.properties
    assert flow.isasync


def test_every_file_of_the_story_is_deployed() -> None:
    stages = {path.stem for path in Path("flows").glob("*.py")} - {"__init__", "outcome"}
    assert {name.replace("-", "_") for name in entrypoints()} == stages


def test_all_work_goes_to_one_pool_and_all_schedules_are_swedish_time_outside_the_hour_that_clocks_skip() -> None:
    for deployment in DEPLOYMENTS:
        assert deployment["work_pool"]["name"] == POOL
        for schedule in deployment.get("schedules", []):
            assert schedule["timezone"] == "Europe/Stockholm"
            assert schedule["slug"]
            assert schedule.get("cron", "0 0").split()[1] != "2"


def test_the_health_check_runs_on_the_first_working_day_of_every_month() -> None:
    [deployment] = [one for one in DEPLOYMENTS if one["name"] == "health-check"]
    end = datetime(2060, 12, 31)
    days = {
        moment.date()
        for schedule in deployment["schedules"]
        for moment in rrulestr(schedule["rrule"]).between(datetime(2026, 12, 31), end)
    }
    expected = {first_working_day(year, month) for year in range(2027, 2061) for month in range(1, 13)}
    assert days == expected


async def test_easter_monday_is_no_working_day_for_prefect_either() -> None:
    [deployment] = [one for one in DEPLOYMENTS if one["name"] == "health-check"]
    schedule = deployment["schedules"][0]
    planned = RRuleSchedule(rrule=schedule["rrule"], timezone=schedule["timezone"])
    found = await planned.get_dates(n=2, start=datetime(2029, 3, 5, tzinfo=UTC))
    assert [one.date() for one in found] == [date(2029, 4, 3), date(2029, 6, 1)]


SCHEDULES = [one for deployment in DEPLOYMENTS for one in deployment.get("schedules", [])]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
async def test_prefects_own_server_can_plan_every_schedule_with_the_versions_that_are_locked(
    schedule: dict[str, Any],
) -> None:
    kind = CronSchedule if "cron" in schedule else RRuleSchedule
    planned = kind.model_validate({name: schedule[name] for name in ("cron", "rrule", "timezone") if name in schedule})
    assert len(await planned.get_dates(n=3, start=datetime(2026, 11, 26, tzinfo=UTC))) == 3


def test_mail_has_a_queue_and_places_of_its_own_and_goes_first() -> None:
    queues = {one["name"]: one["work_pool"]["work_queue_name"] for one in DEPLOYMENTS}
    assert {name for name, queue in queues.items() if queue == "mail"} == {"outbox", "inbox", "mail-check"}
    assert set(queues.values()) == set(QUEUES)
    assert min(QUEUES, key=lambda name: QUEUES[name][0]) == "mail"
