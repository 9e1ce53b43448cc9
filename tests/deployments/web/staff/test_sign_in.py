"""Staff come in by a mailed link, once, in one browser, for twelve hours (domain.md section 13)."""

import json
import sys
import time
from datetime import timedelta

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from deployments.cli.app import main
from deployments.web.app import create_app
from models.db.engine import reading, transaction
from models.office import sign_in
from models.settings import settings
from models.tables.office import Staff
from models.tables.staff_session import StaffSession
from tests.acts import ask
from tests.deployments.web.staff.conftest import BROWSER, FORMS, PUBLIC_URL, Desk

ASA = "asa.sjostrom@kansliet.example.org"


def test_a_link_by_mail_lets_one_in_to_the_page_they_wanted(desk: Desk) -> None:
    assert "Logga in" in desk.get("/staff/network/1", 403)
    desk.ask_for_link(ASA, "/staff/network/1")
    [mail] = desk.sign_in_mails()
    assert mail.staff_id and desk.started == ["outbox/outbox"]
    reply = desk.client.post(desk.link(), follow_redirects=False)
    assert reply.headers["location"] == "/staff/network/1"
    cookie = reply.headers["set-cookie"]
    assert cookie.startswith("__Host-lots-staff=")
    for held in ("Secure", "HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"):
        assert held in cookie
    assert "Domain" not in cookie
    desk.get("/staff/network/1", 404)  # there is none, and whoever is signed in may know


def test_who_does_not_work_there_gets_the_same_answer_and_no_mail(desk: Desk) -> None:
    known = desk.ask_for_link(ASA)
    unknown = desk.ask_for_link("ake.ohman@example.org")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert len(desk.sign_in_mails()) == 1


def test_an_address_is_the_same_in_capitals(desk: Desk) -> None:
    desk.ask_for_link(ASA.upper())
    assert len(desk.sign_in_mails()) == 1


def test_opening_the_link_uses_nothing_up_and_pressing_does(desk: Desk) -> None:
    desk.ask_for_link(ASA)
    link = desk.link()
    assert "Logga in här" in desk.get(link) == desk.get(link)
    assert desk.client.post(link, follow_redirects=False).status_code == 303
    desk.client.cookies.clear()
    assert "redan använts" in desk.get(link, 410)
    assert desk.client.post(link).status_code == 410
    desk.get("/staff/network/1", 403)


def test_a_link_ends_after_fifteen_minutes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ask_for_link(ASA)
    link = desk.link()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 15 * 60 + 2)
    assert desk.client.post(link).status_code == 410


def test_a_session_ends_after_twelve_hours(desk: Desk) -> None:
    desk.sign_in("asj")
    desk.later(timedelta(hours=11, minutes=59))
    desk.get("/staff/network/1", 404)
    desk.later(timedelta(minutes=2))
    desk.get("/staff/network/1", 403)


def test_a_stolen_cookie_does_not_work_in_another_browser(desk: Desk) -> None:
    desk.sign_in("asj")
    assert desk.client.get("/staff/network/1", headers={"User-Agent": "curl/8"}).status_code == 403


def test_who_has_left_the_office_is_out_at_once(desk: Desk) -> None:
    desk.sign_in("asj")
    with transaction() as session:
        session.exec(select(Staff).where(col(Staff.signature) == "asj")).one().active = False
    desk.get("/staff/network/1", 403)
    desk.ask_for_link(ASA)
    assert len(desk.sign_in_mails()) == 1


def test_signing_out_everywhere_ends_the_other_browsers_too(desk: Desk) -> None:
    desk.sign_in("asj")
    key = desk.client.cookies["__Host-lots-staff"]
    desk.client.cookies.clear()
    desk.sign_in("asj")
    reply = desk.client.post("/staff/sign-out", data={"csrf": _csrf(desk), "everywhere": "yes"})
    assert "utloggad" in reply.text
    desk.client.cookies.set("__Host-lots-staff", key, domain="testserver.local")
    desk.get("/staff/network/1", 403)


def test_nobody_is_flooded_with_sign_in_mails(desk: Desk) -> None:
    for _ in range(sign_in.MOST_OFTEN + 2):
        desk.ask_for_link(ASA)
    assert len(desk.sign_in_mails()) == sign_in.MOST_OFTEN
    desk.later(timedelta(hours=1, seconds=1))
    desk.ask_for_link(ASA)
    assert len(desk.sign_in_mails()) == sign_in.MOST_OFTEN + 1


