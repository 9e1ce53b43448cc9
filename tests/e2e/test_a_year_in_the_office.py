"""A founder's way on a phone from asking to waking from rest, through a whole office: its own Prefect with its own
schedules, its worker, and a mail server that takes what really goes.

What the pages start comes by itself (what is due at once goes at once); what waits for office hours is sent as of then.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from deployments.demo.mail_catcher import Catcher
from deployments.server.processes import free_port
from models.dates.local_time import local
from models.dates.send_window import MailClass, next_allowed
from templates.rendering.web import words
from tests.acts import AKE, MARIT, RENE
from tests.e2e.founder import a_phone, begin, link_in, rows, told_to_the_talk, wait_for
from tests.e2e.staff import api
from tests.e2e.test_staff_in_prefect import mail_catcher
from tests.e2e.test_the_clock import until_planned
from tests.up import Running, lots_up

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
T = words("sv")
FOUNDER, FRIEND, COLLEAGUE = "ake.ohman@", "marit.sjoo@", "rene.bjorklof@"


@pytest.fixture(scope="module")
def ticking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A `lots up` with its clock."""
    with lots_up(tmp_path_factory.mktemp("year"), free_port(3825), clock=True) as (running, _):
        begin(running)
        yield running


@pytest.fixture
def catcher(ticking: Running) -> Iterator[Catcher]:
    with mail_catcher(ticking) as found:
        yield found


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with a_phone(browser) as page:
        yield page


def press(phone: Page, name: str) -> None:
    phone.get_by_role("button", name=name, exact=True).first.click()


def follow(phone: Page, name: str) -> None:
    phone.get_by_role("link", name=name, exact=True).first.click()


def sees(phone: Page, text: str) -> None:
    expect(phone.locator("main")).to_contain_text(text)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def office_hours(running: Running) -> None:
    """What waits for them is sent."""
    running.lots("run", "outbox", "--as-of", next_allowed(datetime.now(UTC), MailClass.founder).isoformat())


def invitations(catcher: Catcher) -> list[tuple[str, int]]:
    """Of each calendar file that came: whose, and the number of its version."""
    found = []
    for mail in catcher.mails:
        for part in mail.walk():
            if part.get_content_type() == "text/calendar":
                text = str(part.get_content())
                found.append((str(mail["To"]).split("<")[-1].split("@")[0], int(text.split("SEQUENCE:")[1].split()[0])))
    return found


