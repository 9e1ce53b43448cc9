"""Booking on `/meeting/{token}`: a meeting to come, in a form, in the organisers' calendars; moved, not doubled."""

import json
from datetime import UTC, datetime

import pytest
from icalendar import Calendar
from starlette.testclient import TestClient

from models.meetings.icalendar import calendar_file
from models.people.signed_link import Purpose
from models.tables.mail import OutgoingMail, Template
from models.tables.meeting import MeetingForm, MeetingStatus
from models.tables.network import Network, NetworkState, Role
from templates.rendering.mail import render_mail
from templates.rendering.web import words
from tests.deployments.browsing import BOOKING, Page, sentence_by, values_of
from tests.deployments.conftest import World
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