def test_nobody_is_sent_to_another_site_after_signing_in(desk: Desk) -> None:
    for away in ("https://example.org", "//example.org", "/staff//example.org", "/staff/\\example.org", "/privacy"):
        desk.client.cookies.clear()
        desk.ask_for_link(ASA, away)
        desk.later(timedelta(hours=2))
        desk.client.post(desk.link(), follow_redirects=False)
        reply = desk.client.post(desk.link(), follow_redirects=False)
        assert reply.headers.get("location", "/staff") == "/staff", away


def test_the_key_is_stored_nowhere(desk: Desk) -> None:
    desk.sign_in("asj")
    key = desk.client.cookies["__Host-lots-staff"]
    with reading() as session:
        [held] = session.exec(select(StaffSession)).all()
    assert key not in str(held.model_dump())


def test_a_link_from_a_mail_asks_once_more_from_here_before_it_says_sign_in(desk: Desk) -> None:
    """SameSite=Strict: the first request from another site comes without the cookie."""
    reply = desk.client.get("/staff/network/1", headers={"Sec-Fetch-Site": "cross-site"})
    assert 'http-equiv="refresh" content="0; url=/staff/network/1"' in reply.text
    again = desk.client.get("/staff/network/1", headers={"Sec-Fetch-Site": "same-origin"})
    assert again.status_code == 403


@pytest.fixture
def behind_proxy(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("LOTS_TRUSTED_PROXY", "10.0.0.5")
    monkeypatch.setenv("LOTS_IDENTITY_HEADER", "X-Auth-Request-Email")
    settings.cache_clear()

    async def forms() -> object:
        return FORMS

    app = create_app(lambda: desk.now, forms=forms)  # type: ignore[arg-type]
    return TestClient(app, base_url=PUBLIC_URL, headers={"User-Agent": BROWSER}, client=("10.0.0.5", 1))


def test_a_trusted_proxys_word_lets_staff_in(behind_proxy: TestClient) -> None:
    told = {"X-Auth-Request-Email": ASA}
    assert behind_proxy.get("/staff/network/1", headers=told).status_code == 404
    assert behind_proxy.get("/staff/network/1", headers={"X-Auth-Request-Email": "ake@example.org"}).status_code == 403
    assert behind_proxy.get("/staff/network/1").status_code == 403


def test_the_same_word_from_anybody_else_is_nothing(behind_proxy: TestClient) -> None:
    stranger = TestClient(behind_proxy.app, base_url=PUBLIC_URL, client=("10.0.0.6", 1))
    assert stranger.get("/staff/network/1", headers={"X-Auth-Request-Email": ASA}).status_code == 403
    twice = [("X-Auth-Request-Email", ASA), ("X-Auth-Request-Email", "x@example.org")]
    assert behind_proxy.get("/staff/network/1", headers=twice).status_code == 403


def _csrf(desk: Desk) -> str:
    with transaction() as session:
        number = ask(session).number
    return desk.csrf(f"/staff/request/{number}")


def test_an_operator_prints_a_link_where_no_mail_goes_yet(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["lots", "staff", "link", "las", "--json"])
    main()
    link = json.loads(capsys.readouterr().out)["link"].removeprefix(PUBLIC_URL)
    assert desk.client.post(link, follow_redirects=False).headers["location"] == "/staff"


def test_a_made_up_cookie_is_no_way_around_the_limits(desk: Desk) -> None:
    junk = {"Cookie": "__Host-lots-staff=made-up"}
    sent = [desk.client.post("/staff/sign-in", data={"address": "x@example.org"}, headers=junk) for _ in range(121)]
    assert sent[-1].status_code == 429
    tried = [desk.client.get("/staff/request/1", headers=junk).status_code for _ in range(61)]
    assert tried[0] == 403 and tried[-1] == 429


def test_a_whole_office_behind_one_address_may_work(desk: Desk) -> None:
    desk.sign_in("asj")
    assert {desk.client.get("/staff/network/1").status_code for _ in range(30)} == {404}
    with transaction() as session:
        page = f"/staff/request/{ask(session).number}"
    form = {"csrf": desk.csrf(page), "channel": "phone", "outcome": "reached"}
    assert {desk.client.post(f"{page}/contact", data=form).status_code for _ in range(50)} == {200}
