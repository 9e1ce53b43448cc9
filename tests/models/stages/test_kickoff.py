"""On the way to the first meeting: who said yes, in time, and the yes that came after it."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models.db.engine import transaction
from models.meetings import booking
from models.office.staff import by_signature
from models.people.roles import roles_of
from models.settings import Settings
from models.stages import kickoff
from models.tables.check_in import CheckIn
from models.tables.meeting import MeetingForm
from models.tables.network import Network, NetworkState, Role
from models.tables.office import Intervention, InterventionKind
from models.tables.transition import Transition
from tests.acts import ALONE, ask, at, meet, say_yes, talk


def planned(session: Session, **changes: Any) -> tuple[Network, Role, Role]:
    """A planned network with its initiator and a co-organiser who has not answered."""
    network = talk(session, ask(session, **changes), grants=[])
    assert network
    first, *_, last = roles_of(session, network.id)
    return network, first, last


def book(session: Session, network: Network, convener: Role, day: str = "2026-11-25") -> None:
    booking.book_meeting(
        session, network, convener, booking.Booking(at(day, 17), MeetingForm.in_person), at("2026-11-06")
    )
    session.flush()


def few(session: Session) -> list[Intervention]:
    session.flush()
    return list(session.exec(select(Intervention).where(col(Intervention.kind) == InterventionKind.few_organisers)))


def test_a_second_yes_after_a_first_meeting_of_three_starts_the_network_as_of_that_meeting(office: Settings) -> None:
    with transaction() as session:
        network, _, second = planned(session)
        meet(session, network, "2026-11-25", carriers=ALONE)
        meet(session, network, "2027-01-20", carriers=ALONE)
        assert network.state == NetworkState.planned
        assert kickoff.confirm(session, second, at("2027-02-02"), "run-1")
        session.flush()
        assert (network.state, network.step) == (NetworkState.starting, 1)
        assert (str(network.kickoff_on), str(network.support_ends_on)) == ("2026-11-25", "2027-08-25")
        logged = session.exec(select(Transition).where(col(Transition.to_state) == NetworkState.starting)).one()
        assert (logged.cause, logged.actor, logged.flow_run_id) == ("confirmed:1", "member", "run-1")


def test_a_yes_that_staff_key_in_starts_the_network_by_the_members_word_with_their_signature(office: Settings) -> None:
    with transaction() as session:
        _, _, second = planned(session)
        meet(session, session.exec(select(Network)).one(), "2026-11-25", carriers=ALONE)
        mla = by_signature(session, "mla", "")
        kickoff.confirm(session, second, at("2026-12-02"), None, mla)
        logged = session.exec(select(Transition).where(col(Transition.to_state) == NetworkState.starting)).one()
        assert (logged.actor, logged.signature, second.noted_by) == ("member", "mla", mla.id)


def test_a_second_yes_after_a_first_meeting_of_two_starts_nothing(office: Settings) -> None:
    with transaction() as session:
        network, _, second = planned(session)
        meet(session, network, "2026-11-25", attended=2, carriers=ALONE)
        kickoff.confirm(session, second, at("2026-12-01"))
        assert (network.state, network.kickoff_on) == (NetworkState.planned, None)


def test_a_late_yes_starts_a_network_without_support_as_independent(office: Settings) -> None:
    with transaction() as session:
        network, _, second = planned(session, without_support=True)
        meet(session, network, "2026-11-25", carriers=ALONE)
        kickoff.confirm(session, second, at("2026-12-01"))
        assert (network.state, network.support_ends_on) == (NetworkState.independent, None)


@pytest.mark.parametrize(("without_support", "due"), [(True, "2027-03-01"), (False, "2027-01-01")])
def test_a_network_asked_before_its_kickoff_is_asked_next_by_the_step_it_starts_on(
    office: Settings, without_support: bool, due: str
) -> None:
    with transaction() as session:
        network, _, second = planned(session, without_support=without_support)
        meet(session, network, "2026-11-25", carriers=ALONE)
        session.add(CheckIn(network_id=network.id, person_id=second.person_id, sent_on=date(2026, 12, 1)))
        session.flush()
        kickoff.confirm(session, second, at("2026-12-02"))
        assert str(network.check_in_due_on) == due


def test_a_third_yes_changes_nothing_in_a_network_that_has_started(office: Settings) -> None:
    with transaction() as session:
        network, _, last = planned(session)
        m2 = next(role for role in roles_of(session, network.id) if role.code == "m2")
        kickoff.confirm(session, m2, at("2026-11-09"))
        meet(session, network, "2026-11-25", carriers=ALONE)
        kickoff.confirm(session, last, at("2027-02-02"))
        assert (network.state, str(network.kickoff_on)) == (NetworkState.starting, "2026-11-25")


def test_a_first_meeting_within_fourteen_days_and_one_organiser_is_put_on_staffs_list_once(office: Settings) -> None:
    with transaction() as session:
        network, first, _ = planned(session)
        book(session, network, first)
        assert kickoff.check_dates(session, at("2026-11-10")) == 0
        assert kickoff.check_dates(session, at("2026-11-11", 7)) == 1
        [opened] = few(session)
        assert (opened.network_id, opened.owner) == (network.id, network.negotiator)
        assert kickoff.check_dates(session, at("2026-11-12")) == 0
        assert len(few(session)) == 1


def test_two_who_said_yes_are_enough_for_a_first_meeting(office: Settings) -> None:
    with transaction() as session:
        network, first, _ = planned(session)
        say_yes(session, network)
        book(session, network, first)
        assert kickoff.check_dates(session, at("2026-11-12")) == 0


def test_a_second_yes_settles_what_staff_had_on_their_list(office: Settings) -> None:
    with transaction() as session:
        network, first, second = planned(session)
        book(session, network, first)
        kickoff.check_dates(session, at("2026-11-12"))
        assert [one.outcome for one in few(session)] == [None]
        kickoff.confirm(session, second, at("2026-11-13"))
        assert [one.outcome for one in few(session)] == ["settled"]


def test_the_date_check_asks_the_database_as_often_for_many_networks_as_for_one(office: Settings) -> None:
    from sqlalchemy import event

    with transaction() as session:
        asked: list[str] = []
        event.listen(session.connection(), "before_cursor_execute", lambda *a: asked.append(a[2]))
        counts = []
        for round_ in range(2):
            for number in range(1 + 4 * round_):
                network = talk(session, ask(session, need=f"Behov {round_}.{number}", co_organisers=""), grants=[])
                assert network
                book(session, network, roles_of(session, network.id)[0])
            asked.clear()
            kickoff.check_dates(session, at("2026-11-12"))
            counts.append(len([one for one in asked if one.startswith("SELECT")]))
            session.flush()
        assert counts[0] == counts[1]
        assert len(few(session)) == 6
