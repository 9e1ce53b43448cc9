"""Staff see whom they work with: a request, a network, a person, each by what they may see (domain.md section 13)."""

import json
import re
from urllib.parse import unquote

import pytest
from sqlmodel import col, select

from models.check_ins import questions
from models.db.engine import reading, transaction
from models.forms.registry import FORMS, signature_field
from models.networks import creation
from models.office.staff import by_signature
from models.people.person import by_member_number
from models.requests import assignment
from models.stages import check_in as check_in_round
from models.stages import web_request
from models.tables.contact_entry import ContactEntry
from models.tables.mail import MailStatus, OutgoingMail
from models.tables.network import Network, Role
from models.tables.person import Person
from models.tables.request import SupportRequest
from models.tables.staff_session import Look
from models.tables.transition import Actor
from models.views.my_data import looks_by_day, stored_about
from tests.acts import (
    AKE,
    GOREL,
    MARIT,
    answer,
    ask,
    at,
    by,
    change,
    grant_line,
    network_in,
    organisers,
    talk,
    type_on_the_web,
)  # fmt: skip
from tests.deployments.web.staff.conftest import Desk

NAMES = ("Åke Öhman", "Märit Sjöö", "René Björklöf")
HIDDEN = (*NAMES, "ake.ohman@example.org", "800101-01", "Vi vill träffas.")


@pytest.fixture
def request_path(desk: Desk) -> str:
    """A request in Norrbotten, which is asj's region and nobody else's."""
    with transaction() as session:
        return f"/staff/request/{ask(session).number}"


@pytest.fixture
def network_path(desk: Desk) -> str:
    with transaction() as session:
        number = network_in(session).number
    desk.on("2026-12-01")
    return f"/staff/network/{number}"


def looks() -> list[tuple[str, str | None]]:
    with reading() as session:
        return [(one.page, one.reason) for one in session.exec(select(Look).order_by(col(Look.at)))]


def person(number: str = AKE) -> Person:
    with reading() as session:
        found = by_member_number(session, number)
        assert found
        return found


def test_the_negotiator_sees_who_asks_what_for_and_how_to_reach_them(desk: Desk, request_path: str) -> None:
    desk.sign_in("asj")
    page = desk.get(request_path)
    for told in (*HIDDEN, "mailto:ake.ohman@example.org", "inte tillfrågad än", "mottagen"):
        assert told in page


def test_what_is_said_of_who_was_named_is_so_and_the_same_on_each_page(desk: Desk, request_path: str) -> None:
    with transaction() as session:
        request = session.exec(select(SupportRequest)).one()
        network = talk(session, request, "2026-11-07")  # a Saturday: the question goes on Monday
        assert network
        creation.ask_co_organisers(session, network, at("2026-11-07"))
        [marit, _] = [one for one in organisers(session, network) if not one.is_confirmed]
        pages = (request_path, f"/staff/network/{network.number}", f"/staff/person/{marit.person_id}")
    desk.on("2026-11-07")
    desk.sign_in("asj")
    assert [desk.get(page).count("frågan går 2026-11-09") for page in pages] == [2, 2, 1]
    for mail in mails_of("co-organiser"):
        settle(mail, MailStatus.sent, "2026-11-09")
    desk.on("2026-11-10")
    desk.sign_in("asj")
    assert [desk.get(page).count("tillfrågad 2026-11-09, har inte svarat") for page in pages] == [2, 2, 1]
    with transaction() as session:
        session.get_one(Role, marit.id).confirmed_at = at("2026-11-10")
    assert "sa ja 2026-11-10" in desk.get(pages[0])
    assert [desk.get(page).count("har inte svarat") for page in pages] == [1, 1, 0]
    [_, rene] = mails_of("co-organiser")
    settle(rene, MailStatus.skipped, "2026-11-09", "protected")
    assert [desk.get(page).count("frågan kom inte fram 2026-11-09: ring") for page in pages[:2]] == [1, 1]
    settle(rene, MailStatus.skipped, "2026-11-09", "overtaken")
    assert "inte tillfrågad än" in desk.get(pages[0])


def mails_of(template: str) -> list[OutgoingMail]:
    with reading() as session:
        named = select(Role.code, OutgoingMail).join(OutgoingMail, col(OutgoingMail.person_id) == Role.person_id)
        found = session.exec(named.where(col(OutgoingMail.template) == template).order_by(Role.code))
        return [mail for _, mail in found]


