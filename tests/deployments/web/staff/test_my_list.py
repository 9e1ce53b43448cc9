"""My list: what waits on whoever is signed in, their reminders, and what came to them (domain.md section 13)."""

import re

import pytest
from sqlmodel import select

from models.db.engine import transaction
from models.office import absence
from models.office.interventions import open_once
from models.office.staff import by_signature
from models.tables.network import Network
from models.tables.office import InterventionKind
from tests.acts import GOREL, ask, at, change, network_in
from tests.deployments.web.staff.conftest import Desk

NETWORK, REQUEST = 'href="/staff/network/1"', 'href="/staff/request/2"'


@pytest.fixture(autouse=True)
def a_network_and_a_request(desk: Desk) -> None:
    with transaction() as session:
        network = network_in(session)
        open_once(session, network, InterventionKind.wish, "a", at("2026-12-01"))
        open_once(session, network, InterventionKind.handover_talk, "b", at("2026-12-01"))
        ask(session, "2026-12-01", member_number=GOREL, co_organisers="", need="Något annat.")
    desk.on("2026-12-10")


def test_what_waits_on_me_stands_by_network_and_request_the_overdue_first(desk: Desk) -> None:
    desk.sign_in("asj")
    page = desk.get("/staff")
    assert page.count(NETWORK) == 1 and 'rowspan="2"' in page
    assert page.index(REQUEST) < page.index(NETWORK), "the talk was due on the eighth"
    assert "Väntar på dig: 2. Försenat: 1." in page
    assert "id-of-needs-talk/run?parameters=" in page and "%22signature%22%3A%22asj%22" in page
    assert page.count('href="/staff/request/2"') == 2, "it came to asj lately too"


def test_who_stands_in_has_it_on_theirs_and_sees_for_whom(desk: Desk) -> None:
    desk.sign_in("gol")
    assert "Ingenting väntar på dig just nu" in desk.get("/staff")
    with transaction() as session:
        asj, gol = by_signature(session, "asj", ""), by_signature(session, "gol", "")
        absence.record_absence(session, asj, at("2026-12-10").date(), at("2026-12-10").date(), gol)
    page = desk.get("/staff")
    assert NETWORK in page and REQUEST in page and "gol (för asj)" in page and "%22signature%22%3A%22gol%22" in page


@pytest.mark.parametrize("about", ["/staff/network/1", "/staff/request/2"])
def test_a_reminder_is_told_ahead_and_stands_on_the_list_on_its_day(desk: Desk, about: str) -> None:
    desk.sign_in("asj")
    form = {"on": "2026-12-10", "channel": "phone", "outcome": "no_answer", "note": "", "remind_on": "2026-12-14"}
    desk.post(about, "/contact", form)
    page = desk.get("/staff")
    assert (
        re.search("(förfrågan|nätverk), 2026-12-14", page)
        and "Påminnelser som kommer" in page
        and "påminnelse om" not in page
    )
    desk.on("2026-12-14")
    desk.client.cookies.clear()
    desk.sign_in("asj")
    page = desk.get("/staff")
    assert "Påminnelser som kommer" not in page and "påminnelse om" in page


def test_what_was_handed_over_is_told_to_who_has_it_now(desk: Desk) -> None:
    with transaction() as session:
        change(session, session.exec(select(Network)).one(), "negotiator", "2026-12-09", negotiator="gol")
    desk.sign_in("gol")
    page = desk.get("/staff")
    assert "Kom till dig" in page and page.count(NETWORK) == 2
    desk.on("2026-12-30")
    desk.client.cookies.clear()
    desk.sign_in("gol")
    assert "Kom till dig" not in desk.get("/staff")


def test_nothing_waits_on_a_reader_and_nobody_is_named_to_anybody(desk: Desk) -> None:
    desk.sign_in("las")
    page = desk.get("/staff")
    assert "Ingenting väntar på dig" in page and NETWORK not in page
    for who in ("asj", "gol", "mla", "dpo", "las"):
        desk.client.cookies.clear()
        desk.sign_in(who)
        assert not [one for one in ("Åke", "Görel", "Märit", "800101") if one in desk.get("/staff")]
    desk.client.cookies.clear()
    assert NETWORK not in desk.get("/staff", 403)


def test_the_second_person_confirms_or_takes_back_what_was_signed_for_them(desk: Desk) -> None:
    with transaction() as session:
        network = session.exec(select(Network)).one()
        change(session, network, "extend", "2027-01-11", days=60, approver="gol", reason="De bytte lokal.")
    desk.on("2027-01-12")
    desk.sign_in("asj")
    assert "Underskrivet i ditt namn" not in desk.get("/staff")
    desk.client.cookies.clear()
    desk.sign_in("gol")
    page = desk.get("/staff")
    assert "Underskrivet i ditt namn" in page and "De bytte lokal." in page and "2027-10-24" in page
    action = re.findall(r"/staff/second/[0-9a-f-]+", page)[0]
    reply = desk.client.post(action, data={"csrf": desk.csrf("/staff"), "answer": "no"})
    assert "Taget tillbaka." in reply.text and "Underskrivet i ditt namn" not in reply.text
    again = desk.client.post(action, data={"csrf": desk.csrf("/staff"), "answer": "yes"})
    assert again.status_code == 422 and "väntar inte på din underskrift" in again.text
