"""`/meeting/{token}` on a real database: a report becomes a run, a booking becomes invitations."""

import json
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from deployments import web_meeting
from deployments.web import start_run
from models.forms.meeting_report import MeetingReportForm
from models.links import Purpose
from models.mail import Template
from models.meeting import MeetingStatus
from models.network import Network, NetworkState, Role
from models.person import Person
from templates.pages import LANGUAGES, words
from tests.deployments.browsing import BOOKING, HOSTILE, REPORT, Page, sentence_by
from tests.deployments.conftest import PEOPLE, World


def test_a_report_starts_the_run_with_codes_and_no_names(browser: TestClient, world: World) -> None:
    before = world.rows()
    reply = browser.post(world.path(Purpose.meeting), data=REPORT)
    assert reply.status_code == 200
    assert "9 personer kom" in reply.text and "tisdag 20 april 2027 kl. 17.30" in reply.text
    [(deployment, parameters)] = world.started
    assert deployment == "meeting-report/meeting-report"
    assert parameters["as_of"] == "2027-03-02T08:30:00+00:00"
    form = MeetingReportForm.model_validate(parameters["form"])
    assert (form.network_number, form.reported_by, form.on, form.status) == (12, "m1", date(2027, 3, 1), "held")
    assert (form.attended, form.non_members, form.branches, form.companies) == (9, 1, 3, 5)
    assert (form.invitation, form.host, form.programme, form.lead, form.follow_up) == ("m1", "m2", "", "m1", "office")
    assert form.next_at == "2027-04-20 17:30"
    told = json.dumps(parameters, ensure_ascii=False)
    assert not [name for whole in PEOPLE.values() for name in whole.split() if name in told]
    assert world.rows() == before


def test_a_cancelled_meeting_needs_no_numbers(browser: TestClient, world: World) -> None:
    told = {"status": "cancelled", "on": "2027-04-20", "attended": "many", "host": HOSTILE}
    assert browser.post(world.path(Purpose.meeting), data=told).status_code == 200
    [(_, parameters)] = world.started
    assert (parameters["form"]["status"], parameters["form"]["on"]) == ("cancelled", "2027-04-20")
    assert parameters["form"]["attended"] == 0 and parameters["form"]["host"] == ""


def test_the_page_names_confirmed_organisers_only(browser: TestClient, world: World) -> None:
    page = Page(browser.get(world.path(Purpose.meeting)).text)
    assert "Åsa Öhrn" in page.text and "René Lindqvist" in page.text and "Siv Berg" not in page.text
    assert {one["value"] for one in page.all("option")} == {"", "m1", "m2", "office"}


def test_organisers_of_one_name_are_told_apart(browser: TestClient, world: World) -> None:
    person = world.get(Role, world.roles["m2"]).person_id
    world.change(Person, person, name=PEOPLE["m1"])
    text = Page(browser.get(world.path(Purpose.meeting)).text).text
    assert "Åsa Öhrn (m1)" in text and "Åsa Öhrn (m2)" in text


def test_a_booked_meeting_that_nobody_told_of_is_filled_in(browser: TestClient, world: World) -> None:
    for days_ago in (70, 20, 1):
        world.plan(world.now - timedelta(days=days_ago))
    world.plan(world.now + timedelta(days=30))
    page = Page(browser.get(world.path(Purpose.meeting)).text)
    assert page.field("on")["value"] == "2027-03-01" and page.checked("status") == ["held"]
    assert "Nästa träff är bokad: torsdag 1 april 2027 kl. 10.30." in page.text


def test_a_coming_meeting_can_be_called_off_by_a_link(browser: TestClient, world: World) -> None:
    world.plan(world.now + timedelta(days=30))
    page = Page(browser.get(world.path(Purpose.meeting)).text)
    assert page.field("on")["value"] == "" and page.checked("status") == []
    [address] = [one["href"] for one in page.all("a") if "cancelled" in one["href"]]
    page = Page(browser.get(world.path(Purpose.meeting) + address).text)
    assert page.field("on")["value"] == "2027-04-01" and page.checked("status") == ["cancelled"]


BAD_REPORTS = [
    ("status", "", "status_missing"),
    ("on", "", "on_missing"),
    ("on", "in March", "on_form"),
    ("on", "2027-03-03", "on_late"),
    ("on", "2026-12-31", "on_early"),
    ("attended", "", "attended_missing"),
    ("attended", "-1", "attended_range"),
    ("attended", "900", "attended_range"),
    ("large", "", "large_missing"),
    ("non_members", "10", "non_members_range"),
    ("branches", "", "branches_missing"),
    ("branches", "3,5", "branches_range"),
    ("companies", "", "companies_missing"),
    ("companies", "99999999999999999999", "companies_range"),
    ("invitation", "m3", "invitation_missing"),
    ("host", HOSTILE, "host_missing"),
    ("programme", "m77", "programme_missing"),
    ("lead", "Åsa", "lead_missing"),
    ("follow_up", "OFFICE", "follow_up_missing"),
    ("next_on", "soon", "next_on_form"),
    ("next_on", "2027-03-01", "next_on_early"),
    ("next_on", "2030-01-01", "next_on_late"),
    ("next_time", "", "next_time_missing"),
    ("next_time", "25:00", "next_time_form"),
]
ARGUMENTS = {"lowest": 0, "highest": 300, "limit": 60, "days": 60}


