"""Meetings: the first one starts a network, any one wakes it, and nobody keeps a list of who came."""

import pytest
from sqlmodel import col, select

from models.db.engine import transaction
from models.errors import TransitionRefused, UserError
from models.meetings import booking
from models.networks.lifecycle import advance
from models.people.roles import roles_of
from models.settings import Settings
from models.stages import kickoff
from models.tables.meeting import Meeting, MeetingDuty, MeetingForm, MeetingStatus
from models.tables.network import NetworkState
from models.tables.office import Intervention
from models.tables.transition import Actor
from tests.acts import ALONE, SHARED, ask, at, by, first_meeting_booked, mails, meet, network_in, say_yes, talk


def test_the_first_meeting_with_two_organisers_and_three_present_is_the_kickoff(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, day="2026-11-25")
        assert (network.state, network.step) == (NetworkState.starting, 1)
        assert (str(network.kickoff_on), str(network.support_ends_on)) == ("2026-11-25", "2027-08-25")


def test_two_attend_the_first_meeting_and_it_is_a_meeting_but_not_a_kickoff(office: Settings) -> None:
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        say_yes(session, network)
        meeting = meet(session, network, "2026-11-25", attended=2)
        assert (meeting.status, network.state, network.kickoff_on) == ("held", NetworkState.planned, None)


def test_one_organiser_alone_starts_no_network(office: Settings) -> None:
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        meet(session, network, "2026-11-25", carriers=ALONE)
        assert network.state == NetworkState.planned


def test_a_network_that_asked_for_no_support_is_independent_from_its_kickoff(office: Settings) -> None:
    with transaction() as session:
        network = talk(session, ask(session, without_support=True), grants=[])
        assert network
        say_yes(session, network)
        meet(session, network, "2026-11-25")
        assert (network.state, network.step, network.support_ends_on) == (NetworkState.independent, 4, None)


def test_two_reports_of_one_meeting_are_one_row_and_the_latest_wins(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2026-11-25", attended=11, carriers=ALONE)
        rows = session.exec(select(Meeting).where(col(Meeting.network_id) == network.id)).all()
        assert [row.attended for row in rows] == [11]
        keys = session.exec(select(MeetingDuty.organiser_key).where(col(MeetingDuty.meeting_id) == rows[0].id)).all()
        assert (len(keys), len(set(keys))) == (5, 1)


def test_a_reported_meeting_is_the_one_that_was_booked_for_that_day(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2026-12-02", next_at="2027-01-20 18:00")
        meet(session, network, "2027-01-20")
        assert len(session.exec(select(Meeting)).all()) == 3


@pytest.mark.parametrize("state", [NetworkState.closed, NetworkState.merged])
def test_an_ended_network_takes_no_reports(office: Settings, state: NetworkState) -> None:
    with transaction() as session:
        network = network_in(session)
        advance(session, network, state, by(Actor.staff, "2027-01-11"))
        with pytest.raises(TransitionRefused, match="avslutat"):
            meet(session, network, "2027-01-20")


def test_a_resting_network_wakes_by_simply_meeting(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, day="2026-11-25")
        advance(session, network, NetworkState.resting, by(Actor.member, "2027-01-11"))
        meet(session, network, "2027-03-03")
        assert network.state == NetworkState.trial


def test_after_its_support_has_ended_a_resting_network_wakes_as_independent(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, day="2026-11-25")
        advance(session, network, NetworkState.resting, by(Actor.member, "2027-01-11"))
        meet(session, network, "2027-09-01")
        assert network.state == NetworkState.independent


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"attended": -1}, "Hur många kom: ange 0–300"),
        ({"attended": 900}, "Hur många kom: ange 0–300"),
        ({"attended": 61}, "Hur många kom: kryssa i"),
        ({"non_members": 10}, "Varav inte medlemmar"),
        ({"branches": -1}, "Branscher"),
        ({"next_at": "2027-03-28 02:30"}, "Nästa träff: 2027-03-28 02:30 finns inte"),
        ({"next_at": "2027-10-31 02:30"}, "kommer två gånger"),
        ({"next_at": "2027-02-01"}, "Nästa träff: skriv tiden"),
        ({"next_at": "2027-02-01 17:30+02:00"}, "Nästa träff: skriv tiden"),
        ({"next_at": "0001-01-01 00:10"}, "Nästa träff: skriv tiden"),
        ({"next_at": "2026-01-01 17:30"}, "Nästa träff: har redan varit"),
        ({"companies": 10**20}, "Branscher"),
        ({"next_at": "i januari"}, "Nästa träff: skriv tiden"),
        ({"reported_by": "m9"}, "m9 finns inte i nätverk"),
        ({"host": "m9"}, "Vem var värd: m9 finns inte"),
    ],
)
def test_a_report_that_cannot_be_true_is_refused_in_words(
    office: Settings, change: dict[str, object], sentence: str
) -> None:
    with transaction() as session:
        network = network_in(session)
        with pytest.raises(UserError, match=sentence):
            meet(session, network, "2027-01-20", **change)  # type: ignore[arg-type]


