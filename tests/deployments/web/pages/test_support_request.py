"""`/request` on a real database: looked through together, confirmed by its member, and the same answer to all."""

import asyncio
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from sqlmodel import col, select
from starlette.testclient import TestClient

from deployments.web.app import create_app
from models.db import engine
from models.errors import DatabaseBusy
from models.people.person import by_member_number
from models.requests import near_neighbour, unconfirmed
from models.stages import web_request as web_rules
from models.tables.mail import Template
from models.tables.network import Nature, Network, NetworkState
from models.tables.person import Person
from models.tables.request import NamedOrganiser, NearNeighbour, RequestState, SupportRequest
from templates.rendering.web import LANGUAGES, words
from tests.acts import AKE, EMPLOYEE, MARIT, no_register
from tests.deployments.browsing import REQUEST, Page, ask_and_confirm, links_to_confirm, sentence_by
from tests.deployments.conftest import PUBLIC_URL, World

SEND = REQUEST | {"step": "send"}
SUPPORT_REQUEST = "support-request/support-request"
UNKNOWN = "990101-99"


def requests_in(world: World) -> list[SupportRequest]:
    with engine.reading() as session:
        return list(session.exec(select(SupportRequest).order_by(col(SupportRequest.number))))


def named_in(world: World) -> list[NamedOrganiser]:
    with engine.reading() as session:
        return list(session.exec(select(NamedOrganiser)))


# --- asked, looked through, sent ------------------------------------------------------------------


def test_the_form_offers_the_real_municipalities_and_says_what_help_costs(browser: TestClient, world: World) -> None:
    reply = browser.get("/request")
    page = Page(reply.text)
    names = [one["value"] for one in page.all("option")]
    assert len(names) == 290 and names[0] == "Ale" and names[-1] == "Övertorneå" and page.field("municipality")["list"]
    assert "Tar ungefär 6 timmar av kansliets tid" in page.text and "Vi börjar utan stöd" in page.text
    assert len(reply.content) < 50_000


def test_looking_it_through_writes_nothing_and_tells_what_was_asked(browser: TestClient, world: World) -> None:
    before = world.rows()
    page = Page(browser.post("/request", data=REQUEST).text)
    assert "Stämmer det här?" in page.text and "Kallax, Luleå" in page.text
    kept = {one["name"]: one["value"] for one in page.all("input") if one.get("type") == "hidden"}
    assert kept == REQUEST
    assert world.rows() == before and not world.started
    changed = Page(browser.post("/request", data=REQUEST | {"step": "change"}).text)
    assert changed.field("place")["value"] == "Kallax" and "Vi ses aldrig" in changed.text
    assert world.rows() == before


def test_a_request_is_saved_first_and_its_id_alone_goes_to_prefect(browser: TestClient, world: World) -> None:
    reply = ask_and_confirm(browser, REQUEST)
    assert reply.status_code == 200
    assert "senast tisdag 9 mars 2027" in reply.text and "senast tisdag 23 mars 2027" in reply.text
    [request] = requests_in(world)
    assert (request.place, request.municipality, request.nature) == ("Kallax", "2580", Nature.town)
    assert request.need == "Vi ses aldrig.\nDet vill vi ändra på." and request.channel == "web"
    assert request.wished == ["send_out"] and not request.without_support
    assert request.state == RequestState.received and len(named_in(world)) == 2
    [(outbox, _), (deployment, parameters)] = world.started
    assert outbox == "outbox/outbox", "the mail that asks goes at once"
    assert (deployment, parameters["request"]) == ("support-request/support-request", str(request.id))
    assert not any(
        str(value) for name, value in parameters["form"].items() if name in ("member_number", "place", "need")
    )
    [receipt] = [mail for mail in world.mails() if mail.template != Template.confirm_request]
    assert (receipt.template, receipt.request_id) == (Template.receipt, request.id)


def test_the_municipality_is_the_place_when_no_smaller_one_is_given(browser: TestClient, world: World) -> None:
    ask_and_confirm(browser, REQUEST | {"municipality": "  luleå KOMMUN ", "place": " "})
    assert requests_in(world)[0].place == "Luleå"


