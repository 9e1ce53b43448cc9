"""A network that never met: asked after 90 and 150 active days, and closed by staff after 180 (domain.md section 4)."""

import pytest
from sqlmodel import Session, select

from models.dates.active_days import add_active_days
from models.dates.local_time import local
from models.db.engine import transaction
from models.errors import UserError
from models.meetings import booking
from models.networks import never_started
from models.people.roles import roles_of
from models.settings import Settings
from models.tables.mail import MailStatus
from models.tables.meeting import MeetingForm
from models.tables.network import Network, NetworkState
from models.tables.office import Intervention
from tests.acts import all_sent, ask, at, change, mails, network_in, talk


def planned(session: Session) -> Network:
    network = talk(session, ask(session))
    assert network
    return network


def after(network: Network, active_days: int) -> str:
    return str(add_active_days(local(network.created_at).date(), active_days))


def round_on(session: Session, network: Network, days: list[int]) -> list[int]:
    return [never_started.ask_still_planned(session, at(after(network, day))) for day in days]


def test_a_planned_network_is_asked_after_90_and_150_active_days_each_once(office: Settings) -> None:
    with transaction() as session:
        network = planned(session)
        assert round_on(session, network, [89, 90, 91, 149, 150, 151, 300]) == [0, 1, 0, 0, 1, 0, 0]
        assert [mail.context for mail in mails(session, "still-planned")] == [
            '{"active_days": 90}',
            '{"active_days": 150}',
        ]


def test_of_two_that_are_due_only_the_newest_goes_and_the_other_long_after(office: Settings) -> None:
    with transaction() as session:
        network = planned(session)
        assert round_on(session, network, [200, 201, 259, 260, 400]) == [1, 0, 0, 1, 0]
        assert {mail.context for mail in mails(session, "still-planned")} == {'{"active_days": 150}'}


def test_a_planned_network_with_a_meeting_ahead_is_not_asked(office: Settings) -> None:
    with transaction() as session:
        network = planned(session)
        role, day = roles_of(session, network.id)[0], after(network, 95)
        booking.book_meeting(session, network, role, booking.Booking(at(day), MeetingForm.digital), at("2026-11-09"))
        session.flush()
        assert round_on(session, network, [90, 96]) == [0, 1]


def test_a_network_that_met_is_not_asked(office: Settings) -> None:
    with transaction() as session:
        assert round_on(session, network_in(session), [90, 200]) == [0, 0]


def test_closing_is_proposed_after_180_active_days_and_two_mails_once(office: Settings) -> None:
    with transaction() as session:
        network = planned(session)
        propose = never_started.propose_closing_planned
        assert propose(session, at(after(network, 400))) == 0
        round_on(session, network, [90, 150])
        assert [propose(session, at(after(network, days))) for days in (179, 180, 181)] == [0, 1, 0]
        assert session.exec(select(Intervention.kind)).one() == "propose_close"
        assert network.state == NetworkState.planned


def test_staff_close_a_network_that_never_met_only_after_180_active_days_and_two_mails(office: Settings) -> None:
    with transaction() as session:
        network = planned(session)
        with pytest.raises(UserError, match=f"tidigast {after(network, 180)}"):
            change(session, network, "close", after(network, 179))
        round_on(session, network, [90])
        with pytest.raises(UserError, match="inte frågats två gånger"):
            change(session, network, "close", after(network, 180))
        round_on(session, network, [150])
        all_sent(session)
        mails(session, "still-planned")[1].status = MailStatus.failed
        session.flush()
        with pytest.raises(UserError, match="inte frågats två gånger"):
            change(session, network, "close", after(network, 180))
        mails(session, "still-planned")[1].status = MailStatus.sent
        session.flush()
        assert change(session, network, "close", after(network, 180))
        assert network.state == NetworkState.closed
