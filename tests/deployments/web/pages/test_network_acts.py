"""What organisers do by themselves on `/network/{token}`: ask, hand over, leave, change the pace, rest and wake."""

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from models.db.engine import reading, transaction
from models.networks.own_acts import contact_code
from models.people.roles import confirmed_organisers
from models.tables.change_entry import ChangeEntry
from models.tables.mail import Template
from models.tables.network import Network, NetworkState, Role, RoleKind
from models.tables.office import Intervention, InterventionKind
from models.views.still_holds import overtaken_reason
from models.views.timeline import network_timeline
from templates.rendering.mail import render_mail
from templates.rendering.web import words
from tests.acts import AKE, EMPLOYEE
from tests.deployments.browsing import Page, sentence_by, values_of
from tests.deployments.conftest import World
from tests.deployments.web.pages.test_meeting import OUTBOX
from tests.deployments.web.pages.test_network import ours, press

pytestmark = pytest.mark.each_database
T = words("sv")


def timeline(world: World) -> list[str]:
    with reading() as session:
        return [one.sentence for one in network_timeline(session, session.get_one(Network, world.network))]


def changes(world: World) -> list[ChangeEntry]:
    with reading() as session:
        return list(session.exec(select(ChangeEntry)))


def carrying(world: World) -> set[str]:
    with reading() as session:
        return {role.code for role in confirmed_organisers(session, world.network)}


def contact(world: World) -> str:
    with reading() as session:
        return contact_code(session, session.get_one(Network, world.network))


def make_contact(world: World, code: str = "m1") -> None:
    with transaction() as session:
        person = session.get_one(Role, world.roles[code]).person_id
        session.add(
            Role(network_id=world.network, person_id=person, kind=RoleKind.contact, code=code, confirmed_at=world.now)
        )


def matters(world: World) -> set[InterventionKind]:
    with reading() as session:
        return {one.kind for one in session.exec(select(Intervention)) if one.ended_at is None}


# --- asking, handing over, leaving ----------------------------------------------------------------


def test_a_member_is_asked_by_number_and_answers_by_the_mail(browser: TestClient, world: World) -> None:
    page = press(browser, world, do="ask", member_number=AKE)
    assert T("network.done.ask") in page and T("network.asked_many", count=2) in page
    [mail] = world.mails()
    assert (mail.template, world.started) == (Template.co_organiser, [OUTBOX])
    assert carrying(world) == {"m1", "m2"}
    assert timeline(world)[0] == ("En medlem fick frågan om att bli arrangör. m1 gjorde det på nätverkets sida.")
    told = values_of(mail, world.now)
    assert "för att Åsa Öhrn har gett oss ditt medlemsnummer" in render_mail(mail.template, "sv", told).text
    browser.post(told["confirm_link"].removeprefix(world.public_url), data={})
    assert len(carrying(world)) == 3


def test_whoever_asked_is_named_in_the_mail_and_not_who_started(browser: TestClient, world: World) -> None:
    browser.post(world.page_of("m2"), data={"do": "ask", "member_number": AKE})
    [mail] = world.mails()
    text = render_mail(mail.template, "sv", values_of(mail, world.now)).text
    assert "René Lindqvist är arrangör i Ledare i Örnsköldsvik" in text and "Åsa" not in text


@pytest.mark.parametrize(("number", "problem"), [("", "missing"), ("?", "form"), ("990101-99", "refused"),
                                                 (EMPLOYEE, "refused")])  # fmt: skip
def test_who_cannot_be_asked_is_told_beside_the_number(
    browser: TestClient, world: World, number: str, problem: str
) -> None:
    before = world.rows()
    reply = browser.post(world.page_of("m1"), data={"do": "ask", "member_number": number})
    assert reply.status_code == 422
    assert sentence_by(reply, "member_number") == T(f"network.wrong.member_number_{problem}")
    assert world.rows() == before


def test_nobody_tries_out_numbers_on_the_page(browser: TestClient, world: World) -> None:
    for number in range(10):
        browser.post(world.page_of("m1"), data={"do": "ask", "member_number": f"77010{number}-00"})
    reply = browser.post(world.page_of("m1"), data={"do": "ask", "member_number": AKE})
    assert sentence_by(reply, "member_number") == T("network.wrong.member_number_many")
    assert world.mails() == []
    press(browser, world, "m2", do="ask", member_number=AKE)


