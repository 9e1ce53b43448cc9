"""`/confirm/{token}`: a request typed on the web is a case when its member has said so, and nothing before."""

from datetime import timedelta

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from models.db import engine
from models.people.person import by_member_number
from models.people.signed_link import Purpose, make_link
from models.requests.unconfirmed import MOST_MAILS
from models.tables.mail import Template
from models.tables.request import NamedOrganiser, RequestState, SupportRequest
from models.tables.unconfirmed_request import UnconfirmedRequest
from templates.rendering.web import LANGUAGES
from tests.acts import AKE, EMPLOYEE, GOREL, MARIT
from tests.deployments.browsing import HOSTILE, REQUEST, Page, ask_and_confirm, confirm, links_to_confirm
from tests.deployments.conftest import PUBLIC_URL, World
from tests.deployments.web.pages.test_support_request import SEND, requests_in

UNKNOWN = "990101-99"


def typed(world: World) -> list[UnconfirmedRequest]:
    with engine.reading() as session:
        return list(session.exec(select(UnconfirmedRequest).order_by(col(UnconfirmedRequest.typed_at))))


def test_until_the_link_is_pressed_there_is_a_row_and_a_mail_and_nothing_else(
    browser: TestClient, world: World
) -> None:
    sent = browser.post("/request", data=SEND)
    assert "Bekräfta din förfrågan" in sent.text and "Kallax" not in sent.text
    assert [one.template for one in world.mails()] == [Template.confirm_request]
    assert not requests_in(world) and [deployment for deployment, _ in world.started] == ["outbox/outbox"]
    with engine.reading() as session:
        assert not session.exec(select(NamedOrganiser)).all()
        assert by_member_number(session, AKE) is None


def test_looking_shows_what_was_typed_and_writes_nothing(browser: TestClient, world: World) -> None:
    browser.post("/request", data=SEND)
    [link] = links_to_confirm()
    before = world.rows()
    for _ in range(2):
        text = Page(browser.get(link).text).text
    assert "Vi ses aldrig.\nDet vill vi ändra på." in text and "Kallax, Luleå" in text and "Ja, skicka" in text
    assert world.rows() == before and not requests_in(world)


@pytest.mark.each_database
def test_pressed_it_is_a_case_with_a_receipt(browser: TestClient, world: World) -> None:
    told = ask_and_confirm(browser, REQUEST)
    assert "Tack, nu har kansliet din förfrågan" in told.text and "Kallax" in told.text
    own = next(one["href"] for one in Page(told.text).all("a") if "/my-request/" in one["href"])
    assert "Kallax" in browser.get(own).text
    [request] = requests_in(world)
    assert (request.state, request.confirmed_at, request.channel) == (RequestState.received, world.now, "web")
    [row] = typed(world)
    assert (row.form, row.content, row.request_id) == (None, None, request.id), "what was typed stands in one place"


def test_what_else_was_typed_with_the_number_stands_there_and_each_is_confirmed_by_itself(
    browser: TestClient, world: World
) -> None:
    for place in ("Gammelstad", "Råneå"):
        browser.post("/request", data=SEND | {"place": place})
        world.now += timedelta(minutes=1)
    first, second = links_to_confirm()
    text = Page(browser.get(first).text).text
    assert text.index("Gammelstad") < text.index("Det här väntar också") < text.index("Råneå")
    own, other = (one["value"] for one in Page(browser.get(first).text).all("input"))
    assert "Råneå" in browser.post(first, data={"which": other}).text
    assert [one.place for one in requests_in(world)] == ["Råneå"]
    told = browser.get(second).text
    assert "nu har kansliet" in told and "Det här väntar också" in told, "any of the links shows all that waits"
    browser.post(first, data={"which": own})
    assert [one.place for one in requests_in(world)] == ["Råneå", "Gammelstad"]
    assert "Det här väntar också" not in browser.get(second).text


