"""A founder's year on a phone, from the grant to waking from rest, without a script; and how many presses it takes."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import col, select

from models.db.engine import reading, transaction
from models.people.roles import confirmed_organisers, roles_of
from models.people.signed_link import Purpose, make_link
from models.tables.check_in import CheckIn
from models.tables.mail import OutgoingMail, Template
from models.tables.meeting import Meeting, MeetingStatus
from models.tables.network import Network, NetworkState, Role
from templates.rendering.web import words
from tests.acts import GOREL, ask, at, grant_line, mails, say_yes, talk
from tests.deployments.browsing import values_of
from tests.deployments.conftest import World

pytestmark = pytest.mark.e2e
T = words("sv")


class Phone:
    """A founder's phone, 360 pixels wide: it opens what came by mail, and counts each press since."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base, self.presses = page, base, 0

    def open(self, address: str) -> None:
        """Press a link in a mail."""
        self.presses = 1
        self.page.goto(self.base + address)

    def press(self, name: str, kind: str = "button") -> None:
        self.tap(self.page.get_by_role(kind, name=name, exact=True).first)  # type: ignore[arg-type]

    def tap(self, what: Locator) -> None:
        self.presses += 1
        what.click()

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)


@pytest.fixture
def phone(browser: Browser, world: World) -> Iterator[Phone]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="sv-SE", java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield Phone(page, world.public_url)
    context.close()


# --- how many presses -----------------------------------------------------------------------------


def test_to_report_takes_two_presses(world: World, phone: Phone) -> None:
    key = world.plan(world.now - timedelta(days=1))
    phone.open(world.page_of("m1"))
    phone.press("7")
    phone.sees(T("meeting.thanks.title_held"))
    told = world.get(Meeting, key)
    assert (told.status, told.attended, phone.presses) == (MeetingStatus.held, 7, 2)


def test_to_say_that_it_was_not_held_takes_two_presses(world: World, phone: Phone) -> None:
    key = world.plan(world.now - timedelta(days=1))
    phone.open(world.page_of("m1"))
    phone.press("Nej, den blev inte av")
    phone.sees(T("meeting.thanks.title_cancelled"))
    assert (world.get(Meeting, key).status, phone.presses) == (MeetingStatus.cancelled, 2)


def test_to_move_a_meeting_takes_four_presses(world: World, phone: Phone) -> None:
    key = world.plan(world.now + timedelta(days=49))
    phone.open(world.page_of("m1"))
    phone.press(T("meeting.booked_move"), "link")
    day = phone.page.locator("#next_on")
    phone.tap(day)
    day.fill("2027-05-04")
    phone.press(T("meeting.move_send"))
    phone.sees("tisdag 4 maj 2027")
    assert (str(world.get(Meeting, key).starts_at.date()), phone.presses) == ("2027-05-04", 4)


def test_to_share_a_meeting_takes_two_presses(world: World, phone: Phone) -> None:
    key = world.plan(world.now + timedelta(days=49))
    phone.open(world.page_of("m1"))
    mail = phone.page.get_by_role("link", name=T("network.share_mail"))
    phone.presses += 1  # where it leads is the phone's own mail program, written already
    written = str(mail.get_attribute("href"))
    assert written.startswith("mailto:?subject=Vill%20du%20f%C3%B6lja%20med")
    assert f"%2Fmeet%2F{world.get(Meeting, key).invite_code}" in written
    assert phone.presses == 2


def test_to_answer_takes_fewer_where_the_meeting_was_told_of_and_fewer_from_the_scale_in_the_mail(
    world: World, phone: Phone
) -> None:
    """What was told of a meeting, and what is booked, is filled in."""
    world.plan(world.now - timedelta(days=1), status=MeetingStatus.held, attended=9)
    for query, motivation, most in (("", "4", 5), ("?q4=5", "", 4)):
        phone.open(world.path(Purpose.check_in) + query)
        for choice in (T("check_in.sharing_2"), motivation, T("check_in.wish_nothing")):
            if choice:
                phone.tap(phone.page.locator("label.choice", has_text=choice).first)
        phone.press(T("check_in.send") if not query else T("check_in.save"))
        phone.sees(T("check_in.thanks.title"))
        assert phone.presses == most
    saved = world.get(CheckIn, world.check_in)
    assert (saved.q1_met, saved.q3_sharing, saved.q4, saved.q5_wish) == (True, "2", 5, "nothing")


def test_to_answer_takes_six_presses_where_nothing_is_known(world: World, phone: Phone) -> None:
    phone.open(world.path(Purpose.check_in))
    for choice in (T("check_in.no"), T("check_in.sharing_2"), "4", T("check_in.wish_nothing")):
        phone.tap(phone.page.locator("label.choice", has_text=choice).first)
    phone.press(T("check_in.send"))
    phone.sees(T("check_in.thanks.title"))
    assert phone.presses == 6


# --- the year -------------------------------------------------------------------------------------


class Year:
    """The network that the office granted support to, and its mails as they are read on a phone."""

    def __init__(self, world: World) -> None:
        self.world = world
        with transaction() as session:
            network = talk(session, ask(session), grants=[grant_line("starter_kit")])
            assert network
            say_yes(session, network)
            self.network = network.id
        self.on("2026-11-10")

    def on(self, day: str, hour: int = 10) -> datetime:
        """That day it is now."""
        self.world.now = at(day, hour)
        return self.world.now

    def page_of(self, code: str) -> str:
        with reading() as session:
            role = next(one for one in roles_of(session, self.network) if one.code == code)
        return make_link(Purpose.our_network, str(role.id)).removeprefix(self.world.public_url)

    def mail(self, template: Template) -> OutgoingMail:
        """The latest mail of that kind."""
        with reading() as session:
            return mails(session, template)[-1]

    def link_in(self, template: Template, name: str) -> str:
        """Where a link of that mail leads."""
        told = values_of(self.mail(template), self.world.now)
        return str(told[name]).removeprefix(self.world.public_url)

    def state(self) -> NetworkState:
        return NetworkState(self.world.get(Network, self.network).state)

    def carrying(self) -> set[str]:
        with reading() as session:
            return {role.code for role in confirmed_organisers(session, self.network)}


