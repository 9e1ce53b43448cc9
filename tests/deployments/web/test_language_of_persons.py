"""The language that somebody is written to in: that of the page they first wrote on, and nobody else's choice."""

import pytest
from starlette.testclient import TestClient

from models.db import engine
from models.i18n import Language
from models.people.person import by_member_number
from models.stages import support_request as request_rules
from models.tables.mail import Template
from models.tables.person import Membership, Person
from models.tables.transition import Actor, Cause
from templates.rendering.mail import render_mail
from tests.acts import AKE, MARIT, RENE
from tests.acts import no_register as clear_register
from tests.deployments.browsing import ask_and_confirm, confirm, links_to_confirm, values_of
from tests.deployments.conftest import World
from tests.deployments.web.pages.test_support_request import SEND, UNKNOWN, requests_in


def person_by(number: str) -> Person:
    with engine.reading() as session:
        person = by_member_number(session, number)
        assert person
        return person


def no_register(world: World) -> None:
    """As before any register of members was read in: nobody's membership is known."""
    with engine.transaction() as session:
        clear_register(session)


@pytest.mark.parametrize(
    ("query", "header", "language", "subject"),
    [
        ("?lang=en", "sv", Language.en, "We have your request about a network in Kallax"),
        ("", "en-GB,en;q=0.9", Language.en, "We have your request about a network in Kallax"),
        ("?lang=sv", "en", Language.sv, "Vi har fått din förfrågan om nätverk i Kallax"),
        ("", "de", Language.sv, "Vi har fått din förfrågan om nätverk i Kallax"),
    ],
)
def test_who_is_new_gets_mail_in_the_language_of_the_page_they_wrote_on(
    browser: TestClient, world: World, query: str, header: str, language: Language, subject: str
) -> None:
    no_register(world)
    fields = SEND | {"member_number": UNKNOWN, "name": "Ny Medlem", "email": "ny@example.org"}
    reply = browser.post(f"/request{query}", data=fields, headers={"Accept-Language": header})
    confirm(browser, links_to_confirm()[-1])
    assert reply.status_code == 200 and person_by(UNKNOWN).language == language
    with engine.transaction() as session:
        person = by_member_number(session, UNKNOWN)
        assert person
        person.membership = Membership.active
        session.flush()
        request_rules.retry_incomplete(session, Cause("request", Actor.rule, world.now))
    [receipt] = [mail for mail in world.mails() if mail.template == Template.receipt]
    assert render_mail(receipt.template, language, values_of(receipt, world.now)).subject == subject
    assert [person_by(number).language for number in (MARIT, RENE)] == [Language.sv] * 2, "they wrote nothing"


def test_typing_somebodys_number_on_an_english_page_changes_nobodys_language(browser: TestClient, world: World) -> None:
    ask_and_confirm(browser, SEND, "?lang=en")
    assert person_by(AKE).language == Language.sv
    no_register(world)
    fields = SEND | {"member_number": UNKNOWN, "name": "Ny Medlem", "email": "ny@example.org"}
    ask_and_confirm(browser, fields, "?lang=en")
    ask_and_confirm(browser, fields | {"need": "Något annat."}, "?lang=sv")
    assert len(requests_in(world)) == 3 and person_by(UNKNOWN).language == Language.en