@pytest.mark.each_database
def test_the_same_form_twice_is_asked_about_once_and_confirmed_twice_it_is_one_request(
    browser: TestClient, world: World
) -> None:
    first, again = browser.post("/request", data=SEND), browser.post("/request", data=SEND)
    assert first.text == again.text and len(world.mails()) == 1
    [link] = links_to_confirm()
    once, twice = (browser.post(link) for _ in range(2))
    assert once.text == twice.text == browser.get(link).text and "Tack, nu har kansliet" in once.text
    assert len(requests_in(world)) == 1
    assert [mail.template for mail in world.mails()].count(Template.receipt) == 1
    assert [deployment for deployment, _ in world.started].count(SUPPORT_REQUEST) == 1
    ask_and_confirm(browser, REQUEST)
    assert len(requests_in(world)) == 1, "asked for once more, it is the same"


@pytest.mark.each_database
async def test_pressed_many_times_at_once_it_is_one_request_and_one_receipt(world: World) -> None:
    app = create_app(lambda: world.now, world.start)
    async with AsyncClient(transport=ASGITransport(app), base_url=PUBLIC_URL) as client:
        sent = await asyncio.gather(*(client.post("/request", data=SEND) for _ in range(5)))
        [link] = links_to_confirm()
        replies = await asyncio.gather(*(client.post(link) for _ in range(5)))
    assert {(reply.status_code, reply.text) for reply in sent} == {(200, sent[0].text)}
    assert {(reply.status_code, reply.text) for reply in replies} == {(200, replies[0].text)}
    assert len(requests_in(world)) == 1
    assert sorted(mail.template for mail in world.mails()) == [Template.confirm_request, Template.receipt]
    assert [deployment for deployment, _ in world.started].count(SUPPORT_REQUEST) == 1


# --- what lies near -------------------------------------------------------------------------------


def near_luleå(world: World, **values: Any) -> None:
    world.change(Network, world.network, municipality="2580", place="Gammelstad", **values)


def test_a_network_nearby_is_told_of_by_place_alone(browser: TestClient, world: World) -> None:
    near_luleå(world)
    text = Page(browser.post("/request", data=REQUEST).text).text
    assert "Det finns redan ett nätverk i Gammelstad." in text
    assert "Ledare i Örnsköldsvik" not in text and "Åsa" not in text
    near_luleå(world, state=NetworkState.resting)
    assert "som vilar och kan väckas" in browser.post("/request", data=REQUEST).text
    near_luleå(world, state=NetworkState.closed)
    assert "Gammelstad" not in browser.post("/request", data=REQUEST).text


@pytest.mark.parametrize("wants", [True, False])
def test_who_wants_it_is_introduced_and_nobody_else(browser: TestClient, world: World, wants: bool) -> None:
    near_luleå(world)
    ask_and_confirm(browser, REQUEST | ({"introduce": "yes"} if wants else {}))
    with engine.reading() as session:
        pairs = session.exec(select(NearNeighbour)).all()
    assert [(pair.other_network_id, pair.agreed_at) for pair in pairs] == [(world.network, world.now)] * wants


def test_nobody_is_introduced_by_what_a_stranger_wrote_before_staff_have_talked_with_them(
    browser: TestClient, world: World
) -> None:
    near_luleå(world)
    ask_and_confirm(browser, REQUEST | {"introduce": "yes"})
    with engine.transaction() as session:
        near_neighbour.agree_for_network(session, session.get_one(Network, world.network), world.now)
        assert near_neighbour.introduce(session, world.now) == 0
    world.change(SupportRequest, requests_in(world)[0].id, talk_at=world.now)
    with engine.transaction() as session:
        assert near_neighbour.introduce(session, world.now) == 1


# --- nobody learns who is a member ----------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_known_and_unknown_numbers_get_the_same_answer(browser: TestClient, world: World, language: str) -> None:
    path = f"/request?lang={language}"
    numbers = [AKE, UNKNOWN, EMPLOYEE]
    looks = [browser.post(path, data=REQUEST | {"member_number": number}) for number in numbers]
    sent = [browser.post(path, data=SEND | {"member_number": number}) for number in numbers]
    sent += [browser.post(path, data=SEND | {"co_organisers": number, "place": number}) for number in numbers[1:]]
    assert {reply.status_code for reply in (*looks, *sent)} == {200}
    for replies in (looks, sent[:3]):
        assert len({reply.text.replace(number, "") for reply, number in zip(replies, numbers, strict=True)}) == 1
    assert world.started == [world.started[0]] * 5, "each goes to Prefect alike"
    with engine.reading() as session:
        assert [by_member_number(session, number) for number in numbers] == [None] * 3


