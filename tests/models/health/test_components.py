"""What a score is made of, and the gates that look at it (domain.md section 7)."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from models.dates.active_days import active_days_between, add_active_days, subtract_active_days
from models.health.engagement import Health, score
from tests.models.health.histories import (
    ALONE,
    EXAMPLE_DAYS,
    KICKOFF,
    SHARED,
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
)

# --- R: rhythm ------------------------------------------------------------------------------------


def rhythm(days: list[date], as_of: date, kickoff: date, cadence: int = 30) -> float | None:
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


def test_hosting_alone_does_not_make_a_meeting_member_led_that_the_office_led() -> None:
    assert health(example(("office", "m1", None, None, None))).components["R"] == 0
    assert health(example((None, "m1", None, "office", None))).components["R"] == 0


@pytest.mark.parametrize("who", [(None,) * 5, (None, "m1", None, None, "office"), (None, "office", None, None, None)])
def test_a_meeting_whose_invitation_and_lead_nobody_wrote_down_was_led_by_its_convener(
    who: tuple[str | None, ...],
) -> None:
    found = health(example(who))
    assert found.components["R"] == 1 and found.last_led == EXAMPLE_DAYS[-1]


# --- A: attendance --------------------------------------------------------------------------------


def attendance(*attended: int, target: int = 8) -> tuple[float | None, float | None, list[str]]:
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


def test_without_any_recorded_duty_O_and_B_are_unknown_and_the_others_carry_the_score() -> None:
    found = health(example((None,) * 5, step=4))
    assert (found.components["O"], found.components["B"]) == (None, None)
    known = {name: value for name, value in found.components.items() if value is not None}
    assert found.score == pytest.approx(
        100 * (30 * known["R"] + 15 * known["A"] + 10 * known["D"] + 10 * known["F"]) / 65, abs=1e-9
    )
    assert found.gates == [], "G2 and G3 need O"


def test_without_any_meeting_O_and_B_and_D_are_0_and_not_unknown() -> None:
    found = health(example(meetings=[]))
    assert [found.components[name] for name in "AOBD"] == [0, 0, 0, 0]


def test_the_offices_duties_count_to_the_busiest_organiser() -> None:
    """An office that takes over can lower the spread and never lift it."""
    shared = health(with_duties(*[("m1", "m2", "m1", "m2", "m1")] * 4))
    assert shared.n_eff == pytest.approx(400 / (12**2 + 8**2))
    taken = health(with_duties(*[("m1", "office", "m1", "m2", "m1")] * 4))
    assert taken.n_eff == pytest.approx(400 / (16**2 + 4**2))
    assert health(with_duties(*[("office",) * 5] * 4)).n_eff == 0


def test_when_neither_branches_nor_companies_are_known_D_is_unknown() -> None:
    meetings = [Meeting(day, branches=None, companies=None, duties=duties(*SHARED)) for day in EXAMPLE_DAYS]
    found = health(example(meetings=meetings))
    assert found.components["D"] is None and found.score is not None and found.score > 70


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
    ("members", "level", "gates"),
    [(10, "yellow", []), (9, "yellow", ["G3"]), (4, "yellow", ["G2", "G3"]), (3, "red", ["G2", "G3"])],
)
def test_G3_caps_below_half_at_yellow_and_below_a_fifth_at_red(members: int, level: str, gates: list[str]) -> None:
    who = [f"m{i % 3}" for i in range(members)] + ["office"] * (20 - members)
    who = [who[i * 7 % 20] for i in range(20)]  # spread over the meetings
    rows = [tuple(who[i : i + 5]) for i in (0, 5, 10, 15)]
    found = health(with_duties(*rows, step=2, cadence_days=180, q4=(5, 5, 5)))
    assert found.components["O"] == members / 20
    assert found.gates == gates
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


def test_to_send_a_new_one_changes_nothing_until_it_has_had_its_time() -> None:
    before = answers(ago(200, 199, 5))
    found = answers(ago(200, 199, 5), ago(13), ago(11), ago(10))
    assert found.components["F"] == before.components["F"] == 1
    assert "G6" not in found.gates
    assert answers(ago(200, 199, 5), ago(14), ago(11), ago(10)).components["F"] == 0.75


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
