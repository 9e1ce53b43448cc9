"""Check-ins: at the ladder's rhythm, one reminder, then another organiser; any activity is enough."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from models.check_ins import questions
from models.check_ins.recipients import who_may_be_reminded
from models.check_ins.schedule import first_due, next_due
from models.dates.local_time import local
from models.db.engine import transaction
from models.errors import UserError
from models.forms.check_in import CheckInForm
from models.health.assessment import assess
from models.networks.lifecycle import advance
from models.people.roles import roles_of
from models.settings import Settings
from models.stages import check_in as check_in_round
from models.tables.check_in import CheckIn
from models.tables.meeting import Meeting
from models.tables.network import Network, NetworkState, Role
from models.tables.office import Intervention
from models.tables.person import EmailStatus, Person
from models.tables.transition import Actor
from tests.acts import (
    EMPLOYEE,
    GOREL,
    ORJAN,
    answer,
    at,
    by,
    change,
    first_meeting_booked,
    mails,
    meet,
    member,
    network_in,
    organisers,
)

# Kickoff on Wednesday 25 November 2026: due on Monday 30, sent on Tuesday 1 December.
SENT = "2026-12-01"


def test_the_first_goes_on_the_first_tuesday_after_three_working_days(office: Settings) -> None:
    with transaction() as session:
        network_in(session, day="2026-11-25")
        assert first_due(date(2026, 11, 25)) == date(2026, 11, 30)
        assert check_in_round.send_due(session, at("2026-11-30")) == 0
        assert check_in_round.send_due(session, at(SENT)) == 1
        assert check_in_round.send_due(session, at(SENT)) == 0
        assert len(mails(session, "first-meeting")) == 1


def test_the_rhythm_follows_the_ladder() -> None:
    sent = date(2026, 12, 1)
    assert [str(next_due(sent, step)) for step in range(5)] == [
        "None",
        "2027-01-01",
        "2027-02-01",
        "2027-02-01",
        "2027-03-01",
    ]


def test_quiet_days_put_a_check_in_off_to_the_next_tuesday_that_is_allowed(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        check_in_round.send_due(session, at(SENT))
        for tuesday in ("2027-01-05", "2026-12-22"):
            assert check_in_round.send_due(session, at(tuesday)) == 0
        assert check_in_round.send_due(session, at("2027-01-12")) == 1


def test_a_tuesday_that_was_missed_is_made_up_for(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        assert check_in_round.send_due(session, at("2026-12-03")) == 1


def test_a_resting_network_is_never_asked(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        advance(session, network, NetworkState.resting, by(Actor.member, "2026-11-26"))
        assert check_in_round.send_due(session, at("2027-02-02")) == 0


def test_silence_is_met_with_one_reminder_and_then_another_organiser(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        check_in_round.send_due(session, at(SENT))
        assert check_in_round.remind(session, at("2026-12-07")) == 0
        assert check_in_round.remind(session, at("2026-12-08")) == 1
        assert check_in_round.remind(session, at("2026-12-15")) == 0
        assert check_in_round.ask_second(session, at("2026-12-14")) == 0
        assert check_in_round.ask_second(session, at("2026-12-15")) == 1
        assert check_in_round.ask_second(session, at("2027-01-12")) == 0
        [first], [second] = mails(session, "check-in-reminder"), mails(session, "second-organiser")
        assert first.person_id != second.person_id


def test_when_the_other_organiser_is_silent_too_staff_are_asked_to_call_and_nothing_else_changes(
    office: Settings,
) -> None:
    with transaction() as session:
        network = network_in(session)
        check_in_round.send_due(session, at(SENT))
        check_in_round.remind(session, at("2026-12-08"))
        check_in_round.ask_second(session, at("2026-12-15"))
        assert check_in_round.give_up_asking(session, at("2027-01-10")) == 0
        # 15 December to 12 January holds seven active days only: 16, 17 and 8-12 January.
        assert check_in_round.give_up_asking(session, at("2027-01-12")) == 1
        assert check_in_round.give_up_asking(session, at("2027-01-19")) == 0
        [opened] = session.exec(select(Intervention))
        assert (opened.kind, network.state) == ("unreachable", NetworkState.starting)


def test_a_network_with_nobody_else_to_ask_goes_straight_to_staff(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        for role in roles_of(session, network.id):
            role.until = date(2026, 12, 1) if role.code != "m1" else None
        check_in_round.send_due(session, at(SENT))
        check_in_round.remind(session, at("2026-12-08"))
        assert check_in_round.ask_second(session, at("2026-12-15")) == 0
        [opened] = session.exec(select(Intervention))
        assert opened.kind == "unreachable"


def test_an_answer_from_the_other_organiser_ends_the_chase(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        check_in_round.send_due(session, at(SENT))
        check_in_round.remind(session, at("2026-12-08"))
        check_in_round.ask_second(session, at("2026-12-15"))
        check_in = questions.latest(session, network.id)
        assert check_in
        answer(session, check_in, "2026-12-16")
        assert check_in_round.give_up_asking(session, at("2027-02-01")) == 0


@pytest.mark.parametrize("sign", ["an answer", "a report", "a booking"])
def test_any_activity_stops_the_chase(office: Settings, sign: str) -> None:
    with transaction() as session:
        network = network_in(session)
        check_in_round.send_due(session, at(SENT))
        check_in = questions.latest(session, network.id)
        assert check_in
        if sign == "an answer":
            answer(session, check_in, "2026-12-03")
        elif sign == "a report":
            meet(session, network, "2026-12-03")
        else:
            meet(session, network, "2026-12-02", next_at="2027-01-20 17:30")
        assert check_in_round.remind(session, at("2026-12-15")) == 0


def test_an_answer_to_an_earlier_check_in_stops_the_chase_too(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        check_in_round.send_due(session, at(SENT))
        earlier = questions.latest(session, network.id)
        assert earlier
        asked(session, network, "2027-01-12")
        answer(session, earlier, "2027-01-13")
        assert check_in_round.remind(session, at("2027-01-22")) == 0


def test_an_answer_can_be_changed_for_fourteen_days(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        check_in_round.send_due(session, at(SENT))
        check_in = questions.latest(session, network.id)
        assert check_in
        answer(session, check_in, "2026-12-03", motivation=5)
        answer(session, check_in, "2026-12-17", motivation=2)
        assert check_in.q4 == 2
        with pytest.raises(UserError, match="14 dagar"):
            answer(session, check_in, "2026-12-18")


def test_a_wish_goes_on_the_negotiators_list_and_wanting_to_close_as_well(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        check_in_round.send_due(session, at(SENT))
        check_in = questions.latest(session, network.id)
        assert check_in
        answer(session, check_in, "2026-12-02", wish="speaker")
        assert check_in_round.follow_up_answers(session, at("2026-12-03")) == 1
        assert check_in_round.follow_up_answers(session, at("2026-12-04")) == 0
        answer(session, check_in, "2026-12-05", wish="close")
        assert check_in_round.follow_up_answers(session, at("2026-12-06")) == 1
        kinds = sorted(session.exec(select(Intervention.kind)))
        assert kinds == ["pause_or_close", "wish"]
        assert network.state == NetworkState.starting


def test_a_first_meeting_that_nobody_told_of_is_asked_about_once(office: Settings) -> None:
    with transaction() as session:
        network = first_meeting_booked(session)
        counts = [check_in_round.ask_unreported(session, at(day)) for day in ("2026-11-27", "2026-11-30", "2026-12-01")]
        assert counts == [0, 1, 0]
        meet(session, network, "2026-11-25")
        assert str(network.check_in_due_on) == "2026-12-30"


def shut(session: Session, role: Role, why: str) -> None:
    """Make it so that no check-in may go to whoever has this role."""
    person = session.get_one(Person, role.person_id)
    if why == "bounced":
        person.email_status = EmailStatus.bounced
    elif why == "without an address":
        person.email = None
    else:
        setattr(person, f"{why}_at", at("2026-11-26"))
    session.flush()


UNREACHABLE = ["bounced", "without an address", "protected", "erased", "reminders_stopped"]


@pytest.mark.parametrize("why", UNREACHABLE)
def test_a_contact_who_may_not_be_written_to_is_passed_over_for_another_organiser(office: Settings, why: str) -> None:
    with transaction() as session:
        network = network_in(session)
        contact, other = organisers(session, network)[:2]
        shut(session, contact, why)
        assert check_in_round.send_due(session, at(SENT)) == 1
        check_in = questions.latest(session, network.id)
        [mail] = mails(session, "first-meeting")
        assert check_in
        assert mail.person_id == check_in.person_id == other.person_id
        assert session.exec(select(Intervention)).all() == []


def test_where_nobody_may_be_written_to_staff_phone_once_a_round_and_no_check_in_is_made(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        for role in organisers(session, network):
            shut(session, role, "protected")
        counts = [check_in_round.send_due(session, at(day)) for day in (SENT, "2026-12-08", "2027-01-12")]
        assert counts == [0, 0, 0]
        assert session.exec(select(CheckIn)).all() == []
        opened = session.exec(select(Intervention).order_by(col(Intervention.opened_at))).all()
        assert [(one.kind, one.opened_at.date()) for one in opened] == [
            ("phone_only", date(2026, 12, 1)),
            ("phone_only", date(2027, 1, 12)),
        ]


def test_a_first_meeting_that_nobody_can_be_asked_about_is_put_on_the_list_once(office: Settings) -> None:
    with transaction() as session:
        network = first_meeting_booked(session)
        for role in organisers(session, network):
            shut(session, role, "bounced")
        assert [check_in_round.ask_unreported(session, at(f"2026-12-0{day}")) for day in (1, 2, 3)] == [0, 0, 0]
        assert session.exec(select(Intervention.kind)).all() == ["phone_only"]


def test_no_reminder_goes_to_whoever_stopped_them_and_another_organiser_is_asked_in_turn(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        check_in_round.send_due(session, at(SENT))
        contact, second, third = organisers(session, network)
        shut(session, contact, "reminders_stopped")
        shut(session, second, "reminders_stopped")
        assert check_in_round.remind(session, at("2026-12-08")) == 0
        assert check_in_round.ask_second(session, at("2026-12-14")) == 0
        assert check_in_round.ask_second(session, at("2026-12-15")) == 1
        assert mails(session, "check-in-reminder") == []
        assert [mail.person_id for mail in mails(session, "second-organiser")] == [third.person_id]


def test_who_may_be_reminded_is_the_same_asked_of_one_and_of_many(office: Settings) -> None:
    with transaction() as session:
        carriers = organisers(session, network_in(session))
        for role, why in zip(carriers, UNREACHABLE[2:], strict=True):
            shut(session, role, why)
        others = [member(session, number) for number in (GOREL, ORJAN, EMPLOYEE)]
        people = session.exec(select(Person)).all()
        others[0].email_status, others[1].email = EmailStatus.bounced, None
        session.flush()
        one_by_one = {one.id for one in people if one.may_be_mailed and not (one.erased_at or one.reminders_stopped_at)}
        assert who_may_be_reminded(session, [person.id for person in people]) == one_by_one == {others[2].id}


def asked(session: Session, network: Network, day: str) -> CheckIn:
    """A check-in that was sent to the network's contact that day."""
    network.check_in_due_on = date.fromisoformat(day)
    check_in_round.send_due(session, at(day))
    found = questions.latest(session, network.id)
    assert found
    return found


