"""Who a mail goes to, what it may tell them, and when it has nothing left to say."""

from typing import Any

import pytest
from sqlmodel import select

from flows.outbox import outbox
from models.db.engine import reading, transaction
from models.mail.queue import QueuedMail, enqueue
from models.networks.lifecycle import advance
from models.office.staff import by_signature
from models.office.staff_links import staff_link_of
from models.settings import Settings
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.network import Network, NetworkState
from models.tables.office import Intervention, Staff
from models.tables.person import Person
from models.tables.transition import Actor
from tests.acts import AKE, GOREL, ask, at, by, mails, member, network_in, organisers, talk
from tests.smtp_server import MailServer, mail_server, point_at

NOW = "2026-11-02T10:30"
ROW = {"what": "talk", "subject": "Boden · ort · #7", "since": "2026-10-20", "due": None, "overdue": False, "link": ""}
LATE = ROW | {"what": "over_helping", "subject": "Luleå · ort · #3", "due": "2026-10-27", "overdue": True}


def queue_to_staff(template: Template, context: dict[str, Any], signature: str = "asj") -> None:
    with transaction() as session:
        staff = by_signature(session, signature, "Signatur")
        enqueue(session, [QueuedMail(template, None, "x", context=context, staff_id=staff.id)], at("2026-11-02"))


async def run(monkeypatch: pytest.MonkeyPatch, as_of: str = NOW) -> MailServer:
    """The outbox's run, and the server that took its mails."""
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        await outbox(as_of=as_of)
    return server


def text_of(server: MailServer) -> str:
    [mail] = server.mails
    part = mail.get_body(("plain",))
    assert part
    return str(part.get_content()).replace("\r\n", "\n")


