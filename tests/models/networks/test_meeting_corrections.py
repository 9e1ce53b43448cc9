"""A meeting told on the wrong day, told twice or never held is put right, and what followed is judged again."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.db.engine import transaction
from models.errors import UserError
from models.meetings.partners import correct_partner
from models.networks.meeting_corrections import drop_double, move_to_day, never_held
from models.settings import Settings
from models.stages import check_in
from models.tables.change_entry import ChangedField, ChangeEntry
from models.tables.mail import MailStatus
from models.tables.meeting import Meeting, MeetingDuty, MeetingStatus, Partner
from models.tables.network import Network, NetworkState
from models.tables.office import Intervention, InterventionKind
from models.views.invariants import broken
from models.views.still_holds import overtaken_reason
from tests import acts
from tests.acts import at, change, mails, meet, network_in, put_right, say_yes, step_down

KICKOFF = date(2026, 11, 25)
OFFICE = ("m1", "office", "office", "m1", "m2")


def first(session: Session, network: Network) -> Meeting:
    meetings = select(Meeting).where(col(Meeting.network_id) == network.id)
    return session.exec(meetings.order_by(col(Meeting.starts_at))).all()[0]


def days(session: Session) -> list[tuple[str, str]]:
    rows = session.exec(select(Meeting).order_by(col(Meeting.starts_at)))
    return [(str(local(one.starts_at).date()), str(one.status)) for one in rows]


def log(session: Session) -> list[tuple[str, str, str]]:
    return [(str(one.what), one.before, one.after) for one in session.exec(select(ChangeEntry))]


def without_support(session: Session) -> Network:
    network = acts.talk(session, acts.ask(session, without_support=True), grants=[])
    assert network
    say_yes(session, network)
    meet(session, network, "2026-11-25")
    return network


# --- the right day --------------------------------------------------------------------------------


def test_a_kickoff_on_the_wrong_day_takes_the_support_and_the_first_question_with_it(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meeting = first(session, network)
        assert move_to_day(session, network, meeting, date(2026, 11, 18), put_right(session, "2026-11-27"))
        assert not move_to_day(session, network, meeting, date(2026, 11, 18), put_right(session, "2026-11-27"))
        assert days(session) == [("2026-11-18", "held")]
        assert (network.kickoff_on, network.support_ends_on) == (date(2026, 11, 18), date(2027, 8, 18))
        assert (network.state, network.check_in_due_on) == (NetworkState.starting, date(2026, 11, 23))
        assert log(session) == [
            ("meeting_day", "2026-11-25", "2026-11-18"),
            ("kickoff", "2026-11-25", "2026-11-18"),
        ]
        assert mails(session, "correction") == [], "nobody was told a day yet"
        assert broken(session) == []


def test_a_later_meeting_on_the_wrong_day_leaves_the_kickoff_alone(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        later = meet(session, network, "2027-01-20")
        assert move_to_day(session, network, later, date(2027, 1, 13), put_right(session, "2027-01-25"))
        assert network.kickoff_on == KICKOFF
        assert [what for what, *_ in log(session)] == ["meeting_day"]


def test_a_meeting_before_the_kickoff_that_was_told_of_late_does_not_become_it_by_another_s_correction(
    office: Settings,
) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2026-11-20")
        later = meet(session, network, "2027-01-20")
        assert move_to_day(session, network, later, date(2027, 1, 13), put_right(session, "2027-01-25"))
        assert network.kickoff_on == KICKOFF


def test_a_resting_network_whose_kickoff_moves_is_asked_nothing(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "rest", "2026-11-30", member="m1")
        assert move_to_day(
            session, network, first(session, network), date(2026, 11, 18), put_right(session, "2026-12-01")
        )
        assert network.kickoff_on == date(2026, 11, 18)
        assert network.check_in_due_on is None


def test_the_extension_goes_with_the_kickoff_and_never_beyond_twelve_months(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "extend", "2027-03-01", days=90, approver="gol", reason="De kom igång sent.")
        move_to_day(session, network, first(session, network), date(2026, 11, 18), put_right(session, "2027-03-02"))
        assert network.support_ends_on == date(2027, 11, 16)
        assert broken(session) == []


def test_who_was_told_when_the_support_ends_is_told_the_right_day(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        step_down(session, "2027-03-29")
        assert network.state == NetworkState.sharing
        acts.all_sent(session)
        meeting = first(session, network)
        move_to_day(session, network, meeting, date(2026, 11, 18), put_right(session, "2027-04-01"))
        assert (network.state, network.step) == (NetworkState.sharing, 2), "the step stays (I6)"
        [letter] = mails(session, "correction")
        assert '"kickoff_on": "2026-11-18", "support_ends_on": "2027-08-18"' in letter.context
        assert overtaken_reason(session, letter, at("2027-04-05")) is None
        move_to_day(session, network, meeting, date(2026, 11, 19), put_right(session, "2027-04-02"))
        assert overtaken_reason(session, letter, at("2027-04-05")) == "overtaken", "a newer one tells it"


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (date(2027, 1, 26), "Rätt dag: ange en dag som har varit, högst 60 dagar före 2027-01-20"),
        (date(2026, 11, 20), "Rätt dag: ange en dag som har varit, högst 60 dagar före 2027-01-20"),
        (date(2026, 11, 25), "Rätt dag: det finns redan en träff 2026-11-25. Är det samma träff, välj att 2027-01-20"),
    ],
)
def test_a_day_that_cannot_be_right_is_refused_by_the_field(office: Settings, on: date, sentence: str) -> None:
    with transaction() as session:
        network = network_in(session)
        later = meet(session, network, "2027-01-20")
        with pytest.raises(UserError) as refused:
            move_to_day(session, network, later, on, put_right(session, "2027-01-25"))
        assert str(refused.value).startswith(sentence)
        assert log(session) == []


def test_help_beyond_the_step_is_judged_by_the_step_of_the_right_day(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        step_down(session, "2027-03-29")
        too_much = ("m1", "office", "office", "office", "m2")
        meeting = meet(session, network, "2027-04-06", carriers=too_much)
        assert meeting.over_helped
        assert move_to_day(session, network, meeting, date(2027, 3, 23), put_right(session, "2027-04-08"))
        assert not meeting.over_helped, "on its first step the office may carry three"
        flag = session.exec(select(Intervention).where(col(Intervention.kind) == InterventionKind.over_helping)).one()
        assert flag.ended_at == at("2027-04-08")
        assert broken(session) == []


# --- told twice -----------------------------------------------------------------------------------


def told_twice(session: Session) -> tuple[Network, Meeting, Meeting]:
    """A kickoff that one told of on the day after, and another on its day with who carried it."""
    network = network_in(session)
    return network, first(session, network), meet(session, network, "2026-11-26", attended=8, carriers=OFFICE)


def test_of_a_meeting_told_twice_one_stays_with_what_only_the_other_said(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        kept = first(session, network)
        for duty in session.exec(select(MeetingDuty).where(col(MeetingDuty.duty).in_(("host", "lead")))):
            session.delete(duty)
        kept.branches = None
        double = meet(session, network, "2026-11-26", attended=8, carriers=OFFICE)
        assert drop_double(session, network, double, kept, put_right(session, "2026-11-30"))
        assert days(session) == [("2026-11-25", "held"), ("2026-11-26", "cancelled")]
        assert [kept.attended, kept.branches] == [9, 3]
        duties = {str(one.duty): one.by_office for one in session.exec(select(MeetingDuty))}
        assert duties == {"invitation": False, "host": True, "programme": False, "lead": False, "follow_up": False}
        assert log(session) == [("meeting_doubled", "2026-11-26", "2026-11-25")]
        assert broken(session) == []


def test_when_the_kickoff_is_the_double_the_network_began_with_the_one_that_stays(office: Settings) -> None:
    with transaction() as session:
        network, kickoff, later = told_twice(session)
        drop_double(session, network, kickoff, later, put_right(session, "2026-11-30"))
        assert (network.kickoff_on, network.support_ends_on) == (date(2026, 11, 26), date(2027, 8, 26))
        assert broken(session) == []


def test_a_meeting_is_no_double_of_itself_or_of_one_that_was_not_held(office: Settings) -> None:
    with transaction() as session:
        network, kept, double = told_twice(session)
        never_held(session, network, double, put_right(session, "2026-11-30"))
        for other in (kept, double):
            with pytest.raises(UserError, match=r"^Rätt dag: där finns ingen annan träff"):
                drop_double(session, network, kept, other, put_right(session, "2026-11-30"))


# --- never held -----------------------------------------------------------------------------------


def test_a_kickoff_that_never_was_takes_the_network_back_to_planned(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        check_in.send_due(session, at("2026-12-01"))
        [asked] = mails(session, "first-meeting")
        assert never_held(session, network, first(session, network), put_right(session, "2026-12-01"))
        assert (network.state, network.step, network.kickoff_on) == (NetworkState.planned, 0, None)
        assert (network.support_ends_on, network.check_in_due_on) == (None, None)
        assert (asked.status, asked.reason) == (MailStatus.skipped, "overtaken")
        assert log(session) == [("meeting_never_held", "2026-11-25", ""), ("kickoff", "2026-11-25", "")]
        [letter] = mails(session, "correction")
        assert '"about": "not_started"' in letter.context
        assert broken(session) == []
        meet(session, network, "2026-12-02")
        assert (network.state, network.kickoff_on) == (NetworkState.starting, date(2026, 12, 2))
        assert overtaken_reason(session, letter, at("2026-12-03")) == "overtaken"
        assert broken(session) == []


def test_a_network_without_support_that_never_met_is_planned_again_too(office: Settings) -> None:
    with transaction() as session:
        network = without_support(session)
        assert network.state == NetworkState.independent
        never_held(session, network, first(session, network), put_right(session, "2026-12-01"))
        assert (network.state, network.step) == (NetworkState.planned, 0)
        assert broken(session) == []


def test_once_the_office_has_stepped_down_the_step_stays_whatever_was_not_held(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        step_down(session, "2027-03-29")
        never_held(session, network, first(session, network), put_right(session, "2027-04-01"))
        assert (network.state, network.step, network.kickoff_on) == (NetworkState.sharing, 2, KICKOFF)
        assert broken(session) == []


def test_when_another_meeting_stands_it_is_the_kickoff(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20")
        never_held(session, network, first(session, network), put_right(session, "2027-01-25"))
        assert (network.state, network.kickoff_on) == (NetworkState.starting, date(2027, 1, 20))
        assert network.support_ends_on == date(2027, 10, 20)
        assert broken(session) == []


def test_what_was_never_held_has_no_figures_no_duties_and_no_flag_and_can_be_told_anew(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        later = meet(session, network, "2027-01-20", carriers=("office", "office", "office", "office", "m2"))
        assert later.over_helped
        assert never_held(session, network, later, put_right(session, "2027-01-25"))
        assert not never_held(session, network, later, put_right(session, "2027-01-25"))
        assert (str(later.status), later.attended, later.branches) == ("cancelled", None, None)
        theirs = select(MeetingDuty).where(col(MeetingDuty.meeting_id) == later.id)
        assert session.exec(theirs).all() == []
        assert not later.over_helped
        told_again = meet(session, network, "2027-01-20")
        assert (told_again.id, told_again.status) == (later.id, MeetingStatus.held)
        assert broken(session) == []


@pytest.mark.parametrize("correct", [never_held, move_to_day, drop_double])
def test_an_ended_network_s_meetings_are_not_changed(office: Settings, correct: Any) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "close", "2026-12-01", member="m1")
        meeting = first(session, network)
        more: dict[Any, tuple[Any, ...]] = {move_to_day: (date(2026, 11, 24),), drop_double: (meeting,)}
        with pytest.raises(UserError, match="är avslutat, och dess träffar ändras inte"):
            correct(session, network, meeting, *more.get(correct, ()), put_right(session, "2026-12-02"))


def test_what_is_only_booked_is_moved_by_its_members(office: Settings) -> None:
    with transaction() as session:
        network = acts.first_meeting_booked(session)
        with pytest.raises(UserError, match=r"^Träffens dag: träffen 2026-11-25 har inte rapporterats"):
            move_to_day(session, network, first(session, network), date(2026, 11, 18), put_right(session))


# --- companies ------------------------------------------------------------------------------------


def partners(session: Session) -> list[str]:
    return sorted(one.company for one in session.exec(select(Partner)))


def test_a_company_is_spelt_rightly_taken_for_the_one_it_is_or_taken_away(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20", participants="Volvoo, SKF, LKAB")
        by_name = {one.company: one for one in session.exec(select(Partner))}
        correcting = put_right(session, "2027-01-21")
        assert correct_partner(session, network, by_name["Volvoo"], "Volvo", correcting)
        assert not correct_partner(session, network, by_name["Volvoo"], "Volvo", correcting)
        assert correct_partner(session, network, by_name["Volvoo"], "VOLVO", correcting), "its letters too"
        assert correct_partner(session, network, by_name["SKF"], "volvo", correcting)
        assert correct_partner(session, network, by_name["LKAB"], "", correcting)
        session.flush()
        assert partners(session) == ["VOLVO"]
        assert log(session)[0] == (ChangedField.partner, "Volvoo", "Volvo")


def test_what_is_no_companys_name_is_refused(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20", host_company="Volvo")
        partner = session.exec(select(Partner)).one()
        for wrong, sentence in (
            ("x@y.se", "Företag: skriv bara"),
            ("å" * 121, "Företag: korta till"),
            ("Märit Sjöö", "Företag: skriv företaget, ingen person"),
        ):
            with pytest.raises(UserError, match=f"^{sentence}"):
                correct_partner(session, network, partner, wrong, put_right(session, "2027-01-21"))