def settle(mail: OutgoingMail, status: MailStatus, day: str, reason: str | None = None) -> None:
    with transaction() as session:
        held = session.get_one(OutgoingMail, mail.id)
        held.status, held.reason, held.settled_at = status, reason, at(day)


def test_when_to_ring_stands_by_the_number_and_a_talk_has_a_day_and_no_hour(desk: Desk, request_path: str) -> None:
    with transaction() as session:
        request = session.exec(select(SupportRequest)).one()
        request.suits = "Tisdagar efter tre"
        session.get_one(Person, request.initiator_id).phone = "070-123 45 67"
        talk(session, request, "2026-11-05", decision="wait")
    desk.sign_in("asj")
    page = desk.get(request_path)
    number, suits, membership = (page.index(one) for one in ("070-123 45 67", "Tisdagar efter tre", "Medlemskap"))
    assert number < suits < membership
    assert "Samtal 2026-11-05<" in page


def test_a_number_that_is_nobodys_is_told_to_who_may_see_persons(desk: Desk) -> None:
    with transaction() as session:
        typed = type_on_the_web(session, co_organisers=f"{MARIT}, 990101-99")
        request, _ = web_request.confirm(session, typed, by(Actor.member, "2026-11-02"))
        assignment.take_on(session, request, at("2026-11-02"))
        path = f"/staff/request/{request.number}"
    desk.sign_in("asj")
    page = desk.get(path)
    assert "990101-99" in page and page.count("finns inte i registret") == 1 and "Utan namn" not in page
    assert "not in the register" in desk.get(f"{path}?lang=en")
    desk.sign_in("las")
    page = desk.get(path)
    assert "990101-99" not in page and "finns inte i registret" not in page


def test_each_page_leads_to_the_prefect_form_filled_in_with_the_signature(desk: Desk, request_path: str) -> None:
    desk.sign_in("asj")
    page = desk.get(request_path)
    assert "https://prefect.example.org/deployments/deployment/id-of-needs-talk/run?parameters=" in page
    assert "%22signature%22%3A%22asj%22" in page


def test_no_link_fills_in_a_field_that_its_form_does_not_have(desk: Desk, request_path: str, network_path: str) -> None:
    desk.sign_in("asj")
    found = re.findall(r"id-of-([a-z-]+)/run\?parameters=([^\"]+)", desk.get(request_path) + desk.get(network_path))
    assert len({name for name, _ in found}) == 6, "each form but kickoff's: this network has met"
    for name, parameters in found:
        filled = json.loads(unquote(parameters))["form"]
        assert set(filled) <= set(FORMS[name].model_fields), name
        assert "asj" in filled.values() or not signature_field(name)


def test_a_network_that_has_not_met_leads_to_the_kickoff_form_and_one_that_has_does_not(
    desk: Desk, network_path: str
) -> None:
    with transaction() as session:
        planned = talk(session, ask(session, member_number=GOREL, co_organisers="", need="Något annat."))
        assert planned
        number = planned.number
    desk.sign_in("asj")
    assert "id-of-kickoff/run" in desk.get(f"/staff/network/{number}")
    assert "id-of-kickoff/run" not in desk.get(network_path)


def test_a_reader_sees_no_person_and_nothing_that_was_written(desk: Desk, request_path: str, network_path: str) -> None:
    with transaction() as session:
        key = by_member_number(session, AKE)
        assert key
        session.add(
            ContactEntry.model_validate(
                {"network_id": session.exec(select(Network.id)).first(), "on": at("2026-12-01").date(),
                 "channel": "phone", "outcome": "reached", "note": "Åke Öhman har en ny telefon.",
                 "staff_id": by_signature(session, "asj", "").id, "noted_at": at("2026-12-01")}
            )
        )  # fmt: skip
    desk.sign_in("las")
    for path in (request_path, network_path, f"/staff/person/{key.id}"):
        page = desk.get(path)
        for told in HIDDEN:
            assert told not in page, (path, told)
        assert "/reason" not in page
    assert (
        desk.client.post(f"{request_path}/reason", data={"csrf": desk.csrf(request_path), "reason": "x"}).status_code
        == 403
    )
    assert looks() == []


