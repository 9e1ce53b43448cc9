"""A person asks for their own data: answered within a month, and what is erased tells nobody who it was."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from models.db.engine import reading, transaction
from models.errors import UserError
from models.forms.data_protection import DataProtectionForm
from models.health.assessment import each_network, score_networks
from models.office.absence import record_absence
from models.office.labels import rights_label
from models.office.staff import by_signature
from models.people.person import by_member_number
from models.people.roles import organiser_key
from models.privacy import rights_request
from models.settings import Settings
from models.stages import work_list
from models.stages.data_protection import answer, check_answer, erase_granted, record
from models.stages.health_check import IS_ACTIVE
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.meeting import MeetingDuty
from models.tables.network import Network, Role
from models.tables.office import Intervention, InterventionKind
from models.tables.person import Person, RightsKind, RightsRequest, RightsStatus
from models.tables.request import RequestState, SupportRequest
from models.views.form_options import all_lists
from models.views.invariants import broken
from models.views.work_item import no_link
from tests.acts import AKE, MARIT, all_sent, ask, at, mails, meet, member, network_in

ASKED = "2027-03-02"


def ake(session: Session) -> Person:
    found = member(session, AKE)
    assert found
    return found


def wants(session: Session, kind: RightsKind, day: str = ASKED) -> RightsRequest:
    request = rights_request.ask(session, ake(session), kind, at(day))
    session.flush()
    return request


def say(session: Session, request: RightsRequest, /, day: str = "2027-03-10", **fields: Any) -> RightsRequest:
    form = DataProtectionForm.model_validate({"request": rights_label(request), "signature": "asj"} | fields)
    form.check(at(day).date())
    check_answer(session, form)
    answered = answer(session, form, at(day))
    session.flush()
    return answered


# --- answering ------------------------------------------------------------------------------------


def test_a_request_waits_on_the_list_until_it_is_answered_and_its_label_names_nobody(office: Settings) -> None:
    with transaction() as session:
        request = wants(session, RightsKind.erasure)
        [waiting] = work_list.what_waits(session, at(ASKED))
        assert (waiting.what, waiting.due, waiting.opens) == ("rights_erasure", date(2027, 4, 2), "data-protection")
        assert waiting.filled["request"] == rights_label(request) in all_lists(session, at(ASKED))["rights"].labels
        assert (waiting.with_whom, waiting.filled["signature"], waiting.page) == ("dpo", "dpo", "")
        assert str(ake(session).name) not in str(waiting.row(no_link)) + rights_label(request)
        say(session, request)
        assert not work_list.what_waits(session, at(ASKED)) and not all_lists(session, at(ASKED))["rights"].labels


def test_twenty_days_later_those_who_answer_are_alarmed_once_and_told_who_it_is(office: Settings) -> None:
    with transaction() as session:
        request = wants(session, RightsKind.access)
        assert work_list.alarm(session, at("2027-03-21")) == 0
        assert work_list.alarm(session, at("2027-03-22")) == len(rights_request.who_answers(session, date(2027, 3, 22)))
        assert work_list.alarm(session, at("2027-03-23")) == 0
        alarms = [mail for mail in mails(session, Template.staff_alarm) if str(request.id) in mail.idempotency_key]
        assert {mail.staff_id for mail in alarms} == {
            one.id for one in rights_request.who_answers(session, date(2027, 3, 22))
        }
        assert all(str(request.person_id) in mail.context and "Öhman" not in mail.context for mail in alarms)


def test_a_correction_changes_what_was_given_and_nothing_else(office: Settings) -> None:
    with transaction() as session:
        before = ake(session).name
        answered = say(session, wants(session, RightsKind.rectification), new_email="nytt@exämple.org")
        assert answered.status == RightsStatus.answered
        assert (ake(session).name, ake(session).email) == (before, "nytt@exämple.org")
        [_, mail] = mails(session, Template.data_request)
        assert mail.person_id == ake(session).id and '"outcome": "done"' in mail.context


@pytest.mark.parametrize("kind", list(RightsKind))
def test_a_no_tells_the_reason_and_changes_nothing(office: Settings, kind: RightsKind) -> None:
    with transaction() as session:
        request, before = wants(session, kind), ake(session).model_dump()
        answered = say(session, request, answer="refused", reason="Vi behöver den.")
        assert answered.status == RightsStatus.refused and erase_granted(session, at("2027-05-01")) == 0
        assert ake(session).model_dump() == before
        assert "Vi behöver den." in mails(session, Template.data_request)[-1].context


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"answer": "refused", "reason": " "}, "Varför inte: skriv skälet"),
        ({"signature": ""}, "Din signatur: välj den"),
        ({"signature": "zzz"}, "Din signatur: signaturen finns inte"),
        ({"new_email": "inte en adress"}, "Ny e-postadress: skriv"),
        ({"answer": "refused", "reason": "Nej.", "new_name": "Annan"}, "«Rätt namn»: hör inte till valet «Nej, av"),
        ({"reason": "Nej."}, "«Varför inte»: hör inte till valet «Ja, det är gjort"),
        ({"request": "radering · 00000000"}, "Begäran: ingen sådan väntar"),
        ({"request": "", "reason": "Nej."}, "Begäran: välj i listan"),
    ],
)
def test_a_wrong_answer_gets_a_sentence_that_names_the_field(
    office: Settings, fields: dict[str, str], sentence: str
) -> None:
    with transaction() as session:
        request = wants(session, RightsKind.rectification)
        with pytest.raises(UserError, match=sentence):
            say(session, request, **fields)
        assert request.status == RightsStatus.received


@pytest.mark.parametrize("kind", [one for one in RightsKind if one != RightsKind.rectification])
def test_a_correction_of_one_who_asked_for_something_else_is_refused(office: Settings, kind: RightsKind) -> None:
    with transaction() as session:
        request, before = wants(session, kind), ake(session).model_dump()
        with pytest.raises(UserError, match="«Rätt namn», «Ny e-postadress»: hör inte till valet «"):
            say(session, request, new_name="Annan", new_email="annan@example.org")
        assert (request.status, ake(session).model_dump()) == (RightsStatus.received, before)


def by_phone(session: Session, day: str = ASKED, **fields: Any) -> RightsRequest:
    """Somebody rang or wrote, and staff write it down."""
    told = {"request": "new", "signature": "asj", "kind": "erasure", "member_number": AKE}
    form = DataProtectionForm.model_validate(told | fields)
    form.check(at(day).date())
    check_answer(session, form)
    recorded = record(session, form, at(day))
    session.flush()
    return recorded


@pytest.mark.parametrize("kind", list(RightsKind))
def test_what_somebody_asks_for_by_phone_or_letter_has_its_month_from_the_day_it_came(
    office: Settings, kind: RightsKind
) -> None:
    with transaction() as session:
        request = by_phone(session, kind=kind, received_on="2027-02-22")
        assert (request.kind, request.deadline) == (kind, date(2027, 3, 22))
        assert by_phone(session, kind=kind) is request, "asked twice it is one"
        [waiting] = work_list.what_waits(session, at(ASKED))
        assert (waiting.due, waiting.urgent) == (request.deadline, False)
        assert work_list.what_waits(session, at("2027-03-14"))[0].urgent, "on day 20"
        assert [mail.person_id for mail in mails(session, Template.data_request)] == [request.person_id]
        assert mails(session, Template.staff_alarm)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"member_number": " "}, "Personens medlemsnummer: fyll i"),
        ({"member_number": "999999-99"}, "Personens medlemsnummer: vi har inga uppgifter"),
        ({"received_on": "2027-03-03"}, "Dag den kom: dagen har inte varit"),
        ({"answer": "refused", "reason": "Nej."}, "hör inte till valet «Ny:"),
        ({"signature": "zzz"}, "Din signatur: signaturen finns inte"),
    ],
)
def test_a_request_by_phone_that_lacks_something_is_refused_by_field(
    office: Settings, fields: dict[str, str], sentence: str
) -> None:
    with transaction() as session:
        with pytest.raises(UserError, match=sentence):
            by_phone(session, **fields)
        assert session.exec(select(RightsRequest)).all() == []


def test_who_asks_when_an_old_one_is_answered_is_refused_by_field(office: Settings) -> None:
    with transaction() as session, pytest.raises(UserError, match="«Personens medlemsnummer»: hör inte till valet"):
        say(session, wants(session, RightsKind.access), member_number=AKE)


@pytest.mark.parametrize("kind", list(RightsKind))
def test_who_wants_their_details_restricted_or_objects_is_asked_nothing_more(
    office: Settings, kind: RightsKind
) -> None:
    with transaction() as session:
        wants(session, kind)
        quiet = kind in (RightsKind.restriction, RightsKind.objection)
        assert (ake(session).reminders_stopped_at is not None) == quiet


def test_an_answer_is_given_once(office: Settings) -> None:
    with transaction() as session:
        request = say(session, wants(session, RightsKind.access))
        with pytest.raises(UserError, match="ingen sådan väntar"):
            say(session, request)


# --- erasing --------------------------------------------------------------------------------------


def test_erasure_waits_for_its_mail_but_not_beyond_the_day_of_the_law(office: Settings) -> None:
    with transaction() as session:
        say(session, wants(session, RightsKind.erasure))
        assert erase_granted(session, at("2027-03-11", 4)) == 0, "its mail has not gone"
        assert erase_granted(session, at("2027-04-03", 4)) == 1
        assert erase_granted(session, at("2027-04-04", 4)) == 0


def test_what_is_erased_is_found_nowhere_in_the_database(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        ask(session, "2027-02-01", place="Hemma hos Åke", need="Åke vill.", co_organisers="")
        person = ake(session)
        known = (person.name, person.email, person.member_number, person.member_hash, "Hemma hos Åke", "Åke vill.")
        say(session, wants(session, RightsKind.erasure))
        all_sent(session)
        assert erase_granted(session, at("2027-03-11", 4)) == 1
        assert by_member_number(session, AKE) is None
        key, name = person.id, network.name
    with reading() as session:
        everything = "\n".join(
            str(row.model_dump())
            for mapper in SQLModel._sa_registry.mappers
            for row in session.exec(select(mapper.class_))
        )
        assert [one for one in known if one and one in everything] == []
        assert session.get_one(Person, key).erased_at and name in everything
        keys = session.exec(select(MeetingDuty.organiser_key)).all()
        assert organiser_key(network.id, key) not in keys and len(set(keys)) == 3
        assert broken(session) == []


def test_counts_and_scores_are_as_they_were(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20")
        say(session, wants(session, RightsKind.erasure))
        all_sent(session)
    before = counted()
    with transaction() as session:
        assert erase_granted(session, at("2027-03-11", 4)) == 1
    assert counted() == before


def counted() -> tuple[Any, ...]:
    """Rows a table, and every network's score."""
    with reading() as session:
        rows = {table: len(session.execute(sa.select(SQLModel.metadata.tables[table])).all()) for table in COUNTED}
        return rows, [str(one) for one in each_network(score_networks(session, IS_ACTIVE, date(2027, 3, 11)))]


