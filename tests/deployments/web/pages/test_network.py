"""`/network/{token}`: all about the network on one page, and what its organisers do there by themselves."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from models.db.engine import reading, transaction
from models.office.staff import by_signature
from models.people.signed_link import Purpose, make_link, read_link
from models.tables.meeting import Meeting, MeetingDuty, MeetingStatus, PlannedDuty
from models.tables.network import Network, NetworkState, Role
from models.tables.support import GrantStatus, Item, SupportGrant
from templates.rendering.mail import render_mail
from templates.rendering.web import words
from tests.deployments.browsing import BOOKING, Page, sentence_by, typed_in, values_of
from tests.deployments.conftest import World

pytestmark = pytest.mark.each_database
COMING = datetime(2027, 4, 20, 15, 30, tzinfo=UTC)
T = words("sv")


def ours(browser: TestClient, world: World, do: str = "", code: str = "m1") -> str:
    """The page, or one of its forms, as that organiser has it."""
    reply = browser.get(world.page_of(code) + (f"?do={do}" if do else ""))
    assert reply.status_code == 200
    return str(reply.text)


def press(browser: TestClient, world: World, code: str = "m1", /, **form: str) -> str:
    """Send in one of the page's forms, which is taken."""
    reply = browser.post(world.page_of(code), data=form)
    assert reply.status_code == 200, reply.text
    return str(reply.text)


# --- what the page shows --------------------------------------------------------------------------


def test_the_page_tells_what_is_ahead_what_was_who_carries_it_and_the_support(
    browser: TestClient, world: World
) -> None:
    world.plan(COMING, venue="Kulturens hus", topic="Att leda")
    world.plan(datetime(2027, 2, 10, 16, 30, tzinfo=UTC), status=MeetingStatus.held, attended=9)
    world.change(Network, world.network, support_ends_on=date(2027, 8, 25))
    grant(world)
    text = Page(ours(browser, world)).text
    for told in (
        "tisdag 20 april 2027 kl. 17.30",
        "Kulturens hus · Att leda",
        "10 februari 2027: 9 kom.",
        "Åsa Öhrn (du)",
        "René Lindqvist",
        "En till är tillfrågad och har inte svarat än.",
        "1,5 timmar kvar",
        "till 31 juli 2027",
        "Stödet slutar senast 25 augusti 2027.",
        "högst 2 av en träffs fem uppgifter",
        "varannan månad",
    ):
        assert told in text, told
    assert "Siv Berg" not in text, "who has not said yes is named to nobody"


def grant(world: World) -> None:
    """The office still mails an invitation; the help to find a speaker has ended."""
    with transaction() as session:
        helper = by_signature(session, "asj", "").id
        for item, status in ((Item.send_out, GrantStatus.granted), (Item.speaker, GrantStatus.ended)):
            granted = SupportGrant(
                network_id=world.network,
                item=item,
                hours=Decimal("1.5"),
                staff_id=helper,
                from_on=date(2027, 1, 1),
                to_on=date(2027, 7, 31),
                status=status,
                granted_at=world.now,
                reason="",
            )
            session.add(granted)


def test_the_page_writes_nothing_until_something_is_pressed(browser: TestClient, world: World) -> None:
    world.plan(COMING)
    before = world.rows()
    for do in ("", "share", "duties", "ask", "contact", "cadence", "leave", "rest", "wake"):
        ours(browser, world, do)
    assert world.rows() == before


def test_every_form_of_meetings_is_one_press_away_and_filled_in(browser: TestClient, world: World) -> None:
    world.plan(COMING, venue="Rådhuset")
    links = [one["href"] for one in Page(ours(browser, world)).all("a")]
    meeting = world.path(Purpose.meeting).rsplit("/", 1)[0]
    to = {parse_qs(urlsplit(one).query)["status"][0]: one for one in links if one.startswith(meeting)}
    assert {"move", "cancelled", "book", "held"} <= set(to)
    assert typed_in(browser.get(to["move"]).text)["next_venue"] == "Rådhuset"
    for status in ("cancelled", "book", "held"):
        assert Page(browser.get(to[status]).text).checked("status") == [status]


