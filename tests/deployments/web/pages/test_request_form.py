"""The form of `/request`: what stands in it is taken as it is meant, and what is wrong gets a sentence of its own."""

from datetime import date

import pytest
from starlette.testclient import TestClient

from deployments.web.pages.support_request_form import LONG, MOST_CO_ORGANISERS
from templates.rendering.web import LANGUAGES, words
from tests.acts import AKE, MARIT, RENE
from tests.deployments.browsing import HOSTILE, REQUEST, Page, ask_and_confirm, sentence_by, typed_in
from tests.deployments.conftest import World
from tests.deployments.web.pages.test_support_request import named_in, requests_in

BAD_REQUESTS = [
    ("municipality", "", "municipality_missing"),
    ("municipality", "Lulea", "municipality_likely"),
    ("municipality", "Qwrtz", "municipality_unknown"),
    ("municipality", HOSTILE, "municipality_unknown"),
    ("municipality", "hela Sverige", "municipality_country"),
    ("place", "Hela landet!", "place_country"),
    ("place", "x" * 61, "place_long"),
    ("place", "Luleå. Bekräfta på ledarna.example/login", "place_signs"),
    ("place", HOSTILE, "place_signs"),
    ("nature", "", "nature_missing"),
    ("nature", "planet", "nature_missing"),
    ("without_support", "yes", "without_support_both"),
    ("need", " \n ", "need_missing"),
    ("need", "å" * 501, "need_long"),
    ("co_organisers", f"{MARIT}, {HOSTILE}", "co_organisers_form"),
    ("co_organisers", ", ".join([MARIT] * (MOST_CO_ORGANISERS + 1)), "co_organisers_many"),
    ("member_number", "", "member_number_missing"),
    ("member_number", HOSTILE, "member_number_form"),
    ("member_number", "9" * 5000, "member_number_form"),
]
ARGUMENTS = {"likely": "Luleå", "now": 501}


@pytest.mark.parametrize("step", ["review", "send"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("field", "value", "sentence"), BAD_REQUESTS)
def test_a_wrong_field_gets_its_sentence_keeps_what_was_typed_and_writes_nothing(
    browser: TestClient, world: World, field: str, value: str, sentence: str, language: str, step: str
) -> None:
    before = world.rows()
    reply = browser.post(f"/request?lang={language}", data=REQUEST | {"step": step, field: value})
    most = {"place": 60, "need": 500, "co_organisers": MOST_CO_ORGANISERS}.get(field)
    assert reply.status_code == 422
    assert sentence_by(reply, field) == words(language)(f"request.wrong.{sentence}", most=most, **ARGUMENTS)
    page = Page(reply.text)
    assert typed_in(reply.text)["co_organisers"] == (REQUEST | {field: value})["co_organisers"]
    for kept in {"municipality", "place", "member_number"}:
        assert page.field(kept)["value"] == (REQUEST | {field: value})[kept][:200]
    assert (field in LONG) or "Vi ses aldrig" in page.text
    assert world.rows() == before and not world.started and not requests_in(world)


def test_no_sentence_about_a_wrong_request_is_untested() -> None:
    named = {name.rpartition(".")[2] for name in words("sv").sentences if name.startswith("request.wrong.")}
    asked_without_a_register = {"name_missing", "name_long", "name_signs", "email_missing", "email_form"}
    told_of_a_change = {"co_organisers_today"}
    assert named == {sentence for _, _, sentence in BAD_REQUESTS} | asked_without_a_register | told_of_a_change


def test_the_suggested_municipality_is_one_press_and_all_else_stays(browser: TestClient, world: World) -> None:
    wrong = browser.post("/request", data=REQUEST | {"municipality": "Lulea"})
    page = Page(wrong.text)
    [suggested] = [one for one in page.all("button") if one.get("name") == "suggested"]
    assert suggested["value"] == "Luleå" and page.all("button")[0]["value"] == "review", "Enter does not take it"
    places = [wrong.text.index(one) for one in ('id="municipality"', 'name="suggested"', 'id="place"')]
    assert places == sorted(places), "it stands by the field that it is about"
    form = typed_in(wrong.text)
    right = Page(browser.post("/request", data=form | {"suggested": "Luleå"}).text)
    assert "Stämmer det här?" in right.text and "Kallax, Luleå" in right.text and "Vi ses aldrig." in right.text
    unlike = Page(browser.post("/request", data=REQUEST | {"municipality": "Qwrtz"}).text)
    assert not [one for one in unlike.all("button") if one.get("name") == "suggested"]


@pytest.mark.parametrize("between", [", ", " ", "\n", "; ", ",\n"])
def test_co_organisers_come_apart_by_what_stands_between_them(browser: TestClient, world: World, between: str) -> None:
    numbers = [MARIT, RENE.replace("-", "")]
    ask_and_confirm(browser, REQUEST | {"co_organisers": between.join(numbers)})
    assert len(named_in(world)) == 2


def test_a_number_written_with_a_blank_is_one(browser: TestClient, world: World) -> None:
    ask_and_confirm(browser, REQUEST | {"co_organisers": MARIT.replace("-", " ")})
    assert len(named_in(world)) == 1


def test_a_need_is_kept_whole_however_long(browser: TestClient, world: World) -> None:
    reply = browser.post("/request", data=REQUEST | {"need": "rad ett\r\nrad två " + "å" * 1000})
    assert "rad ett\nrad två " + "å" * 1000 in Page(reply.text).text


def test_the_days_count_from_the_day_it_came(browser: TestClient, world: World) -> None:
    ask_and_confirm(browser, REQUEST | {"co_organisers": f"{RENE}\n{AKE}"})
    [request] = requests_in(world)
    assert (request.talk_due, request.answer_due) == (date(2027, 3, 9), date(2027, 3, 23))
    assert len(named_in(world)) == 1, "nobody is their own co-organiser"