def test_another_regions_persons_are_shown_on_a_reason_that_they_can_read(desk: Desk, request_path: str) -> None:
    desk.sign_in("gol")
    page = desk.get(request_path)
    assert not [told for told in HIDDEN if told in page]
    assert looks() == []
    assert "Skriv varför" in desk.post(request_path, "/reason", {"reason": "  "})
    page = desk.post(request_path, "/reason", {"reason": "Jag svarar i Åsas ställe i dag."})
    assert "Åke Öhman" in page
    with reading() as session:
        told = stored_about(session, person())["looks"]
    assert told[0] == {
        "by": "gol", "at": "2026-11-05T10:00+01:00", "page": "request/1", "reason": "Jag svarar i Åsas ställe i dag.",
    }  # fmt: skip


def test_a_reason_holds_for_that_page_and_that_session_alone(desk: Desk, request_path: str) -> None:
    with transaction() as session:
        other = ask(session, member_number="800104-04", co_organisers="", need="Något annat.").number
    desk.sign_in("gol")
    desk.post(request_path, "/reason", {"reason": "Jag svarar i dag."})
    assert "Görel" not in desk.get(f"/staff/request/{other}")
    desk.on("2026-11-06")
    desk.client.cookies.clear()
    desk.sign_in("gol")
    assert "Åke" not in desk.get(request_path)


def test_every_look_is_written_down_and_shown_to_whom_it_was_at(desk: Desk, network_path: str) -> None:
    desk.sign_in("mla")
    desk.get(network_path)
    assert [page for page, _ in looks()] == [network_path.removeprefix("/staff/")] * 3
    desk.get(f"/staff/person/{person().id}")
    with reading() as session:
        told = stored_about(session, person())["looks"]
    assert [one["by"] for one in told] == ["mla", "mla"]


def test_who_looked_many_times_in_a_day_is_told_of_once_with_how_many(desk: Desk, network_path: str) -> None:
    desk.sign_in("mla")
    for _ in range(3):
        desk.get(network_path)
    page = desk.get(f"/staff/person/{person().id}").split('id="looks"')[1]
    assert page.count("<li>mla") == 1 and "(3)" in page
    with reading() as session:
        [told] = looks_by_day(stored_about(session, person())["looks"][1:], ("by", "reason"))
    assert (told["on"], told["times"]) == ("2026-12-01", 3)


def test_whom_a_case_was_handed_to_sees_it_in_whatever_region(desk: Desk, network_path: str) -> None:
    with transaction() as session:
        network = session.exec(select(Network)).one()
        change(session, network, "negotiator", "2026-11-30", negotiator="gol")
    desk.sign_in("gol")
    assert "Åke Öhman" in desk.get(network_path)


def test_a_network_page_tells_who_each_code_is(desk: Desk, network_path: str) -> None:
    desk.sign_in("asj")
    page = desk.get(network_path)
    for code, name in zip(("m1", "m2", "m3"), NAMES, strict=True):
        assert f"{code} · <a" in page and name in page
    for told in ("Utskick av er inbjudan", "steg 1", "2026-11-25", "Stödet slutar"):
        assert told in page


def test_a_call_that_nobody_answered_is_noted_with_a_reminder(desk: Desk, request_path: str) -> None:
    desk.sign_in("asj")
    form = {"on": "2026-11-05", "channel": "phone", "outcome": "no_answer", "note": "", "remind_on": "2026-11-09"}
    page = desk.post(request_path, "/contact", form)
    assert "Antecknat." in page and "Inget svar" in page and "Påminnelse 2026-11-09" in page
    desk.post(request_path, "/contact", form)  # pressed twice
    with reading() as session:
        assert len(session.exec(select(ContactEntry)).all()) == 1


def test_what_is_wrong_in_the_contact_log_gets_a_sentence_and_loses_nothing(desk: Desk, request_path: str) -> None:
    desk.sign_in("asj")
    form = {"on": "2026-11-06", "channel": "", "outcome": "reached", "note": "Ringer igen", "remind_on": "2026-11-01"}
    page = desk.post(request_path, "/contact", form, 422)
    for told in ("ligger längre fram", "Hur: välj", "välj en dag efter i dag", "Ringer igen"):
        assert told in page