def held(session: Session) -> list[tuple[str, int | None]]:
    """The meetings that were held, by day, and how many came."""
    rows = session.exec(select(Meeting).where(col(Meeting.status) == "held").order_by(col(Meeting.starts_at)))
    return [(str(local(one.starts_at).date()), one.attended) for one in rows]


MET = {"met": True, "met_on": "2027-01-20", "met_attended": 9}


def test_we_met_is_a_report_of_that_meeting_led_by_whoever_convened(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        answer(session, asked(session, network, "2027-01-26"), "2027-01-27", **MET)
        assert held(session) == [("2026-11-25", 9), ("2027-01-20", 9)]
        meeting = session.exec(select(Meeting).order_by(col(Meeting.starts_at).desc())).first()
        assert meeting and meeting.led_by_member and meeting.convener_id == roles_of(session, network.id)[0].person_id
        assert (meeting.branches, meeting.companies, meeting.non_members) == (None, None, None), "unknown, never none"


def test_a_network_that_only_answers_that_it_met_stays_green(office: Settings) -> None:
    """Nine answers "we met, 9 came, 5 of 5" left it red."""
    with transaction() as session:
        network = network_in(session)
        for day in ("2027-01-26", "2027-03-02", "2027-04-27", "2027-06-01", "2027-08-24", "2027-10-05"):
            met_on = date.fromisoformat(day) - timedelta(days=6)
            told = {"met": True, "met_on": str(met_on), "met_attended": 9, "motivation": 5}
            answer(session, asked(session, network, day), day, **told)
        [(_, health)] = assess(session, [network], date(2027, 10, 6))
        assert (health.level, health.gates, health.meetings) == ("green", [], 7)


def test_the_same_day_told_twice_is_one_meeting_and_the_fuller_report_stands(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        check_in = asked(session, network, "2027-01-26")
        answer(session, check_in, "2027-01-27", **MET)
        answer(session, check_in, "2027-01-28", **MET | {"met_attended": 10})
        assert held(session) == [("2026-11-25", 9), ("2027-01-20", 10)]
        meet(session, network, "2027-01-20", attended=11)
        answer(session, check_in, "2027-01-29", **MET)
        assert held(session)[-1] == ("2027-01-20", 11)


def test_a_day_that_is_corrected_in_the_answer_was_not_the_other_day(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        check_in = asked(session, network, "2027-01-26")
        answer(session, check_in, "2027-01-27", **MET)
        answer(session, check_in, "2027-01-28", **MET | {"met_on": "2027-01-21"})
        assert held(session) == [("2026-11-25", 9), ("2027-01-21", 9)]
        answer(session, check_in, "2027-01-29", met=False)
        assert held(session) == [("2026-11-25", 9)]


def test_a_day_that_another_organiser_told_of_too_is_not_taken_back_by_one(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        check_in = asked(session, network, "2027-01-26")
        answer(session, check_in, "2027-01-27", **MET)
        other = next(role for role in organisers(session, network) if role.person_id != check_in.person_id)
        form = CheckInForm.model_validate({"sharing": "3", "motivation": 4} | MET)
        check_in_round.take_answer(session, check_in, form, by(Actor.member, "2027-01-27"), other.person_id)
        answer(session, check_in, "2027-01-28", **MET | {"met_on": "2027-01-21"})
        assert [day for day, _ in held(session)] == ["2026-11-25", "2027-01-20", "2027-01-21"]


def test_we_met_starts_a_planned_network_and_wakes_a_resting_one(office: Settings) -> None:
    with transaction() as session:
        network = first_meeting_booked(session)
        check_in_round.ask_unreported(session, at("2026-12-01"))
        check_in = questions.latest(session, network.id)
        assert check_in
        answer(session, check_in, "2026-12-02", met=True, met_on="2026-11-25", met_attended=5)
        assert (network.state, str(network.kickoff_on)) == (NetworkState.starting, "2026-11-25")
        check_in = asked(session, network, "2027-01-26")
        change(session, network, "rest", "2027-01-27", member="m1")
        answer(session, check_in, "2027-01-28", **MET)
        assert network.state == NetworkState.trial


def test_what_a_closed_network_answers_late_is_kept_and_starts_nothing(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        check_in = asked(session, network, "2027-01-26")
        change(session, network, "close", "2027-01-27", member="m1")
        answer(session, check_in, "2027-01-28", **MET)
        assert (network.state, held(session)) == (NetworkState.closed, [("2026-11-25", 9)])


def test_a_next_meeting_that_the_latest_answer_names_is_booked_until_its_day_has_passed(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        booked = [health.booked for _, health in assess(session, [network], date(2027, 1, 27))]
        answer(session, asked(session, network, "2027-01-26"), "2027-01-27", next_on="2027-03-10")
        for day in ("2027-01-27", "2027-03-10", "2027-03-11"):
            booked += [health.booked for _, health in assess(session, [network], date.fromisoformat(day))]
        assert booked == [False, True, True, False]
