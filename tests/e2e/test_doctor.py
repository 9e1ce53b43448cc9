"""What the doctor sees of a real server: its schedules, and what waits."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.staff import api, deployment_of
from tests.up import Running

pytestmark = pytest.mark.e2e


def examined(running: Running) -> dict[str, Any]:
    command = (sys.executable, "-P", "-m", "deployments", "doctor", "--json")
    done = subprocess.run(command, capture_output=True, text=True, env=running.environment, cwd=running.home)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def schedules(running: Running) -> str:
    [check] = [one for one in examined(running)["checks"] if one["name"] == "schedules"]
    assert not check["ok"] and "lots deploy" in check["do"], "this server's clock stands still: nothing is planned"
    return str(check["what"])


def test_a_schedule_that_somebody_paused_is_missed_and_lots_deploy_takes_it_up_again(running: Running) -> None:
    check_in, outbox = (deployment_of(running, f"{name}/{name}") for name in ("check-in", "outbox"))
    [schedule] = api(running, "GET", f"/deployments/{check_in}")["schedules"]
    api(running, "PATCH", f"/deployments/{check_in}/schedules/{schedule['id']}", {"active": False})
    api(running, "PATCH", f"/deployments/{outbox}", {"paused": True})
    told = schedules(running)
    assert "check-in is paused" in told and "outbox is paused" in told
    running.lots("deploy")
    told = schedules(running)
    assert "paused" not in told and "check-in has no run planned" in told


def test_the_next_run_is_told_in_stockholms_time_and_the_oldest_that_waits_in_seconds(running: Running) -> None:
    phase_out = deployment_of(running, "phase-out/phase-out")
    planned = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2030-01-07T07:00:00Z"}}
    start = f"/deployments/{phase_out}/create_flow_run"
    made = [api(running, "POST", start, {"state": planned, "tags": ["auto-scheduled"]})]
    late = {"type": "SCHEDULED", "state_details": {"scheduled_time": str(datetime.now(UTC) - timedelta(minutes=11))}}
    queue = {"name": "nobody-works-here", "is_paused": True}
    api(running, "POST", "/work_pools/lots/queues", queue)
    made.append(api(running, "POST", start, {"state": late, "work_queue_name": queue["name"]}))
    found = examined(running)
    assert found["next_runs"]["phase-out"] == "2030-01-07T08:00:00+01:00"
    assert 660 <= found["oldest_run_waiting_s"] < 760 and found["stuck_runs"] == 0
    [check] = [one for one in found["checks"] if one["name"] == "runs"]
    assert not check["ok"] and "worker" in check["do"]
    for run in made:
        api(running, "DELETE", f"/flow_runs/{run['id']}")
    api(running, "DELETE", f"/work_pools/lots/queues/{queue['name']}")
