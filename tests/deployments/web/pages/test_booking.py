"""Booking on `/meeting/{token}`: a meeting to come, in a form, in the organisers' calendars; moved, not doubled."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from starlette.testclient import TestClient

from models.db.engine import reading
from models.meetings.icalendar import calendar_file
from models.people.signed_link import Purpose
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.meeting import MeetingForm, MeetingStatus
from models.tables.network import Network, NetworkState, Role
from models.views.still_holds import overtaken_reason
from templates.rendering.mail import render_mail
from templates.rendering.web import words
from tests.calendar_readers import check_file
from tests.deployments.browsing import BAD_DETAILS, BOOKING, TOLD, Page, sentence_by, typed_in, values_of
from tests.deployments.conftest import World
from tests.deployments.web.pages.test_calendar import address
from tests.deployments.web.pages.test_meeting import OUTBOX


def test_booking_invites_the_organisers_calendars(browser: TestClient, world: World) -> None:
    reply = browser.post(world.path(Purpose.meeting), data=BOOKING)
    assert reply.status_code == 200
    assert "Ni ses tisdag 20 april 2027 kl. 17.30." in reply.text
    [meeting] = world.meetings()
    assert (meeting.starts_at, meeting.status) == (datetime(2027, 4, 20, 15, 30, tzinfo=UTC), MeetingStatus.planned)
    confirmed = {world.get(Role, world.roles[code]).person_id for code in ("m1", "m2")}
    assert meeting.convener_id == world.get(Role, world.roles["m1"]).person_id
    assert {mail.person_id for mail in world.mails()} == confirmed
    assert {mail.template for mail in world.mails()} == {Template.calendar_invitation}
    assert world.started == [OUTBOX]


def test_booking_twice_is_one_meeting_and_one_invitation_each(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.meeting), data=BOOKING)
    again = browser.post(world.path(Purpose.meeting), data=BOOKING)
    assert "Tiden var redan bokad" in again.text
    assert (len(world.meetings()), len(world.mails())) == (1, 2)
    moved = browser.post(world.path(Purpose.meeting), data=BOOKING | {"next_time": "18.00"})
    assert "kl. 18.00" in moved.text
    assert (len(world.meetings()), len(world.mails())) == (1, 4)


@pytest.mark.parametrize("form", MeetingForm)
def test_a_meeting_is_booked_in_the_form_that_was_chosen_and_the_calendars_say_it(
    browser: TestClient, world: World, form: MeetingForm
) -> None:
    assert browser.post(world.path(Purpose.meeting), data=BOOKING | {"next_form": form.value}).status_code == 200
    [meeting] = world.meetings()
    assert meeting.form == form
    [mail, _] = world.mails()
    text = render_mail(mail.template, "sv", values_of(mail, world.now)).text
    assert ("Var: digitalt" in text, "Ort: Örnsköldsvik" in text, "och digitalt" in text) == (
        form == MeetingForm.digital,
        form != MeetingForm.digital,
        form == MeetingForm.mixed,
    )
    [event] = Calendar.from_ical(calendar_file(world.get(Network, world.network), meeting, "new", world.now)[1]).events
    assert ("LOCATION" in event) == (form != MeetingForm.digital)


def test_an_invitation_that_an_earlier_version_queued_still_goes(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.meeting), data=BOOKING)
    for mail in world.mails():
        told = {"starts_at": "2027-04-20T15:30:00+00:00", "date": "2027-04-20", "change": "new", "first": False}
        world.change(OutgoingMail, mail.id, context=json.dumps(told))
    [mail, _] = world.mails()
    assert "Ort: Örnsköldsvik" in render_mail(mail.template, "sv", values_of(mail, world.now)).text


def test_a_booked_meeting_keeps_its_form_when_its_hour_is_changed_and_the_page_says_so(
    browser: TestClient, world: World
) -> None:
    choices = [one["value"] for one in Page(browser.get(world.path(Purpose.meeting)).text).options("next_form")]
    assert choices == ["in_person", "digital", "mixed"], "nothing is booked that it could be as"
    browser.post(world.path(Purpose.meeting), data=BOOKING | {"next_form": "digital"})
    choices = [one["value"] for one in Page(browser.get(world.path(Purpose.meeting)).text).options("next_form")]
    assert choices == ["", "in_person", "digital", "mixed"]
    browser.post(world.path(Purpose.meeting), data=BOOKING | {"next_time": "18:00", "next_form": ""})
    [meeting] = world.meetings()
    assert (meeting.form, meeting.sequence) == (MeetingForm.digital, 1)


@pytest.mark.parametrize("status", [MeetingStatus.held, MeetingStatus.cancelled])
def test_a_day_with_a_meeting_already_told_of_cannot_be_booked(
    browser: TestClient, world: World, status: MeetingStatus
) -> None:
    world.plan(datetime(2027, 4, 20, 10, tzinfo=UTC), status=status, attended=5)
    before = world.rows()
    reply = browser.post(world.path(Purpose.meeting), data=BOOKING)
    assert reply.status_code == 422
    assert sentence_by(reply, "next_on") == words("sv")("meeting.wrong.next_on_taken")
    assert world.rows() == before


def test_booking_wakes_a_resting_network(browser: TestClient, world: World) -> None:
    world.change(Network, world.network, state=NetworkState.resting)
    assert browser.post(world.path(Purpose.meeting), data=BOOKING).status_code == 200
    assert world.get(Network, world.network).state == NetworkState.independent


def the_event(browser: TestClient, world: World) -> Any:
    """The one meeting in the organisers' calendar, as every calendar program reads it."""
    [event] = check_file(browser.get(address(world)).content)
    return event


