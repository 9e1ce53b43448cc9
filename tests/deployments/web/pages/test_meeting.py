"""`/meeting/{token}` on a real database: a report is saved with all that follows, a booking becomes invitations."""

from datetime import UTC, date, datetime, timedelta
from html import escape
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from deployments.web.app import start_run
from deployments.web.pages.meeting_form import MORE
from models.dates.local_time import local
from models.db import engine
from models.forms.meeting_report import COMPANY_LENGTH
from models.forms.outbox import SEND
from models.people.roles import organiser_key
from models.people.signed_link import Purpose
from models.tables.mail import Template
from models.tables.meeting import Meeting, MeetingDuty, MeetingForm, MeetingStatus, Partner, ReportEntry
from models.tables.network import Network, NetworkState, Role
from models.tables.person import Membership, Person
from templates.rendering.web import LANGUAGES, words
from tests.deployments.browsing import BAD_DETAILS, BOOKING, HOSTILE, REPORT, Page, sentence_by
from tests.deployments.conftest import PEOPLE, World

OUTBOX = ("outbox/outbox", SEND)


def duties_of(meeting: Meeting) -> dict[str, str | None]:
    """Who carried what: a person's code, or the office."""
    with engine.reading() as session:
        codes = {organiser_key(one.network_id, one.person_id): one.code for one in session.exec(select(Role))}
        rows = session.exec(select(MeetingDuty).where(col(MeetingDuty.meeting_id) == meeting.id)).all()
    return {row.duty: "office" if row.by_office else codes[str(row.organiser_key)] for row in rows}


def partners() -> list[tuple[str, str]]:
    """What each company was, and its name."""
    with engine.reading() as session:
        return sorted((str(one.kind), one.company) for one in session.exec(select(Partner)))


def tellings() -> list[ReportEntry]:
    with engine.reading() as session:
        return list(session.exec(select(ReportEntry)))


def test_a_report_is_saved_at_once_with_all_that_follows(browser: TestClient, world: World) -> None:
    reply = browser.post(world.path(Purpose.meeting), data=REPORT)
    assert reply.status_code == 200
    assert "9 personer kom" in reply.text and "tisdag 20 april 2027 kl. 17.30" in reply.text
    held, coming = sorted(world.meetings(), key=lambda one: one.starts_at)
    assert (local(held.starts_at).date(), held.status, held.reported_at) == (date(2027, 3, 1), "held", world.now)
    assert (held.attended, held.non_members, held.branches, held.companies) == (9, 1, 3, 5)
    assert duties_of(held) == {"invitation": "m1", "host": "m2", "lead": "m1", "follow_up": "office"}
    assert (coming.starts_at, coming.status) == (datetime(2027, 4, 20, 15, 30, tzinfo=UTC), MeetingStatus.planned)
    assert (held.form, coming.form) == (MeetingForm.mixed, MeetingForm.digital)
    assert {mail.template for mail in world.mails()} == {Template.calendar_invitation}
    assert world.started == [OUTBOX], "what Prefect hears of it"
    assert "Nästa träff är bokad: tisdag 20 april" in browser.get(world.path(Purpose.meeting)).text


def test_the_companies_of_a_meeting_are_told_by_what_each_was_to_it(browser: TestClient, world: World) -> None:
    for _ in range(2):
        browser.post(world.path(Purpose.meeting), data=REPORT)
    assert partners() == [
        ("host", "Hamnens Åkeri AB"),
        ("participant", "El i Norr"),
        ("participant", "Måleriet"),
        ("participant", "Stål AB"),
        ("speaker", "Råd & Dåd"),
    ]


def test_whoever_carries_the_network_is_no_company(browser: TestClient, world: World) -> None:
    told = REPORT | {"participants": "Stål AB, René Lindqvist"}
    reply = browser.post(world.path(Purpose.meeting), data=told)
    assert reply.status_code == 422 and "skriv företaget, ingen person" in reply.text
    assert Page(reply.text).field("attended")["value"] == REPORT["attended"]
    assert (world.meetings(), partners()) == ([], [])


def test_a_report_says_neither_form_nor_companies_unless_it_likes(browser: TestClient, world: World) -> None:
    world.plan(datetime(2027, 3, 1, 16, 30, tzinfo=UTC), form=MeetingForm.digital)
    page = Page(browser.get(world.path(Purpose.meeting)).text)
    folded = page.all("details")
    assert folded and not any("open" in one for one in folded), "the short way is as short as it was"
    told = {name: value for name, value in REPORT.items() if name not in MORE} | {"next_on": ""}
    assert browser.post(world.path(Purpose.meeting), data=told).status_code == 200
    [held] = world.meetings()
    assert (held.status, held.form, partners()) == (MeetingStatus.held, MeetingForm.digital, [])


