"""Staff in the Prefect UI: a request's form, a mail step that fails in words, and Retry that sends nothing twice."""

import csv
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
from playwright.sync_api import ConsoleMessage, Locator, Page, TimeoutError, expect

from deployments.demo.catcher import Catcher
from models.importing import DATA
from tests.acts import AKE, MARIT
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


def field(page: Page, title: str, nth: int = 0) -> Locator:
    """The field with this title: Prefect's labels are not tied to their inputs."""
    label = f".p-label__header .schema-form-property__label:text-is('{title}')"
    return page.locator(f".schema-form-property:has(> {label})").nth(nth)


def fill(page: Page, title: str, text: str) -> None:
    field(page, title).locator("textarea, input").fill(text)


def unfold(page: Page, title: str) -> None:
    """Open a drop-down by its arrow: a click on its words opens and closes it again (Prefect 3.8.8's first UI)."""
    button = field(page, title).locator(".p-select-button")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box
    button.click(position={"x": box["width"] - 18, "y": box["height"] / 2}, force=True)
    page.get_by_role("option").first.wait_for()


def choose(page: Page, title: str, words: str) -> None:
    """Choose in a drop-down as staff do: open it, type a little where the list is long, press what stands there."""
    unfold(page, title)
    search = page.locator("[role=listbox] input[type=search]:visible")
    if search.count():
        search.last.fill(words)
    page.get_by_role("option", name=words, exact=True).click()


def choose_today(page: Page, title: str) -> None:
    field(page, title).get_by_text("Select date").click()
    page.get_by_role("button", name="Today").last.click()
    apply = page.get_by_role("button", name="Apply")
    if apply.count():
        apply.last.click()


def options(page: Page, title: str) -> list[str]:
    """What a drop-down offers."""
    unfold(page, title)
    found = page.get_by_role("option").all_inner_texts()
    page.keyboard.press("Escape")
    return found


def open_form(running: Running, page: Page, name: str) -> str:
    deployment = _deployment(running, f"{name}/{name}")
    page.goto(f"{running.prefect}/deployments/deployment/{deployment}/run")
    page.locator(".schema-form-property").first.wait_for()
    return deployment


def ended(running: Running, page: Page, deployment: str, state: str) -> dict[str, Any]:
    """Submit the form, wait for its run to end so, and look at its page."""
    before = {run["id"] for run in _runs(running, deployment)}
    submit(page, re.compile(f"/deployments/deployment/{deployment}(?!/run)"))
    [started] = [run for run in _runs(running, deployment) if run["id"] not in before]
    run = wait_until(running, started["id"], state)
    page.goto(f"{running.prefect}/runs/flow-run/{run['id']}")
    expect(page.get_by_text(run["name"]).first).to_be_visible()
    return run