async def test_the_weekly_list_goes_to_staff_by_first_name_with_the_overdue_on_top(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTS_MAIL_REPLY_TO", "Nätverkskansliet <natverk@kansliet.example.org>")
    queue_to_staff(Template.staff_digest, {"region": "Norrbottens län", "rows": [ROW, LATE]})
    server = await run(monkeypatch)
    [mail] = server.mails
    assert mail["Subject"] == "Veckolista nätverk Norrbottens län"
    assert mail["To"] == "Åsa Sjöström <asa.sjostrom@kansliet.example.org>"
    assert mail["Reply-To"] == "natverk@kansliet.example.org"
    text = text_of(server)
    assert text.startswith("Hej Åsa!")
    assert "2 att göra, varav 1 över tiden" in text
    assert text.index("Luleå · ort · #3: kansliet gör mer än planerat") < text.index("Boden · ort · #7: behovssamtal")
    assert "Se allt som väntar på dig: http://localhost:8080/staff\n" in text


async def test_an_alarm_about_a_persons_own_data_leads_to_their_page(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        ake = member(session, AKE)
    told = {"what": "rights_access", "subject": "", "due": None, "link": "", "other_person": str(ake.id)}
    queue_to_staff(Template.staff_alarm, told, "mla")
    text = text_of(await run(monkeypatch))
    assert f"Se vem det gäller: http://localhost:8080/staff/person/{ake.id}\n" in text


async def test_a_new_request_is_told_with_its_page_and_nothing_that_anybody_typed(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        request = ask(session, place="Hemma hos Åke", need="Vi vill ses hos Åke.")
        for other in mails(session, "receipt"):
            session.delete(other)
    server = await run(monkeypatch)
    [mail] = server.mails
    assert (mail["Subject"], mail["To"]) == (
        "Ny förfrågan i Luleå",
        "Åsa Sjöström <asa.sjostrom@kansliet.example.org>",
    )
    text = text_of(server)
    assert f"Öppna förfrågan #1: {staff_link_of(request)}\n" in text and "9 november 2026" in text
    assert not any(told in text for told in ("Åke", "Hemma", "Öhman", AKE))


async def test_an_alarm_goes_in_the_language_of_the_office(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTS_LANGUAGE", "en")
    queue_to_staff(
        Template.staff_alarm, {"what": "hard_bounce", "subject": "Luleå · ort · #3", "due": None, "link": ""}, "mla"
    )
    server = await run(monkeypatch)
    [mail] = server.mails
    assert mail["Subject"] == "Needs action: mail address that does not work"
    assert mail["To"] == "Märta Lång <marta.lang@kansliet.example.org>"
    assert text_of(server).startswith("Hello Märta,")
    with reading() as session:
        assert session.exec(select(OutgoingMail.language)).one() == "en"


async def test_staff_who_have_left_get_no_mail(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    queue_to_staff(Template.staff_digest, {"region": "Norrbottens län", "rows": []})
    with transaction() as session:
        by_signature(session, "asj", "Signatur").active = False
    assert (await run(monkeypatch)).taken == []
    with reading() as session:
        assert session.exec(select(OutgoingMail.reason)).one() == "inactive"


async def test_staff_whose_address_no_server_takes_cost_one_mail_and_no_task_about_a_network(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = {"what": "wish", "subject": "Luleå · ort · #3", "due": None, "link": ""}
    with transaction() as session:
        network = network_in(session)
        staff = session.exec(select(Staff).where(Staff.signature == "asj")).one()
        staff.email = "åsa@kansliet.example.org"
        letter = QueuedMail(Template.staff_alarm, None, "x", network.id, context=alarm, staff_id=staff.id)
        enqueue(session, [letter], at("2026-11-02"))
    server = await run(monkeypatch)
    assert not any("kansliet.example.org" in str(mail["To"]) for mail in server.mails)
    with reading() as session:
        theirs = session.exec(select(OutgoingMail.reason).where(OutgoingMail.staff_id == staff.id)).all()
        assert "address-needs-staff" in theirs
        assert session.exec(select(Intervention)).all() == []


def queue_introduction() -> Person:
    """Åke and Görel have both said yes; the mail to Åke. Returns Görel."""
    with transaction() as session:
        ake, gorel = member(session, AKE), member(session, GOREL)
        assert ake and gorel
        told = {"other_person": str(gorel.id), "other_place": "Boden", "why": ["neighbouring_municipality"]}
        enqueue(session, [QueuedMail(Template.introduction, ake.id, "x", context=told)], at("2026-11-02"))
        session.expunge(gorel)
    return gorel


async def test_an_introduction_gives_the_other_sides_name_and_address_as_they_are_when_it_goes(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    gorel = queue_introduction()
    with transaction() as session:
        stored = session.exec(select(OutgoingMail.context)).one()
        session.get_one(Person, gorel.id).email = "ny.adress@exämple.org"
    text = text_of(await run(monkeypatch))
    assert f"{gorel.name}, Boden\nny.adress@xn--exmple-cua.org" in text
    assert "Ni finns i grannkommuner." in text
    assert gorel.name and gorel.name not in stored and "@" not in stored


@pytest.mark.parametrize("why", ["protected", "erased"])
async def test_nobody_is_introduced_to_someone_who_may_not_be_named_any_more(
    office: Settings, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    gorel = queue_introduction()
    with transaction() as session:
        setattr(session.get_one(Person, gorel.id), f"{why}_at", at("2026-11-02"))
    assert (await run(monkeypatch)).taken == []
    with reading() as session:
        assert session.exec(select(OutgoingMail.reason)).one() == "other-side"


@pytest.mark.parametrize(
    ("template", "context", "meanwhile"),
    [
        (Template.still_planned, {"active_days": 90}, NetworkState.closed),
        (Template.still_planned, {"active_days": 90}, NetworkState.planned),
        (Template.wake, {"months": 6}, NetworkState.planned),
    ],
)
async def test_a_question_is_not_asked_once_what_it_asks_about_has_happened(
    office: Settings, monkeypatch: pytest.MonkeyPatch, template: Template, context: dict[str, Any], meanwhile: str
) -> None:
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        for mail in session.exec(select(OutgoingMail)):
            mail.status = MailStatus.sent
        person = organisers(session, network)[0].person_id
        enqueue(session, [QueuedMail(template, person, "x", network.id, context=context)], at("2026-11-05"))
        if meanwhile != NetworkState.planned:
            advance(session, session.get_one(Network, network.id), NetworkState.closed, by(Actor.staff, "2026-11-06"))
    server = await run(monkeypatch, "2026-11-09T10:30")
    goes = (template, meanwhile) == (Template.still_planned, NetworkState.planned)
    assert len(server.taken) == goes
    with reading() as session:
        reason = session.exec(select(OutgoingMail.reason).where(OutgoingMail.template == template)).one()
        assert reason == ("smtp-250" if goes else "overtaken")


async def test_a_reply_reaches_the_office_when_the_negotiator_has_left(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        ask(session)
        by_signature(session, "asj", "Signatur").active = False
    [mail] = (await run(monkeypatch)).mails
    assert mail["Reply-To"] == "marta.lang@kansliet.example.org"
