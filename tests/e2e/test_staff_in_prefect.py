"""Staff in the Prefect UI: from request to grant, a form error, a mail step retried, a mail in doubt."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Page, expect

from deployments.demo.mail_catcher import Catcher
from models.forms.outbox import SEND
from models.reference.file_import import DATA
from tests.acts import AKE, EMPLOYEE, MARIT
from tests.e2e.staff import (
    SENTENCE,
    api,
    choose,
    choose_today,
    deployment_of,
    ended,
    field,
    fill,
    open_form,
    options,
    refused,
    retry,
    runs_of,
    wait_until,
    watch,
)
from tests.left import left_running
from tests.up import Running

pytestmark = pytest.mark.e2e
OFFICE = DATA.parents[2] / "deployments" / "demo"


class HangsUp(Catcher):
    """A mail server that breaks the connection after the final dot: nobody knows whether it took the mail."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert server.transport
        server.transport.close()
        return "421 gone"


@contextmanager
def mail_catcher(running: Running, kind: type[Catcher] = Catcher) -> Iterator[Catcher]:
    catcher = kind(running.home / "mail")
    controller = Controller(catcher, hostname="127.0.0.1", port=running.smtp_port)
    controller.start()
    try:
        yield catcher
    finally:
        controller.stop()


@pytest.fixture(scope="module")
def office(running: Running) -> Running:
    import_office(running)
    return running


def import_office(running: Running) -> None:
    running.lots("import", "staff", str(OFFICE / "staff.csv"))
    running.lots("import", "members", str(OFFICE / "members.csv"))


PLACE = "Hemma hos Görel"
NEED = "Vi vill ses över företagsgränser."
WHY_GRANTED = "De känner bara sina egna."
WHAT_WAS_SAID = "Görel ringer igen på fredag."


def test_staff_fill_in_a_request_and_the_worker_writes_it_down(office: Running, page: Page) -> None:
    errors, outside = watch(page)
    deployment = open_form(office, page, "support-request")
    assert "(Optional)" not in page.locator(".schema-form-property").first.inner_text()
    fill(page, "Medlemsnummer", AKE)
    choose(page, "Kom in genom", "E-post")
    fill(page, "Plats", PLACE)
    choose(page, "Kommun", "Luleå")
    choose(page, "Nätverkets art", "Samma roll")
    fill(page, "Behovet med medlemmens egna ord", NEED)
    fill(page, "Medarrangörers medlemsnummer", MARIT)
    run = ended(office, page, deployment, "COMPLETED")
    assert run["state"]["message"] == "Förfrågan #1: mottagen, hos asj"
    assert run["name"] == "Stödförfrågan · Förfrågan #1: mottagen, hos asj"
    assert AKE not in json.dumps(run) and "företagsgränser" not in json.dumps(run)
    assert run["parameters"]["form"]["nature"] == "Samma roll"
    assert (errors, outside) == ([], [])


def test_a_form_that_is_wrong_says_in_a_sentence_what_to_change(office: Running, page: Page) -> None:
    errors, outside = watch(page)
    deployment = open_form(office, page, "needs-talk")
    assert refused(page) == [
        "Förfrågan: välj i listan.", "Din signatur: välj i listan.", "Samtalet hölls: välj dagen.",
    ]  # fmt: skip
    choose(page, "Förfrågan", "Luleå · samma roll · #1")
    choose(page, "Din signatur", "asj")
    choose_today(page, "Samtalet hölls")
    choose(page, "Beslut", "Avslå")
    fill(page, "Anteckning från samtalet", "Åke vill vänta.")
    assert refused(page) == [
        "Skäl: välj ett skäl till beslutet.", "Anteckning från samtalet: skriv initiativtagaren i stället för namnet.",
    ]  # fmt: skip
    expect(field(page, "Skäl vid avslag eller hänvisning").locator(SENTENCE)).to_be_visible()
    assert runs_of(office, deployment) == []
    assert (errors, outside) == ([], [])


