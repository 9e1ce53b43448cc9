"""The office's help tapers off: by time or by strength, never back up, and it ends on a known day."""

from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from models.check_ins import questions
from models.dates.local_time import local
from models.db.engine import transaction
from models.office.staff import by_signature
from models.settings import Settings
from models.stages import check_in as check_in_round
from models.stages import phase_out
from models.support.ledger import hours_left
from models.tables.network import Network, NetworkState
from models.tables.office import Intervention
from tests.acts import ALONE, SHARED, answer, at, mails, meet, network_in, step_down

N = NetworkState


def strong_network(session: Session) -> Network:
    """Three shared meetings, the next booked, the last check-in answered."""
    network = network_in(session, day="2026-11-25")
    meet(session, network, "2026-12-02")
    meet(session, network, "2026-12-09", next_at="2027-01-20 17:30")
    check_in_round.send_due(session, at("2026-12-01"))
    check_in = questions.latest(session, network.id)
    assert check_in
    answer(session, check_in, "2026-12-02")
    return network


def test_time_alone_moves_a_network_to_sharing_after_90_active_days_and_trial_after_180(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, day="2026-11-25")
        for day, state in [
            ("2027-03-15", N.starting),
            ("2027-03-16", N.sharing),
            ("2027-06-13", N.sharing),
            ("2027-06-14", N.trial),
            ("2027-08-24", N.trial),
            ("2027-08-25", N.independent),
        ]:
            step_down(session, day)
            assert (day, network.state) == (day, state)


def test_a_strong_network_takes_a_step_a_week_before_its_time(office: Settings) -> None:
    with transaction() as session:
        network = strong_network(session)
        states = []
        for day in ("2026-12-14", "2026-12-21", "2026-12-28", "2027-01-04"):
            step_down(session, day)
            states.append(network.state)
        assert states == [N.sharing, N.trial, N.independent, N.independent]
        assert (len(mails(session, "step")), len(mails(session, "independent"))) == (2, 1)


@pytest.mark.parametrize("lacking", ["meetings", "share", "organisers", "booking", "answer"])
def test_without_one_of_the_five_criteria_there_is_no_early_step(office: Settings, lacking: str) -> None:
    with transaction() as session:
        network = network_in(session, day="2026-11-25")
        carriers = {"share": ("office", "m2", "office", "m1", "office"), "organisers": ALONE}.get(lacking, SHARED)
        meet(session, network, "2026-12-02", carriers=carriers)
        booking: dict[str, Any] = {} if lacking == "booking" else {"next_at": "2027-01-20 17:30"}
        if lacking != "meetings":
            meet(session, network, "2026-12-09", carriers=carriers, **booking)
            meet(session, network, "2026-12-10", carriers=carriers)
            meet(session, network, "2026-12-11", carriers=carriers)
        else:
            meet(session, network, "2026-12-02", **booking)
        check_in_round.send_due(session, at("2026-12-01"))
        check_in = questions.latest(session, network.id)
        assert check_in
        if lacking != "answer":
            answer(session, check_in, "2026-12-02")
        step_down(session, "2026-12-14")
        assert network.state == N.starting


def test_at_the_limit_support_ends_either_way_and_without_the_criteria_a_talk_is_opened(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, day="2026-11-25")
        assert step_down(session, "2027-08-25") == {"independent": 1}
        assert network.state == N.independent
        assert session.exec(select(Intervention)).one().kind == "handover_talk"
        assert [mail.template for mail in mails(session, "independent")] == ["independent"]


def test_a_network_that_meets_the_criteria_ends_without_a_talk(office: Settings) -> None:
    with transaction() as session:
        strong_network(session)
        for day in ("2026-12-14", "2026-12-21", "2026-12-28"):
            step_down(session, day)
        assert session.exec(select(Intervention)).all() == []


def test_unused_hours_go_back_when_the_support_ends(office: Settings) -> None:
    with transaction() as session:
        network_in(session, day="2026-11-25")
        asj = by_signature(session, "asj", "")
        quarters = ("2026Q4", "2027Q1", "2027Q2", "2027Q3")
        before = sum(hours_left(session, asj.id, quarter) for quarter in quarters)
        step_down(session, "2027-08-25")
        assert sum(hours_left(session, asj.id, quarter) for quarter in quarters) - before == Decimal("1.5")


def goes_on(session: Session) -> list[str]:
    return [str(local(mail.not_before).date()) for mail in mails(session, "ending")]


def test_notice_goes_on_the_last_day_that_mail_may_go_at_60_and_30_days_before_the_end_and_each_once(
    office: Settings,
) -> None:
    with transaction() as session:
        network_in(session, day="2027-01-20")  # until Wednesday 20 October: 60 days before is a Saturday
        mondays = ("2027-08-09", "2027-08-16", "2027-08-23", "2027-09-13", "2027-09-20", "2027-09-27", "2027-10-18")
        assert [phase_out.give_notice(session, at(day)) for day in mondays] == [0, 1, 0, 0, 1, 0, 0]
        assert goes_on(session) == ["2027-08-19", "2027-09-20"]


def test_a_notice_that_would_fall_in_the_summer_goes_before_it_and_only_once(office: Settings) -> None:
    with transaction() as session:
        network_in(session, day="2026-11-25")  # until 25 August: both days lie in weeks 26 to 32
        mondays = ("2027-06-14", "2027-06-21", "2027-06-28", "2027-07-26", "2027-08-16", "2027-08-23")
        assert [phase_out.give_notice(session, at(day)) for day in mondays] == [0, 1, 0, 0, 0, 0]
        assert goes_on(session) == ["2027-06-24"]


def test_a_step_is_told_once_however_often_the_flow_is_run(office: Settings) -> None:
    with transaction() as session:
        network_in(session, day="2026-11-25")
        for _ in range(3):
            step_down(session, "2027-03-16")
        assert len(mails(session, "step")) == 1
