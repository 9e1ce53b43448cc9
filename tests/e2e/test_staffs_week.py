"""A negotiator's week in two places: the staff pages, where they see, and the Prefect UI, where they decide.

A request is mailed to her; she signs in, calls, notes that nobody answered; talks, grants with the wrong hours and puts
that right; the first meeting is told of on the wrong day and moved; a colleague falls ill; the chief asks; somebody
complains.
"""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from deployments.demo.mail_catcher import Catcher
from models.dates.local_time import local
from models.dates.send_window import MailClass, next_allowed
from tests.acts import GOREL, ORJAN
from tests.e2e.staff import choose, choose_today, deployment_of, ended, fill
from tests.e2e.test_staff_in_prefect import OFFICE, mail_catcher
from tests.e2e.test_the_founders_path import rows
from tests.up import Running

pytestmark = pytest.mark.e2e
SAID = "Hennes kollega svarade: ring på onsdag."
COMPLAINT = "De tycker att svaret dröjde."
ASA, GORAN = "asa.sjostrom@", "goran.olund@"


@pytest.fixture(scope="module")
def catcher(running: Running) -> Iterator[Catcher]:
    running.lots("import", "staff", str(OFFICE / "staff.csv"))
    running.lots("import", "members", str(OFFICE / "members.csv"))
    with mail_catcher(running) as caught:
        yield caught


def mail_goes(running: Running) -> None:
    """The outbox at the next hour in which mail to staff may go."""
    at = next_allowed(datetime.now(UTC), MailClass.working_day)
    running.lots("run", "outbox", "--as-of", at.isoformat())


def come_in(running: Running, catcher: Catcher, page: Page, address: str, to: str) -> None:
    """Open a staff page, ask for a link there, and press the one that comes by mail."""
    page.goto(running.web + to)
    page.get_by_label("Din e-postadress på kansliet").fill(f"{address}kansliet.example.org")
    page.get_by_role("button", name="Mejla mig en länk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Titta i din inkorg")
    link = re.compile(r"http://localhost:\d+(/staff/sign-in/[\w.~-]+)")
    deadline = time.monotonic() + 60
    while not (found := [link.search(text) for text in catcher.texts_to(address) if "sign-in" in text]):
        assert time.monotonic() < deadline, "no link came"
        time.sleep(0.3)
    assert found[0]
    page.goto(running.web + found[0][1])
    page.get_by_role("button", name="Logga in").click()
    page.wait_for_url(re.compile(re.escape(to) + "$"))


def test_a_negotiators_week(running: Running, catcher: Catcher, page: Page) -> None:
    today = local(datetime.now(UTC)).date()

    # Monday: a request comes, and is mailed to whoever has it, with its page and nobody's data.
    told = {"member_number": GOREL, "place": "Luleå", "municipality": "Luleå", "nature": "theme", "need": "Vi är nya."}
    told["co_organisers"] = ORJAN
    running.lots("run", "support-request", *(part for name in told for part in ("--param", f"{name}={told[name]}")))
    [(number,)] = rows(running, "SELECT max(number) FROM support_request")
    mail_goes(running)
    case = f"/staff/request/{number}"
    assert any(case in text and "Görel" not in text for text in catcher.texts_to(ASA))

    # She signs in on its page, sees whom to call, calls, and nobody answers.
    come_in(running, catcher, page, ASA, case)
    expect(page.get_by_role("heading", level=3).first).to_have_text("Görel Ångström")
    page.get_by_text("Anteckna en kontakt").click()
    page.get_by_label("Hur", exact=True).select_option("Telefon")
    page.get_by_label("Hur gick det?").select_option("Inget svar")
    page.get_by_label("Anteckning").fill(SAID)
    page.get_by_label("Påminn mig den").fill(str(today + timedelta(days=2)))
    page.get_by_role("button", name="Anteckna").click()
    expect(page.get_by_role("status")).to_have_text("Antecknat.")

    # Tuesday: they talk. The form opens from the page, filled in; the hours are mistyped.
    page.get_by_role("link", name="Skriv in samtalet eller beslutet").click()
    form = page
    choose_today(form, "Samtalet hölls")
    form.get_by_role("button", name="Add item").first.click()
    choose(form, "Stöd", "Bollplank")
    fill(form, "Timmar", "4")
    choose(form, "Vem ger det (signatur)", "asj")
    choose_today(form, "Från och med")
    choose_today(form, "Till och med")
    fill(form, "Skäl", "Någon att ringa.")
    run = ended(running, form, deployment_of(running, "needs-talk/needs-talk"), "COMPLETED")
    assert "beviljad" in run["state"]["message"]
    [(network,)] = rows(running, "SELECT max(number) FROM network")
    its_page = f"/staff/network/{network}"
    page.goto(running.web + its_page)
    expect(page.get_by_role("region", name="Beviljat stöd")).to_contain_text("0 av 4 timmar")
