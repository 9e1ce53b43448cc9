"""`/my-data`: all that is stored about the reader, to take along, to have corrected or erased; and for nobody else."""

import json
from datetime import date, timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from models.db import engine
from models.forms.outbox import SEND
from models.people.signed_link import Purpose, make_link
from models.tables.mail import OutgoingMail, Template
from models.tables.network import Role
from models.tables.office import Staff, StaffRole
from models.tables.person import Person, RightsKind, RightsRequest, RightsStatus
from templates.rendering.mail import render_mail
from templates.rendering.web import LANGUAGES, words
from tests.acts import MARIT
from tests.deployments.browsing import ANSWER, HOSTILE, REPORT, REQUEST, Page, ask_and_confirm, sentence_by, values_of
from tests.deployments.conftest import PUBLIC_URL, World

NUMBER = "number m1"  # Åsa's, in the test's world


def person(world: World, code: str = "m1") -> Person:
    found: Person = world.get(Person, world.get(Role, world.roles[code]).person_id)
    return found


@pytest.fixture
def path(browser: TestClient, world: World) -> str:
    """The link that Åsa got by mail when she asked for it."""
    browser.post("/my-data", data={"member_number": NUMBER})
    [mail] = world.mails()
    assert (mail.template, mail.person_id) == (Template.fresh_link, person(world).id)
    return make_link(Purpose.my_data, str(mail.id)).removeprefix(PUBLIC_URL)


# --- asking for the link --------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_the_number_belongs_to_the_page_says_the_same(browser: TestClient, world: World, language: str) -> None:
    numbers = [NUMBER, "990101-99", MARIT]
    replies = [browser.post(f"/my-data?lang={language}", data={"member_number": one}) for one in numbers]
    assert {(reply.status_code, reply.text) for reply in replies} == {(200, replies[0].text)}
    assert len(world.mails()) == 2 and world.started == [("outbox/outbox", SEND)] * 3, "for nothing too"
    browser.post("/my-data", data={"member_number": "NUMBER-M1"})
    assert len(world.mails()) == 2, "once a day"


@pytest.mark.each_database
def test_as_much_is_written_for_nobody_as_for_a_member_and_taken_back(
    browser: TestClient, world: World, inserted: list[str]
) -> None:
    """Who knocks at another page meanwhile would learn whose number is known."""
    done = []
    for number in (MARIT, "990101-99"):
        inserted.clear()
        browser.post("/my-data", data={"member_number": number})
        done.append(list(inserted))
    assert done[0] == done[1] and {"person", "outgoing_mail"} <= set(done[0])
    assert len(world.mails()) == 1, "nothing is left of nobody"


def test_the_mail_holds_the_link_and_says_what_it_shows(browser: TestClient, world: World, path: str) -> None:
    [mail] = world.mails()
    context = values_of(mail, world.now)
    text = render_mail(mail.template, "sv", context).text
    assert "allt som vi har sparat om dig" in text and "9 mars 2027" in text
    assert browser.get(context["fresh_link"].removeprefix(PUBLIC_URL)).status_code == 200


@pytest.mark.parametrize(("number", "problem"), [("", "missing"), (HOSTILE, "form"), ("å" * 9000, "form")])
def test_a_wrong_number_gets_its_sentence(browser: TestClient, world: World, number: str, problem: str) -> None:
    reply = browser.post("/my-data", data={"member_number": number})
    assert reply.status_code == 422
    assert sentence_by(reply, "member_number") == words("sv")(f"my_data.wrong.member_number_{problem}")
    assert Page(reply.text).field("member_number")["value"] == number[:200]
    assert not world.mails()


# --- what is stored -------------------------------------------------------------------------------


