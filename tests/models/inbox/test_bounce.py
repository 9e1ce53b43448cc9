"""A hard bounce: no more mail there, staff told, another organiser asked; a refusal that is not about the address."""

from collections.abc import Sequence
from datetime import date

import pytest
from sqlmodel import Session, col, select

from models.check_ins import questions
from models.db.engine import transaction
from models.inbox.bounce import Report, Weight, hard_bounce
from models.mail.queue import QueuedMail, enqueue
from models.office.labels import label_of
from models.settings import Settings
from models.stages import check_in as check_in_round
from models.stages import work_list
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.network import Network
from models.tables.office import Intervention, Staff
from models.tables.person import EmailStatus, Person
from tests.acts import answer, ask, at, mails, network_in, organisers

SENT = "2026-12-01"
BACK = at("2026-12-02")


def asked_network(session: Session) -> tuple[Network, OutgoingMail]:
    """A network whose contact was sent a check-in, and that mail."""
    network = network_in(session)
    check_in_round.send_due(session, at(SENT))
    [mail] = mails(session, "first-meeting")
    return network, sent(session, mail)


def sent(session: Session, mail: OutgoingMail) -> OutgoingMail:
    mail.status, mail.message_id, mail.settled_at = MailStatus.sent, f"<{mail.id}@example.org>", at(SENT)
    session.flush()
    return mail


def listed(session: Session) -> list[str]:
    """What waits on the office because of mail, as its list has it."""
    return [one.what for one in work_list.what_waits(session, BACK) if one.what not in ("talk", "decision")]


def test_the_address_gets_nothing_more_and_staff_and_another_organiser_are_told(office: Settings) -> None:
    with transaction() as session:
        network, mail = asked_network(session)
        contact, other = organisers(session, network)[:2]
        hard_bounce(session, mail, BACK)
        person = session.get_one(Person, contact.person_id)
        assert (person.email_status, person.may_be_mailed) == (EmailStatus.bounced, False)
        assert (mail.status, mail.reason, mail.settled_at) == (MailStatus.failed, "bounced", BACK)
        [second] = mails(session, "second-organiser")
        assert second.person_id == other.person_id
        assert session.exec(select(Intervention.kind)).all() == ["hard_bounce"]


def test_the_same_bounce_twice_changes_nothing_more(office: Settings) -> None:
    with transaction() as session:
        _, mail = asked_network(session)
        hard_bounce(session, mail, BACK)
        hard_bounce(session, mail, at("2026-12-03"))
        assert mail.settled_at == BACK
        assert len(session.exec(select(Intervention)).all()) == len(mails(session, "second-organiser")) == 1


def test_when_the_other_organisers_mail_bounces_too_the_third_is_asked_and_after_that_nobody(office: Settings) -> None:
    with transaction() as session:
        network, mail = asked_network(session)
        for bounced in range(3):
            hard_bounce(session, mail, at(f"2026-12-0{2 + bounced}"))
            for later in mails(session, "second-organiser"):
                if later.status == MailStatus.queued:
                    mail = sent(session, later)
        asked = [role.person_id for role in organisers(session, network)]
        assert {mail.person_id for mail in mails(session, "second-organiser")} == set(asked[1:])
        assert session.exec(select(Intervention.kind)).all() == ["hard_bounce"] * 3


def test_nobody_else_is_asked_what_has_been_answered(office: Settings) -> None:
    with transaction() as session:
        network, mail = asked_network(session)
        check_in = questions.latest(session, network.id)
        assert check_in
        answer(session, check_in, "2026-12-02")
        hard_bounce(session, mail, BACK)
        assert mails(session, "second-organiser") == []


def test_an_address_that_was_replaced_since_stays_good(office: Settings) -> None:
    with transaction() as session:
        network, mail = asked_network(session)
        person = session.get_one(Person, organisers(session, network)[0].person_id)
        person.email = "ny@example.org"
        hard_bounce(session, mail, BACK, "ake.ohman@example.org")
        assert (person.email_status, mail.status) == (EmailStatus.ok, MailStatus.failed)
        hard_bounce(session, mail, BACK, "NY@Example.org")
        assert person.email_status == EmailStatus.bounced


