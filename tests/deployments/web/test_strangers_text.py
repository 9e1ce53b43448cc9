"""What a stranger types on the web reaches nobody's mail and no case: its member confirms it first."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlmodel import select
from starlette.testclient import TestClient

from models.db import engine
from models.people.person import by_member_number
from models.stages.web_request import assign_untaken
from models.tables.mail import OutgoingMail, Template
from models.tables.register import RegisterImport
from models.tables.request import SupportRequest
from tasks.smtp.mail_bytes import compose, recipient
from tasks.smtp.prefetched import Prefetched
from tests.acts import AKE
from tests.deployments.browsing import REQUEST, ask_and_confirm, confirm, links_to_confirm
from tests.deployments.conftest import NOW, World
from tests.deployments.web.pages.test_support_request import requests_in

TYPED = "qåxöz"  # stands in every text that the stranger types, and in no mail of ours, not even in a link
UNKNOWN = "990101-99"
letters = st.text(alphabet=st.characters(categories=["L", "M", "Nd", "Zs", "Cf", "P"]), max_size=40)
marked = letters.map(lambda text: f"{text[:20]}{TYPED}{text[20:]}")


def mails_as_they_go() -> list[str]:
    """Every mail that waits, as it would be written now; headers and text."""
    with engine.reading() as session:
        rows = session.exec(select(OutgoingMail).where(OutgoingMail.person_id.is_not(None))).all()  # type: ignore[union-attr]
        shelf = Prefetched(session, rows)
        written = []
        for row in rows:
            message = message_from_bytes(compose(row, shelf, recipient(shelf.reader(row)), NOW).body, policy=default)
            parts = [str(part.get_content()) for part in message.walk() if part.get_content_maintype() == "text"]
            written.append("\n".join([str(message["Subject"]), str(message["To"]), *parts]))
        return written


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=marked, need=marked, name=marked, is_loaded=st.booleans(), introduce=st.booleans())
def test_no_text_that_a_stranger_types_stands_in_any_mail_that_comes_of_it(
    browser: TestClient, world: World, place: str, need: str, name: str, is_loaded: bool, introduce: bool
) -> None:
    with engine.transaction() as session:
        for taken_in in session.exec(select(RegisterImport)):
            taken_in.finished_at = world.now if is_loaded else None
            session.add(taken_in)
    fields = {"step": "send", "place": place, "need": need, "name": name, "email": "ny@example.org"}
    fields |= {"introduce": "yes"} if introduce else {}
    for number in (AKE, UNKNOWN):
        browser.post("/request", data=REQUEST | fields | {"member_number": number})
    links_to_confirm()  # whoever is to read them is found
    with engine.transaction() as session:
        assign_untaken(session, NOW + timedelta(days=1))
    assert not requests_in(world), "nothing is a case before its member has said so"
    assert not [mail for mail in mails_as_they_go() if TYPED in mail.casefold()]


def test_what_was_typed_reaches_the_mail_once_its_member_has_confirmed_it(browser: TestClient, world: World) -> None:
    browser.post("/request", data=REQUEST | {"step": "send"})
    [link] = links_to_confirm()
    [asking] = mails_as_they_go()
    assert asking.startswith("Bekräfta din förfrågan\n") and "nätverk i Luleå" in asking and "Kallax" not in asking
    confirm(browser, link)
    _, receipt = mails_as_they_go()
    assert receipt.startswith("Vi har fått din förfrågan om nätverk i Kallax\n")


@pytest.mark.parametrize("place", ["Luleå. Bekräfta på ledarna-konto.example/login", "www.ledarna.example", "a@b.se"])
def test_an_address_is_no_place(browser: TestClient, world: World, place: str) -> None:
    assert browser.post("/request", data=REQUEST | {"step": "send", "place": place}).status_code == 422
    assert world.mails() == []


def test_signs_that_nobody_sees_are_not_kept(browser: TestClient, world: World) -> None:
    ask_and_confirm(browser, REQUEST | {"place": "Kal\u202el\u200bax", "need": "Vi\u2066 ses"})
    with engine.reading() as session:
        request = session.exec(select(SupportRequest)).one()
    assert (request.place, request.need) == ("Kallax", "Vi ses")


def test_a_place_that_is_a_municipalitys_name_says_which_one(browser: TestClient, world: World) -> None:
    reply = ask_and_confirm(browser, REQUEST | {"place": "kiruna", "municipality": ""})
    assert reply.status_code == 200
    with engine.reading() as session:
        request = session.exec(select(SupportRequest)).one()
        assert by_member_number(session, AKE)
    assert (request.place, request.municipality) == ("kiruna", "2584")
    assert [mail.template for mail in world.mails()] == [Template.confirm_request, Template.receipt]