def test_the_same_report_twice_is_one_meeting_and_one_telling(browser: TestClient, world: World) -> None:
    first, again = (browser.post(world.path(Purpose.meeting), data=REPORT) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert (len(world.meetings()), len(world.mails()), len(tellings())) == (2, 2, 1)


def test_a_first_meeting_starts_the_network(browser: TestClient, world: World) -> None:
    world.change(Network, world.network, state=NetworkState.planned, step=0, kickoff_on=None)
    browser.post(world.path(Purpose.meeting), data=REPORT)
    network = world.get(Network, world.network)
    assert (network.state, network.kickoff_on) == (NetworkState.starting, date(2027, 3, 1))


def test_a_report_wakes_a_resting_network(browser: TestClient, world: World) -> None:
    world.change(Network, world.network, state=NetworkState.resting)
    browser.post(world.path(Purpose.meeting), data=REPORT | {"next_on": ""})
    assert world.get(Network, world.network).state == NetworkState.independent


def test_we_did_meet_is_two_taps(browser: TestClient, world: World) -> None:
    """One opens the link, one tells how many came; what was not told is unknown and not none."""
    world.plan(world.now - timedelta(days=1))
    page = Page(browser.get(world.path(Purpose.meeting)).text)
    pressed = {one["name"]: one["value"] for one in page.all("input") if one.get("type") == "hidden"}
    [button] = [one for one in page.all("button") if one.get("value") == "9"]
    reply = browser.post(world.path(Purpose.meeting), data=pressed | {button["name"]: button["value"]})
    assert reply.status_code == 200 and "9 personer kom" in reply.text
    [held] = world.meetings()
    assert (held.status, held.attended, held.branches, held.companies) == (MeetingStatus.held, 9, None, None)
    assert duties_of(held) == {} and local(held.starts_at).date() == date(2027, 3, 1)
    [more] = [one["href"] for one in Page(reply.text).all("a") if "status=held" in one["href"]]
    assert Page(browser.get(world.path(Purpose.meeting) + more).text).field("on")["value"] == "2027-03-01"


def test_a_cancelled_meeting_needs_no_numbers(browser: TestClient, world: World) -> None:
    world.plan(datetime(2027, 4, 20, 15, 30, tzinfo=UTC))
    told = {"status": "cancelled", "on": "2027-04-20", "attended": "many", "large": "yes", "host": HOSTILE}
    assert browser.post(world.path(Purpose.meeting), data=told).status_code == 200
    [meeting] = world.meetings()
    assert (meeting.status, meeting.attended, duties_of(meeting)) == (MeetingStatus.cancelled, None, {})
    assert len(world.mails()) == 2, "out of both calendars"


def test_the_page_names_confirmed_organisers_only(browser: TestClient, world: World) -> None:
    page = Page(browser.get(world.path(Purpose.meeting)).text)
    assert "Åsa Öhrn" in page.text and "René Lindqvist" in page.text and "Siv Berg" not in page.text
    assert [one["value"] for one in page.options("host")] == ["", "m1", "m2", "office"]


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
    assert page.field("on")["value"] == "2027-03-01" and page.checked("status") == []
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
    ("meeting_form", "by post", "meeting_form_missing"),
    ("host_company", HOSTILE, "host_company_signs"),
    ("host_company", "å" * 121, "host_company_long"),
    ("speaker_company", "www.example.org", "speaker_company_signs"),
    ("speaker_company", "å" * 121, "speaker_company_long"),
    ("participants", "Stål AB, a@b.se", "participants_signs"),
    ("participants", f"Stål AB\n{'å' * 121}", "participants_long"),
    ("participants", ", ".join(f"AB {number}" for number in range(21)), "participants_many"),
    ("next_form", "by post", "next_form_missing"),
    ("next_on", "soon", "next_on_form"),
    ("next_on", "2027-03-01", "next_on_early"),
    ("next_on", "2030-01-01", "next_on_late"),
    ("next_time", "", "next_time_missing"),
    ("next_time", "25:00", "next_time_form"),
]
ARGUMENTS = {"lowest": 0, "highest": 300, "limit": 60, "days": 60}
MOST = {"participants_many": 20}


@pytest.mark.parametrize(("field", "value", "sentence"), BAD_REPORTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_report_gets_its_sentence_and_starts_nothing(
    browser: TestClient, world: World, field: str, value: str, sentence: str, language: str
) -> None:
    before = world.rows()
    report = REPORT | ({"attended": "61"} if field == "large" else {}) | {field: value}
    reply = browser.post(f"{world.path(Purpose.meeting)}?lang={language}", data=report)
    assert reply.status_code == 422
    assert sentence_by(reply, field) == words(language)(
        f"meeting.wrong.{sentence}", **ARGUMENTS, most=MOST.get(sentence, COMPANY_LENGTH)
    )
    page = Page(reply.text)
    for kept in {"attended", "branches", "host_company", "speaker_company", "next_on", "next_time"} - {field}:
        assert page.field(kept)["value"] == report[kept]
    assert field == "lead" or '<option value="m1" selected>' in reply.text
    assert f">\n{escape(report['participants'])}</textarea>" in reply.text and "open" in page.all("details")[0]
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
    assert max(one.attended or 0 for one in world.meetings()) == 61


def test_prefect_away_is_nothing_the_teller_notices(browser: TestClient, world: World) -> None:
    world.fails = ConnectionError("no answer")
    reply = browser.post(world.path(Purpose.meeting), data=REPORT)
    assert reply.status_code == 200 and "9 personer kom" in reply.text
    assert len(world.meetings()) == len(world.mails()) == 2


def test_a_member_whom_the_register_has_just_lost_tells_on_until_their_role_ends(
    browser: TestClient, world: World
) -> None:
    world.change(Person, world.get(Role, world.roles["m1"]).person_id, membership=Membership.left)
    assert browser.post(world.path(Purpose.meeting), data=REPORT).status_code == 200
    world.change(Role, world.roles["m1"], until=world.now.date())
    assert browser.post(world.path(Purpose.meeting), data=REPORT).status_code == 404


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


def test_no_sentence_about_a_wrong_report_is_untested() -> None:
    named = {name.rpartition(".")[2] for name in words("sv").sentences if name.startswith("meeting.wrong.")}
    tested = {sentence for _, _, sentence in [*BAD_REPORTS, *BAD_TIMES, *BAD_DETAILS]}
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
