"""Rest and waking: a member asks, or nobody can be reached; waking is as simple as meeting (domain.md section 4)."""

from datetime import date

import pytest
from sqlmodel import Session, col, select

from models.db.engine import transaction
from models.errors import UserError
from models.meetings import booking
from models.networks import rest
from models.office.absence import record_absence
from models.office.interventions import open_once
from models.office.staff import by_signature
from models.people.roles import roles_of
from models.settings import Settings
from models.stages import check_in
from models.support.ledger import reserved
from models.tables.check_in import CheckIn
from models.tables.mail import MailStatus
from models.tables.meeting import MeetingForm
from models.tables.network import STEP_OF, Network, NetworkState
from models.tables.office import Intervention, InterventionKind
from models.tables.support import GrantStatus, SupportGrant
from models.tables.transition import Actor, Transition
from tests.acts import GOREL, ORJAN, all_sent, answer, at, by, change, mails, meet, network_in, network_of, step_down

N = NetworkState
RESTED = "2027-01-11"


def resting_network(session: Session) -> Network:
    network = network_in(session)
    change(session, network, "rest", RESTED, member="m1")
    return network


def causes(session: Session, network: Network, state: NetworkState) -> list[tuple[str, str]]:
    rows = select(Transition).where(col(Transition.network_id) == network.id, col(Transition.to_state) == state)
    return [(row.cause, row.actor) for row in session.exec(rows)]


