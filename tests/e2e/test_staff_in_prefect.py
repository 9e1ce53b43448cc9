"""Staff in the Prefect UI: a request's form, a mail step that fails in words, and Retry that sends nothing twice."""

import json
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import urlparse

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import ConsoleMessage, Page, TimeoutError, expect

from deployments.demo.catcher import Catcher
from models.importing import DATA
from tests.acts import AKE
from tests.e2e.asking import token_of
from tests.e2e.conftest import Running
from tests.left import left_running

pytestmark = pytest.mark.e2e
# Icons that Prefect's first UI asks its own server for, and that it does not have.
PREFECTS_OWN_GAPS = {"/favicon.ico", "/ico/undefined.svg"}
OFFICE = DATA.parent.parent / "deployments" / "demo"


def api(running: Running, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Ask as Prefect's own client does: again when the server's SQLite is busy (503), for at most a minute."""
    request = urllib.request.Request(
        f"{running.prefect}/api{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Content-Type": "application/json", **token_of(running.prefect)},
    )
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return json.loads(reply.read() or "null")
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def wait_until(running: Running, run_id: str, state: str, seconds: float = 60) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while True:
        run: dict[str, Any] = api(running, "GET", f"/flow_runs/{run_id}")
        if run["state_type"] == state:
            return run
        assert time.monotonic() < deadline, (run["state_type"], run["state"].get("message"))
        time.sleep(0.3)


@contextmanager
def mail_catcher(running: Running) -> Iterator[Catcher]:
    catcher = Catcher(running.home / "mail")
    controller = Controller(catcher, hostname="127.0.0.1", port=running.smtp_port)
    controller.start()
    yield catcher
    controller.stop()


@pytest.fixture(scope="module")
def office(running: Running) -> Running:
    running.lots("import", "staff", str(OFFICE / "staff.csv"))
    running.lots("import", "members", str(OFFICE / "members.csv"))
    return running


def fill(page: Page, title: str, text: str) -> None:
    """Type into the field with this title: Prefect's labels are not tied to their inputs."""
    label = f".p-label__header .schema-form-property__label:text-is('{title}')"
    page.locator(f".schema-form-property:has(> {label}) textarea, .schema-form-property:has(> {label}) input").fill(
        text
    )


def submit(page: Page, leads_to: re.Pattern[str]) -> None:
    """Press Submit as staff do: again when Prefect answers that its database is busy (503, a red note on the page)."""
    for _ in range(3):
        page.get_by_role("button", name="Submit").click()
        with suppress(TimeoutError):
            return page.wait_for_url(leads_to, timeout=10_000)
    raise AssertionError(page.inner_text("body"))


def retry(running: Running, page: Page, run_id: str) -> None:
    """Press Retry as staff do: again while the run still stands as failed."""
    for _ in range(3):
        page.get_by_role("button", name="Retry").first.click()
        page.get_by_role("dialog").get_by_role("button", name="Retry").click()
        page.wait_for_timeout(5_000)
        if api(running, "GET", f"/flow_runs/{run_id}")["state_type"] != "FAILED":
            return
        page.reload()
    raise AssertionError(page.inner_text("body"))


def watch(page: Page) -> tuple[list[str], list[str]]:
    """Lists that fill with console errors and with requests to other hosts."""
    errors: list[str] = []
    outside: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        is_busy = "503" in message.text  # said on the page too; see submit()
        if message.type == "error" and not is_busy and urlparse(message.location["url"]).path not in PREFECTS_OWN_GAPS:
            errors.append(f"{message.text} {message.location['url']}")

    page.on("console", on_console)
    page.on("request", lambda request: outside.append(request.url) if _is_outside(request.url) else None)
    return errors, outside


def _is_outside(url: str) -> bool:
    return urlparse(url).scheme in ("http", "https", "ws", "wss") and urlparse(url).hostname not in (
        "127.0.0.1",
        "localhost",
    )


def test_staff_fill_in_a_request_and_the_worker_writes_it_down(office: Running, page: Page) -> None:
    errors, outside = watch(page)
    deployment = _deployment(office, "support-request/support-request")
    page.goto(f"{office.prefect}/deployments/deployment/{deployment}/run")
    fill(page, "Medlemsnummer", AKE)
    fill(page, "Plats", "Luleå")
    fill(page, "Kommun (Optional)", "Luleå")
    fill(page, "Behovet med medlemmens egna ord", "Vi vill ses över företagsgränser.")
    submit(page, re.compile(f"/deployments/deployment/{deployment}(?!/run)"))
    [started] = api(office, "POST", "/flow_runs/filter", {"deployments": {"id": {"any_": [deployment]}}})
    run = wait_until(office, started["id"], "COMPLETED")
    page.goto(f"{office.prefect}/runs/flow-run/{run['id']}")
    expect(page.get_by_text("stödförfrågan").first).to_be_visible()
    assert run["state"]["message"] == "Förfrågan #1: received, hos asj"
    assert AKE not in json.dumps(run) and "företagsgränser" not in json.dumps(run)
    assert (errors, outside) == ([], [])


def test_a_mail_step_that_failed_is_retried_from_the_ui_and_sends_nothing_twice(office: Running, page: Page) -> None:
    if not json.loads(office.lots("outbox", "--json"))["queued"]:
        form = ("member_number=" + AKE, "place=Luleå", "municipality=Luleå", "need=Vi vill ses.")
        params = [part for pair in form for part in ("--param", pair)]
        office.lots("run", "support-request", *params)
    queued = json.loads(office.lots("outbox", "--json"))["queued"]
    deployment = _deployment(office, "outbox/outbox")
    run = api(office, "POST", f"/deployments/{deployment}/create_flow_run", {"parameters": {}})
    wait_until(office, run["id"], "FAILED")

    page.goto(f"{office.prefect}/runs/flow-run/{run['id']}")
    expect(page.get_by_text("E-postservern").first).to_be_visible()
    expect(page.get_by_text("Kön är orörd").first).to_be_visible()
    assert json.loads(office.lots("outbox", "--json"))["queued"] == queued

    with mail_catcher(office) as catcher:
        retry(office, page, run["id"])
        done = wait_until(office, run["id"], "COMPLETED")
        assert "skickade" in done["state"]["message"]
        sent = len(catcher.mails)
        assert sent >= 1
        again = json.loads(office.lots("run", "outbox", "--json"))
        assert again["sent"] == 0
        assert len(catcher.mails) == sent


def test_ctrl_c_in_the_middle_of_the_demo_leaves_nothing_behind(tmp_path: Any) -> None:
    environment = {"LOTS_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    command = (sys.executable, "-m", "deployments", "demo", "--exit")
    demo = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    threading.Timer(35, demo.terminate).start()
    assert demo.wait(80) != 0
    assert left_running(tmp_path) == []
    assert not list((tmp_path / "demo").glob("lots.db-*"))


def _deployment(running: Running, name: str) -> str:
    return str(api(running, "GET", f"/deployments/name/{name}")["id"])
