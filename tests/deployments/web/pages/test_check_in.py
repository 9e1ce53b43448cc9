"""`/check-in/{token}` on a real database: five questions, one minute, changeable for 14 days."""

from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient

from models.db import engine
from models.people.signed_link import Purpose
from models.tables.check_in import CheckIn, Sharing, Wish
from templates.rendering.web import LANGUAGES, words
from tests.deployments.browsing import ANSWER, HOSTILE, REPORT, Page, sentence_by
from tests.deployments.conftest import PEOPLE, World


def test_an_answer_is_saved_and_thanked_for(browser: TestClient, world: World) -> None:
    reply = browser.post(world.path(Purpose.check_in), data=ANSWER)
    assert reply.status_code == 200
    assert "Tack för ditt svar" in reply.text
    assert "en talare" in reply.text and "20 april 2027" in reply.text and "16 mars 2027" in reply.text
    saved = world.get(CheckIn, world.check_in)
    assert (saved.q1_met, saved.q1_on, saved.q1_attended) == (True, date(2027, 3, 1), 9)
    assert (saved.q2_next_on, saved.q3_sharing, saved.q4) == (date(2027, 4, 20), Sharing.two, 4)
    assert (saved.q5_wish, saved.answered_at) == (Wish.speaker, world.now)


@pytest.mark.parametrize("wish", list(Wish))
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_thanks_tell_what_each_wish_leads_to(browser: TestClient, world: World, wish: Wish, language: str) -> None:
    answer = {"met": "no", "sharing": "1", "motivation": "1", "wish": wish.value}
    reply = browser.post(f"{world.path(Purpose.check_in)}?lang={language}", data=answer)
    told = wish.value if wish in (Wish.nothing, Wish.pause, Wish.close) else "help"
    name = words(language)(f"check_in.wish_{wish}").lower()
    assert words(language)(f"check_in.thanks.{told}", wish=name) in Page(reply.text).text
    assert world.get(CheckIn, world.check_in).q5_wish == wish


def test_the_form_shows_the_earlier_answer_for_14_days(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.check_in), data=ANSWER)
    world.now += timedelta(days=14)
    page = Page(browser.get(world.path(Purpose.check_in)).text)
    assert "Du svarade 2 mars 2027" in page.text
    for name, value in ANSWER.items():
        assert page.checked(name) == [value] or page.field(name)["value"] == value
    changed = browser.post(world.path(Purpose.check_in), data=ANSWER | {"motivation": "2"})
    assert changed.status_code == 200
    assert world.get(CheckIn, world.check_in).q4 == 2


def test_an_answer_cannot_be_changed_after_14_days(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.check_in), data=ANSWER)
    world.now += timedelta(days=15)
    before = world.rows()
    shown = browser.get(world.path(Purpose.check_in))
    posted = browser.post(world.path(Purpose.check_in), data=ANSWER | {"motivation": "1"})
    assert (shown.status_code, posted.status_code) == (200, 409)
    assert "går inte längre att ändra" in shown.text and "<form" not in shown.text
    assert world.rows() == before


def test_nobody_is_asked_again_about_a_meeting_that_is_told_of_or_booked(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.meeting), data=REPORT)
    world.plan(world.now + timedelta(days=49))
    page = Page(browser.get(f"{world.path(Purpose.check_in)}?q4=5").text)
    told = {"met_on": REPORT["on"], "met_attended": REPORT["attended"], "next_on": "2027-04-20"}
    assert page.checked("met") == ["yes"] and page.checked("motivation") == ["5"]
    assert {name: page.field(name)["value"] for name in told} == told
    assert "Det ni redan har berättat är ifyllt" in page.text
    world.now += timedelta(days=400)
    later = Page(browser.get(world.path(Purpose.check_in)).text)
    assert not later.checked("met"), "that was long ago"
    assert "redan har berättat" not in later.text


def test_a_meeting_of_today_is_known_before_its_evening(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.meeting), data=REPORT | {"on": world.now.date().isoformat()})
    assert Page(browser.get(world.path(Purpose.check_in)).text).checked("met") == ["yes"]


def test_what_was_told_before_the_last_check_in_is_no_answer_to_this_one(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.meeting), data=REPORT)
    with engine.transaction() as session:
        asked = session.get_one(CheckIn, world.check_in)
        asked.sent_on = date(2027, 5, 3)
        session.add(CheckIn(network_id=asked.network_id, person_id=asked.person_id, sent_on=date(2027, 3, 2)))
    world.now += timedelta(days=62)
    assert not Page(browser.get(world.path(Purpose.check_in)).text).checked("met")


def test_a_button_in_the_mail_fills_in_its_answer(browser: TestClient, world: World) -> None:
    page = Page(browser.get(f"{world.path(Purpose.check_in)}?q4=5&wish=pause&sharing=77&met={HOSTILE}").text)
    assert page.checked("motivation") == ["5"] and page.checked("wish") == ["pause"]
    assert page.checked("sharing") == page.checked("met") == []