def test_a_founders_way_through_a_whole_office(ticking: Running, catcher: Catcher, phone: Page) -> None:
    web, today = ticking.web, local(datetime.now(UTC)).date()
    sent = "SELECT 1 FROM outgoing_mail WHERE template = 'calendar-invitation' AND status = 'sent' GROUP BY 1"
    state = "SELECT state FROM network WHERE name = 'Ledare i Boden'"

    # Asks, is asked by mail whether it was he, and says yes: that mail comes by itself.
    phone.goto(f"{web}/request")
    phone.get_by_label(T("request.municipality")).fill("Bodne")
    phone.get_by_label(T("request.nature_town")).check()
    phone.get_by_label(T("request.need")).fill("Vi vill träffas.")
    phone.get_by_label(T("request.co_organisers")).fill(MARIT)
    phone.get_by_label(T("request.member_number")).fill(AKE)
    press(phone, T("request.review"))
    press(phone, T("request.suggested", likely="Boden"))
    press(phone, T("request.look.send"))
    sees(phone, T("request.sent.title"))
    phone.goto(web + link_in(catcher, FOUNDER, "confirm"))
    press(phone, T("confirm.yes"))
    sees(phone, T("confirm.thanks.title"))

    # Leaves a number to be called on.
    follow(phone, T("confirm.thanks.mine"))
    phone.get_by_label(T("my_request.phone")).fill("070-123 45 67")
    press(phone, T("my_request.reach_save"))
    sees(phone, T("my_request.done_reach"))

    # Staff talk with him and grant the kit; she whom he named says yes, and is led to the network's page.
    asked = "SELECT number FROM support_request WHERE place = 'Boden' AND assigned_to IS NOT NULL"
    told_to_the_talk(ticking, wait_for(ticking, asked), "Ledare i Boden", "starter_kit", today)
    office_hours(ticking)
    phone.goto(web + link_in(catcher, FRIEND, "organiser"))
    press(phone, T("organiser.yes"))
    follow(phone, T("network.back"))
    sees(phone, T("network.nothing_ahead"))

    # Books, and both calendars have it; shares it in his own words on a page and a poster.
    ours = web + link_in(catcher, FOUNDER, "network")
    phone.goto(ours)
    follow(phone, T("network.book"))
    phone.locator("#next_on").fill(str(today + timedelta(days=28)))
    phone.locator("summary", has_text=T("meeting.next_more")).click()
    phone.locator("#next_venue").fill("Folkets hus")
    phone.locator("#next_topic").fill("Att leda i mörker")
    press(phone, T("meeting.send"))
    sees(phone, T("meeting.thanks.title_book"))
    wait_for(ticking, f"{sent} HAVING count(*) = 2")
    follow(phone, T("network.back"))
    follow(phone, T("network.share_kit"))
    phone.locator("#words").fill("Vi ses över en kopp kaffe.")
    press(phone, T("network.share.send"))
    code = rows(ticking, "SELECT invite_code FROM meeting")[0][0]
    phone.goto(f"{web}/meet/{code}")
    sees(phone, "Vi ses över en kopp kaffe.")
    assert "Åke" not in phone.content()
    assert phone.request.get(f"{web}/meet/{code}.pdf").body().startswith(b"%PDF-")

    # Moves it: the same in both calendars, on another day.
    phone.goto(ours)
    follow(phone, T("meeting.booked_move"))
    phone.locator("#next_on").fill(str(today + timedelta(days=35)))
    press(phone, T("meeting.move_send"))
    sees(phone, T("meeting.thanks.title_move"))
    wait_for(ticking, f"{sent} HAVING count(*) = 4")
    assert sorted(invitations(catcher)) == [("ake.ohman", 0), ("ake.ohman", 1), ("marit.sjoo", 0), ("marit.sjoo", 1)]

    # They meet before that, at lunch today, and tell of it: the network starts.
    phone.goto(ours)
    follow(phone, T("network.tell"))
    for field, typed in (("#on", str(today)), ("#attended", "7"), ("#branches", "3"), ("#companies", "5")):
        phone.locator(field).fill(typed)
    press(phone, T("meeting.send"))
    sees(phone, T("meeting.thanks.title_held"))
    assert rows(ticking, state) == [("starting",)]

    # Asks a colleague by a link that is passed on, and hands over the contact: each says yes by a mail of their own.
    phone.goto(ours)
    follow(phone, T("network.act.ask.title"))
    link = phone.get_by_role("textbox", name=T("network.act.ask.link")).input_value()
    phone.goto(web + link.partition(link.split("/")[2])[2])
    phone.locator("#member_number").fill(RENE)
    press(phone, T("join.send"))
    sees(phone, T("join.asked.title"))
    wait_for(ticking, "SELECT 1 FROM outgoing_mail WHERE template = 'co-organiser' GROUP BY 1 HAVING count(*) = 2")
    phone.goto(ours)
    follow(phone, T("network.act.contact.title"))
    phone.locator("label", has_text="Märit").click()
    press(phone, T("network.act.contact.send"))
    office_hours(ticking)
    phone.goto(web + link_in(catcher, COLLEAGUE, "organiser"))
    press(phone, T("organiser.yes"))
    wait_for(ticking, f"{sent} HAVING count(*) > 4")
    assert sorted(invitations(catcher))[4:] == [("rene.bjorklof", 1)], "who has the meeting is not sent it anew"
    hers = web + link_in(catcher, FRIEND, "network")
    phone.goto(hers)
    press(phone, T("network.take.yes"))
    sees(phone, T("network.done.take"))

    # She lets it rest, and wakes it.
    follow(phone, T("network.act.rest.title"))
    press(phone, T("network.act.rest.send"))
    assert rows(ticking, state) == [("resting",)]
    press(phone, T("network.act.wake.send"))
    sees(phone, T("network.done.wake"))
    assert rows(ticking, state) == [("trial",)]  # awake it goes on where the office helps little

    # The office's clock goes on, none of what it ran has failed, and each mail went once.
    assert until_planned(ticking)
    failed = {"flow_runs": {"state": {"type": {"any_": ["FAILED", "CRASHED"]}}}}
    assert api(ticking, "POST", "/flow_runs/filter", failed) == []
    left = rows(ticking, "SELECT status, count(*) FROM outgoing_mail GROUP BY status")
    assert not {"failed", "in_doubt", "deferred"} & {status for status, _ in left}