def test_a_network_rests_when_a_member_asks_and_gets_no_more_check_ins(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        assert change(session, network, "rest", RESTED, member="m2")
        assert (network.state, network.check_in_due_on, network.step) == (N.resting, None, 1)
        assert causes(session, network, N.resting) == [("test:asked m2", "member")]
        [mail] = mails(session, "resting")
        assert (mail.person_id, mail.context) == (
            roles_of(session, network.id)[0].person_id,
            '{"rested_on": "2027-01-11"}',
        )
        assert not change(session, network, "rest", "2027-01-12", member="m2")
        assert check_in.who_is_due(session, date(2027, 12, 1)) == []
        assert len(mails(session, "resting")) == 1


def test_silence_alone_does_not_put_a_network_to_rest(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        with pytest.raises(UserError, match="Medlem: skriv vem som bett om vila"):
            change(session, network, "rest", RESTED)
        assert network.state == N.starting


def test_an_unreachable_network_rests_when_staff_say_so(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        open_once(session, network, InterventionKind.unreachable, "x", at(RESTED))
        assert change(session, network, "rest", RESTED)
        assert causes(session, network, N.resting) == [("test:unreachable", "staff")]
        [one] = session.exec(select(Intervention)).all()
        assert (one.outcome, one.ended_at) == ("rest", at(RESTED))


def test_a_network_on_the_list_that_answers_meanwhile_can_be_reached(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        open_once(session, network, InterventionKind.unreachable, "x", at("2027-02-01"))
        meet(session, network, "2027-02-10")
        with pytest.raises(UserError, match="Medlem"):
            change(session, network, "rest", "2027-03-01")


def test_a_proposal_to_rest_alone_puts_no_network_that_answers_to_rest(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        open_once(session, network, InterventionKind.propose_rest, "x", at(RESTED))
        with pytest.raises(UserError, match="Medlem"):
            change(session, network, "rest", RESTED)


def test_a_network_that_found_no_new_contact_in_time_rests_when_staff_say_so(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        for role in roles_of(session, network.id):
            if role.kind == "contact":
                role.until = at("2027-01-01")
        session.flush()
        open_once(session, network, InterventionKind.propose_rest, "x", at(RESTED))
        assert change(session, network, "rest", RESTED)


def asked_second(session: Session, network: Network) -> CheckIn:
    person = roles_of(session, network.id)[0].person_id
    asked = CheckIn(
        network_id=network.id, person_id=person, sent_on=date(2027, 1, 12), second_asked_on=date(2027, 2, 2)
    )
    session.add(asked)
    session.flush()
    return asked


def test_a_second_organiser_asked_in_vain_is_unreachable(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        asked_second(session, network)
        assert change(session, network, "rest", "2027-03-01")


def test_any_sign_of_life_after_the_second_organiser_was_asked_means_it_can_be_reached(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        asked = asked_second(session, network)
        attempt = session.begin_nested()
        answer(session, asked, "2027-02-03")
        with pytest.raises(UserError, match="Medlem"):
            change(session, network, "rest", "2027-03-01")
        attempt.rollback()
        meet(session, network, "2027-02-10")
        with pytest.raises(UserError, match="Medlem"):
            change(session, network, "rest", "2027-03-01")


def test_a_planned_network_cannot_rest(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        network.state, network.step = N.planned, 0
        with pytest.raises(UserError, match="Ändring: går inte, för nätverk #1 har läget «planerat»"):
            change(session, network, "rest", RESTED, member="m1")


def test_a_member_wakes_a_network_at_trial_while_its_support_lasts(office: Settings) -> None:
    with transaction() as session:
        network = resting_network(session)
        grants = session.exec(select(col(SupportGrant.hours))).all()
        assert change(session, network, "wake", "2027-03-01", member="m3")
        assert (network.state, network.step, str(network.check_in_due_on)) == (N.trial, 3, "2027-03-04")
        assert str(network.support_ends_on) == "2027-08-25"
        assert session.exec(select(col(SupportGrant.hours))).all() == grants
        assert not change(session, network, "wake", "2027-03-02", member="m3")


def test_on_the_day_its_support_ends_a_network_wakes_as_independent_and_gives_its_hours_back(office: Settings) -> None:
    with transaction() as session:
        network = resting_network(session)
        assert change(session, network, "wake", "2027-08-25", member="m1")
        assert network.state == N.independent
        assert session.exec(select(SupportGrant.status)).all() == [GrantStatus.ended]


def test_who_wakes_after_the_limit_gets_the_farewell_and_a_talk_about_the_way_on_once(office: Settings) -> None:
    with transaction() as session:
        network = resting_network(session)
        meet(session, network, "2027-10-06")
        assert network.state == N.independent
        assert [one.kind for one in session.exec(select(Intervention))] == ["handover_talk"]
        [mail] = mails(session, "independent")
        assert mail.context == '{"met_criteria": false, "meetings": 2}'
        change(session, network, "rest", "2027-11-01", member="m1")
        change(session, network, "wake", "2027-12-01", member="m1")
        assert (len(mails(session, "independent")), len(session.exec(select(Intervention)).all())) == (1, 1)


def test_a_network_that_rests_past_the_limit_gives_its_hours_back_and_rests_on(office: Settings) -> None:
    with transaction() as session:
        network = resting_network(session)
        step_down(session, "2027-08-24")
        assert session.exec(select(SupportGrant.status)).all() == [GrantStatus.granted]
        step_down(session, "2027-08-25")
        assert session.exec(select(SupportGrant.status)).all() == [GrantStatus.ended]
        [grant] = session.exec(select(SupportGrant.id)).all()
        assert (network.state, network.step, reserved(session, grant)) == (N.resting, 1, [])


@pytest.mark.parametrize(("day", "state"), [("2027-09-23", N.trial), ("2027-09-24", N.independent)])
def test_a_network_wakes_at_trial_also_while_absence_puts_the_limit_off(
    office: Settings, day: str, state: NetworkState
) -> None:
    with transaction() as session:
        network = resting_network(session)
        staff = by_signature(session, "asj", "Signatur")
        record_absence(session, staff, date(2027, 3, 1), date(2027, 3, 31), None)
        change(session, network, "wake", day, member="m1")
        assert network.state == state


def test_what_was_independent_before_its_rest_wakes_so_though_its_support_would_last(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        network.state, network.step = N.independent, STEP_OF[N.independent]
        change(session, network, "rest", RESTED, member="m1")
        change(session, network, "wake", "2027-03-01", member="m1")
        assert network.state == N.independent


def test_nobody_wakes_a_network_that_no_organiser_carries(office: Settings) -> None:
    with transaction() as session:
        network = resting_network(session)
        for role in roles_of(session, network.id):
            if role.kind != "contact":
                role.until = date(2027, 2, 1)
        session.flush()
        with pytest.raises(UserError, match="Nätverk: ingen har sagt ja"):
            change(session, network, "wake", "2027-03-01", member="m1")
        meet(session, network, "2027-03-03", carriers=("m1",) * 5)
        assert network.state == N.resting


def test_a_report_of_a_cancelled_meeting_does_not_wake_but_the_next_that_is_booked_with_it_does(
    office: Settings,
) -> None:
    with transaction() as session:
        network = resting_network(session)
        meet(session, network, "2027-02-03", status="cancelled", attended=0)
        states = [network.state]
        meet(session, network, "2027-02-10", status="cancelled", attended=0, next_at="2027-03-03 17:30")
        assert [*states, network.state] == [N.resting, N.trial]


def test_a_held_meeting_wakes(office: Settings) -> None:
    with transaction() as session:
        network = resting_network(session)
        meet(session, network, "2027-02-03")
        assert network.state == N.trial


def test_a_booking_wakes(office: Settings) -> None:
    with transaction() as session:
        network = resting_network(session)
        role = roles_of(session, network.id)[0]
        booked = booking.book_meeting(
            session, network, role, booking.Booking(at("2027-03-03"), MeetingForm.digital), at("2027-02-01")
        )
        assert rest.wake_if_resting(session, network, booked[0], by(Actor.member, "2027-02-01"))
        assert network.state == N.trial


def test_what_wakes_by_itself_needs_no_proposal_to_close_it(office: Settings) -> None:
    with transaction() as session:
        network = resting_network(session)
        open_once(session, network, InterventionKind.propose_close, RESTED, at("2028-01-11"))
        meet(session, network, "2028-02-02")
        proposals = select(Intervention).where(col(Intervention.kind) == InterventionKind.propose_close)
        [one] = session.exec(proposals).all()
        assert (network.state, one.outcome, one.ended_by) == (N.independent, "settled", None)


def test_resting_networks_are_asked_after_6_and_11_months_each_once_a_rest(office: Settings) -> None:
    with transaction() as session:
        network = resting_network(session)
        network_of(session, GOREL, ORJAN)  # one that does not rest is not asked
        days = ["2027-07-10", "2027-07-11", "2027-07-12", "2027-12-10", "2027-12-11", "2028-01-10"]
        assert [rest.send_wake_mails(session, at(day)) for day in days] == [0, 1, 0, 0, 1, 0]
        assert [mail.context for mail in mails(session, "wake")] == ['{"months": 6}', '{"months": 11}']
        change(session, network, "wake", "2028-01-11", member="m1")
        change(session, network, "rest", "2028-01-12", member="m1")
        assert [rest.send_wake_mails(session, at(day)) for day in ("2028-01-13", "2028-07-12")] == [0, 1]


def test_a_new_contact_is_not_asked_again_what_the_former_one_was_asked(office: Settings) -> None:
    with transaction() as session:
        network = resting_network(session)
        assert rest.send_wake_mails(session, at("2027-07-11")) == 1
        change(session, network, "new_contact", "2027-07-12", new_contact="m2")
        assert rest.send_wake_mails(session, at("2027-12-10")) == 0


def test_a_network_that_should_have_been_asked_twice_by_now_is_asked_one_mail_at_a_time(office: Settings) -> None:
    with transaction() as session:
        resting_network(session)
        days = ["2028-01-20", "2028-01-21", "2028-06-19", "2028-06-20", "2028-12-01"]
        assert [rest.send_wake_mails(session, at(day)) for day in days] == [1, 0, 0, 1, 0]
        assert [mail.context for mail in mails(session, "wake")] == ['{"months": 11}', '{"months": 11}']


def test_closing_is_proposed_after_12_months_and_two_mails_once(office: Settings) -> None:
    with transaction() as session:
        network = resting_network(session)
        assert rest.propose_closing(session, at("2028-02-01")) == 0
        for day in ("2027-07-11", "2027-12-11"):
            rest.send_wake_mails(session, at(day))
        days = ["2028-01-10", "2028-01-11", "2028-01-12"]
        assert [rest.propose_closing(session, at(day)) for day in days] == [0, 1, 0]
        assert network.state == N.resting  # staff confirm (I4)


@pytest.mark.parametrize("status", [MailStatus.skipped, MailStatus.failed])
def test_a_mail_that_never_went_asked_nobody(office: Settings, status: MailStatus) -> None:
    with transaction() as session:
        network = resting_network(session)
        for day in ("2027-07-11", "2027-12-11"):
            rest.send_wake_mails(session, at(day))
        all_sent(session)
        mails(session, "wake")[0].status = status
        session.flush()
        assert rest.propose_closing(session, at("2028-01-11")) == 1, "no more mail comes: it is for staff now"
        with pytest.raises(UserError, match="inte frågats två gånger"):
            change(session, network, "close", "2028-01-11", other_channel="phone")


def test_a_resting_network_closes_after_12_months_two_mails_and_one_other_channel(office: Settings) -> None:
    with transaction() as session:
        network = resting_network(session)
        for day in ("2027-07-11", "2027-12-11"):
            rest.send_wake_mails(session, at(day))
        all_sent(session)
        with pytest.raises(UserError, match="tidigast 2028-01-11"):
            change(session, network, "close", "2028-01-10", other_channel="phone")
        with pytest.raises(UserError, match="Annan väg"):
            change(session, network, "close", "2028-01-11")
        assert change(session, network, "close", "2028-01-11", other_channel="letter")
        assert causes(session, network, N.closed) == [("test:rested-long", "staff")]
        assert len(mails(session, "closed")) == 3


def test_a_step_of_the_ladder_passes_a_resting_network_by(office: Settings) -> None:
    with transaction() as session:
        network = resting_network(session)
        assert step_down(session, "2027-09-06") == {}
        assert network.state == N.resting


def test_what_rests_goes_to_no_end_but_closed(office: Settings) -> None:
    with transaction() as session:
        network = resting_network(session)
        other = network_of(session, GOREL, ORJAN)
        for one, into in ((network, other), (other, network)):
            with pytest.raises(UserError, match="Ändring: går inte, för nätverk #1 har läget «vilande»"):
                change(session, one, "merge", RESTED, other_networks=[into.number], agreed=["1:m1", "2:m1"])
        with pytest.raises(UserError, match="Ändring: går inte, för nätverk #1 har läget «vilande»"):
            change(session, network, "split", RESTED, other_networks=[2, 2], agreed=["1:m1", "2:m1"])
