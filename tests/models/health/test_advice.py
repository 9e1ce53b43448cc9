"""What would raise a score: for each part that is not whole, one thing that members can do."""

from dataclasses import replace

import pytest

from models.health.advice import Advice, ReportedFigures, parts
from models.health.engagement import Health
from models.health.parameters import COMPONENTS
from models.tables.health import Level

WHOLE = Health(
    components=dict.fromkeys(COMPONENTS, 1.0), score=100.0, level=Level.green, gates=[], n_eff=3.0, ratio=1.0,
    office_share=0.0, gap=10, last_led=None, meetings=6, active_days=200, booked=True,
)  # fmt: skip
TOLD = ReportedFigures(branches=[3, 3, 3, 3], companies=[5, 5, 5, 5], motivation=4, missed=False)


def way(name: str, told: ReportedFigures = TOLD, **facts: object) -> Advice | None:
    health = replace(WHOLE, components=WHOLE.components | {name: 0.5}, **facts)  # type: ignore[arg-type]
    return {part.name: part.way for part in parts(health, 60, told)}[name]


def test_a_whole_score_has_nothing_to_raise_and_its_parts_add_up_to_it() -> None:
    found = parts(WHOLE, 60, TOLD)
    assert [part.way for part in found] == [None] * 6
    assert sum(part.points or 0 for part in found) == sum(part.most for part in found) == 100


def test_the_parts_of_any_score_add_up_to_the_score() -> None:
    shares: dict[str, float | None] = dict(zip(COMPONENTS, (0.9, 0.5, 0.8, 0.4, 1.0, 0.25), strict=True))
    assert sum(one.points or 0 for one in parts(replace(WHOLE, components=shares), 60, TOLD)) == pytest.approx(69.0)


def test_a_network_that_meets_too_seldom_is_asked_to_meet_or_book_or_only_to_go_on() -> None:
    assert way("R", gap=60, booked=False) == Advice.meet
    assert way("R", gap=59, booked=False) == Advice.book
    assert way("R", gap=90, booked=True) == Advice.go_on


def test_falling_attendance_is_told_apart_from_few_who_come() -> None:
    assert way("A", ratio=0.8) == Advice.come_again
    assert way("A", ratio=1.2) == Advice.come
    assert way("A", ratio=None) == Advice.come


def test_work_is_taken_over_from_the_office_or_first_of_all_written_down() -> None:
    assert way("O", office_share=0.4) == Advice.take_over
    assert way("O", office_share=0.0) == Advice.record_duties


def test_one_more_who_shares_helps_only_once_members_carry_something() -> None:
    assert way("B") == Advice.one_more
    health = replace(WHOLE, components=WHOLE.components | {"O": 0.0, "B": 0.0})
    assert {part.name: part.way for part in parts(health, 60, TOLD)}["B"] == Advice.take_over_first


@pytest.mark.parametrize(
    ("branches", "companies", "expected"),
    [
        ([None, None], [None, None], Advice.record_who_came),
        ([2, 2], [5, 5], Advice.branches),
        ([3, 4], [4, 4], Advice.companies),
        ([1], [1], Advice.branches_and_companies),
        ([None], [2], Advice.companies),
    ],
)
def test_breadth_names_what_is_missing(
    branches: list[int | None], companies: list[int | None], expected: Advice
) -> None:
    assert way("D", replace(TOLD, branches=branches, companies=companies)) == expected


def test_an_unanswered_check_in_is_answered_before_anybody_asks_why() -> None:
    assert way("F", replace(TOLD, missed=True)) == Advice.answer
    assert way("F", replace(TOLD, motivation=None)) == Advice.first_answer
    assert way("F") == Advice.ask_why


@pytest.mark.parametrize(
    ("name", "expected"),
    [("O", Advice.record_duties), ("B", Advice.record_duties), ("D", Advice.record_who_came)],
)
def test_a_part_that_is_unknown_says_what_would_make_it_known(name: str, expected: Advice) -> None:
    unknown: dict[str, float | None] = dict.fromkeys("OB" if name in "OB" else name)
    told = replace(TOLD, branches=[None] * 4, companies=[None] * 4) if name == "D" else TOLD
    found = {one.name: one for one in parts(replace(WHOLE, components=WHOLE.components | unknown), 60, told)}
    assert (found[name].points, found[name].way) == (None, expected)
