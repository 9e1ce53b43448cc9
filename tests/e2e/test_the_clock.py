"""The office's own clock: a real server plans every schedule at the domain's hour, and what is due comes by itself."""

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from deployments.server.processes import free_port
from models.dates.local_time import STOCKHOLM
from models.dates.working_days import first_working_day
from tests.e2e.staff import api, deployment_of, runs_of, wait_until
from tests.up import Running, lots_up

pytestmark = pytest.mark.e2e
MONDAY, TUESDAY = 0, 1
DAY_AND_NIGHT = {f"{hour:02}:{minute:02}" for hour in range(24) if hour != 2 for minute in (0, 15, 30, 45)}
IN_OFFICE_HOURS = {one for one in DAY_AND_NIGHT if "07" <= one[:2] < "19"}
# domain.md section 8: when each stage starts by itself, in Stockholm. None: on any day.
HOURS: dict[str, tuple[int | None, set[str]]] = {
    "kickoff": (None, {"07:30"}),
    "check-in": (TUESDAY, {"09:10"}),
    "health-check": (None, {"06:30"}),
    "work-list": (None, {"07:15"}),
    "phase-out": (MONDAY, {"08:00"}),
    "capacity": (None, {"06:00"}),
    "congress-report": (None, {"06:40"}),
    "data-protection": (None, {"04:15"}),
    "backup": (None, {"03:30"}),
    "member-register": (None, {"03:50"}),
    "outbox": (None, IN_OFFICE_HOURS),
    "inbox": (None, DAY_AND_NIGHT),
}
ONCE_IN_A_WHILE = {"health-check", "capacity", "congress-report"}  # the next may lie further ahead than Prefect plans
QUARTER_STARTS = (1, 4, 7, 10)


@pytest.fixture(scope="module")
def ticking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A `lots up` with its clock, left alone."""
    with lots_up(tmp_path_factory.mktemp("clock"), free_port(3725), clock=True) as (running, _):
        yield running


def planned(running: Running) -> dict[str, list[datetime]]:
    """Each deployment's planned runs, in local time, as Upcoming shows them."""
    wanted = {
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
        "limit": 200,
        "sort": "EXPECTED_START_TIME_ASC",
    }
    runs: list[dict[str, Any]] = []
    while page := api(running, "POST", "/flow_runs/filter", wanted | {"offset": len(runs)}):
        runs += page
    names = {one["id"]: one["name"] for one in api(running, "POST", "/deployments/filter", {})}
    found: dict[str, list[datetime]] = defaultdict(list)
    for run in runs:
        if run["auto_scheduled"]:
            at = datetime.fromisoformat(run["expected_start_time"])
            found[names[run["deployment_id"]]].append(at.astimezone(STOCKHOLM))
    return found


def until_planned(running: Running) -> dict[str, list[datetime]]:
    """As `planned`, once the server has been round: its scheduler looks at new deployments every few seconds."""
    deadline = time.monotonic() + 90
    while not (found := planned(running)).keys() >= HOURS.keys() - ONCE_IN_A_WHILE:
        assert time.monotonic() < deadline, f"planned only: {sorted(found)}"
        time.sleep(1)
    return found


@pytest.mark.timeout(300)
def test_every_schedule_has_its_planned_runs_at_the_domains_hour(ticking: Running) -> None:
    found = until_planned(ticking)
    assert found.keys() >= HOURS.keys() - ONCE_IN_A_WHILE
    for name, moments in found.items():
        weekday, hours = HOURS[name]
        assert {f"{moment:%H:%M}" for moment in moments} <= hours, name
        assert weekday is None or {moment.weekday() for moment in moments} == {weekday}, name
    assert all(moment.date() == first_working_day(moment.year, moment.month) for moment in found["health-check"])
    assert all((moment.day, moment.month in QUARTER_STARTS) == (1, True) for moment in found["capacity"])
    assert all((moment.day, moment.month) == (2, 1) for moment in found.get("congress-report", ()))


@pytest.mark.timeout(300)
def test_what_is_due_comes_by_itself_and_completes(ticking: Running) -> None:
    deployment = deployment_of(ticking, "phase-out/phase-out")
    minutely = {"schedule": {"cron": "* * * * *", "timezone": "Europe/Stockholm"}, "active": True, "slug": "tight"}
    api(ticking, "POST", f"/deployments/{deployment}/schedules", [minutely])
    deadline = time.monotonic() + 180
    while not (begun := [run for run in runs_of(ticking, deployment) if run["auto_scheduled"] and run["start_time"]]):
        assert time.monotonic() < deadline, "nothing scheduled has run"
        time.sleep(1)
    run = wait_until(ticking, begun[0]["id"], "COMPLETED", 120)
    assert run["state"]["message"] == "0 nätverk tog ett steg, 0 står på egna ben, 0 varsel"