def test_nobodys_link_confirms_what_was_typed_with_another_number(browser: TestClient, world: World) -> None:
    browser.post("/request", data=SEND)
    browser.post("/request", data=SEND | {"member_number": MARIT, "co_organisers": ""})
    mine, theirs = (str(one.id) for one in typed(world))
    link = make_link(Purpose.confirm, mine).removeprefix(PUBLIC_URL)
    for which in (theirs, HOSTILE, "00000000-0000-0000-0000-000000000000"):
        assert browser.post(link, data={"which": which}).status_code == 404
    assert not requests_in(world)


def test_what_is_not_theirs_is_removed_and_the_link_says_so(browser: TestClient, world: World) -> None:
    browser.post("/request", data=SEND)
    [link] = links_to_confirm()
    assert "Det är borttaget" in browser.post(link, data={"answer": "forget"}).text
    assert not typed(world) and not requests_in(world)
    assert [(mail.person_id, mail.context) for mail in world.mails()] == [(None, "{}")]
    again = browser.post(link, data={"answer": "forget"})
    assert again.status_code == 404 and "glömmer vi" in again.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_seven_days_the_link_says_kindly_that_it_is_over(
    browser: TestClient, world: World, language: str
) -> None:
    browser.post("/request", data=SEND)
    [link] = links_to_confirm()
    world.now += timedelta(days=7)
    for reply in (browser.get(f"{link}?lang={language}"), browser.post(f"{link}?lang={language}")):
        assert reply.status_code == 404 and f'href="/request?lang={language}"' in reply.text
    assert browser.get(f"/confirm/x?lang={language}").text == reply.text and not requests_in(world)


def test_typed_over_and_over_it_is_asked_about_seldom_and_the_member_is_never_locked_out(
    browser: TestClient, world: World
) -> None:
    for number in range(10):
        for _ in range(2):
            assert browser.post("/request", data=SEND | {"place": f"Kallax {number}"}).status_code == 200
    assert len(world.mails()) == MOST_MAILS
    world.now += timedelta(minutes=1)
    browser.post("/request", data=SEND | {"place": "Råneå"})
    own = links_to_confirm()[0]
    page = browser.get(own)
    which = [one["value"] for one in Page(page.text).all("input")]
    assert "Råneå" in page.text and len(page.content) < 50_000
    told = [browser.post(own, data={"which": one}) for one in which]
    assert {reply.status_code for reply in told} == {200} and "Råneå" in {one.place for one in requests_in(world)}
    world.now += timedelta(days=1)
    browser.post("/request", data=SEND | {"place": "Kallax 9"})
    assert len([one for one in world.mails() if one.template == Template.confirm_request]) == MOST_MAILS + 1


def test_the_same_words_with_other_wishes_replace_what_waits(browser: TestClient, world: World) -> None:
    browser.post("/request", data=SEND)
    browser.post("/request", data=SEND | {"wish_speaker": "yes"})
    [link] = links_to_confirm()
    confirm(browser, link)
    assert requests_in(world)[0].wished == ["send_out", "speaker"]


def test_numbers_that_cannot_be_asked_are_told_to_the_member_and_to_nobody_else(
    browser: TestClient, world: World
) -> None:
    named = {"co_organisers": f"{MARIT}, {UNKNOWN}, {EMPLOYEE}"}
    sent = browser.post("/request", data=SEND | named)
    usual = browser.post("/request", data=SEND | {"place": "Luleå", "co_organisers": GOREL})
    assert sent.text == usual.text
    text = Page(browser.get(links_to_confirm()[0]).text).text
    assert f"känner vi inte igen: {UNKNOWN}." in text and f"inte kan vara medarrangör: {EMPLOYEE}." in text


def test_a_request_of_an_earlier_version_is_a_strangers_until_the_talk(browser: TestClient, world: World) -> None:
    ask_and_confirm(browser, REQUEST)
    [request] = requests_in(world)
    assert not request.is_a_strangers
    world.change(SupportRequest, request.id, confirmed_at=None)
    assert world.get(SupportRequest, request.id).is_a_strangers