def test_the_contact_is_handed_over_once_the_other_says_yes(browser: TestClient, world: World) -> None:
    make_contact(world)
    page = press(browser, world, do="contact", new_contact="m2")
    assert T("network.done.contact") in page and "tillfrågad som kontakt" in page
    assert contact(world) == "m1"
    [mail] = world.mails()
    person = world.get(Role, world.roles["m2"]).person_id
    assert (mail.template, mail.person_id) == (Template.contact_question, person)
    link = values_of(mail, world.now)["network_link"].removeprefix(world.public_url)
    question = browser.get(link).text
    assert "Åsa Öhrn vill lämna över till dig" in question
    assert T("network.take.title") not in ours(browser, world), "only who is asked can answer"
    assert T("network.done.take") in browser.post(link, data={"do": "take"}).text
    assert contact(world) == "m2"
    assert timeline(world)[0] == "Ny kontakt: m2 i stället för m1. m2 gjorde det på nätverkets sida."
    assert "Åsa Öhrn (du)" in Page(ours(browser, world)).text, "whoever handed over is an organiser as before"


def test_a_no_leaves_the_contact_where_it_is_and_the_question_is_not_sent_any_more(
    browser: TestClient, world: World
) -> None:
    make_contact(world)
    press(browser, world, do="contact", new_contact="m2")
    assert T("network.done.take_no") in press(browser, world, "m2", do="take", answer="no")
    assert contact(world) == "m1"
    with reading() as session:
        assert [overtaken_reason(session, mail, world.now) for mail in world.mails()] == ["overtaken"]
    press(browser, world, "m2", do="take")
    assert contact(world) == "m1", "a yes that nobody asks for any more"


def test_only_the_contact_hands_over(browser: TestClient, world: World) -> None:
    make_contact(world)
    before = world.rows()
    browser.post(world.page_of("m2"), data={"do": "contact", "new_contact": "m2"})
    browser.post(world.page_of("m2"), data={"do": "contact", "new_contact": "m1"})
    assert browser.post(world.page_of("m1"), data={"do": "contact", "new_contact": "m3"}).status_code == 422
    assert world.rows() == before


def test_an_organiser_leaves_and_the_network_lives_on(browser: TestClient, world: World) -> None:
    make_contact(world)
    assert T("network.act.leave.contact") in ours(browser, world, "leave")
    assert T("network.left_page.title") in press(browser, world, do="leave")
    assert carrying(world) == {"m2"} and contact(world) == ""
    assert matters(world) == {InterventionKind.new_contact}
    assert browser.get(world.page_of("m1")).status_code == 404
    assert timeline(world)[0] == "m1 är inte arrangör längre. m1 gjorde det på nätverkets sida."
    assert "Åsa Öhrn" not in Page(ours(browser, world, code="m2")).text


@pytest.mark.parametrize(("state", "matter"), [(NetworkState.starting, InterventionKind.propose_rest),
                                               (NetworkState.resting, InterventionKind.few_organisers)])  # fmt: skip
def test_the_last_organiser_does_not_vanish_silently(
    browser: TestClient, world: World, state: NetworkState, matter: InterventionKind
) -> None:
    world.change(Network, world.network, state=state)
    press(browser, world, "m2", do="leave")
    assert T("network.act.leave.last") in ours(browser, world, "leave")
    reply = browser.post(world.page_of("m1"), data={"do": "leave"})
    assert reply.status_code == 422 and T("network.wrong.knows_missing") in reply.text
    assert carrying(world) == {"m1"}
    press(browser, world, do="leave", knows="yes")
    assert carrying(world) == set() and matter in matters(world)


# --- the pace, rest and waking --------------------------------------------------------------------


def test_the_pace_is_the_networks_own_and_its_change_is_logged_as_the_members(
    browser: TestClient, world: World
) -> None:
    assert Page(ours(browser, world, "cadence")).checked("cadence") == ["60"]
    page = press(browser, world, do="cadence", cadence="90")
    assert T("network.done.cadence") in page and "varje kvartal" in page
    [entry] = changes(world)
    assert (entry.before, entry.after, entry.asked_by, entry.signed_by) == ("60", "90", "m1", None)
    assert timeline(world)[0] == (
        "Ny takt: varje kvartal i stället för varannan månad. m1 gjorde det på nätverkets sida."
    )
    reply = browser.post(world.page_of("m1"), data={"do": "cadence", "cadence": "7"})
    assert sentence_by(reply, "cadence") == T("network.wrong.cadence_missing")


def test_a_network_rests_and_wakes_by_a_press_each(browser: TestClient, world: World) -> None:
    assert T("network.resting_means") in press(browser, world, do="rest")
    assert world.get(Network, world.network).state == NetworkState.resting
    press(browser, world, do="rest")
    page = press(browser, world, do="wake")
    assert T("network.done.wake") in page
    assert world.get(Network, world.network).state == NetworkState.independent
