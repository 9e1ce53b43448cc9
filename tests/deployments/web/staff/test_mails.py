"""What was mailed, what became of it, and sending it once more (domain.md section 13)."""

import pytest
from sqlmodel import col, select

from models.db.engine import reading, transaction
from models.mail import delivery
from models.tables.mail import MailStatus, OutgoingMail
from models.tables.request import SupportRequest
from tests.acts import ask, at, first_meeting_booked, network_in, talk
from tests.deployments.web.staff.conftest import Desk


def receipt() -> OutgoingMail:
    with reading() as session:
        return session.exec(select(OutgoingMail).where(col(OutgoingMail.template) == "receipt")).one()


def goes(mail: OutgoingMail, status: MailStatus, code: int) -> None:
    with transaction() as session:
        held = session.get_one(OutgoingMail, mail.id)
        held.attempts = 1
        delivery.record(held, status, code, at("2026-11-02", 11))
        session.add(held)


@pytest.fixture
def asked(desk: Desk) -> str:
    with transaction() as session:
        number = ask(session).number
    desk.sign_in("asj")
    return f"/staff/request/{number}"


def test_a_mail_tells_in_words_what_became_of_it(desk: Desk, asked: str) -> None:
    assert "väntar på att gå" in desk.get(asked)
    goes(receipt(), MailStatus.sent, 250)
    page = desk.get(asked)
    assert "levererat till mottagarens e-postserver" in page and "2026-11-02 11:00" in page
    goes(receipt(), MailStatus.failed, 550)
    assert "gick inte fram: e-postservern svarade 550" in desk.get(asked)


def test_its_text_is_shown_and_none_of_its_readers_keys(desk: Desk) -> None:
    with transaction() as session:
        first_meeting_booked(session)
        mails = session.exec(select(OutgoingMail).where(col(OutgoingMail.template) == "granted")).all()
    desk.sign_in("asj")
    page = desk.get(f"/staff/mail/{mails[0].id}")
    assert "Så kan vi stötta er" in page and "/meeting/…" in page
    assert "/meeting/W" not in page


def test_what_went_is_sent_once_more_and_once_a_day(desk: Desk, asked: str) -> None:
    goes(receipt(), MailStatus.sent, 250)
    path = f"/staff/mail/{receipt().id}"
    page = desk.post(path, "/again", {})
    assert "Mejlet skickas en gång till." in page and "outbox/outbox" in desk.started
    with reading() as session:
        mails = session.exec(select(OutgoingMail).where(col(OutgoingMail.template) == "receipt")).all()
    assert sorted(one.status for one in mails) == ["queued", "sent"]
    assert "redan skickats igen i dag" in desk.get(path)
    reply = desk.client.post(f"{path}/again", data={"csrf": desk.csrf(path)})
    assert reply.status_code == 422 and "redan skickats igen" in reply.text


def test_what_no_longer_holds_is_not_sent_again(desk: Desk) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request, decision="wait")
        told = session.exec(select(OutgoingMail).where(col(OutgoingMail.template) == "waiting")).one()
        talk(session, request, "2026-11-09", decision="withdraw")
    goes(told, MailStatus.sent, 250)
    desk.on("2026-11-10")
    desk.sign_in("asj")
    assert "Det mejlet säger gäller inte längre." in desk.get(f"/staff/mail/{told.id}")


def test_what_waits_and_is_needed_no_more_is_said_to_be_stopped_before_it_is(desk: Desk) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request, decision="wait")
        told = session.exec(select(OutgoingMail).where(col(OutgoingMail.template) == "waiting")).one()
    paths = (f"/staff/request/{request.number}", f"/staff/person/{told.person_id}", f"/staff/mail/{told.id}")
    desk.sign_in("asj")
    stopped = "stoppas: behövs inte längre"
    assert [desk.get(path).count(stopped) for path in paths] == [0, 0, 0]
    with transaction() as session:
        talk(session, session.get_one(SupportRequest, request.id), "2026-11-05", decision="withdraw")
    counts = [desk.get(path).count(stopped) for path in paths]
    assert counts == [4, 1, 1], "nor are the co-organisers asked, nor whose it was told that they have it"
    assert "stopped: no longer needed" in desk.get(f"{paths[2]}?lang=en")


def test_what_waits_or_is_in_doubt_is_not_sent_again_from_here(desk: Desk, asked: str) -> None:
    path = f"/staff/mail/{receipt().id}"
    assert "Mejlet väntar på att gå." in desk.get(path)
    with transaction() as session:
        held = session.get_one(OutgoingMail, receipt().id)
        held.status, held.reason = MailStatus.in_doubt, "process-ended"
    assert "avgör det i Prefect" in desk.get(path)


def test_nobody_is_mailed_again_where_mail_does_not_arrive(desk: Desk, asked: str) -> None:
    goes(receipt(), MailStatus.failed, 550)
    person = receipt().person_id
    desk.post(f"/staff/person/{person}", "", {"protected": "yes"})
    assert "ring, eller rätta adressen" in desk.get(f"/staff/mail/{receipt().id}")


def test_a_reader_sees_no_text_and_sends_nothing(desk: Desk) -> None:
    with transaction() as session:
        ask(session)
    goes(receipt(), MailStatus.sent, 250)
    desk.sign_in("las")
    path = f"/staff/mail/{receipt().id}"
    page = desk.get(path)
    assert "Vi har fått din förfrågan" not in page and "Åke" not in page and "/again" not in page
    assert desk.client.post(f"{path}/again", data={"csrf": desk.csrf(path)}).status_code == 403


def test_a_mail_to_staff_is_theirs_alone(desk: Desk) -> None:
    desk.sign_in("asj")
    [mail] = desk.sign_in_mails()
    desk.get(f"/staff/mail/{mail.id}", 404)


def test_a_persons_page_lists_what_they_were_mailed(desk: Desk) -> None:
    with transaction() as session:
        network_in(session)
    desk.sign_in("asj")
    page = desk.get(f"/staff/person/{receipt().person_id}")
    assert "kvitto" in page and "beslut: stöd" in page
