"""A founder's way through the real parts: asks on the web, is answered by mail, meets, and tells how it is.

`lots up` as an office runs it, a browser 360 pixels wide, a mail catcher, and a mail scanner that opens every link.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from datetime import time as clock
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from deployments.demo.mail_catcher import Catcher
from models.check_ins.schedule import first_due
from models.dates.local_time import local
from models.dates.send_window import MailClass, next_allowed, next_check_in_day
from tests.e2e.founder import a_phone, begin, link_in, rows, told_to_the_talk, wait_for
from tests.e2e.test_staff_in_prefect import mail_catcher
from tests.up import Running

pytestmark = pytest.mark.e2e
GOREL, ORJAN = "800104-04", "800105-05"
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.fixture
def catcher(running: Running) -> Iterator[Catcher]:
    with mail_catcher(running) as found:
        yield found


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with a_phone(browser) as page:
        yield page


def everything(running: Running) -> list[tuple[Any, ...]]:
    """All that is stored but the pulse of runs: the office's own outbox may just be beating meanwhile."""
    asked = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'flow_run_pulse' ORDER BY name"
    tables = [name for (name,) in rows(running, asked)]
    return [row for table in tables for row in rows(running, f'SELECT * FROM "{table}" ORDER BY 1')]


def test_a_founder_asks_is_answered_meets_and_tells(running: Running, catcher: Catcher, phone: Page) -> None:
    begin(running)
    web = running.web
    today = local(datetime.now(UTC)).date()

    # Asks: what she typed waits until she has said by the link in her mail that it was she; the worker goes on then.
    phone.goto(f"{web}/request")
    phone.get_by_label("Kommun").fill("Skövde")
    phone.get_by_label("Vi har samma slags chefsroll").check()
    phone.get_by_label("Vad behöver ni?").fill("Jag är ny som chef och vill prata med andra.")
    phone.get_by_label("Vilka fler är med?").fill(ORJAN)
    phone.get_by_label("Ditt medlemsnummer").fill(GOREL)
    phone.get_by_role("button", name="Gå vidare").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Stämmer det här?")
    phone.get_by_role("button", name="Skicka förfrågan").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Ett steg kvar: bekräfta i mejlet")
    assert rows(running, "SELECT count(*) FROM support_request WHERE place = 'Skövde'") == [(0,)]
    running.lots("run", "outbox")
    phone.goto(web + link_in(catcher, "gorel.angstrom@", "confirm"))
    phone.get_by_role("button", name="Ja, skicka till kansliet").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Tack, nu har kansliet din förfrågan")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    number = wait_for(running, "SELECT number FROM support_request WHERE place = 'Skövde' AND assigned_to IS NOT NULL")

    # The receipt arrives at the address on file.
    running.lots("run", "outbox")
    assert any("har nummer " + str(number) in text for text in catcher.texts_to("gorel.angstrom@"))

    # Staff talk with her and decide; whoever she named says yes.
    told_to_the_talk(running, number, "Nya chefer i Skövde", "sounding_board", today)
    running.lots("run", "outbox", "--as-of", next_allowed(datetime.now(UTC), MailClass.founder).isoformat())
    phone.goto(web + link_in(catcher, "orjan.hakansson@", "organiser"))
    phone.get_by_role("button", name="Ja, jag vill vara med").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Välkommen som arrangör")

    # They meet, and she tells of it on the page that her mail links to.
    phone.goto(web + link_in(catcher, "gorel.angstrom@", "meeting"))
    phone.get_by_label("Berätta om en träff som har varit").check()
    phone.get_by_label("Vilken dag gäller det?").fill(today.isoformat())
    phone.get_by_label("Deltagare").fill("7")
    phone.get_by_label("Branschföreningar").fill("3")
    phone.get_by_label("Företag", exact=True).fill("5")
    phone.get_by_role("button", name="Skicka").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Tack, nu vet vi hur det gick")
    assert rows(running, "SELECT state FROM network WHERE place = 'Skövde'") == [("starting",)]

    # The check-in comes by mail when it is due. A scanner opens its links, and nothing changes.
    tuesday = datetime.combine(next_check_in_day(first_due(today)), clock(9, 30), STOCKHOLM)
    running.lots("run", "check-in", "--as-of", tuesday.isoformat())
    running.lots("run", "outbox", "--as-of", tuesday.isoformat())
    check_in = link_in(catcher, "gorel.angstrom@", "check-in")
    before = everything(running)
    for address in (check_in, f"{check_in}?q4=5", link_in(catcher, "gorel.angstrom@", "stop")):
        for method in ("HEAD", "GET"):
            assert httpx.request(method, web + address, headers={"User-Agent": "scanner"}).status_code == 200
    assert everything(running) == before

    # She answers on the train, where what she has told is filled in, and the health check reads it.
    phone.goto(f"{web}{check_in}?q4=5")
    expect(phone.get_by_label("Ja", exact=True)).to_be_checked()
    phone.get_by_label("Två").check()
    phone.get_by_label("Inget just nu").check()
    phone.get_by_role("button", name="Skicka svaret").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Tack för ditt svar")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    running.lots("run", "health-check", "--as-of", tuesday.date().isoformat())
    network = "SELECT id FROM network WHERE place = 'Skövde'"
    assert rows(running, f"SELECT f FROM health_snapshot WHERE network_id = ({network})") == [(1.0,)]