def _runs(running: Running, deployment: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api(
        running, "POST", "/flow_runs/filter", {"deployments": {"id": {"any_": [deployment]}}}
    )
    return found


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


NEED = "Vi vill ses över företagsgränser."
WHY_GRANTED = "De känner bara sina egna."
WHAT_WAS_SAID = "Görel ringer igen på fredag."


def test_staff_fill_in_a_request_and_the_worker_writes_it_down(office: Running, page: Page) -> None:
    errors, outside = watch(page)
    deployment = open_form(office, page, "support-request")
    assert "(Optional)" not in page.locator(".schema-form-property").first.inner_text()
    fill(page, "Medlemsnummer", AKE)
    choose(page, "Kom in genom", "E-post")
    fill(page, "Plats", "Luleå")
    choose(page, "Kommun", "Luleå")
    choose(page, "Nätverkets art", "Samma roll")
    fill(page, "Behovet med medlemmens egna ord", NEED)
    fill(page, "Medarrangörers medlemsnummer", MARIT)
    run = ended(office, page, deployment, "COMPLETED")
    assert run["state"]["message"] == "Förfrågan #1: mottagen, hos asj"
    expect(page.get_by_text("Stödförfrågan").first).to_be_visible()
    expect(page.get_by_text("Förfrågan #1: mottagen, hos asj").first).to_be_visible()
    assert AKE not in json.dumps(run) and "företagsgränser" not in json.dumps(run)
    assert run["parameters"]["form"]["nature"] == "Samma roll"
    assert (errors, outside) == ([], [])


def test_a_form_that_is_wrong_says_in_a_sentence_what_to_change(office: Running, page: Page) -> None:
    errors, outside = watch(page)
    deployment = open_form(office, page, "needs-talk")
    page.get_by_role("button", name="Submit").click()
    expect(field(page, "Förfrågan").get_by_text("is a required property")).to_be_visible()
    choose(page, "Förfrågan", "Luleå · samma roll · #1")
    choose(page, "Din signatur", "asj")
    choose_today(page, "Samtalet hölls")
    choose(page, "Beslut", "Avslå")
    ended(office, page, deployment, "FAILED")
    expect(page.get_by_text("Skäl: välj ett skäl till beslutet.").first).to_be_visible()
    assert (errors, outside) == ([], [])


def test_from_the_work_list_to_the_form_with_the_right_request_chosen_to_granted(office: Running, page: Page) -> None:
    errors, outside = watch(page)
    listed = api(office, "POST", f"/deployments/{_deployment(office, 'work-list/work-list')}/create_flow_run", {})
    wait_until(office, listed["id"], "COMPLETED")
    page.goto(f"{office.prefect}/artifacts")
    page.get_by_text("work-list-25").first.click()
    page.locator("a[href*='/artifacts/artifact/']").first.click()
    expect(page.get_by_role("heading", name="Arbetslista Norrbottens län")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Luleå · samma roll · #1")
    expect(row.get_by_role("cell", name="asj")).to_be_visible()
    with page.context.expect_page() as opened:
        row.get_by_role("link", name="Behovssamtal").click()
    form = opened.value
    form_errors, form_outside = watch(form)
    expect(field(form, "Förfrågan").get_by_text("Luleå · samma roll · #1")).to_be_visible()
    expect(field(form, "Din signatur").get_by_text("asj")).to_be_visible()
    expect(field(form, "Beslut").get_by_text("Bevilja")).to_be_visible()

    choose_today(form, "Samtalet hölls")
    form.get_by_role("button", name="Add item").first.click()
    choose(form, "Stöd", "Bollplank")
    choose(form, "Vem ger det (signatur)", "asj")
    choose_today(form, "Från och med")
    choose_today(form, "Till och med")
    fill(form, "Skäl", WHY_GRANTED)
    choose(form, "Hur ofta vill de träffas", "Varje kvartal")
    fill(form, "Anteckning från samtalet", WHAT_WAS_SAID)
    run = ended(office, form, _deployment(office, "needs-talk/needs-talk"), "COMPLETED")
    assert run["state"]["message"] == "Förfrågan #1: beviljad, nätverk #1"
    expect(form.get_by_text("Behovssamtal: förfrågan #1").first).to_be_visible()

    open_form(office, form, "kickoff")
    assert options(form, "Nätverk") == ["Inget: dagens genomgång", "Luleå · samma roll · #1"]
    open_form(office, form, "needs-talk")
    assert "Just nu finns inget att välja" in field(form, "Förfrågan").inner_text()
    assert (errors, outside, form_errors, form_outside) == ([], [], [], [])


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


def test_prefect_knows_nobody_after_all_that(office: Running) -> None:
    """Greps Prefect's database, its kept results and its logs, byte for byte (domain.md I9)."""
    persons = {NEED, WHY_GRANTED, WHAT_WAS_SAID}
    for name, columns in (("members.csv", ("member_number", "name", "email")), ("staff.csv", ("name", "email"))):
        with (OFFICE / name).open(encoding="utf-8") as file:
            persons |= {row[column] for row in csv.DictReader(file) for column in columns}
    folder = office.home / ".lots"
    kept = [path for part in ("prefect", "log") for path in (folder / part).rglob("*") if path.is_file()]
    assert any(path.name == "prefect.db" for path in kept)
    for path in kept:
        content = path.read_bytes()
        for person in persons:
            for spelling in (person.encode(), json.dumps(person)[1:-1].encode()):
                assert spelling not in content, (path.name, "holds a person")


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