COUNTED = ("person", "role", "meeting", "meeting_duty", "support_request", "network", "outgoing_mail", "check_in")


def test_the_network_lives_on_and_staff_find_a_new_contact(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        say(session, wants(session, RightsKind.erasure))
        all_sent(session)
        erase_granted(session, at("2027-03-11", 4))
        roles = session.exec(
            select(Role).join(Person, col(Person.id) == Role.person_id).where(col(Person.erased_at).is_not(None))
        )
        assert all(role.until for role in roles)
        [matter] = session.exec(select(Intervention).where(col(Intervention.network_id) == network.id))
        assert matter.kind == InterventionKind.new_contact
        assert session.get_one(Network, network.id).state == network.state


def test_who_carried_it_alone_leaves_a_proposal_to_rest(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        for role in session.exec(select(Role).where(col(Role.network_id) == network.id)).all():
            if role.person_id != ake(session).id:
                role.until = date(2027, 1, 1)
                session.add(role)
        say(session, wants(session, RightsKind.erasure))
        all_sent(session)
        erase_granted(session, at("2027-03-11", 4))
        kinds = session.exec(select(Intervention.kind).where(col(Intervention.network_id) == network.id)).all()
        assert kinds == [InterventionKind.propose_rest]


def test_an_open_request_of_theirs_is_withdrawn_and_mail_that_waits_is_not_sent(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        say(session, wants(session, RightsKind.erasure, "2026-11-03"), "2026-11-04")
        for mail in mails(session, Template.data_request):
            mail.status = MailStatus.sent
        erase_granted(session, at("2026-11-05", 4))
        assert session.get_one(SupportRequest, request.id).state == RequestState.withdrawn
        left = session.exec(select(OutgoingMail).where(col(OutgoingMail.person_id) == request.initiator_id)).all()
        assert {mail.status for mail in left} <= {MailStatus.sent, MailStatus.skipped}
        assert {mail.context for mail in left} == {"{}"}


def test_somebody_else_is_left_as_they_are(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        marit = member(session, MARIT)
        assert marit
        before = marit.model_dump()
        say(session, wants(session, RightsKind.erasure))
        all_sent(session)
        erase_granted(session, at("2027-03-11", 4))
        session.refresh(marit)
        assert marit.model_dump() == before


def test_a_letter_that_came_before_the_page_moves_the_deadline_back(office: Settings) -> None:
    with transaction() as session:
        request = wants(session, RightsKind.erasure, "2027-01-20")
        by_phone(session, "2027-01-25", received_on="2027-01-04")
        assert request.deadline == date(2027, 2, 4)
        by_phone(session, "2027-01-26", received_on="2027-01-25")
        assert request.deadline == date(2027, 2, 4)


def test_who_stands_in_for_data_protection_is_alarmed(office: Settings) -> None:
    with transaction() as session:
        dpo = rights_request.who_answers(session, date(2027, 1, 20))
        assert [one.role for one in dpo] == ["data_protection"]
        stand_in = by_signature(session, "asj", "")
        record_absence(session, dpo[0], date(2027, 1, 18), date(2027, 2, 26), stand_in)
        wants(session, RightsKind.access, "2027-01-20")
        assert {mail.staff_id for mail in mails(session, Template.staff_alarm)} == {stand_in.id}
