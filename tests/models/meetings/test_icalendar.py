"""A meeting in a calendar file, read as Outlook, Google and Apple read it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from models.dates.local_time import STOCKHOLM
from models.meetings.details import MeetingDetails, set_details
from models.meetings.icalendar import calendar_file, subscription
from models.tables.meeting import Meeting, MeetingForm, MeetingStatus
from models.tables.network import Nature, Network, Origin
from models.text import nfc
from tests.calendar_readers import check_file, outlooks_offset

NOW = datetime(2027, 3, 2, 9, tzinfo=UTC)
EVENING = datetime(2027, 4, 20, 15, 30, tzinfo=UTC)
DETAILS = MeetingDetails(
    minutes=90,
    venue="Kulturens hus; sal 2",
    topic="Att leda, när allt ändras",
    link="https://rum.example.org/ledare?kod=4711",
    note="Ring på porten.\nFika från fem.",
)
LINE = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" ,;:\\\"'åäö"), max_size=200).map(nfc)
NOTE = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" ,;:\\\"'\nåäö"), max_size=200)


def network(name: str = "Ledare i Örnsköldsvik") -> Network:
    return Network(
        id=uuid4(), number=1, slug="", name=name, place="Örnsköldsvik", municipality="", nature=Nature.town,
        origin=Origin.member, created_at=NOW,
    )  # fmt: skip


def meeting(starts_at: datetime = EVENING, details: MeetingDetails = DETAILS, **values: Any) -> Meeting:
    found = Meeting(network_id=uuid4(), starts_at=starts_at, convener_id=uuid4(), booked_at=NOW, **values)
    set_details(found, details)
    return found


def one_event(content: bytes) -> Any:
    [event] = check_file(content)
    return event


@pytest.fixture
def each_change() -> Iterator[list[bytes]]:
    booked = meeting()
    yield [calendar_file(network(), booked, change, NOW)[1] for change in ("new", "update", "cancel")]


def test_an_invitation_an_update_and_a_cancellation_are_read_by_every_program(each_change: list[bytes]) -> None:
    for content in each_change:
        one_event(content)
    methods = [str(Calendar.from_ical(content)["method"]) for content in each_change]
    assert methods == ["PUBLISH", "PUBLISH", "CANCEL"]


def test_a_booking_says_when_until_when_where_about_what_and_how_to_get_in() -> None:
    event = one_event(calendar_file(network(), meeting(), "new", NOW)[1])
    assert event.decoded("dtstart") == EVENING and event.decoded("dtend") == EVENING + timedelta(minutes=90)
    assert str(event["summary"]) == "Ledare i Örnsköldsvik: Att leda, när allt ändras"
    assert str(event["location"]) == "Kulturens hus; sal 2, Örnsköldsvik"
    assert str(event["description"]) == "Ring på porten.\nFika från fem.\n\nhttps://rum.example.org/ledare?kod=4711"
    assert str(event["url"]) == DETAILS.link
    assert str(event["class"]) == "PRIVATE", "colleagues who see the calendar see no union there"


def test_a_digital_meeting_is_where_its_link_is_and_one_without_a_link_nowhere() -> None:
    there = one_event(calendar_file(network(), meeting(form=MeetingForm.digital), "new", NOW)[1])
    assert str(there["location"]) == DETAILS.link
    nowhere = meeting(form=MeetingForm.digital, details=MeetingDetails())
    assert "location" not in one_event(calendar_file(network(), nowhere, "new", NOW)[1])


@pytest.mark.parametrize("year", range(2026, 2037))
def test_outlook_reads_every_hour_of_the_year_as_swedish_clocks_show_it(year: int) -> None:
    calendar: Any = Calendar.from_ical(subscription(network(), []))
    [zone] = calendar.walk("VTIMEZONE")
    for day in range(0, 365):
        moment = datetime(year, 1, 1, 12, tzinfo=STOCKHOLM) + timedelta(days=day)
        assert outlooks_offset(zone, moment.replace(tzinfo=None)) == moment.utcoffset(), moment


@pytest.mark.parametrize(
    "starts_at",
    [
        datetime(2027, 3, 28, 0, 30, tzinfo=UTC),  # half an hour before clocks go forward
        datetime(2027, 3, 28, 1, 0, tzinfo=UTC),
        datetime(2027, 10, 30, 23, 30, tzinfo=UTC),  # over the hour that comes twice
        datetime(2027, 12, 31, 22, 30, tzinfo=UTC),
    ],
)
def test_a_meeting_over_the_night_when_clocks_change_lasts_as_long_as_it_was_booked_for(starts_at: datetime) -> None:
    event = one_event(calendar_file(network(), meeting(starts_at, MeetingDetails(minutes=240)), "new", NOW)[1])
    assert event["dtend"].dt.astimezone(UTC) - event["dtstart"].dt.astimezone(UTC) == timedelta(minutes=240)


def test_a_feed_has_what_is_off_and_what_has_been_without_alarms() -> None:
    meetings = [
        meeting(NOW - timedelta(days=30), status=MeetingStatus.held, attended=5, reported_at=NOW),
        meeting(NOW + timedelta(days=30), status=MeetingStatus.cancelled, sequence=1),
        meeting(NOW + timedelta(days=60)),
    ]
    content = subscription(network(), meetings)
    events = check_file(content)
    assert [str(one["status"]) for one in events] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    alarms = [[str(alarm["trigger"].to_ical(), "ascii") for alarm in one.subcomponents] for one in events]
    assert alarms == [[], [], ["-P1D", "-PT2H"]]
    calendar: Any = Calendar.from_ical(content)
    assert str(calendar["x-wr-calname"]) == "Ledare i Örnsköldsvik" and str(calendar["x-wr-timezone"]) == str(STOCKHOLM)
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\nX-PUBLISHED-TTL:PT6H" in content


@given(name=LINE.filter(bool), venue=LINE, topic=LINE, note=NOTE)
def test_whatever_members_write_comes_back_as_they_wrote_it(name: str, venue: str, topic: str, note: str) -> None:
    details = MeetingDetails(venue=venue, topic=topic, note=note)
    event = one_event(subscription(network(name), [meeting(details=details)]))
    assert str(event["summary"]) == (f"{name}: {topic}" if topic else name)
    assert str(event["location"]) == (f"{venue}, Örnsköldsvik" if venue else "Örnsköldsvik")
    assert str(event.get("description", "")) == note