@pytest.mark.parametrize(("field", "value", "sentence"), BAD_REPORTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_report_gets_its_sentence_and_starts_nothing(
    browser: TestClient, world: World, field: str, value: str, sentence: str, language: str
) -> None:
    before = world.rows()
    report = REPORT | ({"attended": "61"} if field == "large" else {}) | {field: value}
    reply = browser.post(f"{world.path(Purpose.meeting)}?lang={language}", data=report)
    assert reply.status_code == 422
    assert sentence_by(reply, field) == words(language)(f"meeting.wrong.{sentence}", **ARGUMENTS)
    page = Page(reply.text)
    for kept in {"attended", "branches", "next_on", "next_time"} - {field}:
        assert page.field(kept)["value"] == report[kept]
    assert field == "lead" or '<option value="m1" selected>' in reply.text
    assert world.rows() == before and not world.started


BAD_TIMES: list[tuple[dict[str, str], str, str]] = [
    ({"on": "2027-03-02", "next_on": "2027-03-02"}, "next_on", "next_on_order"),
    ({"status": "cancelled", "on": "2027-04-20"}, "next_on", "next_on_same"),
    ({"status": "cancelled", "on": "2040-01-01"}, "on", "on_far"),
    ({"next_on": "2027-03-02", "next_time": "09:30"}, "next_time", "next_time_early"),
    ({"next_on": "2027-03-28", "next_time": "02:30"}, "next_time", "next_time_clocks"),
    ({"next_on": "2027-10-31", "next_time": "2.30"}, "next_time", "next_time_clocks"),
    ({"status": "book", "next_on": ""}, "next_on", "next_on_missing"),
]


@pytest.mark.parametrize(("change", "field", "sentence"), BAD_TIMES)
def test_times_that_cannot_be_are_refused(
    browser: TestClient, world: World, change: dict[str, str], field: str, sentence: str
) -> None:
    reply = browser.post(world.path(Purpose.meeting), data=REPORT | change)
    assert reply.status_code == 422
    assert sentence_by(reply, field) == words("sv")(f"meeting.wrong.{sentence}", **ARGUMENTS)
    assert not world.started


def test_more_than_60_are_believed_when_confirmed(browser: TestClient, world: World) -> None:
    asked = browser.post(world.path(Purpose.meeting), data=REPORT | {"attended": "61"})
    assert asked.status_code == 422 and "fler än 60 kom" in asked.text
    reply = browser.post(world.path(Purpose.meeting), data=REPORT | {"attended": "61", "large": "yes"})
    assert reply.status_code == 200
    assert world.started[0][1]["form"]["large"] is True


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_that_cannot_be_started_is_not_lost(
    browser: TestClient, world: World, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    world.fails = ConnectionError("no answer for Åsa Öhrn")
    reply = browser.post(f"{world.path(Purpose.meeting)}?lang={language}", data=REPORT)
    assert reply.status_code == 503
    assert words(language)("meeting.unavailable") in reply.text
    page = Page(reply.text)
    for name in ("on", "attended", "non_members", "branches", "companies", "next_on", "next_time"):
        assert page.field(name)["value"] == REPORT[name]
    assert page.checked("status") == ["held"]
    assert "ConnectionError" in caplog.text and "Åsa" not in caplog.text


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
    assert not world.started


def test_booking_twice_is_one_meeting_and_one_invitation_each(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.meeting), data=BOOKING)
    again = browser.post(world.path(Purpose.meeting), data=BOOKING)
    assert "Tiden var redan bokad" in again.text
    assert (len(world.meetings()), len(world.mails())) == (1, 2)
    moved = browser.post(world.path(Purpose.meeting), data=BOOKING | {"next_time": "18.00"})
    assert "kl. 18.00" in moved.text
    assert (len(world.meetings()), len(world.mails())) == (1, 4)


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


@pytest.mark.parametrize("state", [NetworkState.closed, NetworkState.merged, NetworkState.split])
@pytest.mark.parametrize("purpose", [Purpose.meeting, Purpose.organiser])
def test_a_network_that_has_ended_is_told_of_kindly(
    browser: TestClient, world: World, state: NetworkState, purpose: Purpose
) -> None:
    world.change(Network, world.network, state=state)
    before = world.rows()
    for reply in (browser.get(world.path(purpose)), browser.post(world.path(purpose), data=BOOKING)):
        assert reply.status_code == 410 and "Nätverket är avslutat" in reply.text
    assert world.rows() == before


def test_an_unhurried_prefect_is_not_waited_for_forever(
    browser: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_meeting, "START_SECONDS", 0)
    assert browser.post(world.path(Purpose.meeting), data=REPORT).status_code == 503


def test_no_sentence_about_a_wrong_report_is_untested() -> None:
    named = {name.rpartition(".")[2] for name in words("sv").sentences if name.startswith("meeting.wrong.")}
    tested = {sentence for _, _, sentence in [*BAD_REPORTS, *BAD_TIMES]}
    assert named == tested | {"next_on_taken"}


async def test_a_run_is_started_without_waiting_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    async def run_deployment(**kwargs: Any) -> Any:
        asked.update(kwargs)
        return SimpleNamespace(id=UUID(int=7))

    monkeypatch.setattr("prefect.deployments.run_deployment", run_deployment)
    assert await start_run("meeting-report/meeting-report", {"form": {}}) == str(UUID(int=7))
    assert asked.pop("name") == "meeting-report/meeting-report"
    assert asked == {"parameters": {"form": {}}, "timeout": 0, "as_subflow": False}
