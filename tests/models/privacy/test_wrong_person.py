"""A member number mistyped: the right member takes the place, and the wrong one keeps nothing."""

from typing import Any

import pytest
from sqlmodel import Session, col, select

from models.db.engine import transaction
from models.errors import UserError
from models.office.staff import by_signature
from models.people.roles import contact_of, organiser_key, roles_of
from models.privacy import retention
from models.privacy.wrong_person import INITIATOR, right_asker, right_member
from models.settings import Settings
from models.stages import check_in, kickoff
from models.tables.change_entry import ChangeEntry
from models.tables.check_in import CheckIn, CheckInAnswer
from models.tables.mail import MailStatus, OutgoingMail
from models.tables.meeting import Meeting, MeetingDuty
from models.tables.network import Network, Role
from models.tables.person import Membership, Person
from models.tables.request import NamedOrganiser, SupportRequest
from models.views.invariants import broken
from tests import acts
from tests.acts import (
    AKE,
    EMPLOYEE,
    GOREL,
    MARIT,
    ORJAN,
    RENE,
    ask,
    at,
    mails,
    member,
    named,
    network_in,
    put_right,
    talk,
)


def person(session: Session, number: str) -> Person:
    found = member(session, number)
    assert found
    return found


def left_of(session: Session, number: str) -> list[str]:
    """The tables in which something still points at them, the mail about the mistake excepted."""
    who = person(session, number).id
    columns: tuple[Any, ...] = (
        Role.person_id, SupportRequest.initiator_id, NamedOrganiser.person_id, Meeting.convener_id, CheckIn.person_id,
        CheckInAnswer.person_id,
    )  # fmt: skip
    found = [str(column) for column in columns if session.exec(select(column).where(column == who)).first()]
    mine = select(OutgoingMail).where(col(OutgoingMail.person_id) == who, col(OutgoingMail.template) != "correction")
    keyed = select(OutgoingMail).where(col(OutgoingMail.idempotency_key).contains(str(who)))
    keyed = keyed.where(col(OutgoingMail.template) != "correction")
    return found + ["mail" for query in (mine, keyed) if session.exec(query).first()]