def test_any_meeting_that_is_booked_is_moved_from_there_with_what_was_said_of_it(
    browser: TestClient, world: World
) -> None:
    first, second = world.plan(COMING), world.plan(COMING + timedelta(days=60), venue="Rådhuset")
    moves = [one["href"] for one in Page(ours(browser, world)).all("a") if "status=move" in one["href"]]
    opened = typed_in(browser.get(moves[1]).text)
    assert (opened["next_on"], opened["next_venue"]) == ("2027-06-19", "Rådhuset")
    reply = browser.post(world.path(Purpose.meeting), data=opened | {"next_on": "2027-06-22"})
    assert "Ni ses tisdag 22 juni 2027 kl. 17.30." in reply.text
    days = {key: str(world.get(Meeting, key).starts_at.date()) for key in (first, second)}
    assert days == {first: "2027-04-20", second: "2027-06-22"}


def test_a_meeting_is_told_of_by_one_press_and_that_it_was_not_held_too(browser: TestClient, world: World) -> None:
    for pressed, status in (({"attended": "7"}, MeetingStatus.held), ({"status": "cancelled"}, "cancelled")):
        key = world.plan(world.now - timedelta(days=1 if "attended" in pressed else 3))
        page = ours(browser, world)
        assert "Nej, den blev inte av" in page
        action = next(one["action"] for one in Page(page).all("form") if "/meeting/" in one["action"])
        hidden = {one["name"]: one["value"] for one in Page(page).all("input") if one.get("type") == "hidden"}
        assert browser.post(action, data=hidden | pressed).status_code == 200
        assert world.get(Meeting, key).status == status


def test_what_was_told_can_be_corrected_for_as_long_as_it_is_taken(browser: TestClient, world: World) -> None:
    world.plan(world.now - timedelta(days=20), status=MeetingStatus.held, attended=9)
    world.plan(world.now - timedelta(days=70), status=MeetingStatus.held, attended=8)
    page = ours(browser, world)
    assert page.count(T("network.correct")) == 1
    assert "status=held&amp;on=2027-02-10" in page


@pytest.mark.parametrize("change", ["ended", "no-role", "calendar", "meeting"])
def test_the_page_is_closed_to_who_carries_the_network_no_more_and_to_other_links(
    browser: TestClient, world: World, change: str
) -> None:
    path, status = world.page_of("m1"), 404
    if change == "ended":
        world.change(Network, world.network, state=NetworkState.closed)
        status = 410
    elif change == "no-role":
        world.change(Role, world.roles["m1"], until=date(2027, 3, 1))
    else:
        other = make_link(Purpose.network if change == "calendar" else Purpose.meeting, str(world.roles["m1"]))
        path = "/network/" + other.rsplit("/", 1)[1]
    before = world.rows()
    assert browser.get(path).status_code == status
    assert browser.post(path, data={"do": "rest"}).status_code == status
    assert world.rows() == before


def test_the_calendars_link_stays_a_calendars(browser: TestClient, world: World) -> None:
    """A calendar's address is known to the program that reads it: it must open nothing else."""
    address = make_link(Purpose.network, str(world.roles["m1"])).removeprefix(world.public_url) + ".ics"
    assert browser.get(address).headers["content-type"].startswith("text/calendar")
    assert browser.get(world.page_of("m1") + ".ics").status_code == 404


def test_the_page_opens_where_others_tried_bad_links(browser: TestClient, world: World) -> None:
    tried = {browser.get(f"/network/{'a' * 20}{number}").status_code for number in range(400)}
    assert 429 in tried, "or this tells nothing"
    ours(browser, world)


def test_every_mail_to_who_carries_the_network_leads_to_their_own_page(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.meeting), data=BOOKING)
    for mail in world.mails():
        text = render_mail(mail.template, "sv", values_of(mail, world.now)).text
        token = text.partition("/network/")[2].split()[0]
        role = world.get(Role, UUID(read_link(Purpose.our_network, token)[0]))
        assert role.person_id == mail.person_id
        assert browser.get(f"/network/{token}").status_code == 200


# --- who does what next time ----------------------------------------------------------------------


