"""domain.md section 7, read with a lawyer's eye."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.dates.active_days import active_days_between, subtract_active_days
from models.errors import UserError
from models.health import engagement
from models.health.batch import Batch, BatchBuilder
from models.health.early_warning import drop_since, dropped, nothing_booked
from models.health.engagement import Result, score
from models.health.parameters import COMPONENTS
from tests.models.health import oracle
from tests.models.health.histories import (
    ALONE,
    EXAMPLE_DAYS,
    KICKOFF,
    TODAY,
    Meeting,
    Network,
    ago,
    batch_of,
    days_before,
    duties,
    example,
    health,
    held_on,
    histories,
)

# --- the worked examples --------------------------------------------------------------------------


def test_the_worked_example_scores_95_8_and_is_green_without_gates() -> None:
    found = health(example())
    assert found.score == pytest.approx(95.833333, abs=1e-6)
    assert (found.level, found.gates) == ("green", [])
    expected = {"R": 1, "A": 1, "O": 1, "B": 0.888889, "D": 1, "F": 0.75}
    assert found.components == pytest.approx(expected, abs=1e-6)


def test_the_worked_example_carried_by_one_person_scores_80_0_and_is_yellow_by_G2() -> None:
    found = health(example(ALONE, (4, 4, 3)))
    assert found.score == pytest.approx(80, abs=1e-6)
    assert (found.level, found.gates) == ("yellow", ["G2"])
    assert found.components == pytest.approx({"R": 1, "A": 1, "O": 1, "B": 0, "D": 1, "F": 0.5}, abs=1e-6)


def test_the_result_also_tells_what_the_rest_of_the_system_asks_about() -> None:
    found = health(example())
    assert found.n_eff == pytest.approx(25 / 9)
    assert found.ratio == pytest.approx(30 / 28)
    assert (found.last_led, found.meetings, found.office_share) == (date(2027, 10, 20), 6, 0)
    assert found.gap == active_days_between(date(2027, 10, 20), TODAY) == 12
    assert found.active_days == active_days_between(KICKOFF, TODAY)


def test_a_hundred_networks_score_as_each_of_them_does_alone() -> None:
    networks = [example(q4=(1 + i % 5, 3, 1 + i % 3), step=i % 5, target_size=i + 1) for i in range(100)]
    together = score(batch_of(*networks), TODAY)
    assert [together.row(i) for i in range(100)] == [health(network) for network in networks]


def test_no_networks_have_no_scores() -> None:
    assert len(score(BatchBuilder().batch(), TODAY)) == 0


# --- G1 and the gap -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gap", "level", "gates"),
    [(60, "green", []), (61, "yellow", ["G1"]), (90, "yellow", ["G1"]), (91, "red", ["G1"])],
)
def test_G1_caps_a_gap_over_2T_at_yellow_and_over_3T_at_red(gap: int, level: str, gates: list[str]) -> None:
    last = subtract_active_days(TODAY, gap)
    days = [last - timedelta(days=step) for step in (120, 90, 60, 30, 0)]
    network = example(cadence_days=30, meetings=held_on(*days, attended=9), q4=(5, 5, 5))
    found = health(network)
    assert (found.gap, found.gates) == (gap, gates)
    assert found.level == level


def test_the_gap_of_a_network_without_member_led_meetings_runs_from_kickoff() -> None:
    found = health(Network(KICKOFF))
    assert found.gap == active_days_between(KICKOFF, TODAY)
    assert (found.level, found.gates) == ("red", ["G1"])


def test_the_gap_runs_from_the_last_meeting_of_all_time_also_outside_the_window() -> None:
    old = date(2024, 3, 4)
    found = health(Network(date(2024, 1, 15), meetings=held_on(old)))
    assert (found.last_led, found.meetings) == (old, 0)
    assert found.gap == active_days_between(old, TODAY)


def test_a_cancelled_meeting_costs_nothing_but_the_gap_runs() -> None:
    cancelled = Meeting(date(2027, 10, 25), status="cancelled", attended=0, branches=0, companies=0)
    network = example()
    without = health(network)
    network.meetings.append(cancelled)
    assert health(network) == without


def test_a_planned_meeting_is_not_held() -> None:
    network = example()
    without = health(network)
    network.meetings.append(Meeting(date(2027, 10, 25), status="planned", attended=0))
    assert health(network) == without


# --- the window, order, levels --------------------------------------------------------------------


def test_the_window_is_365_days_with_the_date_itself() -> None:
    inside, outside = TODAY - timedelta(days=364), TODAY - timedelta(days=365)
    assert health(Network(date(2020, 1, 1), meetings=held_on(inside))).meetings == 1
    assert health(Network(date(2020, 1, 1), meetings=held_on(outside))).meetings == 0
    assert health(Network(date(2020, 1, 1), meetings=held_on(TODAY))).meetings == 1
    assert health(Network(date(2020, 1, 1), meetings=held_on(TODAY + timedelta(days=1)))).meetings == 0


def test_meetings_before_kickoff_count_within_the_window() -> None:
    network = Network(TODAY, meetings=held_on(TODAY - timedelta(days=3), TODAY - timedelta(days=2)))
    found = health(network)
    assert (found.meetings, found.level, found.components["R"]) == (2, "green", 1)
    assert found.gap == 2


def test_meetings_of_one_day_keep_their_order() -> None:
    before, both, after = EXAMPLE_DAYS[2:5]
    nobody, many = Meeting(both, attended=0), Meeting(both, attended=9)
    around = held_on(before), held_on(after)
    assert health(example(meetings=[*around[0], nobody, many, *around[1]])).ratio == 17 / 8
    assert health(example(meetings=[*around[1], many, nobody, *around[0]])).ratio == 8 / 17


def test_meetings_need_not_come_in_order() -> None:
    network = example()
    network.meetings.reverse()
    network.check_ins.reverse()
    swapped = health(network)
    assert swapped == health(example())


def test_a_young_network_with_one_meeting_is_not_assessed_and_lists_no_gates() -> None:
    kickoff = subtract_active_days(TODAY, 89)
    network = Network(kickoff, meetings=held_on(kickoff), check_ins=[ago(30, 20, 1)])
    found = health(network)
    assert (found.level, found.score, found.gates) == ("not_assessed", None, [])
    assert found.components["O"] == 1


def test_90_active_days_or_two_meetings_make_it_assessed() -> None:
    one = held_on(TODAY - timedelta(days=5))
    assert health(Network(subtract_active_days(TODAY, 90), meetings=one)).level != "not_assessed"
    assert health(Network(subtract_active_days(TODAY, 89), meetings=one)).level == "not_assessed"
    assert health(Network(subtract_active_days(TODAY, 89), meetings=one * 2)).level != "not_assessed"


def test_a_score_of_exactly_70_is_green() -> None:
    # R 1, A 1, O 1 and nothing else: 65, and F 0.5: exactly 70. Two meetings, so that no gate needs three.
    meetings = [Meeting(day, branches=0, companies=0, duties=duties(*ALONE)) for day in EXAMPLE_DAYS[-2:]]
    found = health(Network(date(2027, 8, 25), meetings=meetings, cadence_days=90))
    assert (found.score, found.level) == (70, "green")


def test_a_score_of_exactly_45_is_yellow() -> None:
    # No active day since kickoff (R 1), nobody came, nothing recorded, D 1 and F 0.5: 30 + 10 + 5.
    who = duties(None, "office", "office", None, "office")
    meetings = [Meeting(day, attended=0, duties=who) for day in (date(2027, 7, 5), date(2027, 7, 6))]
    found = health(Network(date(2027, 7, 5), meetings=meetings), date(2027, 7, 20))
    assert (found.score, found.level) == (45, "yellow")


def test_a_score_that_is_only_shown_as_70_is_yellow() -> None:
    meetings = [
        Meeting(day, attended=attended, branches=0, companies=0, duties=duties(*ALONE))
        for day, attended in zip(EXAMPLE_DAYS[-2:], (597, 600), strict=True)
    ]
    found = health(Network(date(2027, 8, 25), meetings=meetings, cadence_days=90, target_size=600))
    assert found.score == 69.9625
    assert (round(found.score, 1), found.level) == (70.0, "yellow")


def test_all_gates_that_fire_are_listed_in_order_also_those_that_change_nothing() -> None:
    days = days_before(date(2027, 5, 1), 0, 10, 20, 30)
    meetings = [
        Meeting(day, attended=n, duties=duties("m1", *["office"] * 4))
        for day, n in zip(days, (9, 9, 2, 2), strict=True)
    ]
    sent = [ago(90, 80, 1), ago(60), ago(30)]
    found = health(Network(KICKOFF, cadence_days=30, meetings=meetings, check_ins=sent))
    assert (found.gates, found.level) == (["G1", "G2", "G3", "G4", "G5", "G6"], "red")


def test_a_kickoff_after_the_date_is_refused() -> None:
    with pytest.raises(UserError, match="index 1, kickoff_on: lies after 2027-11-01"):
        score(batch_of(example(), Network(date(2027, 11, 2))), TODAY)


def test_columns_that_do_not_fit_together_are_a_bug() -> None:
    batch = batch_of(example())
    columns = {name: getattr(batch, name) for name in Batch.__slots__}
    with pytest.raises(ValueError, match="do not fit"):
        Batch(**columns | {"attended": batch.attended[1:]})


# --- early warnings -------------------------------------------------------------------------------


def result_with(*networks: Any, as_of: date = TODAY) -> Result:
    return score(batch_of(*networks), as_of)


def test_half_a_cadence_without_a_booked_meeting_warns_early() -> None:
    def warns(gap: int, *planned: date) -> bool:
        meetings = held_on(subtract_active_days(TODAY, gap))
        meetings += [Meeting(day, status="planned") for day in planned]
        result = result_with(Network(KICKOFF, cadence_days=30, meetings=meetings))
        return bool(nothing_booked(result, np.array([30]))[0])

    assert not warns(14)
    assert warns(15)
    assert warns(15, TODAY - timedelta(days=1))
    assert not warns(15, TODAY)
    assert not warns(15, TODAY + timedelta(days=200))


def test_a_fall_of_15_points_warns_early_and_the_unassessed_never_do() -> None:
    now = np.array([70.0, 70.1, 70.0, np.nan])
    before = np.array([85.0, 85.0, np.nan, 90.0])
    assert dropped(now, before).tolist() == [True, False, False, False]


def test_a_fall_is_measured_over_90_active_days() -> None:
    assert active_days_between(drop_since(TODAY), TODAY) == 90


# --- against the oracle ---------------------------------------------------------------------------


def approximately(value: Fraction | None) -> Any:
    return None if value is None else pytest.approx(float(value), abs=1e-12)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(histories(), min_size=1, max_size=4), st.integers(0, 500))
def test_any_history_scores_as_the_text_says_day_by_day(networks: list[Any], later: int) -> None:
    as_of = max(network.kickoff_on for network in networks) + timedelta(days=later)
    result = score(batch_of(*networks), as_of)
    for i, network in enumerate(networks):
        expected = oracle.judge(network, as_of)
        found = result.row(i)
        assert found.level == expected.level
        assert found.gates == expected.gates
        for name in COMPONENTS:
            assert found.components[name] == approximately(expected.components[name]), name
        assert (found.score is None) == (expected.score is None)
        if isinstance(expected.score, Fraction):
            assert found.score == pytest.approx(float(expected.score), abs=1e-8)


def test_many_networks_score_the_same_together_as_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    builder = BatchBuilder()
    for number in range(7):
        builder.add_network(date(2026, 11, 25), 60, 8, 2)
        codes = [builder.organiser(name) for name in "abcde"]
        for meeting in range(number):
            builder.add_meeting(date(2026, 11, 25) + timedelta(days=40 * meeting), "held", 5 + number, 3, 5, codes)
            builder.add_check_in(date(2027, 1, 1) + timedelta(days=20 * meeting), None, None)
    batch, as_of = builder.batch(), date(2027, 11, 1)
    whole = engagement.score(batch, as_of)
    monkeypatch.setattr(engagement, "AT_A_TIME", 3)
    parts = engagement.score(batch, as_of)
    assert [whole.row(place) for place in range(7)] == [parts.row(place) for place in range(7)]