def move_form(browser: TestClient, world: World) -> dict[str, str]:
    """The form that moves the booked meeting, as it opens."""
    page = browser.get(world.path(Purpose.meeting) + "?status=move")
    assert page.status_code == 200
    return typed_in(page.text)


def test_where_about_what_and_how_long_is_in_the_invitation_and_in_the_calendar(
    browser: TestClient, world: World
) -> None:
    assert browser.post(world.path(Purpose.meeting), data=BOOKING | TOLD).status_code == 200
    [mail, _] = world.mails()
    text = render_mail(mail.template, "sv", values_of(mail, world.now)).text
    for told in (
        "1 timme 30 minuter",
        "Kulturens hus, Örnsköldsvik",
        TOLD["next_topic"],
        "Ring på porten.",
        "https://",
    ):
        assert told in text
    event = the_event(browser, world)
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(minutes=90)
    assert str(event["location"]) == "Kulturens hus, Örnsköldsvik"
    assert str(event["description"]) == "Ring på porten.\nFika från fem.\n\nhttps://rum.example.org/ledare"


@pytest.mark.parametrize(("field", "text", "sentence"), BAD_DETAILS)
def test_what_cannot_be_kept_is_told_by_its_field_and_nothing_is_lost(
    browser: TestClient, world: World, field: str, text: str, sentence: str
) -> None:
    before = world.rows()
    reply = browser.post(world.path(Purpose.meeting), data=BOOKING | TOLD | {field: text})
    assert reply.status_code == 422
    most = {"next_venue_long": 120, "next_topic_long": 100, "next_note_long": 500}.get(sentence, 0)
    assert sentence_by(reply, field) == words("sv")(f"meeting.wrong.{sentence}", most=most)
    kept = typed_in(reply.text)
    assert all(kept[name] == value.replace("\r\n", "\n") for name, value in TOLD.items() if name != field)
    assert world.rows() == before


def test_a_meeting_is_moved_to_another_day_with_all_that_was_said_of_it(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.meeting), data=BOOKING | TOLD)
    before = the_event(browser, world)
    assert "status=move" in browser.get(world.path(Purpose.meeting)).text
    opened = move_form(browser, world)
    assert (opened["next_on"], opened["next_time"], opened["next_venue"]) == ("2027-04-20", "17:30", "Kulturens hus")
    reply = browser.post(world.path(Purpose.meeting), data=opened | {"next_on": "2027-05-04"})
    assert "Ni ses tisdag 4 maj 2027 kl. 17.30." in reply.text
    after = the_event(browser, world)
    assert after["uid"] == before["uid"] and after["sequence"] == before["sequence"] + 1
    assert str(after["dtstart"].dt.date()) == "2027-05-04"
    assert (after["summary"], after["description"]) == (before["summary"], before["description"])
    changes = [json.loads(mail.context)["change"] for mail in world.mails()]
    assert sorted(changes) == ["new", "new", "update", "update"]
    assert not [one for one in world.mails() if overtaken(one, world) != (json.loads(one.context)["change"] == "new")]


def test_what_is_changed_of_a_booked_meeting_alone_is_told_once_and_a_second_press_changes_nothing(
    browser: TestClient, world: World
) -> None:
    browser.post(world.path(Purpose.meeting), data=BOOKING | TOLD)
    opened = move_form(browser, world)
    for _ in range(2):
        assert browser.post(world.path(Purpose.meeting), data=opened | {"next_venue": "Rådhuset"}).status_code == 200
    [meeting] = world.meetings()
    assert (meeting.venue, meeting.sequence, len(world.mails())) == ("Rådhuset", 1, 4)


def test_a_meeting_is_not_moved_onto_another_nor_when_it_was_called_off_meanwhile(
    browser: TestClient, world: World
) -> None:
    browser.post(world.path(Purpose.meeting), data=BOOKING)
    browser.post(world.path(Purpose.meeting), data=BOOKING | {"next_on": "2027-05-04"})
    opened = move_form(browser, world)
    reply = browser.post(world.path(Purpose.meeting), data=opened | {"next_on": "2027-05-04"})
    assert reply.status_code == 422 and "finns redan en träff" in reply.text
    off = browser.post(world.path(Purpose.meeting), data={"status": "cancelled", "on": "2027-04-20"})
    assert off.status_code == 200
    reply = browser.post(world.path(Purpose.meeting), data=opened | {"next_on": "2027-05-11"})
    assert reply.status_code == 422 and "har redan flyttats, ställts in eller varit" in reply.text


def test_a_cancellation_has_a_higher_number_and_goes_only_to_who_was_invited(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.meeting), data=BOOKING)
    before = the_event(browser, world)
    reached, not_reached = world.mails()
    world.change(OutgoingMail, reached.id, status=MailStatus.sent)
    world.change(OutgoingMail, not_reached.id, status=MailStatus.skipped)
    browser.post(world.path(Purpose.meeting), data={"status": "cancelled", "on": "2027-04-20"})
    after = the_event(browser, world)
    assert (str(after["status"]), after["sequence"]) == ("CANCELLED", before["sequence"] + 1)
    off = [mail for mail in world.mails() if json.loads(mail.context)["change"] == "cancel"]
    assert {mail.person_id: overtaken(mail, world) for mail in off} == {
        reached.person_id: False,
        not_reached.person_id: True,
    }


def overtaken(mail: OutgoingMail, world: World) -> bool:
    """Whether the outbox would let it lie."""
    with reading() as session:
        return overtaken_reason(session, mail, world.now) is not None
