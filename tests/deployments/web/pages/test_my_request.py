"""`/my-request/{token}`: where a request is, and what its member may do with it."""

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from models.db import engine
from models.people.signed_link import Purpose, make_link
from models.tables.mail import Template
from models.tables.network import Network
from models.tables.person import Person
from models.tables.request import NearNeighbour, RequestState, SupportRequest
from models.views.timeline import request_timeline
from templates.rendering.web import LANGUAGES, words
from tests.acts import AKE, EMPLOYEE, GOREL, MARIT, ORJAN, ask, member, named, talk
from tests.deployments.browsing import HOSTILE, REQUEST, Page, ask_and_confirm, sentence_by, typed_in, values_of
from tests.deployments.conftest import PUBLIC_URL, World


@pytest.fixture
def link(browser: TestClient, world: World) -> str:
    """The link in the receipt of a request that was typed on the web and confirmed."""
    ask_and_confirm(browser, REQUEST)
    [receipt] = [mail for mail in world.mails() if mail.template == Template.receipt]
    address: str = values_of(receipt, world.now)["request_link"]
    return address.removeprefix(PUBLIC_URL)


def request_now() -> SupportRequest:
    with engine.reading() as session:
        return session.exec(select(SupportRequest)).one()


def test_it_says_where_the_request_is_and_what_was_asked_and_writes_nothing(
    browser: TestClient, world: World, link: str
) -> None:
    before = world.rows()
    for query in ("", "?do=change", "?do=withdraw"):
        reply = browser.get(link + query)
        assert reply.status_code == 200 and len(reply.content) < 50_000
    text = Page(browser.get(link).text).text
    assert "senast tisdag 9 mars 2027" in text and "Kallax, Luleå" in text and "Vi ses aldrig." in text
    assert world.rows() == before


@pytest.mark.each_database
def test_a_number_and_times_reach_staff(browser: TestClient, world: World, link: str) -> None:
    reply = browser.post(link, data={"do": "reach", "phone": "070-123 45 67", "suits": "Tisdagar efter tre"})
    assert "kansliet ser det" in reply.text
    assert typed_in(reply.text)["phone"] == "070-123 45 67" and request_now().suits == "Tisdagar efter tre"
    with engine.reading() as session:
        assert member(session, AKE).phone == "070-123 45 67"


def test_what_was_asked_is_changed_while_it_is_open(browser: TestClient, world: World, link: str) -> None:
    form = typed_in(browser.get(f"{link}?do=change").text)
    assert form["need"].startswith("Vi ses aldrig") and form["wish_send_out"] == "yes"
    sent = form | {"need": "Vi vill ses varje månad.", "wish_speaker": "yes", "wish_send_out": ""}
    assert "Ändringen är sparad" in browser.post(link, data=sent).text
    assert (request_now().need, request_now().wished) == ("Vi vill ses varje månad.", ["speaker"])
    ask_and_confirm(browser, REQUEST | {"need": "Vi vill ses varje månad."})
    assert request_now().need == "Vi vill ses varje månad.", "typed again in its new words it is the same"


def test_where_it_is_about_is_changed_with_the_likely_municipality_by_one_press(
    browser: TestClient, world: World, link: str
) -> None:
    form = typed_in(browser.get(f"{link}?do=change").text)
    assert (form["municipality"], form["place"], form["nature"]) == ("Luleå", "Kallax", "town")
    wrong = browser.post(link, data=form | {"municipality": "Lulea", "place": "Gammelstad"})
    assert wrong.status_code == 422 and "Ja, Luleå" in wrong.text
    assert sentence_by(wrong, "municipality") == "Kommun: den finns inte. Menar du Luleå?"
    browser.post(link, data=typed_in(wrong.text) | {"suggested": "Luleå"})
    assert request_now().place == "Gammelstad"
    with engine.reading() as session:
        told = [one.sentence for one in request_timeline(session, request_now())]
    assert told[0] == "En annan plats i Luleå. Ändrat på förfrågans sida."
    text = Page(browser.get(link).text).text
    assert "Gammelstad, Luleå" in text and "Nämnda, inte tillfrågade än: 2." in text


def test_others_are_named_by_number_the_unknown_told_and_no_number_shown_to_whoever_has_the_link(
    browser: TestClient, world: World, link: str
) -> None:
    form = typed_in(browser.get(f"{link}?do=change").text)
    assert form["co_organisers"] == "" and MARIT not in browser.get(f"{link}?do=change").text
    reply = browser.post(link, data=form | {"co_organisers": f"{GOREL}\n990101-99 {EMPLOYEE}"})
    assert words("sv")("confirm.unknown", numbers="990101-99") in reply.text
    assert words("sv")("confirm.staff", numbers=EMPLOYEE) in reply.text
    with engine.reading() as session:
        assert len(named(session, request_now())) == 5
    browser.post(link, data=form | {"co_organisers": ORJAN, "named_anew": "yes"})
    with engine.reading() as session:
        assert [one.person_id for one in named(session, request_now())] == [member(session, ORJAN).id]
    assert GOREL not in browser.get(link).text + browser.get(f"{link}?do=change").text


