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
from tests.e2e.founder import link_in, rows
from tests.e2e.staff import choose, choose_today, deployment_of, ended, fill
from tests.e2e.test_staff_in_prefect import OFFICE, mail_catcher
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

    # It should have been 2: put right in the form that the page leads to, and the ledger and the mail follow.
    page.get_by_role("link", name="Timmar och bidrag").click()
    choose(page, "Vad gäller det?", "Rätta: timmar eller dagar för ett stöd")
    choose(page, "Din signatur", "asj")
    choose(page, "Stöd", "Bollplank")
    fill(page, "Timmar", "2")
    choose(page, "Varför rättas det", "Fel inskrivet")
    ended(running, page, deployment_of(running, "capacity/capacity"), "COMPLETED")
    page.goto(running.web + its_page)
    expect(page.get_by_role("region", name="Beviljat stöd")).to_contain_text("0 av 2 timmar")
    expect(page.get_by_role("region", name="Vad som har hänt")).to_contain_text("4")

    # Wednesday: the co-organiser says yes on the page that their mail leads to.
    running.lots("run", "outbox", "--as-of", next_allowed(datetime.now(UTC), MailClass.founder).isoformat())
    page.goto(running.web + link_in(catcher, "orjan.hakansson@", "organiser"))
    page.get_by_role("button", name="Ja, jag vill vara med").click()

    # Thursday: somebody tells of the first meeting, and she takes down the wrong day.
    page.goto(running.web + its_page)
    page.get_by_role("link", name="Skriv in en träff").click()
    choose_today(page, "Träffens dag")
    fill(page, "Hur många kom", "7")
    ended(running, page, deployment_of(running, "meeting-report/meeting-report"), "COMPLETED")
    page.goto(running.web + its_page)
    expect(page.get_by_role("listitem").filter(has_text=f"Startade {today}")).to_be_visible()
    page.get_by_role("link", name="Rätta").first.click()
    page.get_by_label("Fel dag").check()
    page.get_by_label("Rätt dag").fill(str(today - timedelta(days=1)))
    page.get_by_label("Varför").fill("De träffades dagen före.")
    page.get_by_role("button", name="Rätta").click()
    expect(page.get_by_role("status")).to_contain_text("Rättat.")
    expect(page.get_by_role("listitem").filter(has_text=f"Startade {today - timedelta(days=1)}")).to_be_visible()

    # Friday: she falls ill, and a colleague takes over all that she has; he sees whom it is about at once.
    page.get_by_role("link", name="Ändra något").click()
    choose(page, "Din signatur", "mla")
    choose(page, "Nätverk", "Inget: allt lämnas över")
    choose(page, "Ändring", "Lämna över allt en förhandlare har")
    choose(page, "Lämnar över", "asj")
    choose(page, "Ny förhandlare", "gol")
    ended(running, page, deployment_of(running, "network-change/network-change"), "COMPLETED")
    page.goto(running.web + "/staff")
    page.get_by_role("button", name="Logga ut").click()
    come_in(running, catcher, page, GORAN, its_page)
    expect(page.get_by_role("region", name="Vilka som bär det")).to_contain_text("Görel Ångström")

    # The chief asks how Norrbotten is; somebody complains, and it is written down.
    page.goto(f"{running.web}/staff/region/25")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Norrbotten")
    page.goto(running.web + its_page)
    page.get_by_text("Anteckna en kontakt").click()
    page.get_by_label("Hur", exact=True).select_option("E-post")
    page.get_by_label("Hur gick det?").select_option("Klagomål")
    page.get_by_label("Anteckning").fill(COMPLAINT)
    page.get_by_role("button", name="Anteckna").click()
    expect(page.get_by_role("region", name="Kontaktlogg")).to_contain_text(COMPLAINT)