def test_everything_is_shown_and_nobody_else(browser: TestClient, world: World, path: str) -> None:
    world.plan(world.now + timedelta(days=20))
    browser.post(world.path(Purpose.check_in), data=ANSWER)
    ask_and_confirm(browser, REQUEST | {"member_number": NUMBER})
    browser.post("/request", data=REQUEST | {"step": "send", "member_number": NUMBER, "need": "Än obekräftat."})
    before = world.rows()
    reply, file = browser.get(path), browser.get(f"{path}/file")
    text = Page(reply.text).text
    for told in (
        "Åsa Öhrn",
        "m1@example.org",
        NUMBER,
        "Initiativtagare",
        "Vi ses aldrig",
        "lust 4 av 5",
        "Kallax",
        "Än obekräftat.",
    ):
        assert told in text
    assert "René" not in text and "m2@example.org" not in text
    assert file.headers["Content-Disposition"] == 'attachment; filename="mina-uppgifter.json"'
    stored = json.loads(file.content)
    assert stored["person"]["name"] == "Åsa Öhrn" and stored["requests"][0]["need"].startswith("Vi ses aldrig")
    assert stored["check_ins"][0]["q4"] == 4 and [one["status"] for one in stored["meetings_called"]] == [
        "held",
        "planned",
    ], "they met, as they answered"
    assert {mail["template"] for mail in stored["mails"]} == {"fresh-link", "receipt", "confirm-request"}
    assert [one["need"] for one in stored["unconfirmed_requests"]] == ["Än obekräftat."]
    assert str(person(world, "m2").id) not in file.text
    assert world.rows() == before


def test_what_is_stored_about_somebody_stays_in_no_browser(browser: TestClient, path: str) -> None:
    replies = [
        browser.get(path),
        browser.get(f"{path}/file"),
        browser.post(path),
        browser.post(path, data={"kind": ""}),
    ]
    assert {reply.headers["Cache-Control"] for reply in replies} == {"no-store"}


def test_whoever_was_named_as_co_organiser_sees_that(browser: TestClient, world: World) -> None:
    ask_and_confirm(browser, REQUEST)
    browser.post("/my-data", data={"member_number": MARIT})
    [mail] = [one for one in world.mails() if one.template == Template.fresh_link]
    text = browser.get(make_link(Purpose.my_data, str(mail.id)).removeprefix(PUBLIC_URL)).text
    assert "Någon nämnde dig i en förfrågan om ett nätverk i Kallax" in text and "Vi ses aldrig" not in text


def test_what_somebody_carried_is_told_to_them(browser: TestClient, world: World, path: str) -> None:
    browser.post(world.path(Purpose.meeting), data=REPORT)
    stored = json.loads(browser.get(f"{path}/file").content)
    assert [one["duty"] for one in stored["duties"]] == ["invitation", "lead"]


# --- what can be asked for ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(RightsKind))
def test_what_is_asked_for_is_recorded_with_its_deadline_and_staff_are_told(
    browser: TestClient, world: World, path: str, kind: RightsKind
) -> None:
    reply = browser.post(path, data={"kind": kind.value})
    again = browser.post(path, data={"kind": kind.value})
    assert reply.status_code == 200 and "senast fredag 2 april 2027" in reply.text and again.text == reply.text
    with engine.reading() as session:
        [request] = session.exec(select(RightsRequest)).all()
        staff = session.exec(select(Staff)).all()
    assert (request.kind, request.deadline, request.status) == (kind, date(2027, 4, 2), RightsStatus.received)
    assert request.person_id == person(world).id
    mails = {mail.template: mail for mail in world.mails()}
    assert mails[Template.data_request].person_id == request.person_id
    told = [mail for mail in world.mails() if mail.template == Template.staff_alarm]
    answers = [one for one in staff if one.role == StaffRole.data_protection and one.active]
    assert {mail.staff_id for mail in told} == {
        one.id for one in answers or [one for one in staff if one.role == StaffRole.office]
    }
    assert all("Åsa" not in mail.context for mail in told)
    assert "Åsa Öhrn" in _text(world, told[0]) and "Hej Åsa!" in _text(world, mails[Template.data_request])


def _text(world: World, mail: OutgoingMail) -> str:
    values = values_of(mail, world.now)
    return render_mail(mail.template, values["language"], values).text


@pytest.mark.parametrize("kind", ["", "everything", HOSTILE])
def test_what_is_none_of_the_choices_is_asked_for_again(
    browser: TestClient, world: World, path: str, kind: str
) -> None:
    before = world.rows()
    reply = browser.post(path, data={"kind": kind})
    assert reply.status_code == 422
    assert sentence_by(reply, "kind") == words("sv")("my_data.wrong.kind_missing")
    assert world.rows() == before
    with engine.reading() as session:
        assert not session.exec(select(RightsRequest)).all()


def test_the_link_dies_with_the_person(browser: TestClient, world: World, path: str) -> None:
    world.change(Person, person(world).id, erased_at=world.now)
    assert {browser.get(one).status_code for one in (path, f"{path}/file")} == {404}
    assert browser.post(path, data={"kind": "erasure"}).status_code == 404