def test_who_does_what_is_planned_before_the_meeting_and_filled_in_after_it(browser: TestClient, world: World) -> None:
    key = world.plan(COMING)
    page = press(browser, world, do="duties", invitation="m1", host="m2", lead="m1")
    assert T("network.done.duties") in page
    text = " ".join(Page(page).text.split())
    assert "Bjuder in Åsa Öhrn Är värd René Lindqvist" in text
    assert "Ordnar programmet, följer upp" in text
    press(browser, world, do="duties", invitation="m2")
    with reading() as session:
        assert [(one.duty, one.carrier) for one in session.exec(select(PlannedDuty))] == [("invitation", "m2")]
        assert not session.exec(select(MeetingDuty)).all(), "a plan tells nothing of what was carried"
    world.now = COMING + timedelta(days=1)
    report = Page(browser.get(world.path(Purpose.meeting)).text)
    assert [one["value"] for one in report.options("invitation") if "selected" in one] == ["m2"]
    assert world.get(Meeting, key).status == MeetingStatus.planned


def test_a_duty_is_only_for_who_has_said_yes(browser: TestClient, world: World) -> None:
    world.plan(COMING)
    reply = browser.post(world.page_of("m1"), data={"do": "duties", "host": "m3"})
    assert reply.status_code == 422
    assert sentence_by(reply, "host") == T("network.wrong.host_missing")


# --- what can be shared ---------------------------------------------------------------------------


def test_the_invitation_opens_filled_in_and_follows_the_networks_own_words(browser: TestClient, world: World) -> None:
    key = world.plan(
        COMING, venue="Kulturens hus", topic="Att leda", note="Portkod 4711", link="https://rum.example.org/x"
    )
    code = world.get(Meeting, key).invite_code
    page = ours(browser, world, "share")
    usual = T("network.share.usual", place="Örnsköldsvik")
    assert typed_in(page)["words"] == usual
    saved = press(browser, world, do="share", words="Vi ses och pratar om det svåra.", shows_venue="yes")
    assert T("network.share.saved") in saved
    for told in ("Vi ses och pratar om det svåra.", "Kulturens hus, Örnsköldsvik", f"/meet/{code}", "Att leda"):
        assert told in saved
    assert "4711" not in saved and "rum.example.org" not in saved
    mailto = next(one["href"] for one in Page(ours(browser, world)).all("a") if one["href"].startswith("mailto:?"))
    mail = parse_qs(mailto.partition("?")[2])
    assert "Vi ses och pratar om det svåra." in mail["body"][0] and f"/meet/{code}" in mail["body"][0]
    assert mail["subject"] == [T("network.share.subject", network="Ledare i Örnsköldsvik")]
    world.now = COMING + timedelta(days=1)
    world.plan(COMING + timedelta(days=60))
    assert typed_in(ours(browser, world, "share"))["words"] == "Vi ses och pratar om det svåra.", "for the next one too"


@pytest.mark.parametrize(("said", "problem"), [
    ("Hälsningar Åsa", "names"),
    ("Välkommen till Renés kontor", "names"),
    ("Skriv till mig: m1@example.org", "address"),
    ("Läs mer på www.example.org", "address"),
    ("x" * 301, "long"),
])  # fmt: skip
def test_the_words_name_nobody_and_lead_nowhere_else(
    browser: TestClient, world: World, said: str, problem: str
) -> None:
    world.plan(COMING)
    before = world.rows()
    reply = browser.post(world.page_of("m1"), data={"do": "share", "words": said})
    assert reply.status_code == 422
    assert sentence_by(reply, "words") == T(f"network.wrong.words_{problem}", most=300)
    assert typed_in(reply.text)["words"] == said
    assert world.rows() == before


def test_the_kit_is_always_there(browser: TestClient, world: World) -> None:
    world.change(Network, world.network, state=NetworkState.independent, step=4)
    page = ours(browser, world, "share")
    assert T("network.kit.title") in page and T("network.share.book_first") in page
    reply = browser.post(world.page_of("m1"), data={"do": "share", "words": "Vi ses."})
    assert reply.status_code == 422 and T("network.wrong.words_refused") in reply.text