def test_a_bounce_is_one_thing_on_the_list_and_its_owner_hears_of_it_at_once(office: Settings) -> None:
    with transaction() as session:
        _, mail = asked_network(session)
        hard_bounce(session, mail, BACK)
        assert listed(session) == ["hard_bounce"]
        assert work_list.alarm(session, BACK) == 1
        assert work_list.alarm(session, at("2026-12-03")) == 0


def test_a_second_mail_that_bounces_is_not_a_second_call_but_a_mail_to_pass_on(office: Settings) -> None:
    with transaction() as session:
        network, mail = asked_network(session)
        letter = QueuedMail(Template.step, mail.person_id, "x", network.id, context={"step": 2})
        enqueue(session, [letter], at(SENT))
        [step] = mails(session, "step")
        hard_bounce(session, mail, BACK)
        hard_bounce(session, sent(session, step), BACK)
        assert sorted(listed(session)) == ["hard_bounce", "hard_bounce"]
        assert session.exec(select(Intervention.kind)).all() == ["hard_bounce"]


def test_a_bounce_before_there_is_a_network_stands_on_the_list_with_the_request(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        [receipt] = mails(session, "receipt")
        hard_bounce(session, sent(session, receipt), BACK)
        [waiting] = [one for one in work_list.what_waits(session, BACK) if one.what == "hard_bounce"]
        assert (waiting.subject, waiting.owner) == (label_of(session, request), request.assigned_to)
        work_list.alarm(session, BACK)
        alarms = [mail.staff_id for mail in mails(session, "staff-alarm") if "hard_bounce" in mail.idempotency_key]
        assert alarms == [request.assigned_to]


def test_a_mail_about_no_network_is_told_to_those_where_the_person_has_a_role(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        [receipt] = mails(session, "receipt")
        hard_bounce(session, sent(session, receipt), BACK)
        [opened] = session.exec(select(Intervention)).all()
        assert (opened.network_id, opened.owner) == (network.id, network.negotiator)


def test_a_mail_to_staff_that_bounces_is_one_that_did_not_go(office: Settings) -> None:
    with transaction() as session:
        staff = session.exec(select(Staff).where(col(Staff.signature) == "asj")).one()
        enqueue(session, [QueuedMail(Template.staff_alarm, None, "x", staff_id=staff.id)], at(SENT))
        [mail] = mails(session, "staff-alarm")
        hard_bounce(session, sent(session, mail), BACK)
        assert mail.status == MailStatus.failed
        assert session.exec(select(Intervention)).all() == []


def test_after_a_bounce_the_next_check_in_goes_to_the_other_organiser(office: Settings) -> None:
    with transaction() as session:
        network, mail = asked_network(session)
        hard_bounce(session, mail, BACK)
        assert check_in_round.remind(session, at("2026-12-08")) == 0
        assert check_in_round.send_due(session, at("2027-01-12")) == 1
        check_in = questions.latest(session, network.id)
        assert check_in and check_in.sent_on == date(2027, 1, 12)
        assert check_in.person_id == organisers(session, network)[1].person_id


@pytest.mark.parametrize(
    ("action", "statuses", "weight"),
    [
        ("failed", ("5.1.1", "5.1.10", "5.2.1", "5.1.2"), Weight.hard),
        ("failed", ("5.0.0", "5.4.1", "5.4.316", "5.5.0", "5.1.0"), Weight.not_delivered),  # says nothing by itself
        ("failed", ("5.7.1", "5.7.26", "5.2.2", "5.3.4", "5.6.0", "5.1.8"), Weight.not_delivered),
        ("failed", ("4.4.7", "4.2.2", ""), Weight.not_delivered),
        ("delayed", ("4.4.1", "4.2.2", "5.0.0", ""), Weight.soft),
        ("delivered", ("2.0.0", ""), Weight.none),
        ("relayed", ("2.1.9", "5.1.1"), Weight.none),
    ],
)
def test_only_what_is_about_the_address_counts_against_it(action: str, statuses: Sequence[str], weight: Weight) -> None:
    assert {status: Report(action, status).weight for status in statuses} == dict.fromkeys(statuses, weight)
