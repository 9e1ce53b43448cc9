"""A run whose worker was killed: found, marked and retried without hand work."""

import asyncio
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Page, expect

from deployments.demo.catcher import Catcher
from deployments.processes import free_port
from tests.acts import EMPLOYEE
from tests.browser import sign_in
from tests.e2e.staff import api, deployment_of, retry, runs_of, wait_until
from tests.e2e.test_staff_in_prefect import import_office, mail_catcher, params, wait_for
from tests.up import Running, lots_up

pytestmark = pytest.mark.e2e


class KeepsWaiting(Catcher):
    """A mail server that has taken the mail and does not say so: the outbox stands still in the middle of sending."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(600)
        return "250 late"


@pytest.mark.timeout(600)
def test_what_a_killed_worker_was_doing_is_marked_and_finished_by_retry(tmp_path: Path, page: Page) -> None:
    port = free_port(3625)
    with lots_up(tmp_path, port) as (running, up):
        import_office(running)
        with mail_catcher(running, KeepsWaiting) as catcher:
            told = params(member_number=EMPLOYEE, place="Luleå", municipality="Luleå", need="Vi vill ses.")
            running.lots("run", "support-request", *told)
            wait_for(lambda: bool(catcher.mails))
            kill(tmp_path, re.compile("worker start|prefect.engine|flow-run execute"))
        assert up.wait(60) == 1, "lots up ends when one of its parts does; whatever watches it starts it again"
    with lots_up(tmp_path, port) as (running, _):
        sign_in(page, running.login)
        run = wait_until(running, sending(running), "CRASHED", 180)
        assert (run["state_name"], "Retry" in run["state"]["message"]) == ("Avbruten", True)
        page.goto(f"{running.prefect}/runs/flow-run/{run['id']}")
        expect(page.get_by_text("Avbruten").first).to_be_visible()
        with mail_catcher(running) as catcher:
            retry(running, page, run["id"])
            done = wait_until(running, run["id"], "COMPLETED")
        assert done["state_name"] == "Klar med anmärkning"
        assert done["state"]["message"] == "0 skickade, 0 väntar, 0 gick inte fram, 1 osäkra"
        assert catcher.mails == [], "whether it went nobody can know: staff settle it"


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
