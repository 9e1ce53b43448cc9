"""`/meet/{code}`: what, when and where for anybody, in a calendar and on a poster; it names nobody."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from models.db.engine import reading
from models.people.signed_link import Purpose
from models.tables.meeting import CODE_LENGTH, CODE_SIGNS, Meeting, MeetingStatus
from models.tables.network import Network, NetworkState, Role
from models.tables.person import Person
from templates.rendering.web import words
from tests.calendar_readers import check_file
from tests.deployments.browsing import Page
from tests.deployments.conftest import PEOPLE, World

COMING = datetime(2027, 4, 20, 15, 30, tzinfo=UTC)
TOLD = {
    "venue": "Kulturens hus",
    "topic": "Att leda",
    "note": "Portkod 4711",
    "link": "https://rum.example.org/ledare",
    "words": "Vi ses och pratar.",
}
T = words("sv")


@pytest.fixture
def code(world: World) -> str:
    return code_of(world, world.plan(COMING, **TOLD))


def code_of(world: World, key: UUID) -> str:
    return str(world.get(Meeting, key).invite_code)


def test_the_page_says_what_when_and_where_and_names_nobody(browser: TestClient, world: World, code: str) -> None:
    reply = browser.get(f"/meet/{code}")
    assert reply.status_code == 200
    told = ("Ledare i Örnsköldsvik", "Att leda", "Vi ses och pratar.", "tisdag 20 april 2027 kl. 17.30", "2 timmar")
    for one in (*told, "Kulturens hus, Örnsköldsvik"):
        assert one in Page(reply.text).text
    for name in PEOPLE.values():
        assert name.split()[0] not in reply.text
    assert "4711" not in reply.text and "rum.example.org" not in reply.text
    assert Page(reply.text).all("form", "input") == [], "it takes no sign-ups"


def test_it_is_for_no_search_engine_and_no_cache(browser: TestClient, world: World, code: str) -> None:
    reply = browser.get(f"/meet/{code}")
    assert {"name": "robots", "content": "none"} in Page(reply.text).all("meta")
    assert (reply.headers["x-robots-tag"], reply.headers["cache-control"]) == ("noindex", "no-store")


@pytest.mark.parametrize(("shown", "venue", "link"), [((True, True), True, True), ((False, False), False, False)])
def test_the_organiser_decides_whether_the_venue_and_the_link_are_shown(
    browser: TestClient, world: World, shown: tuple[bool, bool], venue: bool, link: bool
) -> None:
    key = world.plan(COMING, **TOLD, shows_venue=shown[0], shows_link=shown[1])
    page, file = (browser.get(f"/meet/{code_of(world, key)}{end}").text for end in ("", ".ics"))
    for text in (page, file):
        assert ("Kulturens hus" in text, "rum.example.org" in text) == (venue, link)
        assert "Örnsköldsvik" in text and "4711" not in text


def test_the_calendar_file_leads_to_no_other_calendar_of_theirs(browser: TestClient, world: World, code: str) -> None:
    reply = browser.get(f"/meet/{code}.ics")
    assert reply.headers["content-type"] == "text/calendar; charset=utf-8"
    [event] = check_file(reply.content)
    assert str(event["uid"]) == f"{code}@natverkslots"
    [meeting] = world.meetings()
    assert str(meeting.id) not in reply.text
    assert event["dtstart"].dt == COMING


def test_the_poster_is_a_page_to_print(browser: TestClient, world: World, code: str) -> None:
    reply = browser.get(f"/meet/{code}.pdf")
    assert (reply.headers["content-type"], reply.content[:5]) == ("application/pdf", b"%PDF-")
    assert f"/meet/{code})".encode() in reply.content, "what the QR code says can be pressed too"
    assert len(reply.content) < 100_000
    assert reply.content == browser.get(f"/meet/{code}.pdf").content
    assert reply.content != browser.get(f"/meet/{code}.pdf?lang=en").content


@pytest.mark.parametrize("why", ["over", "held", "ended", "cancelled"])
def test_the_page_ends_with_the_meeting(browser: TestClient, world: World, why: str) -> None:
    key = world.plan(COMING, **TOLD)
    match why:
        case "over":
            world.now = COMING + timedelta(minutes=120)
        case "held":
            world.change(Meeting, key, status=MeetingStatus.held, attended=5)
        case "ended":
            world.change(Network, world.network, state=NetworkState.closed)
        case _:
            world.change(Meeting, key, status=MeetingStatus.cancelled)
    for end in ("", ".ics", ".pdf"):
        reply = browser.get(f"/meet/{code_of(world, key)}{end}")
        assert reply.status_code == 410
        assert T("meet.gone.cancelled" if why == "cancelled" else "meet.gone.over") in reply.text
        assert "Kulturens hus" not in reply.text and "Ledare i" not in reply.text


def test_while_it_goes_on_who_is_late_still_finds_the_way(browser: TestClient, world: World, code: str) -> None:
    world.now = COMING + timedelta(minutes=119)
    assert browser.get(f"/meet/{code}").status_code == 200


def test_an_address_is_drawn_for_each_meeting_and_guesses_shut_nobody_out(browser: TestClient, world: World) -> None:
    codes = {code_of(world, world.plan(COMING + timedelta(days=days))) for days in range(20)}
    assert len(codes) == 20
    assert all(len(one) == CODE_LENGTH and set(one) <= set(CODE_SIGNS) for one in codes)
    answers = [browser.get(f"/meet/{'a' * 10}{number:02}").status_code for number in range(99)]
    assert set(answers) == {404}
    assert {browser.get(f"/meet/{one}").status_code for one in codes} == {200}


def test_the_address_opens_nothing_else(browser: TestClient, world: World, code: str) -> None:
    for purpose in set(Purpose) - {Purpose.sign_in}:
        assert browser.get(f"/{purpose}/{code}").status_code in (404, 405)
    assert browser.get(f"/network/{code}.ics").status_code == 404
    assert browser.post(f"/meet/{code}", data={}).status_code == 405


def test_names_of_who_left_are_not_on_it_either(browser: TestClient, world: World, code: str) -> None:
    with reading() as session:
        names = [one.name or "" for one in session.exec(select(Person))]
    page = browser.get(f"/meet/{code}").text
    assert names and not [name for name in names if name and name in page]
    world.change(Role, world.roles["m1"], until=date(2027, 3, 1))
    assert browser.get(f"/meet/{code}").status_code == 200
