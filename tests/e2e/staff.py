"""What staff do in the Prefect UI, in a line each: open a form, fill in, choose, submit, retry; and what is watched."""

import json
import re
import time
import urllib.error
import urllib.request
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import urlparse

from playwright.sync_api import ConsoleMessage, Locator, Page, TimeoutError, expect

from tests.e2e.prefect_api import token_of
from tests.up import Running

# Icons that Prefect's first UI asks its own server for, and that it does not have.
PREFECTS_OWN_GAPS = {"/favicon.ico", "/ico/undefined.svg"}


def api(running: Running, method: str, path: str, body: Any = None) -> Any:
    """Ask as Prefect's own client does: again when the server's SQLite is busy (503), for at most a minute."""
    request = urllib.request.Request(
        f"{running.prefect}/api{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Content-Type": "application/json", **token_of(running)},
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


def newest_artifact(running: Running, key: str) -> str:
    """The id of what stands under a key now."""
    [found] = api(running, "POST", "/artifacts/latest/filter", {"artifacts": {"key": {"any_": [key]}}})
    return str(found["latest_id"])


def wait_until(running: Running, run_id: str, state: str, seconds: float = 60) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while True:
        run: dict[str, Any] = api(running, "GET", f"/flow_runs/{run_id}")
        if run["state_type"] == state:
            return run
        assert time.monotonic() < deadline, (run["state_type"], run["state"].get("message"))
        time.sleep(0.3)


def field(page: Page, title: str, nth: int = 0) -> Locator:
    """The field with this title: Prefect's labels are not tied to their inputs."""
    label = f".p-label__header .schema-form-property__label:text-is('{title}')"
    return page.locator(f".schema-form-property:has(> {label})").nth(nth)


def fill(page: Page, title: str, text: str) -> None:
    field(page, title).locator("textarea, input").fill(text)


def unfold(page: Page, title: str) -> None:
    """Open a drop-down, wherever one presses it."""
    field(page, title).locator(".p-select-button").click()
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
    expect(page.locator(".p-date-picker")).to_have_count(0)


def options(page: Page, title: str) -> list[str]:
    """What a drop-down offers."""
    unfold(page, title)
    found = page.get_by_role("option").all_inner_texts()
    page.keyboard.press("Escape")
    return found


def open_form(running: Running, page: Page, name: str) -> str:
    deployment = deployment_of(running, f"{name}/{name}")
    page.goto(f"{running.prefect}/deployments/deployment/{deployment}/run")
    page.locator(".schema-form-property").first.wait_for()
    return deployment


def ended(running: Running, page: Page, deployment: str, state: str) -> dict[str, Any]:
    """Submit the form, land on its run's page, and wait there until it has ended so."""
    submit(page, re.compile("/runs/flow-run/"))
    run = wait_until(running, page.url.rpartition("/")[2], state)
    assert run["deployment_id"] == deployment
    expect(page.get_by_text(run["name"]).first).to_be_visible()
    return run


def refused(page: Page) -> list[str]:
    """Submit the form: what is told under its fields, the first of which is in sight within a second."""
    page.evaluate(WATCH_FOR_SENTENCES, SENTENCE)
    page.get_by_role("button", name="Submit").click()
    page.wait_for_function("window.toldAfter")
    seconds = page.evaluate("window.toldAfter") / 1000
    assert seconds < 1, f"told after {seconds:.2f} s"
    told = page.locator(SENTENCE)
    expect(told.first).to_be_in_viewport()
    return told.all_inner_texts()


SENTENCE = ".p-label__message--failed"
# How long it takes from the press until what stands under the fields is something else than before.
WATCH_FOR_SENTENCES = """sentence => {
    const told = () => [...document.querySelectorAll(sentence)].map(one => one.textContent).join();
    const before = told();
    window.toldAfter = 0;
    document.addEventListener("submit", () => {
        const pressed = performance.now();
        new MutationObserver((_, watch) => {
            if (told() && told() !== before) {
                window.toldAfter = performance.now() - pressed;
                watch.disconnect();
            }
        }).observe(document, {childList: true, subtree: true, characterData: true});
    }, {once: true, capture: true});
}"""


def runs_of(running: Running, deployment: str) -> list[dict[str, Any]]:
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
    busy: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        path = urlparse(message.location["url"]).path
        # A busy server is said on the page too, see submit(); the UI's own script logs its answer once more.
        is_busy = "503" in message.text or (bool(busy) and path.startswith("/assets/"))
        if message.type == "error" and not is_busy and path not in PREFECTS_OWN_GAPS:
            errors.append(f"{message.text} {message.location['url']}")

    page.on("response", lambda response: busy.append(response.url) if response.status == 503 else None)
    page.on("console", on_console)
    page.on("request", lambda request: outside.append(request.url) if _is_outside(request.url) else None)
    return errors, outside


def _is_outside(url: str) -> bool:
    return urlparse(url).scheme in ("http", "https", "ws", "wss") and urlparse(url).hostname not in (
        "127.0.0.1",
        "localhost",
    )


def deployment_of(running: Running, name: str) -> str:
    return str(api(running, "GET", f"/deployments/name/{name}")["id"])