def test_a_day_typed_for_no_meeting_does_not_count(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.check_in), data=ANSWER | {"met": "no", "met_on": "x", "met_attended": "-4"})
    saved = world.get(CheckIn, world.check_in)
    assert (saved.q1_met, saved.q1_on, saved.q1_attended, saved.q4) == (False, None, None, 4)


def test_the_thanks_show_the_networks_own_picture_and_nobodys_name(browser: TestClient, world: World) -> None:
    not_met = browser.post(world.path(Purpose.check_in), data=ANSWER | {"met": "no"})
    assert "<svg" not in not_met.text, "nothing to show yet"
    browser.post(world.path(Purpose.meeting), data=REPORT)
    reply = browser.post(world.path(Purpose.check_in), data=ANSWER)
    assert "Ni har haft en träff det senaste året." in reply.text and "var 60:e dag" in reply.text
    assert "ni 2 som delade på arbetet, och den som bar mest bar 50 procent. Kansliet bar 25 procent." in reply.text
    assert len(Page(reply.text).all("svg")) == 2 and all(one["aria-label"] for one in Page(reply.text).all("svg"))
    assert not [name for whole in PEOPLE.values() for name in whole.split() if name in reply.text]


def test_the_thanks_lead_to_telling_of_the_meeting_and_to_booking_the_next(browser: TestClient, world: World) -> None:
    thanks = Page(browser.post(world.path(Purpose.check_in), data=ANSWER).text)
    told, booked = (one["href"] for one in thanks.all("a") if one["href"].startswith("/meeting/"))
    page = Page(browser.get(told).text)
    assert page.checked("status") == ["held"] and page.field("on")["value"] == "2027-03-01"
    page = Page(browser.get(booked).text)
    assert page.checked("status") == ["book"] and page.field("next_on")["value"] == "2027-04-20"


def test_nobody_is_asked_to_tell_of_a_told_meeting_or_to_book_a_booked_one(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.meeting), data=REPORT | {"next_on": ANSWER["next_on"]})
    page = browser.post(world.path(Purpose.check_in), data=ANSWER)
    assert page.status_code == 200 and "/meeting/" not in page.text
    [leads] = [one["href"] for one in Page(page.text).all("a") if one["href"].startswith("/network/")]
    assert browser.get(leads).status_code == 200


def test_a_changed_answer_says_the_same_last_day_as_the_first(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.check_in), data=ANSWER)
    world.now += timedelta(days=10)
    assert "16 mars 2027" in browser.post(world.path(Purpose.check_in), data=ANSWER).text


BAD_ANSWERS = [
    ("met", "", "met_missing"),
    ("met", HOSTILE, "met_missing"),
    ("met_on", "", "met_on_missing"),
    ("met_on", "2 mars", "met_on_form"),
    ("met_on", "2027-03-03", "met_on_late"),
    ("met_on", "0001-01-01", "met_on_early"),
    ("met_attended", "", "met_attended_missing"),
    ("met_attended", "0", "met_attended_range"),
    ("met_attended", "-1", "met_attended_range"),
    ("met_attended", "900", "met_attended_range"),
    ("met_attended", "9" * 5000, "met_attended_range"),
    ("met_attended", HOSTILE, "met_attended_range"),
    ("next_on", "2027-02-30", "next_on_form"),
    ("next_on", "2027-03-01", "next_on_early"),
    ("next_on", "9999-12-31", "next_on_late"),
    ("sharing", "4", "sharing_missing"),
    ("motivation", "", "motivation_missing"),
    ("motivation", "6", "motivation_missing"),
    ("wish", "", "wish_missing"),
    ("wish", "money", "wish_missing"),
]


@pytest.mark.parametrize(("field", "value", "sentence"), BAD_ANSWERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_answer_gets_its_sentence_and_nothing_is_written(
    browser: TestClient, world: World, field: str, value: str, sentence: str, language: str
) -> None:
    before = world.rows()
    reply = browser.post(f"{world.path(Purpose.check_in)}?lang={language}", data=ANSWER | {field: value})
    assert reply.status_code == 422
    expected = words(language)(f"check_in.wrong.{sentence}", lowest=1, highest=300)
    assert sentence_by(reply, field) == expected
    assert Page(reply.text).checked("motivation") == (["4"] if field != "motivation" else [])
    if field in ("met_on", "met_attended", "next_on"):
        assert Page(reply.text).field(field)["value"] == value[:200]
    assert world.rows() == before


def test_every_wrong_field_is_told_of_at_once(browser: TestClient, world: World) -> None:
    reply = browser.post(world.path(Purpose.check_in), data={"met": "yes", "next_on": "x"})
    wrong = ["met_on", "met_attended", "next_on", "sharing", "motivation", "wish"]
    assert [one["href"] for one in Page(reply.text).all("a") if one["href"].startswith("#")][1:] == [
        f"#{name}" for name in wrong
    ]
    assert "6 saker behöver rättas" in reply.text and "<title>Rätta: " in reply.text


def test_no_sentence_about_a_wrong_answer_is_untested() -> None:
    named = {name.rpartition(".")[2] for name in words("sv").sentences if name.startswith("check_in.wrong.")}
    assert named == {sentence for _, _, sentence in BAD_ANSWERS}