def test_the_unknown_get_no_mail_and_the_employee_a_kind_no(browser: TestClient, world: World) -> None:
    browser.post("/request", data=SEND | {"member_number": UNKNOWN, "email": "someone@example.org", "name": "Någon"})
    assert links_to_confirm() == []
    with engine.reading() as session:
        assert by_member_number(session, UNKNOWN) is None
    told = ask_and_confirm(browser, REQUEST | {"member_number": EMPLOYEE})
    assert "Du får svar med mejl" in told.text and "samtal senast" not in told.text
    assert Template.declined in {mail.template for mail in world.mails()}
    assert [request.state for request in requests_in(world)] == [RequestState.declined]


def test_nobody_can_have_a_members_mail_sent_to_themselves(browser: TestClient, world: World) -> None:
    browser.post("/request", data=SEND | {"email": "thief@example.org", "name": "Tjuv"})
    assert len(links_to_confirm()) == 1
    with engine.reading() as session:
        person = by_member_number(session, AKE)
    assert person and person.email and "thief" not in person.email and person.name != "Tjuv"


def test_without_a_register_name_and_address_are_asked_for(browser: TestClient, world: World) -> None:
    with engine.transaction() as session:
        no_register(session)
    assert Page(browser.get("/request").text).field("email")["autocomplete"] == "email"
    for field, value, problem in [("name", "", "missing"), ("email", "", "missing"), ("email", "å@@", "form")]:
        refused = browser.post("/request", data=SEND | {"name": "Ny", "email": "ny@example.org"} | {field: value})
        assert refused.status_code == 422
        assert sentence_by(refused, field) == words("sv")(f"request.wrong.{field}_{problem}")
    long = browser.post("/request", data=SEND | {"name": "å" * 101, "email": "ny@example.org"})
    assert sentence_by(long, "name") == words("sv")("request.wrong.name_long", most=100)
    address = browser.post("/request", data=SEND | {"name": "www.example.org", "email": "ny@example.org"})
    assert sentence_by(address, "name") == words("sv")("request.wrong.name_signs")
    ask_and_confirm(browser, REQUEST | {"member_number": UNKNOWN, "name": "Ny", "email": "ny@example.org"})
    [request] = requests_in(world)
    with engine.reading() as session:
        person = session.get_one(Person, request.initiator_id)
    assert (person.name, person.email, request.state) == ("Ny", "ny@example.org", RequestState.incomplete)


# --- what goes wrong ------------------------------------------------------------------------------


def test_prefect_away_is_nothing_the_founder_notices_and_nothing_is_lost(
    browser: TestClient, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    well = ask_and_confirm(browser, REQUEST | {"place": "Luleå"})
    world.fails = ConnectionError(f"no answer for {MARIT}")
    reply = ask_and_confirm(browser, REQUEST)
    assert reply.status_code == 200 and Page(reply.text).text.replace("Kallax", "Luleå") == Page(well.text).text
    assert "ConnectionError" in caplog.text and MARIT not in caplog.text
    with engine.transaction() as session:
        assert web_rules.assign_untaken(session, world.now) == 2
    _, request = requests_in(world)
    assert request.assigned_to
    assert {mail.template for mail in world.mails() if mail.request_id == request.id} == {
        Template.receipt,
        Template.staff_case,
        Template.talk_invitation,
    }
    with engine.transaction() as session:
        assert web_rules.assign_untaken(session, world.now) == 0


def test_a_busy_database_keeps_what_was_typed(
    browser: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any) -> None:
        raise DatabaseBusy

    monkeypatch.setattr(unconfirmed, "keep", busy)
    reply = browser.post("/request", data=SEND)
    assert reply.status_code == 503 and words("sv")("busy.why") in reply.text
    assert Page(reply.text).field("member_number")["value"] == AKE