def test_nobody_finds_out_by_it_who_is_a_member(browser: TestClient, world: World, link: str) -> None:
    form = typed_in(browser.get(f"{link}?do=change").text)
    told = [
        browser.post(link, data=form | {"co_organisers": " ".join(f"99010{block}-{number:02}" for number in range(8))})
        for block in range(3)
    ]
    assert [one.status_code for one in told] == [200, 200, 422]
    assert sentence_by(told[2], "co_organisers") == words("sv")("request.wrong.co_organisers_today")


def test_what_lies_near_is_told_by_place_and_one_press_asks_to_be_introduced(
    browser: TestClient, world: World, link: str
) -> None:
    world.change(Network, world.network, municipality="2580", place="Gammelstad")
    form = typed_in(browser.get(f"{link}?do=change").text)
    page = browser.post(link, data=form | {"place": "Antnäs"}).text
    assert "Det finns redan ett nätverk i Gammelstad." in page and "Ledare i" not in page
    assert words("sv")("my_request.done_introduce") in browser.post(link, data={"do": "introduce"}).text
    with engine.reading() as session:
        [pair] = session.exec(select(NearNeighbour)).all()
    assert pair.agreed_at == world.now and "Gammelstad" not in browser.get(link).text


def test_it_takes_two_presses_to_take_it_back_and_a_mail_confirms_it(
    browser: TestClient, world: World, link: str
) -> None:
    assert 'name="do" value="withdraw"' not in browser.get(link).text
    assert typed_in(browser.get(f"{link}?do=withdraw").text) == {"do": "withdraw"}
    replies = [browser.post(link, data={"do": "withdraw"}) for _ in range(2)]
    assert "Ett mejl bekräftar det" in replies[0].text and "Den är återtagen" in replies[1].text
    assert request_now().state == RequestState.withdrawn
    assert [mail.template for mail in world.mails()].count(Template.request_ended) == 1
    for does in ("change", "reach"):
        browser.post(link, data={"do": does, "need": "Nytt", "suits": "Aldrig"})
    assert request_now().need.startswith("Vi ses aldrig") and request_now().suits is None


WRONG = [
    ("reach", "phone", HOSTILE, "phone_form"),
    ("reach", "suits", "å" * 200, "suits_long"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("does", "field", "value", "sentence"), WRONG)
def test_a_wrong_field_gets_its_sentence_and_nothing_is_written(
    browser: TestClient, world: World, link: str, language: str, does: str, field: str, value: str, sentence: str
) -> None:
    before = world.rows()
    reply = browser.post(f"{link}?lang={language}", data={"do": does, field: value})
    assert reply.status_code == 422 and world.rows() == before
    assert sentence_by(reply, field) == words(language)(f"my_request.wrong.{sentence}", most=200)


@pytest.mark.parametrize(("field", "value", "sentence"), [
    ("need", "", "need_missing"),
    ("without_support", "yes", "without_support_both"),
    ("place", "hela Sverige", "place_country"),
    ("municipality", "", "municipality_missing"),
    ("nature", "", "nature_missing"),
    ("co_organisers", "?", "co_organisers_form"),
])  # fmt: skip
def test_a_change_is_taken_by_the_rules_of_a_request_and_nothing_is_written(
    browser: TestClient, world: World, link: str, field: str, value: str, sentence: str
) -> None:
    before, form = world.rows(), typed_in(browser.get(f"{link}?do=change").text)
    reply = browser.post(link, data=form | {"place": "", field: value})
    assert reply.status_code == 422 and world.rows() == before
    assert sentence_by(reply, field) == words("sv")(f"request.wrong.{sentence}")


def test_no_sentence_about_it_is_untested() -> None:
    named = {name.rpartition(".")[2] for name in words("sv").sentences if name.startswith("my_request.wrong.")}
    assert named == {sentence for _, _, _, sentence in WRONG}


def test_the_link_opens_nothing_for_whom_it_is_not(browser: TestClient, world: World, link: str) -> None:
    with engine.transaction() as session:
        other = member(session, MARIT).id
    for ids in ((str(request_now().id), str(other)), (str(other), str(other)), ("x", "y")):
        assert browser.get(make_link(Purpose.my_request, *ids).removeprefix(PUBLIC_URL)).status_code == 404
    world.change(Person, request_now().initiator_id, erased_at=world.now)
    assert browser.get(link).status_code == 404


@pytest.mark.parametrize("decision", ["grant", "decline", "wait"])
def test_every_state_is_told(browser: TestClient, world: World, decision: str) -> None:
    with engine.transaction() as session:
        request = ask(session, day="2027-02-15")
        talk(
            session,
            request,
            "2027-02-16",
            decision=decision,
            **({"reason": "outside_purpose"} if decision == "decline" else {}),
        )
        path = make_link(Purpose.my_request, str(request.id), str(request.initiator_id)).removeprefix(PUBLIC_URL)
        state = request.state
    assert words("sv")(f"my_request.{state}").split(".")[0] in browser.get(path).text
    leads_on = [one["href"] for one in Page(browser.get(path).text).all("a") if "/network/" in one["href"]]
    assert len(leads_on) == (decision == "grant")
    assert all(browser.get(one.removeprefix(PUBLIC_URL)).status_code == 200 for one in leads_on)
