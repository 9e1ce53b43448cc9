"""`/join/{token}`: a link that is passed on; only the mail to the address on file makes anybody an organiser."""

from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient

from models.forms.outbox import SEND
from models.people.signed_link import VALID_FOR, Purpose
from models.tables.mail import Template
from models.tables.network import Network, NetworkState, Role
from models.tables.person import Person
from templates.rendering.mail import render_mail
from templates.rendering.web import words
from tests.acts import AKE, EMPLOYEE
from tests.deployments.browsing import sentence_by, values_of
from tests.deployments.conftest import PEOPLE, World
from tests.deployments.web.pages.test_meeting import OUTBOX
from tests.deployments.web.pages.test_network import ours
from tests.deployments.web.pages.test_network_acts import carrying, timeline

T = words("sv")


def test_the_link_stands_on_the_page_and_names_nobody(browser: TestClient, world: World) -> None:
    page = ours(browser, world, "ask")
    path = "/join/" + page.partition("/join/")[2].split("<")[0].strip()
    reply = browser.get(path)
    assert reply.status_code == 200 and "Ledare i Örnsköldsvik" in reply.text
    assert not [name for name in PEOPLE.values() if name.split()[0] in reply.text]


def test_who_has_the_link_is_asked_by_mail_and_is_in_once_they_say_yes(browser: TestClient, world: World) -> None:
    reply = browser.post(world.path(Purpose.pass_on), data={"member_number": AKE})
    assert T("join.asked.title") in reply.text
    [mail] = world.mails()
    assert (mail.template, world.started) == (Template.co_organiser, [OUTBOX])
    assert carrying(world) == {"m1", "m2"}
    assert "m1 gjorde det" in timeline(world)[0]


@pytest.mark.parametrize("number", ["990101-99", EMPLOYEE, "number m2"])
def test_whoever_the_number_belongs_to_the_answer_is_the_same(browser: TestClient, world: World, number: str) -> None:
    known = browser.post(world.path(Purpose.pass_on), data={"member_number": AKE})
    mails = len(world.mails())
    reply = browser.post(world.path(Purpose.pass_on), data={"member_number": number})
    assert (reply.status_code, reply.text) == (known.status_code, known.text)
    assert len(world.mails()) == mails


def test_the_mail_says_who_passed_the_link_on_and_that_the_number_was_written_there(
    browser: TestClient, world: World
) -> None:
    browser.post(world.path(Purpose.pass_on), data={"member_number": AKE})
    [mail] = world.mails()
    text = render_mail(mail.template, "sv", values_of(mail, world.now)).text
    assert "Åsa Öhrn är arrangör i Ledare i Örnsköldsvik" in text and "när nästa träff är" in text
    assert "troligen du, har skrivit ditt medlemsnummer på en sida som Åsa Öhrn har skickat vidare" in text
    assert "har gett oss" not in text and "starta" not in text, "it has met, and nobody gave the number"


@pytest.mark.each_database
def test_as_much_is_done_for_nobody_as_for_a_member(browser: TestClient, world: World, inserted: list[str]) -> None:
    """Who knocks at another page meanwhile would learn whose number is known."""
    done = []
    for number in (AKE, "990101-99"):
        inserted.clear()
        browser.post(world.path(Purpose.pass_on), data={"member_number": number})
        done.append(list(inserted))
    assert done[0] == done[1] and {"role", "outgoing_mail"} <= set(done[0])
    assert len(world.mails()) == 1 and world.started == [("outbox/outbox", SEND)] * 2


@pytest.mark.parametrize(("number", "problem"), [("", "missing"), ("<b>", "form")])
def test_a_number_that_is_none_is_told(browser: TestClient, world: World, number: str, problem: str) -> None:
    reply = browser.post(world.path(Purpose.pass_on), data={"member_number": number})
    assert reply.status_code == 422
    assert sentence_by(reply, "member_number") == T(f"join.wrong.member_number_{problem}")


@pytest.mark.parametrize("change", ["left", "erased", "ended", "old"])
def test_the_link_ends_with_who_passed_it_on_with_the_network_and_in_a_month(
    browser: TestClient, world: World, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = world.path(Purpose.pass_on)
    if change == "left":
        world.change(Role, world.roles["m1"], until=date(2027, 3, 1))
    elif change == "erased":
        world.change(Person, world.get(Role, world.roles["m1"]).person_id, erased_at=world.now)
    elif change == "ended":
        world.change(Network, world.network, state=NetworkState.closed)
    else:
        monkeypatch.setitem(VALID_FOR, Purpose.pass_on, timedelta(seconds=-1))
    reply = browser.get(path)
    assert reply.status_code == 404 and T("join.over") in reply.text
    assert T("link.send") not in reply.text, "nobody is mailed a link that is another's"
    assert browser.post(path, data={"member_number": AKE}).status_code == 404
    assert world.mails() == []
