"""domain.md section 7, read with a lawyer's eye."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.dates.active_days import active_days_between, add_active_days, subtract_active_days
from models.errors import UserError
from models.health import engagement
from models.health.batch import DUTIES, NOT_RECORDED, OFFICE, Batch, BatchBuilder
from models.health.engagement import COMPONENTS, Health, Result, drop_since, dropped, nothing_booked, score
from tests import engagement_oracle as oracle

Network, Meeting, CheckIn = oracle.Network, oracle.Meeting, oracle.CheckIn

TODAY = date(2027, 11, 1)
KICKOFF = date(2026, 11, 25)
EXAMPLE_DAYS = (KICKOFF, *(date(2027, *md) for md in ((1, 20), (3, 17), (5, 12), (8, 25), (10, 20))))
SHARED = ("m1", "m2", "m3", "m1", "m2")
ALONE = ("m1",) * 5


def duties(*who: str | None) -> dict[str, str | None]:
    return dict(zip(DUTIES, who, strict=True))


def example(who: tuple[str | None, ...] = SHARED, q4: tuple[int, ...] = (4, 5, 4), **changes: Any) -> Any:
    """The worked example of section 7, with changes."""
    meetings = [
        Meeting(day, attended=attended, duties=duties(*who))
        for day, attended in zip(EXAMPLE_DAYS, (9, 9, 10, 9, 11, 10), strict=True)
    ]
    sent = (date(2027, 3, 2), date(2027, 6, 1), date(2027, 9, 7))
    check_ins = [CheckIn(day, day, answer) for day, answer in zip(sent, q4, strict=True)]
    told: dict[str, Any] = {"kickoff_on": KICKOFF, "meetings": meetings, "check_ins": check_ins}
    return Network(**told | changes)


def batch_of(*networks: Any) -> Batch:
    builder = BatchBuilder()
    for network in networks:
        builder.add_network(network.kickoff_on, network.cadence_days, network.target_size, network.step)
        for m in network.meetings:
            codes = [code(builder, m.duties.get(duty)) for duty in DUTIES]
            builder.add_meeting(m.on, m.status, m.attended, m.branches, m.companies, codes)
        for c in network.check_ins:
            builder.add_check_in(c.sent_on, c.answered_on, c.q4)
    return builder.batch()


def code(builder: BatchBuilder, who: str | None) -> int:
    if who is None:
        return NOT_RECORDED
    return OFFICE if who == "office" else builder.organiser(who)


def health(network: Any, as_of: date = TODAY) -> Health:
    return score(batch_of(network), as_of).row(0)


def held_on(*days: date, who: tuple[str | None, ...] = SHARED, attended: int = 8) -> list[Any]:
    return [Meeting(day, attended=attended, duties=duties(*who)) for day in days]


def days_before(as_of: date, *distances: int) -> list[date]:
    return [as_of - timedelta(days=distance) for distance in sorted(distances, reverse=True)]


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


# --- R: rhythm ------------------------------------------------------------------------------------


def rhythm(days: list[date], as_of: date, kickoff: date, cadence: int = 30) -> float:
    network = Network(kickoff, cadence_days=cadence, meetings=held_on(*days))
    return health(network, as_of).components["R"]


def test_a_meeting_covers_its_own_day_and_T_minus_1_active_days_after_it() -> None:
    kickoff = date(2027, 3, 1)
    assert rhythm([kickoff], add_active_days(kickoff, 29), kickoff) == 1
    assert rhythm([kickoff], add_active_days(kickoff, 30), kickoff) == pytest.approx(30 / 31)


def test_a_meeting_on_a_quiet_day_covers_one_active_day_less() -> None:
    kickoff, summer = (
        date(2027, 6, 27),
        date(2027, 7, 15),
    )  # the last day before the summer, and one inside it
    as_of = add_active_days(summer, 40)
    assert rhythm([summer], as_of, kickoff) == pytest.approx(29 / 41)


def test_quiet_weeks_do_not_break_the_rhythm() -> None:
    assert rhythm([date(2027, 6, 20), date(2027, 8, 29)], date(2027, 9, 1), date(2027, 6, 20)) == 1


def test_overlapping_meetings_count_a_day_once() -> None:
    kickoff = date(2027, 3, 1)
    as_of = add_active_days(kickoff, 99)
    once = rhythm([kickoff, add_active_days(kickoff, 10)], as_of, kickoff)
    assert once == pytest.approx(40 / 100)
    assert rhythm([kickoff, kickoff, add_active_days(kickoff, 10)], as_of, kickoff) == once


def test_a_meeting_before_the_window_still_covers_days_within_it() -> None:
    as_of = date(2027, 11, 1)
    before = as_of - timedelta(days=365)
    active = active_days_between(before, as_of)
    assert rhythm([before], as_of, date(2020, 1, 1)) == pytest.approx(29 / active)


def test_without_any_active_day_since_kickoff_the_rhythm_is_kept() -> None:
    assert rhythm([], date(2027, 7, 20), date(2027, 7, 10)) == 1


def test_a_meeting_that_only_the_office_led_covers_nothing() -> None:
    meetings = held_on(*EXAMPLE_DAYS, who=("office", "m1", "m1", "office", "m1"))
    found = health(example(meetings=meetings))
    assert found.components["R"] == 0
    assert found.last_led is None
    assert found.gap == active_days_between(KICKOFF, TODAY)


@pytest.mark.parametrize("who", [("m1", *["office"] * 4), ("office", None, None, "m1", "office")])
def test_a_member_who_invites_or_leads_makes_a_meeting_member_led(who: tuple[str | None, ...]) -> None:
    assert health(example(who)).components["R"] == 1


def test_hosting_alone_does_not_make_a_meeting_member_led() -> None:
    assert health(example((None, "m1", None, None, None))).components["R"] == 0


# --- A: attendance --------------------------------------------------------------------------------


def attendance(*attended: int, target: int = 8) -> tuple[float, float | None, list[str]]:
    days = days_before(TODAY, *range(10, 10 * len(attended) + 10, 10))
    meetings = [Meeting(day, attended=n, duties=duties(*SHARED)) for day, n in zip(days, attended, strict=True)]
    found = health(Network(KICKOFF, target_size=target, meetings=meetings))
    return found.components["A"], found.ratio, found.gates


def test_without_meetings_attendance_is_0() -> None:
    assert attendance() == (0, None, ["G1"])


def test_with_three_meetings_attendance_is_only_the_median_against_the_target() -> None:
    assert attendance(2, 8, 6)[:2] == (6 / 8, None)


def test_of_two_meetings_the_median_is_the_middle() -> None:
    assert attendance(3, 6)[0] == 4.5 / 8


def test_more_than_the_target_is_not_more_than_1() -> None:
    assert attendance(20, 20, 20)[0] == 1


def test_four_meetings_have_a_trend_of_two_against_two() -> None:
    value, ratio, _ = attendance(8, 8, 6, 6)
    assert ratio == 12 / 16
    assert value == pytest.approx((6 / 8 + 0.5) / 2)


def test_five_meetings_leave_the_oldest_out_of_the_trend() -> None:
    assert attendance(100, 8, 8, 8, 8)[1] == 1


def test_of_seven_meetings_the_last_six_make_the_trend() -> None:
    assert attendance(100, 5, 5, 5, 5, 5, 5)[1] == 1


def test_somebody_where_nobody_came_before_is_above_every_threshold() -> None:
    value, ratio, gates = attendance(0, 0, 8, 8)
    assert (value, ratio) == (1, np.inf)
    assert "G4" not in gates


def test_nobody_after_nobody_is_a_steady_trend() -> None:
    value, ratio, gates = attendance(0, 0, 0, 0)
    assert (value, ratio) == (0.5, 1)
    assert "G4" not in gates


def test_G4_fires_at_a_ratio_of_exactly_0_7_and_not_just_above() -> None:
    assert "G4" in attendance(10, 10, 7, 7)[2]
    assert "G4" not in attendance(100, 100, 70, 71)[2]


def test_G4_needs_a_trend() -> None:
    assert "G4" not in attendance(20, 1, 1)[2]


# --- O, B and D: who does the work, and who comes -------------------------------------------------


def test_a_duty_that_the_office_takes_over_never_raises_the_score() -> None:
    for duty in range(5):
        who: list[str | None] = list(SHARED)
        before = health(example(tuple(who))).score
        who[duty] = "office"
        after = health(example(tuple(who))).score
        assert before is not None and after is not None and after <= before


def test_only_the_last_four_meetings_count_for_the_duties() -> None:
    meetings = held_on(*EXAMPLE_DAYS[:2], who=("office",) * 5) + held_on(*EXAMPLE_DAYS[2:])
    assert health(example(meetings=meetings)).components["O"] == 1


def test_duties_that_nobody_wrote_down_are_unknown_and_not_the_offices() -> None:
    found = health(example(("m1", None, None, "m2", "office")))
    assert found.components["O"] == pytest.approx(2 / 3)
    assert found.office_share == pytest.approx(1 / 3)


def test_without_any_recorded_duty_O_and_B_are_0_and_G2_keeps_silent() -> None:
    found = health(example((None,) * 5))
    assert (found.components["O"], found.components["B"]) == (0, 0)
    assert "G2" not in found.gates


def test_organisers_of_one_network_are_not_those_of_another() -> None:
    together = score(batch_of(example(ALONE), example(("m2",) * 5)), TODAY)
    assert together.n_eff.tolist() == [1, 1]


def test_a_network_that_leans_on_one_person_is_capped_at_yellow_by_G2() -> None:
    found = health(example(ALONE, (5, 5, 5)))
    assert found.score is not None and found.score > 70
    assert (found.level, found.gates) == ("yellow", ["G2"])


def with_duties(*last_four: tuple[str | None, ...], **changes: Any) -> Any:
    meetings = [Meeting(day, duties=duties(*who)) for day, who in zip(EXAMPLE_DAYS[2:], last_four, strict=True)]
    return example(meetings=meetings, **changes)


def test_G2_fires_just_below_1_25_effective_organisers_and_not_just_above() -> None:
    below = with_duties(ALONE, ALONE, ALONE, ("m1", "m1", "m1", "m2", "m2"))  # 18 and 2 of 20
    assert health(below).n_eff == pytest.approx(400 / 328)
    assert "G2" in health(below).gates
    above = with_duties(ALONE, ALONE, ALONE, ("m1", "m2", "m3", None, None))
    assert health(above).n_eff == pytest.approx(324 / 258)
    assert "G2" not in health(above).gates


def test_G2_needs_three_meetings_in_the_window() -> None:
    two, three = EXAMPLE_DAYS[-2:], EXAMPLE_DAYS[-3:]
    assert "G2" not in health(example(meetings=held_on(*two, who=ALONE))).gates
    assert "G2" in health(example(meetings=held_on(*three, who=ALONE))).gates


@pytest.mark.parametrize(
    ("members", "level", "fires"),
    [(10, "green", False), (9, "yellow", True), (4, "yellow", True), (3, "red", True)],
)
def test_G3_caps_below_half_at_yellow_and_below_a_fifth_at_red(members: int, level: str, fires: bool) -> None:
    who = [f"m{i % 3}" for i in range(members)] + ["office"] * (20 - members)
    who = [who[i * 7 % 20] for i in range(20)]  # spread over the meetings
    rows = [tuple(who[i : i + 5]) for i in (0, 5, 10, 15)]
    found = health(with_duties(*rows, step=2, cadence_days=180, q4=(5, 5, 5)))
    assert found.components["O"] == members / 20
    assert found.gates == (["G3"] if fires else [])
    assert found.score is not None and found.score >= 45
    assert found.level == level


def test_G3_begins_at_step_2() -> None:
    office = ("m1", *["office"] * 4)
    assert "G3" not in health(example(office, step=1)).gates
    assert "G3" in health(example(office, step=2)).gates


def test_G3_makes_a_network_red_that_its_points_would_leave_yellow() -> None:
    rows = (("m1", *["office"] * 4),) * 3 + (("office",) * 5,)
    meetings = held_on(*EXAMPLE_DAYS[:2]) + with_duties(*rows).meetings
    found = health(example(meetings=meetings, q4=(5, 5, 5)))
    assert found.score is not None and found.score > 45
    assert (found.level, "G3" in found.gates) == ("red", True)


def test_three_equal_organisers_give_the_whole_of_B() -> None:
    rows = (("m1", "m2", "m3", None, None),) * 4
    assert health(with_duties(*rows)).components["B"] == 1


def test_D_is_half_branches_and_half_companies_by_their_medians() -> None:
    numbers = ((0, 0), (1, 5), (2, 2), (4, 3), (3, 3))
    meetings = [Meeting(day, branches=b, companies=c) for day, (b, c) in zip(EXAMPLE_DAYS[1:], numbers, strict=True)]
    # of the last four: branches 1 2 4 3 -> 2.5, companies 5 2 3 3 -> 3
    assert health(example(meetings=meetings)).components["D"] == pytest.approx((2.5 / 3 + 3 / 5) / 2)


def test_unknown_branches_are_left_out_of_the_median_and_are_not_zero() -> None:
    branches = (None, 3, None, 3)
    meetings = [Meeting(day, branches=b) for day, b in zip(EXAMPLE_DAYS[2:], branches, strict=True)]
    assert health(example(meetings=meetings)).components["D"] == 1


def test_when_only_companies_are_known_they_stand_for_both_halves() -> None:
    meetings = [Meeting(day, branches=None, companies=4) for day in EXAMPLE_DAYS]
    assert health(example(meetings=meetings)).components["D"] == pytest.approx(0.8)


def test_without_meetings_D_is_0() -> None:
    assert health(example(meetings=[])).components["D"] == 0


# --- F: what the organisers answer ----------------------------------------------------------------


def answers(*check_ins: Any) -> Health:
    return health(example(check_ins=list(check_ins)))


def ago(days: int, answered: int | None = None, q4: int | None = None) -> Any:
    return CheckIn(TODAY - timedelta(days=days), None if answered is None else TODAY - timedelta(days=answered), q4)


def test_before_any_check_in_F_is_a_half() -> None:
    assert answers().components["F"] == 0.5


def test_F_is_the_latest_answered_wish() -> None:
    assert answers(ago(90, 80, 1), ago(60, 50, 5), ago(30, 20, 4)).components["F"] == 0.75


def test_an_unanswered_check_in_is_missed_on_its_14th_day_and_not_before() -> None:
    assert answers(ago(90, 80, 5), ago(13)).components["F"] == 1
    assert answers(ago(90, 80, 5), ago(14)).components["F"] == 0.75


@pytest.mark.parametrize(("missed", "value"), [(0, 1), (1, 0.75), (2, 0.5)])
def test_each_check_in_missed_in_a_row_at_the_end_costs_a_quarter(missed: int, value: float) -> None:
    sent = [ago(200, 199, 5), ago(190, 189, 5), ago(180, 179, 5), *(ago(100 - i) for i in range(missed))]
    assert answers(*sent).components["F"] == value


def test_three_missed_in_a_row_leave_nothing() -> None:
    assert answers(ago(200, 199, 5), ago(90), ago(60), ago(30)).components["F"] == 0


def test_a_missed_one_in_the_middle_costs_nothing() -> None:
    assert answers(ago(90, 80, 5), ago(60), ago(30, 20, 5)).components["F"] == 1


def test_young_unanswered_ones_are_among_the_last_three_before_they_are_left_out() -> None:
    found = answers(ago(200, 199, 5), ago(12), ago(11), ago(10))
    assert found.components["F"] == 0.5  # the old answer is no longer one of the three
    assert "G6" not in found.gates


def test_a_young_one_neither_breaks_nor_lengthens_the_row_of_missed_ones() -> None:
    found = answers(ago(90), ago(60), ago(3))
    assert found.components["F"] == 0.25
    assert "G6" in found.gates


def test_an_answer_given_after_the_date_counts_as_unanswered() -> None:
    assert answers(ago(90, 80, 5), ago(20, -1, 1)).components["F"] == 0.75
    assert answers(ago(90, 80, 5), ago(20, 0, 3)).components["F"] == 0.5


def test_check_ins_sent_after_the_date_are_not_known() -> None:
    assert answers(ago(90, 80, 5), ago(-1, -2, 1)).components["F"] == 1


def test_check_ins_of_one_day_keep_their_order() -> None:
    assert answers(ago(30, 20, 5), ago(30, 20, 1)).components["F"] == 0
    assert answers(ago(30, 20, 1), ago(30, 20, 5)).components["F"] == 1


def test_G5_fires_at_a_wish_of_2_and_not_of_3() -> None:
    assert "G5" in answers(ago(30, 20, 2)).gates
    assert "G5" not in answers(ago(30, 20, 3)).gates
    assert "G5" in answers(ago(90, 80, 2), ago(30)).gates


def test_G6_fires_at_two_missed_in_a_row() -> None:
    assert "G6" not in answers(ago(90, 80, 5), ago(60, 50, 5), ago(30)).gates
    found = answers(ago(90, 80, 5), ago(60), ago(30))
    assert (found.level, found.gates) == ("yellow", ["G6"])


def test_G6_is_red_only_with_three_missed_and_no_meeting_for_longer_than_T() -> None:
    sent = [ago(90), ago(60), ago(30)]
    last = subtract_active_days(TODAY, 60)  # exactly T
    earlier = last - timedelta(days=1)
    for day, level in ((last, "yellow"), (earlier, "red")):
        found = health(example(meetings=held_on(*EXAMPLE_DAYS[:4], day), check_ins=sent))
        assert (found.level, "G6" in found.gates) == (level, True)
        assert found.score is not None and found.score > 45


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
    meetings = [Meeting(day, attended=0) for day in (date(2027, 7, 5), date(2027, 7, 6))]
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

WHO = st.sampled_from([None, None, "office", "m1", "m1", "m1", "m2", "m3"])
FIRST = date(2025, 10, 1)
DAYS = st.integers(0, 900).map(lambda n: FIRST + timedelta(days=n)) | st.sampled_from(
    [
        date(2026, 7, 1),
        date(2026, 12, 24),
        date(2027, 1, 7),
        date(2027, 1, 8),
        date(2027, 6, 27),
        date(2027, 8, 16),
    ]
)
NUMBER = st.none() | st.integers(0, 7)
MEETINGS = st.builds(
    Meeting,
    on=DAYS,
    status=st.sampled_from(["held", "held", "held", "held", "planned", "cancelled"]),
    attended=st.integers(0, 14),
    branches=NUMBER,
    companies=NUMBER,
    duties=st.tuples(WHO, WHO, WHO, WHO, WHO).map(lambda who: duties(*who)),
)


@st.composite
def histories(draw: st.DrawFn) -> Any:
    def check_in() -> Any:
        sent = draw(DAYS)
        if draw(st.booleans()):
            return CheckIn(sent)
        return CheckIn(sent, sent + timedelta(days=draw(st.integers(0, 40))), draw(st.integers(1, 5)))

    return Network(
        kickoff_on=FIRST + timedelta(days=draw(st.integers(0, 760))),
        cadence_days=draw(st.sampled_from([30, 60, 90, 180])),
        target_size=draw(st.integers(1, 12)),
        step=draw(st.integers(0, 4)),
        meetings=draw(st.lists(MEETINGS, max_size=14)),
        check_ins=[check_in() for _ in range(draw(st.integers(0, 5)))],
    )


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
            assert found.components[name] == pytest.approx(float(expected.components[name]), abs=1e-12), name
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