def test_a_member_whom_the_register_does_not_know_is_told_before_anything_is_kept(office: Running, page: Page) -> None:
    errors, outside = watch(page)
    deployment = open_form(office, page, "support-request")
    before = len(runs_of(office, deployment))
    fill(page, "Medlemsnummer", "123456-78")
    fill(page, "Plats", "Luleå")
    fill(page, "Behovet med medlemmens egna ord", NEED)
    [told] = refused(page)
    assert told.startswith("Medlemsnummer: finns inte i medlemsregistret.")
    page.get_by_text("Validate parameters").click()  # the UI asks nobody then, and the server tells it all the same
    page.get_by_role("button", name="Submit").click()
    expect(page.locator(".p-toast, [class*=toast]").get_by_text("finns inte i medlemsregistret").first).to_be_visible()
    assert len(runs_of(office, deployment)) == before
    assert [one for one in errors if "409" not in one and "/assets/" not in one] == []
    assert outside == []


def test_the_form_is_quick_to_fill_in(office: Running, page: Page) -> None:
    open_form(office, page, "needs-talk")
    field(page, "Samtalet hölls").get_by_text("Select date").click()
    assert page.locator(".p-calendar-date-picker__day-of-week").first.inner_text() == "Mo"
    page.locator(".p-calendar-date-picker__date--in-month").nth(10).click()
    expect(field(page, "Samtalet hölls").locator(".p-date-button__value")).to_contain_text("11th")
    field(page, "Beslut").get_by_text("Bevilja").click()
    page.get_by_role("option", name="Avslå").click()
    open_form(office, page, "support-request")
    field(page, "Kommun").locator(".p-select-button__control").click()
    search = page.locator("[role=listbox] input[type=search]:visible")
    search.fill("Lule")
    expect(page.get_by_role("option")).to_have_count(1)
    search.press("Enter")
    expect(field(page, "Kommun").locator(".p-select-button__value")).to_have_text("Luleå")


def test_a_form_copied_from_a_run_does_not_stand_in_the_address(office: Running, page: Page) -> None:
    deployment = deployment_of(office, "support-request/support-request")
    told = {"member_number": AKE, "place": "Boden", "municipality": "Boden", "need": NEED}
    later = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2099-01-01T00:00:00Z"}}
    made = {"parameters": {"form": told}, "state": later}
    run = api(office, "POST", f"/deployments/{deployment}/create_flow_run", made)
    page.goto(f"{office.prefect}/runs/flow-run/{run['id']}")
    page.locator(".p-icon-button-menu").last.click()
    page.get_by_text("Copy to new run").click()
    expect(field(page, "Medlemsnummer").locator("textarea")).to_have_value(AKE)
    assert page.url == f"{office.prefect}/deployments/deployment/{deployment}/run"
    api(office, "DELETE", f"/flow_runs/{run['id']}")


def test_a_form_sent_as_it_opens_erases_nothing_and_says_what_to_choose(office: Running, page: Page) -> None:
    errors, outside = watch(page)
    deployment = open_form(office, page, "data-protection")
    assert "(Optional)" not in page.locator("body").inner_text()
    assert refused(page) == ["Begäran: välj i listan, eller «Ingen: kör nattens gallring nu»."]
    assert runs_of(office, deployment) == []
    choose(page, "Begäran", "Ingen: kör nattens gallring nu")
    run = ended(office, page, deployment, "COMPLETED")
    assert run["state"]["message"].startswith("0 personer raderade på begäran")
    assert (errors, outside) == ([], [])


def test_from_the_work_list_to_the_form_with_the_right_request_chosen_to_granted(office: Running, page: Page) -> None:
    errors, outside = watch(page)
    open_work_list(office, page)
    row = page.get_by_role("listitem").filter(has_text="Luleå · samma roll · #1")
    expect(row).to_contain_text("hos asj")
    its_page = row.get_by_role("link", name="Luleå · samma roll · #1")
    expect(its_page).to_have_attribute("href", f"{office.web}/staff/request/1")
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
    run = ended(office, form, deployment_of(office, "needs-talk/needs-talk"), "COMPLETED")
    assert run["state"]["message"] == "Förfrågan #1: beviljad, nätverk #1"
    assert run["name"] == "Behovssamtal · Förfrågan #1: beviljad, nätverk #1"

    open_form(office, form, "kickoff")
    assert options(form, "Nätverk") == ["Inget: kör dagens genomgång nu", "Luleå · samma roll · #1"]
    open_form(office, form, "needs-talk")
    assert options(form, "Förfrågan") == ["Luleå · samma roll · #1"], "its decision can be opened again for three weeks"
    assert (errors, outside, form_errors, form_outside) == ([], [], [], [])


