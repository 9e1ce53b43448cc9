"""`/network/{token}.ics`: a calendar program reads it, it follows the network, and it names nobody."""

from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import Calendar
from starlette.testclient import TestClient

from models.people.signed_link import Purpose, make_link
from models.tables.meeting import MeetingStatus
from models.tables.network import Role
from tests.deployments.browsing import BOOKING, Page
from tests.deployments.conftest import PEOPLE, PUBLIC_URL, World


def address(world: World, code: str = "m1") -> str:
    return make_link(Purpose.network, str(world.roles[code])).removeprefix(PUBLIC_URL) + ".ics"


def test_the_meeting_page_links_to_a_calendar_that_can_be_read(browser: TestClient, world: World) -> None:
    world.plan(datetime(2027, 4, 20, 15, 30, tzinfo=UTC))
    world.plan(world.now - timedelta(days=20), status=MeetingStatus.cancelled)
    world.plan(world.now - timedelta(days=400), status=MeetingStatus.held, attended=9)
    hrefs = [one["href"] for one in Page(browser.get(world.path(Purpose.meeting)).text).all("a")]
    [path] = [one for one in hrefs if one.startswith("/network/") and ".ics" in one]
    assert f"webcal://testserver{path}" in hrefs
    reply = browser.get(path)
    assert reply.headers["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(reply.content)
    events = list(calendar.walk("VEVENT"))
    assert [(str(one["status"]), one.decoded("dtstart")) for one in events] == [
        ("CANCELLED", world.now - timedelta(days=20)),
        ("CONFIRMED", datetime(2027, 4, 20, 15, 30, tzinfo=UTC)),
    ]
    assert str(events[1]["summary"]) == "Ledare i Örnsköldsvik" and str(events[1]["location"]) == "Örnsköldsvik"
    assert not [name for whole in PEOPLE.values() for name in whole.split() if name in reply.text]


def test_a_meeting_that_is_moved_keeps_its_place_in_the_calendar(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.meeting), data=BOOKING)
    before: Any = next(iter(Calendar.from_ical(browser.get(address(world)).content).walk("VEVENT")))
    browser.post(world.path(Purpose.meeting), data=BOOKING | {"next_time": "18:00"})
    after: Any
    [after] = Calendar.from_ical(browser.get(address(world)).content).walk("VEVENT")
    assert before["uid"] == after["uid"] and after["sequence"] > before["sequence"]


def test_who_carries_the_network_no_longer_sees_it_no_longer(browser: TestClient, world: World) -> None:
    assert browser.get(address(world, "m3")).status_code == 404, "has not said yes"
    path = address(world)
    world.change(Role, world.roles["m1"], until=world.now.date())
    assert browser.get(path).status_code == 404
    assert browser.get(path.removesuffix(".ics")).status_code == 404
