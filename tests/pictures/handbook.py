"""The pictures of docs/handbok.md, taken of the Prefect UI as staff see it. Needs Debian's chromium.

`python -m tests.pictures.handbook` makes them anew; `… FOLDER` takes every form there is, as it opens, to look at.
"""

import argparse
import json
import re
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

from deployments.server.processes import free_port
from models.forms.registry import FORMS
from tests.acts import AKE, EMPLOYEE, GOREL, MARIT
from tests.browser import chromium, sign_in
from tests.e2e.founder import link_in, rows
from tests.e2e.staff import (
    api,
    choose,
    choose_today,
    deployment_of,
    ended,
    field,
    fill,
    newest_artifact,
    open_form,
    unfold,
)
from tests.e2e.test_staff_in_prefect import OFFICE, HangsUp, mail_catcher
from tests.up import Running, lots_up

DOCS = Path(__file__).parents[2] / "docs" / "pictures"
WIDE, HIGH, LONG = 800, 900, 3000
STAFF_WIDE = 1100
MARGIN = 16
AKE_MAIL = "ake.ohman@example.org"
ENDED = ("COMPLETED", "FAILED", "CANCELLED", "CRASHED")


def an_office(running: Running) -> None:
    """Twelve networks with a past, two requests, and today's work list."""
    today = datetime.now(UTC).date()
    running.lots("import", "staff", str(OFFICE / "staff.csv"))
    running.lots("simulate", "--networks", "12", "--months", "18", "--until", str(today), "--seed", "7")
    running.lots("import", "members", str(OFFICE / "members.csv"))
    ask(running, today - timedelta(days=15), AKE, "Luleå", "role")
    ask(running, today, GOREL, "Kiruna", "town")
    with mail_catcher(running):
        running.lots("run", "outbox")
    for name in ("health-check", "work-list"):
        run_now(running, name)


def run_now(running: Running, name: str) -> None:
    """Press Run; again where an event has just started one, for there is never more than one of a sweep."""
    ended, sweep = "", {"parameters": {"form": {"sweep": True}} if name == "health-check" else {}}
    while ended != "COMPLETED":
        run = api(running, "POST", f"/deployments/{deployment_of(running, f'{name}/{name}')}/create_flow_run", sweep)
        while (ended := api(running, "GET", f"/flow_runs/{run['id']}")["state_type"]) not in ENDED:
            time.sleep(0.5)


def ask(running: Running, day: Any, member: str, place: str, nature: str) -> None:
    told = {"member_number": member, "place": place, "municipality": place, "nature": nature, "need": "Vi vill ses."}
    parameters = [part for name, value in told.items() for part in ("--param", f"{name}={value}")]
    running.lots("run", "support-request", "--as-of", str(day), *parameters)


def take(page: Page, path: Path, last: Locator | None = None) -> None:
    """The form from its heading down to a field, or whole: the page scrolls inside, so it is made long for once."""
    page.set_viewport_size({"width": WIDE, "height": LONG})
    page.evaluate("document.activeElement?.blur()")
    page.wait_for_timeout(400)
    form = page.locator(".schema-input").first
    top, end = form.bounding_box(), (last or form).bounding_box()
    assert top and end
    height = end["y"] + end["height"] - top["y"] + 2 * MARGIN
    page.screenshot(path=path, clip={"x": 0, "y": top["y"] - MARGIN, "width": WIDE, "height": height})
    page.set_viewport_size({"width": WIDE, "height": HIGH})


def requested(running: Running, page: Page, folder: Path) -> None:
    open_form(running, page, "support-request")
    fill(page, "Medlemsnummer", MARIT)
    fill(page, "Plats", "Piteå")
    choose(page, "Kommun", "Piteå")
    choose(page, "Nätverkets art", "Samma roll")
    fill(page, "Behovet med medlemmens egna ord", "Vi är chefer på små arbetsplatser och saknar någon att fråga.")
    take(page, folder / "handbok-forfragan.png", field(page, "De vill börja utan stöd"))


def talked(running: Running, page: Page, folder: Path) -> None:
    from_work_list(running, page, "Luleå · samma roll")
    choose_today(page, "Samtalet hölls")
    page.get_by_role("button", name="Add item").first.click()
    choose(page, "Stöd", "Bollplank")
    choose(page, "Vem ger det (signatur)", "asj")
    choose_today(page, "Från och med")
    choose_today(page, "Till och med")
    fill(page, "Skäl", "De vill ha någon att tänka högt med.")
    take(page, folder / "handbok-behovssamtal.png", field(page, "Hur många vill de bli"))
    run = ended(running, page, deployment_of(running, "needs-talk/needs-talk"), "COMPLETED")
    run_page(page, running, run["id"])
    page.screenshot(path=folder / "handbok-korning.png")