def test_a_mail_step_that_failed_is_retried_from_the_ui_and_sends_nothing_twice(office: Running, page: Page) -> None:
    if not json.loads(office.lots("outbox", "--json"))["queued"]:
        told = params(member_number=AKE, place="Luleå", municipality="Luleå", need="Vi vill ses.")
        office.lots("run", "support-request", *told)
    queued = json.loads(office.lots("outbox", "--json"))["queued"]
    deployment = deployment_of(office, "outbox/outbox")
    run = api(office, "POST", f"/deployments/{deployment}/create_flow_run", {"parameters": SEND})
    wait_until(office, run["id"], "FAILED")

    page.goto(f"{office.prefect}/runs/flow-run/{run['id']}")
    expect(page.get_by_text("E-postservern").first).to_be_visible()
    expect(page.get_by_text("Kön är orörd").first).to_be_visible()
    assert json.loads(office.lots("outbox", "--json"))["queued"] == queued

    with mail_catcher(office) as catcher:
        retry(office, page, run["id"])
        done = wait_until(office, run["id"], "COMPLETED")
        assert "skickade" in done["state"]["message"]
        assert len(catcher.mails) >= 1
        again = json.loads(office.lots("run", "outbox", "--json"))
        assert again["sent"] == 0
        # Not by their number: what was queued last may have its own outbox run, which has only now begun.
        names = [mail["Message-ID"] for mail in catcher.mails]
        assert len(set(names)) == len(names)


def test_a_mail_in_doubt_is_settled_from_its_row_of_the_work_list(office: Running, page: Page) -> None:
    errors, outside = watch(page)
    with mail_catcher(office, HangsUp):
        # Whoever works at the office gets a kind no, at once and on any day: the only mail that goes.
        told = params(member_number=EMPLOYEE, place="Luleå", municipality="Luleå", need="Vi vill ses.")
        office.lots("run", "support-request", *told)
        wait_for(lambda: json.loads(office.lots("outbox", "--json"))["in_doubt"] == 1)
    open_work_list(office, page)
    matter = page.get_by_role("link", name="Oklart om ett mejl gick fram")
    expect(matter).to_have_count(1)
    with page.context.expect_page() as opened:
        matter.click()
    form = opened.value
    form_errors, form_outside = watch(form)
    expect(field(form, "Vilka osäkra mejl").get_by_text("svar: nej")).to_be_visible()
    choose(form, "Vad ska göras", "Skicka de osäkra en gång till")
    choose(form, "Din signatur", "asj")
    with mail_catcher(office) as catcher:
        run = ended(office, form, deployment_of(office, "outbox/outbox"), "COMPLETED")
        assert run["name"].startswith("Utkorg · ")
        assert run["state"]["message"].endswith("skickade, 0 väntar, 0 gick inte fram, 0 osäkra")
        expect(form.get_by_text(run["state"]["message"]).first).to_be_visible()
        # In office hours the mail about the doubt goes to staff at the same time.
        assert [str(mail["Subject"]) for mail in catcher.mails].count("Svar på din förfrågan") == 1
    open_form(office, form, "outbox")
    assert "Just nu finns inget att välja" in field(form, "Vilka osäkra mejl").inner_text()
    assert (errors, outside, form_errors, form_outside) == ([], [], [], [])


def open_work_list(office: Running, page: Page) -> None:
    """Have the list of Norrbotten made anew, and read it: by its name all the way from the deployment."""
    deployment = deployment_of(office, "work-list/work-list")
    listed = api(office, "POST", f"/deployments/{deployment}/create_flow_run", {})
    wait_until(office, listed["id"], "COMPLETED")
    page.goto(f"{office.prefect}/deployments/deployment/{deployment}?tab=Description")
    for name in ("Öppna det senaste", "Norrbottens län"):
        page.goto(office.prefect + str(page.get_by_role("link", name=name).get_attribute("href")))
    expect(page.get_by_role("heading", name="Arbetslista Norrbottens län")).to_be_visible()


def params(**form: str) -> list[str]:
    return [part for name, value in form.items() for part in ("--param", f"{name}={value}")]


def wait_for(happened: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(1)


def test_ctrl_c_in_the_middle_of_the_demo_leaves_nothing_behind(tmp_path: Any) -> None:
    environment = {"LOTS_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    command = (sys.executable, "-P", "-m", "deployments", "demo", "--exit")
    demo = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    threading.Timer(35, demo.terminate).start()
    assert demo.wait(80) != 0
    assert left_running(tmp_path) == []
    assert not list((tmp_path / "demo").glob("lots.db-*"))
