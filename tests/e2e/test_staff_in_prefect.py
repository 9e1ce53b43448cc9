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
from models.reference.csv_import import DATA
from tests.acts import AKE, EMPLOYEE, MARIT
from tests.e2e.staff import (
    api,
    choose,
    choose_today,
    deployment_of,
    ended,
    field,
    fill,
    open_form,
    options,
    retry,
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


def test_a_form_sent_as_it_opens_erases_nothing_and_says_what_to_choose(office: Running, page: Page) -> None:
    errors, outside = watch(page)
    deployment = open_form(office, page, "data-protection")
    assert "(Optional)" not in page.locator("body").inner_text()
    ended(office, page, deployment, "FAILED")
    told = "Begäran: välj i listan, eller «Ingen: kör nattens gallring nu»."
    expect(page.get_by_text(told).first).to_be_visible()
    open_form(office, page, "data-protection")
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
    expect(form.get_by_text("Behovssamtal: förfrågan #1").first).to_be_visible()

    open_form(office, form, "kickoff")
    assert options(form, "Nätverk") == ["Inget: kör dagens genomgång nu", "Luleå · samma roll · #1"]
    open_form(office, form, "needs-talk")
    assert "Just nu finns inget att välja" in field(form, "Förfrågan").inner_text()
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
        sent = len(catcher.mails)
        assert sent >= 1
        again = json.loads(office.lots("run", "outbox", "--json"))
        assert again["sent"] == 0
        assert len(catcher.mails) == sent


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
        assert run["name"] == "Utkorg: skicka de osäkra en gång till"
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