def test_more_than_sixty_is_accepted_when_confirmed(office: Settings) -> None:
    with transaction() as session:
        assert meet(session, network_in(session), "2027-01-20", attended=61, large=True).attended == 61


def test_an_office_that_carries_more_than_the_step_allows_is_saved_flagged_and_talked_about(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meeting = meet(session, network, "2027-01-20", carriers=("m1", "office", "office", "office", "office"))
        assert meeting.over_helped
        assert session.exec(select(Intervention)).one().kind == "over_helping"


def test_the_office_may_never_carry_the_invitation(office: Settings) -> None:
    with transaction() as session:
        meeting = meet(session, network_in(session), "2027-01-20", carriers=("office", *SHARED[1:]))
        assert meeting.over_helped


def test_only_a_member_who_said_yes_can_convene(office: Settings) -> None:
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        role = next(role for role in roles_of(session, network.id) if role.code == "m2")
        with pytest.raises(UserError, match="Sammankallande medlem: har inte sagt ja"):
            booking.book_meeting(
                session, network, role, booking.Booking(at("2026-11-25"), MeetingForm.in_person), at("2026-11-09")
            )


def test_a_cancelled_meeting_can_be_booked_anew_but_a_held_one_stays_where_it_is(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, day="2026-11-25")
        role = roles_of(session, network.id)[0]
        book = booking.book_meeting
        meeting, _ = book(
            session, network, role, booking.Booking(at("2027-01-20"), MeetingForm.in_person), at("2027-01-11")
        )
        meeting.status = MeetingStatus.cancelled
        again, change = book(
            session, network, role, booking.Booking(at("2027-01-20"), MeetingForm.in_person), at("2027-01-12")
        )
        assert (again.id, change, again.status) == (meeting.id, "update", MeetingStatus.planned)
        meeting.status, meeting.attended = MeetingStatus.held, 9
        with pytest.raises(UserError, match="redan träffats"):
            book(session, network, role, booking.Booking(at("2027-01-20", 18), MeetingForm.in_person), at("2027-01-12"))


def test_a_meeting_cannot_be_booked_in_the_past_or_for_a_network_that_has_ended(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        role = roles_of(session, network.id)[0]
        with pytest.raises(UserError, match="har redan varit"):
            booking.book_meeting(
                session, network, role, booking.Booking(at("2027-01-20"), MeetingForm.in_person), at("2027-01-21")
            )
        advance(session, network, NetworkState.closed, by(Actor.staff, "2027-01-11"))
        with pytest.raises(UserError, match="är avslutat"):
            booking.book_meeting(
                session, network, role, booking.Booking(at("2027-01-20"), MeetingForm.in_person), at("2027-01-11")
            )


def test_who_says_yes_late_still_gets_the_first_meeting_in_the_calendar(office: Settings) -> None:
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        first, *_, late = roles_of(session, network.id)
        meeting, change = booking.book_meeting(
            session, network, first, booking.Booking(at("2026-11-25", 17), MeetingForm.in_person), at("2026-11-09")
        )
        booking.invite(session, network, meeting, change, at("2026-11-09"))
        kickoff.confirm(session, late, at("2026-11-12"))
        assert sorted(mail.person_id == late.person_id for mail in mails(session, "calendar-invitation")) == [
            False,
            True,
        ]


def test_who_says_yes_after_a_move_is_alone_in_getting_the_meeting_anew(office: Settings) -> None:
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        first, *_, late = roles_of(session, network.id)
        for hour in (17, 18):
            meeting, change = booking.book_meeting(
                session,
                network,
                first,
                booking.Booking(at("2026-11-25", hour), MeetingForm.in_person),
                at("2026-11-09"),
            )
            booking.invite(session, network, meeting, change, at("2026-11-09"))
        before = len(mails(session, "calendar-invitation"))
        kickoff.confirm(session, late, at("2026-11-12"))
        [came] = mails(session, "calendar-invitation")[before:]
        assert came.person_id == late.person_id, "the others have it, and where it was moved to"


def test_a_report_taken_back_leaves_no_numbers_behind(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20")
        meeting = meet(session, network, "2027-01-20", status="cancelled")
        assert (meeting.status, meeting.attended, meeting.companies) == ("cancelled", None, None)


def test_moving_a_meeting_sends_an_update_to_every_organisers_calendar(office: Settings) -> None:
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        say_yes(session, network)
        role = roles_of(session, network.id)[0]
        for hour in (17, 18, 18):
            meeting, change = booking.book_meeting(
                session, network, role, booking.Booking(at("2026-11-25", hour), MeetingForm.in_person), at("2026-11-09")
            )
            booking.invite(session, network, meeting, change, at("2026-11-09")) if change != "same" else None
        assert meeting.sequence == 1
        assert len(mails(session, "calendar-invitation")) == 6


def test_the_checklist_goes_to_each_organiser_once_fourteen_days_before(office: Settings) -> None:
    with transaction() as session:
        first_meeting_booked(session)
        assert kickoff.checklists(session, at("2026-11-10")) == 0
        assert kickoff.checklists(session, at("2026-11-11", 7)) == 3
        assert kickoff.checklists(session, at("2026-11-12")) == 0