def refused(running: Running, page: Page, folder: Path) -> None:
    from_work_list(running, page, "Kiruna · ort")
    choose_today(page, "Samtalet hölls")
    choose(page, "Beslut", "Avslå")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("Skäl: välj ett skäl till beslutet.").wait_for()
    page.wait_for_timeout(1000)  # the page scrolls to it
    page.screenshot(path=folder / "handbok-fel.png")


def run_page(page: Page, running: Running, run: str) -> None:
    """The run, with what it says at its end."""
    page.goto(f"{running.prefect}/runs/flow-run/{run}")
    page.get_by_text("Details", exact=True).locator("visible=true").click()
    page.get_by_text("State Message").wait_for(timeout=90_000)
    page.set_viewport_size({"width": WIDE, "height": HIGH + 100})
    page.wait_for_timeout(1500)  # the run's graph draws itself


def answered(running: Running, page: Page, folder: Path) -> None:
    open_form(running, page, "check-in")
    choose_first(page, "Vilket nätverk svarar?")
    choose(page, "4 Hur gärna vill du fortsätta?", "4 – gärna")
    choose(page, "5 Vad skulle hjälpa mest?", "En talare")
    take(page, folder / "handbok-avstamning.png")


def booked(running: Running, page: Page, folder: Path) -> None:
    open_form(running, page, "kickoff")
    choose(page, "Nätverk", planned(running))
    choose(page, "Din signatur", "asj")
    choose_today(page, "Första träffen")
    take(page, folder / "handbok-uppstart.png")


def met(running: Running, page: Page, folder: Path) -> None:
    open_form(running, page, "meeting-report")
    choose_first(page, "Nätverk")
    choose_today(page, "Träffens dag")
    fill(page, "Hur många kom", "9")
    for title, who in (("Vem bjöd in", "m1"), ("Vem var värd", "m2"), ("Vem ordnade programmet", "Kansliet")):
        choose(page, title, who)
    take(page, folder / "handbok-traff.png", field(page, "Vem följde upp"))


def caught_up(running: Running, page: Page, folder: Path) -> None:
    open_form(running, page, "catch-up")
    choose_first(page, "Ärende")
    choose(page, "Din signatur", "asj")
    choose_today(page, "Samtalet hölls")
    choose(page, "Vad ni kom fram till", "Prova något nytt i 90 aktiva dagar")
    choose(page, "Medlem som kom överens med dig", "m1")
    fill(page, "Vad ni bestämde", "Kortare träffar, och två som delar på inbjudan.")
    take(page, folder / "handbok-samtal.png")


def changed(running: Running, page: Page, folder: Path) -> None:
    open_form(running, page, "network-change")
    choose_first(page, "Nätverk")
    choose(page, "Din signatur", "asj")
    choose(page, "Ändring", "Ny kontakt")
    choose(page, "Medlem som bett om det eller bestämt", "m1")
    choose(page, "Ny kontakt", "m2")
    take(page, folder / "handbok-andring.png", field(page, "Den nya arrangörens medlemsnummer"))


def away(running: Running, page: Page, folder: Path) -> None:
    open_form(running, page, "capacity")
    choose(page, "Vad gäller det?", "Frånvaro")
    choose(page, "Din signatur", "mla")
    choose(page, "Vem det gäller (signatur)", "asj")
    choose_today(page, "Från och med")
    choose_today(page, "Till och med")
    choose(page, "Ersättare (signatur)", "gol")
    take(page, folder / "handbok-timmar.png")


def listed(running: Running, page: Page, folder: Path) -> None:
    open_work_list(running, page)
    page.screenshot(path=folder / "handbok-arbetslista.png")


def doubted(running: Running, page: Page, folder: Path) -> None:
    with mail_catcher(running, HangsUp):
        ask(running, datetime.now(UTC).date(), EMPLOYEE, "Boden", "town")
        while not json.loads(running.lots("outbox", "--json"))["in_doubt"]:  # the worker may have it, or we
            running.lots("run", "outbox")
    run_now(running, "work-list")
    from_work_list(running, page, "Oklart om ett mejl gick fram")
    choose(page, "Vad ska göras", "Skicka de osäkra en gång till")
    choose(page, "Din signatur", "asj")
    take(page, folder / "handbok-utkorg.png")


