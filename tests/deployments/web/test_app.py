"""Links and errors, as a mail scanner and an attacker meet them, on a real database."""

import logging
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from deployments.web.pages import check_in
from models.errors import DatabaseBusy
from models.people import signed_link
from models.people.signed_link import Purpose, make_link
from models.tables.check_in import CheckIn
from models.tables.network import Role
from models.tables.person import Person
from tests.deployments.browsing import ANSWER, BOOKING, HOSTILE, LINKS, POSTS, REPORT
from tests.deployments.conftest import World

# --- looking writes nothing -----------------------------------------------------------------------


@pytest.mark.parametrize("purpose", LINKS)
def test_opening_a_link_writes_nothing(browser: TestClient, world: World, purpose: Purpose) -> None:
    before = world.rows()
    for address in (world.path(purpose), f"{world.path(purpose)}?q4=5&status=book&on=2027-03-01"):
        assert browser.get(address).status_code == 200
        assert browser.head(address).status_code == 200
    assert world.rows() == before
    assert not world.started


def test_the_health_page_needs_no_database(browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.db.engine.engine", lambda: pytest.fail("asked the database"))
    for address in ("/healthz", "/", "/privacy", "/static/style.css"):
        assert browser.get(address).status_code == 200
    assert browser.get("/healthz").text == "ok"


# --- links that do not hold -----------------------------------------------------------------------


def _altered(address: str) -> str:
    swap = "A" if address[-5] != "A" else "B"
    return address[:-5] + swap + address[-4:]


@pytest.mark.parametrize("purpose", LINKS)
def test_links_that_do_not_hold_are_refused_alike(
    browser: TestClient, world: World, purpose: Purpose, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = world.path(purpose)
    place = good.rpartition("/")[0]
    other = world.path(next(one for one in LINKS if one != purpose)).split("/")[-1]
    parts = {Purpose.check_in: 2, Purpose.meeting: 1, Purpose.organiser: 1, Purpose.stop: 2}.get(purpose, 1)
    signed = [[str(uuid4())] * parts, ["no-id"] * parts, [str(world.network)] * 3, []]
    bad = [f"{place}/{other}", f"{place}/x", f"{place}/å%00%ff", _altered(good), good[:-1], good + "x"]
    bad += [make_link(purpose, *ids).removeprefix("http://testserver") for ids in signed]
    replies = [browser.get(address) for address in bad] + [browser.post(one, data=POSTS[purpose]) for one in bad]
    monkeypatch.setitem(signed_link.VALID_FOR, purpose, timedelta(days=-1))
    replies += [browser.get(good), browser.post(good, data=POSTS[purpose])]
    assert {reply.status_code for reply in replies} == {404}
    assert len({reply.text for reply in replies}) == 1
    assert "Länken gäller inte" in replies[0].text and "natverk@kansliet.example.org" in replies[0].text
    english = browser.get(bad[0], headers={"Accept-Language": "en"})
    assert "This link is not valid" in english.text
    assert not world.started and not world.mails()


def test_links_of_who_has_gone_are_refused(browser: TestClient, world: World) -> None:
    world.change(Role, world.roles["m1"], until=date(2027, 3, 1))
    world.change(Role, world.roles["m3"], until=date(2027, 3, 1))
    assert browser.get(world.path(Purpose.meeting)).status_code == 404
    assert browser.post(world.path(Purpose.organiser)).status_code == 404
    world.change(Person, world.get(CheckIn, world.check_in).person_id, erased_at=world.now)
    assert browser.post(world.path(Purpose.check_in), data=ANSWER).status_code == 404
    assert world.get(CheckIn, world.check_in).answered_at is None


def test_a_member_who_has_not_said_yes_cannot_report(browser: TestClient, world: World) -> None:
    address = make_link(Purpose.meeting, str(world.roles["m3"])).removeprefix("http://testserver")
    assert browser.post(address, data=BOOKING).status_code == 404


# --- what goes wrong ------------------------------------------------------------------------------


def test_too_much_is_refused(browser: TestClient, world: World) -> None:
    address, before = world.path(Purpose.check_in), world.rows()
    assert browser.post(address, data=ANSWER | {"wish": "x" * 70_000}).status_code == 413
    assert browser.post(address, data={f"f{i}": "x" for i in range(200)}).status_code == 413
    assert browser.post(address, json=ANSWER).status_code == 415
    assert browser.post(address, files={"met": b"yes"}).status_code == 415
    assert world.rows() == before


def test_an_unknown_page_is_a_kind_404(browser: TestClient) -> None:
    reply = browser.get("/no/such/page")
    assert reply.status_code == 404 and "Sidan finns inte" in reply.text
    assert browser.put("/privacy").status_code == 405


@pytest.mark.parametrize("purpose", LINKS)
def test_a_busy_database_loses_nothing(
    browser: TestClient, world: World, purpose: Purpose, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any) -> None:
        raise DatabaseBusy

    for place in ("check_in._save", "meeting.book", "organiser._answer", "unsubscribe._save", "network.organiser"):
        monkeypatch.setattr(f"deployments.web.pages.{place}", busy)
    data = BOOKING if purpose is Purpose.meeting else POSTS[purpose]
    reply = browser.post(world.path(purpose), data=data)
    assert reply.status_code == 503 and "<form" in reply.text
    assert "försök igen" in reply.text.lower()
    assert all(f'value="{value}"' in reply.text for value in data.values())
    for place in ("check_in._look", "meeting.load", "organiser._load", "unsubscribe._load", "network.load"):
        monkeypatch.setattr(f"deployments.web.pages.{place}", busy)
    assert browser.get(world.path(purpose)).status_code == 503


def test_what_nobody_foresaw_is_logged_without_data(
    browser: TestClient, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fault(*_: Any) -> None:
        raise ValueError("Åsa Öhrn wished for a speaker")

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(check_in, "_save", fault)
    reply = browser.post(world.path(Purpose.check_in), data=ANSWER)
    assert reply.status_code == 500 and "Något gick fel hos oss" in reply.text
    assert "ValueError in" in caplog.text and "Åsa" not in caplog.text


def test_logs_hold_no_person_token_or_answer(
    browser: TestClient, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = [world.path(purpose).split("/")[-1] for purpose in LINKS]
    for purpose in LINKS:
        browser.get(world.path(purpose))
        browser.post(world.path(purpose), data=POSTS[purpose])
        browser.post(world.path(purpose), data={"attended": "Åsa", "met": "Åsa"})
    ours = "".join(one.getMessage() for one in caplog.records if one.name != "httpx")  # httpx is the test's browser
    assert not [word for word in (*tokens, "Åsa", "Öhrn", "2027-03-01", "speaker") if word in ours]


# --- any form ------------------------------------------------------------------------------------


odd_text = st.text(max_size=30) | st.sampled_from([*ANSWER.values(), *REPORT.values(), HOSTILE, "0001-01-01", "-0"])
odd_form = st.dictionaries(st.sampled_from([*ANSWER, *REPORT, "large", "lang"]), odd_text)


@given(odd=odd_form, purpose=st.sampled_from([Purpose.check_in, Purpose.meeting]))
@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
def test_no_form_breaks_a_page_and_refused_ones_write_nothing(
    browser: TestClient, world: World, odd: dict[str, str], purpose: Purpose
) -> None:
    before, started = world.rows(), len(world.started)
    reply = browser.post(world.path(purpose), data=POSTS[purpose] | odd)
    assert reply.status_code in (200, 422)
    assert reply.status_code == 200 or (world.rows() == before and len(world.started) == started)