def test_a_form_from_another_site_is_refused(desk: Desk, request_path: str) -> None:
    desk.sign_in("asj")
    form = {"on": "2026-11-05", "channel": "phone", "outcome": "reached"}
    assert desk.client.post(f"{request_path}/contact", data=form).status_code == 403
    assert desk.client.post(f"{request_path}/contact", data=form | {"csrf": "x"}).status_code == 403
    with reading() as session:
        assert session.exec(select(ContactEntry)).all() == []


def test_who_is_protected_is_called_and_not_mailed(desk: Desk, request_path: str) -> None:
    desk.sign_in("asj")
    path = f"/staff/person/{person().id}"
    page = desk.post(path, "", {"phone": "070-123 45 67", "protected": "yes"})
    assert 'href="tel:070-12345 67"' not in page and 'href="tel:070-1234567"' in page
    assert "mailto:ake.ohman@example.org" not in page and "ring, mejla inte" in page
    assert not person().may_be_mailed
    desk.post(path, "", {"phone": "070-123 45 67"})
    assert person().may_be_mailed


def test_who_is_protected_without_a_phone_number_can_be_reached_by_nobody(desk: Desk, request_path: str) -> None:
    desk.sign_in("asj")
    assert "Skriv in ett telefonnummer också" in desk.post(f"/staff/person/{person().id}", "", {"protected": "yes"})


def test_a_phone_number_that_is_none_gets_a_sentence(desk: Desk, request_path: str) -> None:
    desk.sign_in("asj")
    page = desk.post(f"/staff/person/{person().id}", "", {"phone": "ring hem"}, 422)
    assert "skriv siffror" in page and "ring hem" in page and person().phone is None


def test_a_request_that_was_granted_leads_to_its_network_and_back(desk: Desk) -> None:
    with transaction() as session:
        request = ask(session)
        network = talk(session, request)
        assert network
        numbers = request.number, network.number
    desk.sign_in("asj")
    assert f"/staff/network/{numbers[1]}" in desk.get(f"/staff/request/{numbers[0]}")
    assert f"/staff/request/{numbers[0]}" in desk.get(f"/staff/network/{numbers[1]}")


def test_what_has_happened_is_told_in_the_readers_language_and_the_form_in_the_offices(
    desk: Desk, network_path: str
) -> None:
    desk.sign_in("asj")
    page = desk.get(f"{network_path}?lang=en")
    assert "m1 told of the meeting on 2026-11-25" in page and "berättade om träffen" not in page
    assert "Lule%C3%A5%20%C2%B7%20ort%20%C2%B7%20%231" in page, "as the form's own list has it"


def test_support_that_has_not_begun_begins(desk: Desk) -> None:
    with transaction() as session:
        number = network_in(session, grants=[grant_line("send_out", from_on="2026-12-07")]).number
    for day, status in (("2026-12-01", "börjar 2026-12-07"), ("2026-12-07", "löper")):
        desk.on(day)
        desk.sign_in("asj")
        page = desk.get(f"/staff/network/{number}")
        assert status in page and ("börjar" in page) == (day < "2026-12-07")


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"met": True, "met_on": "2026-12-02", "met_attended": 7}, "5, träffades 2026-12-02, 7 kom, bara jag"),
        ({"met": True, "met_on": "2026-12-02"}, "5, träffades 2026-12-02, bara jag"),
        ({"met": True}, "5, träffades, bara jag"),
    ],
)
def test_an_answer_says_of_a_meeting_only_what_was_told_of_it(desk: Desk, told: dict[str, object], line: str) -> None:
    with transaction() as session:
        network = network_in(session)
        check_in_round.send_due(session, at("2026-12-01"))
        check_in = questions.latest(session, network.id)
        assert check_in
        answer(session, check_in, "2026-12-03", sharing="1", **told)
        number = network.number
    desk.on("2026-12-03")
    desk.sign_in("asj")
    assert line in desk.get(f"/staff/network/{number}")


def test_staff_who_come_to_what_is_not_there_are_shown_their_own_way_on(desk: Desk) -> None:
    desk.sign_in("asj")
    page = desk.get("/staff/request/99", 404)
    assert 'href="/staff?lang=sv"' in page and "Öppna länken därifrån" not in page
