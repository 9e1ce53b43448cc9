"""What was killed comes back by itself; a run whose worker was killed is found, marked and retried."""

import asyncio
import json
import os
import re
import signal
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from deployments.demo.mail_catcher import Catcher
from deployments.server.processes import free_port
from tests.acts import EMPLOYEE
from tests.e2e.staff import api, deployment_of, runs_of, wait_until
from tests.e2e.test_staff_in_prefect import import_office, mail_catcher, params, wait_for
from tests.left import left_running, processes_of
from tests.up import Running, lots_up

pytestmark = pytest.mark.e2e
BACK_SECONDS = 240  # where six others run their tests on two cores; on a quiet machine it takes 15


class KeepsWaiting(Catcher):
    """A mail server that has taken the mail and does not say so: the outbox stands still in the middle of sending."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(600)
        return "250 late"


@pytest.mark.timeout(600)
def test_a_sweep_that_was_killed_with_its_worker_goes_on_by_itself_and_sends_nothing_twice(tmp_path: Path) -> None:
    port = free_port(3625)
    with lots_up(tmp_path, port) as (running, _):
        import_office(running)
        with mail_catcher(running, KeepsWaiting) as catcher:
            told = params(member_number=EMPLOYEE, place="Luleå", municipality="Luleå", need="Vi vill ses.")
            running.lots("run", "support-request", *told)
            wait_for(lambda: bool(catcher.mails))
            kill(tmp_path, re.compile("worker start|prefect.engine|flow-run execute"))
        with mail_catcher(running) as catcher:
            done = wait_until(running, sending(running), "COMPLETED", BACK_SECONDS)
        assert done["state_name"] == "Klar med anmärkning"
        assert done["state"]["message"] == "0 skickade, 0 väntar, 0 gick inte fram, 1 osäkra"
        assert catcher.mails == [], "whether it went nobody can know: staff settle it"


@pytest.mark.timeout(1200)
def test_each_part_that_is_killed_comes_back_alone_and_runs_started_after_it_complete(tmp_path: Path) -> None:
    with lots_up(tmp_path, free_port(3625)) as (running, up):
        import_office(running)
        for name in ("worker", "web", "server"):
            before = parts(running)
            os.kill(before[name]["pid"], signal.SIGKILL)
            wait_for(partial(is_back, running, name, before[name]["pid"]), BACK_SECONDS)
            others = {other: told["pid"] for other, told in parts(running).items() if other != name}
            assert others == {other: told["pid"] for other, told in before.items() if other != name}
            assert parts(running)[name]["last_exit"] == -signal.SIGKILL
            work_list = deployment_of(running, "work-list/work-list")
            run = api(running, "POST", f"/deployments/{work_list}/create_flow_run", {})
            wait_until(running, run["id"], "COMPLETED", BACK_SECONDS)
        told = json.loads(running.lots("status", "--json"))
        assert {name: part["restarts"] for name, part in told["parts"].items()} == {
            "server": 1, "deploy": 0, "worker": 1, "watch": 0, "web": 1,
        }  # fmt: skip
        assert (told["running"], told["pid"], told["login"]) == (True, up.pid, running.login)
        up.kill()
        up.wait()
        wait_for(lambda: left_running(tmp_path) == [], 10)
    with lots_up(tmp_path, free_port(3625)) as (again, _):
        assert again.prefect == running.prefect, "its port stays"


@pytest.mark.timeout(600)
def test_a_run_whose_worker_alone_is_killed_does_its_work_to_the_end(tmp_path: Path) -> None:
    with lots_up(tmp_path, free_port(3625)) as (running, _):
        work_list = deployment_of(running, "work-list/work-list")
        run = api(running, "POST", f"/deployments/{work_list}/create_flow_run", {})["id"]
        wait_for(
            lambda: any(f"PREFECT__FLOW_RUN_ID={run}".encode() in one.environment for one in processes_of(tmp_path))
        )
        os.kill(parts(running)["worker"]["pid"], signal.SIGKILL)
        wait_until(running, run, "COMPLETED", BACK_SECONDS)


def parts(running: Running) -> dict[str, Any]:
    """How `lots up` says that its parts fare."""
    told: dict[str, Any] = json.loads((running.home / ".lots" / "up.json").read_text())["parts"]
    return told


def is_back(running: Running, name: str, killed: int) -> bool:
    part = parts(running)[name]
    return bool(part["state"] == "running" and part["pid"] != killed)


def sending(running: Running) -> str:
    """The run of the outbox that was never heard of again."""
    [run] = [one for one in runs_of(running, deployment_of(running, "outbox/outbox")) if one["start_time"]]
    return str(api(running, "GET", f"/flow_runs/{run['id']}")["id"])


def kill(home: Path, command: re.Pattern[str]) -> None:
    """As when the machine loses its power: no part of the worker gets to say anything."""
    killed = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            ours = str(home).encode() in (process / "environ").read_bytes()
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if ours and command.search(words):
            os.kill(int(process.name), signal.SIGKILL)
            killed += 1
    assert killed >= 2, subprocess.run(("ps", "-ef"), capture_output=True, text=True).stdout