def test_a_founders_year(world: World, phone: Phone) -> None:
    year = Year(world)
    # The grant has come, and the kit with it: nothing is booked yet.
    phone.open(year.link_in(Template.starter_kit, "kit_link"))
    phone.sees(T("network.share.book_first"))
    phone.press(T("network.back"), "link")
    phone.press(T("network.book"), "link")
    _book(phone, "2026-11-25", venue="Kulturens hus")
    # The meeting is shared in their own words, and who does what is decided.
    phone.open(year.page_of("m1"))
    phone.press(T("network.share_kit"), "link")
    phone.page.locator("#words").fill("Vi ses över en kopp kaffe och pratar om det svåra.")
    phone.press(T("network.share.send"))
    phone.sees(T("network.share.saved"))
    with reading() as session:
        code = session.exec(select(Meeting.invite_code).where(col(Meeting.network_id) == year.network)).one()
    phone.page.goto(f"{world.public_url}/meet/{code}")
    phone.sees("Vi ses över en kopp kaffe")
    assert phone.page.request.get(f"{world.public_url}/meet/{code}.pdf").body().startswith(b"%PDF-")
    phone.open(year.page_of("m2"))
    phone.press(T("network.duties.change"), "link")
    phone.page.select_option("#invitation", "m1")
    phone.page.select_option("#host", "m2")
    phone.press(T("network.duties.send"))
    phone.sees(T("network.done.duties"))
    # They meet and tell of it: the network starts. The next meeting is booked, moved, and held.
    year.on("2026-11-26")
    phone.open(year.page_of("m1"))
    phone.press("9")
    assert year.state() == NetworkState.starting
    phone.open(year.page_of("m1"))
    phone.press(T("network.book"), "link")
    _book(phone, "2027-01-20")
    phone.open(year.page_of("m1"))
    phone.press(T("meeting.booked_move"), "link")
    phone.page.locator("#next_on").fill("2027-01-27")
    phone.press(T("meeting.move_send"))
    phone.sees("onsdag 27 januari 2027")
    year.on("2027-01-28")
    phone.open(year.page_of("m2"))
    phone.press("8")
    # A colleague is asked by a link that is passed on, and says yes by the mail to the address on file.
    phone.open(year.page_of("m1"))
    phone.press(T("network.act.ask.title"), "link")
    link = phone.page.get_by_role("textbox", name=T("network.act.ask.link")).input_value()
    phone.page.goto(link)
    phone.page.locator("#member_number").fill(GOREL)
    phone.press(T("join.send"))
    phone.sees(T("join.asked.title"))
    phone.open(year.link_in(Template.co_organiser, "confirm_link"))
    phone.press(T("organiser.yes"))
    assert len(year.carrying()) == 4
    # The founder hands over the contact: it is theirs until the other says yes.
    phone.open(year.page_of("m1"))
    phone.press(T("network.act.contact.title"), "link")
    phone.page.locator("label", has_text="Märit").click()
    phone.press(T("network.act.contact.send"))
    phone.open(year.link_in(Template.contact_question, "network_link"))
    phone.press(T("network.take.yes"))
    phone.sees(T("network.done.take"))
    # Another pace, a rest, and awake again.
    phone.press(T("network.act.cadence.title"), "link")
    phone.page.locator("label", has_text="Varje kvartal").click()
    phone.press(T("network.act.cadence.send"))
    phone.sees("Ni har bestämt att ses varje kvartal.")
    phone.press(T("network.act.rest.title"), "link")
    phone.press(T("network.act.rest.send"))
    assert year.state() == NetworkState.resting
    year.on("2027-08-20")
    phone.open(year.link_in(Template.resting, "network_link"))
    phone.press(T("network.act.wake.send"))
    phone.sees(T("network.done.wake"))
    assert year.state() in (NetworkState.trial, NetworkState.independent)
    # Who leaves is gone from the page, and the network lives on.
    phone.open(year.page_of("m1"))
    phone.press(T("network.act.leave.title"), "link")
    phone.press(T("network.act.leave.send"))
    phone.sees(T("network.left_page.title"))
    assert "m1" not in year.carrying() and year.state() != NetworkState.closed


def _book(phone: Phone, day: str, venue: str = "") -> None:
    phone.page.locator("#next_on").fill(day)
    phone.page.locator("#next_time").fill("17:30")
    if venue:
        phone.page.locator("summary", has_text=T("meeting.next_more")).click()
        phone.page.locator("#next_venue").fill(venue)
    phone.press(T("meeting.send"))
    phone.sees(T("meeting.thanks.title_book"))


def test_a_strangers_guesses_open_nothing_and_mail_nobody(world: World, phone: Phone) -> None:
    world.plan(world.now + timedelta(days=49))
    before = world.rows()
    for address in ("/network/x", "/join/x", "/meet/aaaaaaaaaaaa", "/network/x.ics", f"/network/{'a' * 90}"):
        reply = phone.page.request.get(world.public_url + address)
        assert reply.status == 404, address
    forged = world.page_of("m1")[:-3] + "aaa"
    assert phone.page.request.post(world.public_url + forged, form={"do": "leave", "knows": "yes"}).status == 404
    assert world.rows() == before and world.get(Role, world.roles["m1"]).until is None
