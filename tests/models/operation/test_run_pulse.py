"""What follows for a run whose process is gone: by its state, its pulse, and how often it has died."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from models.db.engine import reading, transaction
from models.operation import run_pulse as rules
from models.operation.run_pulse import BACK_OFF, Act, Verdict, verdict
from models.settings import Settings
from models.tables.run_pulse import FlowRunPulse

NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)


def pulse(*, by_hand: bool = False, deaths: int = 0, ended: str = "", started: datetime = LATER) -> FlowRunPulse:
    end: dict[str, Any] = {"ended_at": LATER, "end_type": ended, "end_message": "3 skickade"} if ended else {}
    return FlowRunPulse(
        flow_run_id=uuid4(), flow="outbox", restarts_itself=not by_hand, started_at=started, deaths=deaths, **end
    )


@pytest.mark.parametrize(
    ("state", "told", "act"),
    [
        ("PENDING", None, Act.begin),
        ("PENDING", pulse(ended="FAILED"), Act.begin),
        ("CANCELLING", pulse(), Act.cancelled),
        ("RUNNING", pulse(ended="COMPLETED"), Act.report),
        ("CRASHED", pulse(ended="COMPLETED"), Act.report),
        ("RUNNING", pulse(), Act.go_on),
        ("CRASHED", pulse(), Act.go_on),
        ("RUNNING", pulse(by_hand=True), Act.interrupted),
        ("RUNNING", None, Act.go_on),
    ],
)
def test_a_run_is_told_what_became_of_it(state: str, told: FlowRunPulse | None, act: Act) -> None:
    assert verdict(state, NOW, told).act == act


def test_the_end_of_an_earlier_try_is_not_the_end_of_this_one() -> None:
    before = pulse(ended="FAILED", by_hand=True, started=NOW - timedelta(hours=1))
    assert verdict("RUNNING", NOW, before).act == Act.go_on, "somebody pressed Retry, and its process had not begun"


def test_a_sweep_goes_on_by_itself_three_times_and_waits_longer_each_time() -> None:
    found = [verdict("RUNNING", NOW, pulse(deaths=deaths)) for deaths in range(4)]
    assert found == [*(Verdict(Act.go_on, wait) for wait in BACK_OFF), Verdict(Act.interrupted)]
    assert [wait.seconds for wait in BACK_OFF] == [35, 60, 300]


def test_deaths_are_counted_over_every_start_and_a_new_start_takes_it_off_the_list(office: Settings) -> None:
    mine = pulse(by_hand=True)
    with transaction() as session:
        rules.begin_pulse(session, FlowRunPulse(**mine.model_dump()))
    with transaction() as session:
        rules.died(session, mine.flow_run_id, "outbox", LATER, for_good=True)
    with transaction() as session:
        rules.begin_pulse(session, FlowRunPulse(**mine.model_dump()))
    with reading() as session:
        found = session.get_one(FlowRunPulse, mine.flow_run_id)
        assert (found.deaths, found.interrupted_at, found.ended_at) == (1, None, None)


def test_a_run_that_died_before_its_first_beat_is_counted_too(office: Settings) -> None:
    run = uuid4()
    with transaction() as session:
        rules.died(session, run, "outbox", LATER)
    with reading() as session:
        told = rules.pulses(session, [run])[run]
        assert verdict("CRASHED", NOW, told, run_count=2) == Verdict(Act.go_on, BACK_OFF[1])


def test_a_death_that_is_told_twice_counts_once(office: Settings) -> None:
    run = uuid4()
    with transaction() as session:
        rules.died(session, run, "outbox", NOW, run_count=1)
    with reading() as session:
        told = rules.pulses(session, [run])[run]
        assert verdict("CRASHED", LATER, told, run_count=1) == Verdict(Act.wait_on, BACK_OFF[0])
        assert verdict("CRASHED", NOW + timedelta(minutes=2), told, run_count=1).act == Act.go_on, "never got further"


def test_pulses_are_kept_as_long_as_prefect_keeps_its_runs(office: Settings) -> None:
    with transaction() as session:
        rules.died(session, uuid4(), "outbox", NOW)
        assert rules.forget_old_pulses(session, NOW + timedelta(days=29)) == 0
        assert rules.forget_old_pulses(session, NOW + timedelta(days=31)) == 1