def protected(running: Running, page: Page, folder: Path) -> None:
    with mail_catcher(running) as catcher:
        page.goto(f"{running.web}/my-data")
        page.get_by_label("Ditt medlemsnummer").fill(AKE)
        page.get_by_role("button", name="Mejla mig länken").click()
        running.lots("run", "outbox")
        page.goto(running.web + link_in(catcher, AKE_MAIL, "my-data"))
    page.get_by_label("Att något rättas").check()
    page.get_by_role("button", name="Skicka").click()
    run_now(running, "work-list")
    from_work_list(running, page, "begäran om rättelse", "other")
    fill(page, "Rätt namn", "Åke Öhman Berg")
    choose(page, "Din signatur", "dpo")
    take(page, folder / "handbok-uppgifter.png")


def healthy(running: Running, page: Page, folder: Path) -> None:
    page.set_viewport_size({"width": WIDE, "height": 1100})
    artifact(running, page, "health-check")
    page.screenshot(path=folder / "handbok-halsa.png")
    network = page.locator("a[href*='/artifacts/artifact/']").filter(has_text="#").first.get_attribute("href")
    assert network
    page.goto(running.prefect + network)
    page.locator("img[src^='data:image/svg']").first.wait_for()
    page.wait_for_timeout(1000)
    page.screenshot(path=folder / "handbok-natverk.png")
    page.set_viewport_size({"width": WIDE, "height": HIGH})


def staff_pages(running: Running, page: Page, folder: Path) -> None:
    """As whoever has the newest request in the region sees it, signed in by a link that the operator printed."""
    page.set_viewport_size({"width": STAFF_WIDE, "height": HIGH})
    page.goto(json.loads(running.lots("staff", "link", "asj", "--json"))["link"])
    page.get_by_role("button", name="Logga in").click()
    page.wait_for_url(re.compile("/staff$"))
    page.screenshot(path=folder / "handbok-min-lista.png")
    [(newest,)] = rows(running, "SELECT max(number) FROM support_request")
    page.goto(f"{running.web}/staff/request/{newest}")
    page.screenshot(path=folder / "handbok-sida-forfragan.png")
    page.goto(f"{running.web}/staff/region/25")
    page.screenshot(path=folder / "handbok-region.png", full_page=True)
    page.set_viewport_size({"width": WIDE, "height": HIGH})


def open_work_list(running: Running, page: Page, region: str = "25") -> None:
    artifact(running, page, f"work-list-{region}")


def artifact(running: Running, page: Page, key: str) -> None:
    page.goto(f"{running.prefect}/artifacts/artifact/{newest_artifact(running, key)}")
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_timeout(1000)


def from_work_list(running: Running, page: Page, about: str, region: str = "25") -> None:
    """The form that a row of the work list opens."""
    open_work_list(running, page, region)
    row = page.get_by_role("listitem").filter(has_text=re.compile(about, re.IGNORECASE)).last
    link = row.locator("a[href*='/deployments/']").first.get_attribute("href")
    assert link
    page.goto(link)
    page.locator(".schema-form-property").first.wait_for()
    page.wait_for_timeout(500)


def choose_first(page: Page, title: str) -> None:
    """The first thing that can be chosen, past what stands for none."""
    unfold(page, title)
    page.get_by_role("option").filter(has_text="#").first.click()


def planned(running: Running) -> str:
    schema = api(running, "GET", "/deployments/name/kickoff/kickoff")["parameter_openapi_schema"]
    return str(schema["definitions"]["KickoffForm~0"]["properties"]["network_number"]["enum"][-1])


def every_form(running: Running, page: Page, folder: Path) -> None:
    """Each form as it opens and in its whole length, for somebody to look at."""
    for name in FORMS:
        open_form(running, page, name)
        take(page, folder / f"{name}.png")


# In this order: what is decided on the way is seen in what follows.
STORY: tuple[Callable[[Running, Page, Path], None], ...] = (
    listed, staff_pages, requested, refused, talked, booked, answered, met, caught_up, changed, away, healthy, doubted,
    protected,
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, lots_up(Path(home), free_port(3525)) as (running, _):
        an_office(running)
        with chromium() as browser:
            page = browser.new_page(viewport={"width": WIDE, "height": HIGH}, locale="sv-SE")
            sign_in(page, running.login)
            page.set_default_timeout(30_000)
            for part in (every_form,) if told.folder else STORY:
                part(running, page, told.folder or DOCS)


if __name__ == "__main__":
    main()