def test_who_asked_was_another_and_is_written_to(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        acts.all_sent(session)
        assert right_asker(session, request, INITIATOR, GOREL, put_right(session, "2026-11-04"))
        assert not right_asker(session, request, INITIATOR, GOREL, put_right(session, "2026-11-04"))
        right = person(session, GOREL).id
        assert request.initiator_id == right
        for template in ("receipt", "talk-invitation"):
            assert [one.person_id for one in mails(session, template)].count(right) == 1
        [mistake] = mails(session, "correction")
        assert (mistake.person_id, mistake.context) == (person(session, AKE).id, '{"about": "not_you"}')
        assert left_of(session, AKE) == []
        [entry] = session.exec(select(ChangeEntry)).all()
        assert (entry.what, entry.before, entry.request_id) == ("person", "initiator", request.id)
        assert ask(session, member_number=GOREL).id == request.id, "the same words of theirs are this request"
        assert broken(session) == []


def test_who_was_told_nothing_hears_nothing(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        right_asker(session, request, INITIATOR, GOREL, put_right(session, "2026-11-02"))
        assert mails(session, "correction") == []
        waiting = session.exec(select(OutgoingMail).where(col(OutgoingMail.status) == MailStatus.queued)).all()
        gone = session.exec(select(OutgoingMail).where(col(OutgoingMail.status) == MailStatus.skipped)).all()
        assert {one.reason for one in gone} == {"overtaken"}
        assert {one.person_id for one in waiting if not one.staff_id} == {person(session, GOREL).id}


def test_a_co_organiser_was_another_and_is_asked_when_the_request_waits(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request, decision="wait")
        acts.all_sent(session)
        before = [one.id for one in named(session, request)]
        assert right_asker(session, request, 1, GOREL, put_right(session))
        first, second = named(session, request)
        assert (first.person_id, second.person_id) == (person(session, GOREL).id, person(session, RENE).id)
        assert (first.id in before, second.id in before) == (False, True), "the link that went opens nothing"
        assert mails(session, "co-organiser")[-1].person_id == first.person_id
        assert left_of(session, MARIT) == []


def test_who_turns_out_to_be_named_already_or_the_initiator_is_named_once(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        right_asker(session, request, 1, RENE, put_right(session))
        assert [one.person_id for one in named(session, request)] == [person(session, RENE).id]
        right_asker(session, request, INITIATOR, RENE, put_right(session))
        assert named(session, request) == []


@pytest.mark.parametrize(
    ("whose", "number", "sentence"),
    [
        (INITIATOR, EMPLOYEE, "Medlemsnummer: ingen aktiv medlem"),
        (INITIATOR, "000", "Medlemsnummer: ingen aktiv medlem"),
        (3, GOREL, "Vem som är fel: förfrågan har ingen medarrangör nummer 3"),
    ],
)
def test_only_who_may_ask_takes_the_place(office: Settings, whose: int, number: str, sentence: str) -> None:
    with transaction() as session:
        request = ask(session)
        with pytest.raises(UserError, match=f"^{sentence}"):
            right_asker(session, request, whose, number, put_right(session))


def test_who_has_asked_for_the_same_already_is_not_asking_twice(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        ask(session, member_number=GOREL)
        with pytest.raises(UserError, match=r"^Medlemsnummer: hen har redan frågat om just detta, i förfrågan #2"):
            right_asker(session, request, INITIATOR, GOREL, put_right(session))


def test_what_is_granted_is_put_right_in_its_network(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request)
        with pytest.raises(UserError, match=r"^Förfrågan: #1 är avgjord"):
            right_asker(session, request, INITIATOR, GOREL, put_right(session))


# --- in a network ---------------------------------------------------------------------------------


def test_an_initiator_was_another_all_along(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        check_in.send_due(session, at("2026-12-01"))
        acts.answer(session, session.exec(select(CheckIn)).one(), "2026-12-02")
        acts.all_sent(session)
        links = {role.id for role in roles_of(session, network.id)}
        assert right_member(session, network, "m1", GOREL, put_right(session, "2026-12-03"))
        assert not right_member(session, network, "m1", GOREL, put_right(session, "2026-12-03"))
        session.expire_all()
        right = person(session, GOREL).id
        theirs = [role for role in roles_of(session, network.id) if role.person_id == right]
        assert sorted((role.kind, role.code) for role in theirs) == [("contact", "m1"), ("initiator", "m1")]
        assert all(role.confirmed_at and role.id not in links for role in theirs)
        contact = contact_of(session, network.id)
        assert contact and contact.person_id == right
        assert session.exec(select(SupportRequest.initiator_id)).one() == right
        assert session.exec(select(Meeting.convener_id)).one() == right
        keys = {one.organiser_key for one in session.exec(select(MeetingDuty))}
        assert organiser_key(network.id, right) in keys
        assert mails(session, "granted")[-1].person_id == right, "the decision is told to whom it concerns"
        assert [one.person_id for one in mails(session, "correction")] == [person(session, AKE).id]
        assert left_of(session, AKE) == []
        assert broken(session) == []


@pytest.mark.parametrize("noted", [True, False])
def test_a_yes_that_staff_noted_stays_and_one_by_a_link_was_the_wrong_ones(office: Settings, noted: bool) -> None:
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        role = next(one for one in roles_of(session, network.id) if one.code == "m2")
        kickoff.confirm(session, role, at("2026-11-09"), noted_by=by_signature(session, "asj", "") if noted else None)
        right_member(session, network, "m2", GOREL, put_right(session))
        session.expire_all()
        mine = next(one for one in roles_of(session, network.id) if one.code == "m2")
        assert (mine.person_id, mine.is_confirmed) == (person(session, GOREL).id, noted)
        asked = [one.person_id for one in mails(session, "co-organiser")]
        assert asked == ([] if noted else [mine.person_id])
        assert left_of(session, MARIT) == []
        assert broken(session) == []


def test_who_carries_the_network_already_is_not_two_in_it(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        with pytest.raises(UserError, match=r"^Medlemsnummer: hen är redan m2 i nätverk #1"):
            right_member(session, network, "m1", MARIT, put_right(session, "2026-12-03"))


def test_whom_no_register_knows_is_forgotten_by_the_night(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        wrong = person(session, AKE)
        wrong.membership = Membership.none
        right_asker(session, request, INITIATOR, ORJAN, put_right(session, "2026-11-03"))
        acts.all_sent(session)
        retention.forget(session, at("2026-11-04"))
        session.expire_all()
        assert session.get_one(Person, wrong.id).erased_at == at("2026-11-04")


def test_an_ended_networks_roles_stay(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        acts.change(session, network, "close", "2026-12-01", member="m1")
        with pytest.raises(UserError, match=r"^Nätverk: #1 är avslutat"):
            right_member(session, session.exec(select(Network)).one(), "m1", GOREL, put_right(session, "2026-12-03"))
