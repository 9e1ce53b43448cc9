"""How long networks live: the hand vector of domain.md section 11, and lifelines on random data."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test

from models.db.columnar import Ints
from models.views.congress.counting.curves import DAYS_A_MONTH, Followed, curves, difference
from models.views.congress.counting.survival import chance_of, kaplan_meier, log_rank
from models.views.congress.report import Point

Flags = npt.NDArray[np.bool_]
LIVES = st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=2, max_size=60)


def columns(lives: list[tuple[int, bool]]) -> tuple[Ints, Flags]:
    days, happened = zip(*lives, strict=True)
    return np.array(days, dtype=np.int64), np.array(happened, dtype=np.bool_)


def test_the_hand_vector() -> None:
    found = kaplan_meier(*columns([(3, True), (6, False), (8, True), (12, True), (12, False), (20, False)]))
    assert found.survival.round(4).tolist() == [0.8333, 0.625, 0.4167]
    assert (found.times.tolist(), found.at_risk.tolist()) == ([3, 8, 12], [6, 4, 3])


@given(LIVES)
def test_the_estimate_and_its_intervals_are_those_of_lifelines(lives: list[tuple[int, bool]]) -> None:
    days, happened = columns(lives)
    found = kaplan_meier(days, happened)
    other = KaplanMeierFitter().fit(days, happened)
    assert found.survival == pytest.approx(other.predict(found.times), abs=1e-12)
    table = other.event_table.loc[found.times]
    assert found.at_risk.tolist() == table["at_risk"].tolist() and found.events.tolist() == table["observed"].tolist()
    low, high = other.confidence_interval_.loc[found.times].to_numpy().T
    known = ~np.isnan(found.low)
    assert known.tolist() == ((found.survival > 0) & (found.survival < 1)).tolist()
    assert found.low[known] == pytest.approx(low[known], abs=1e-9)
    assert found.high[known] == pytest.approx(high[known], abs=1e-9)


@given(st.lists(LIVES, min_size=2, max_size=4))
def test_the_log_rank_test_is_that_of_lifelines(groups: list[list[tuple[int, bool]]]) -> None:
    each = [columns(lives) for lives in groups]
    if not any(happened.any() for _, happened in each):
        assert log_rank(each) == (0.0, 1.0)
        return
    names = np.concatenate([np.full(len(days), number) for number, (days, _) in enumerate(each)])
    statistic, p = log_rank(each)
    other = multivariate_logrank_test(
        np.concatenate([days for days, _ in each]), names, np.concatenate([happened for _, happened in each])
    )
    if math.isnan(other.test_statistic):
        assert statistic == pytest.approx(0)
        return
    assert (statistic, p) == pytest.approx((other.test_statistic, other.p_value), abs=1e-8)


@pytest.mark.parametrize(("statistic", "degrees"), [(3.8415, 1), (5.9915, 2), (7.8147, 3), (9.4877, 4), (11.0705, 5)])
def test_chance_is_five_in_a_hundred_at_the_tables_values(statistic: float, degrees: int) -> None:
    assert chance_of(statistic, degrees) == pytest.approx(0.05, abs=1e-5)


def test_two_shares_differ_by_no_more_than_their_intervals_allow() -> None:
    one, other = Point(12, 50, 0.9, 0.8, 0.95), Point(12, 50, 0.7, 0.6, 0.78)
    low, high = 0.2 - math.hypot(0.1, 0.08), 0.2 + math.hypot(0.05, 0.1)
    assert difference(one, other) == pytest.approx((0.2, low, high), abs=1e-6)
    assert difference(other, one) == pytest.approx((-0.2, -high, -low), abs=1e-6)
    assert difference(one, Point(12, 50, 1.0, None, None))[0] == pytest.approx(-0.1), "who has no interval is sure"


def test_a_curve_shows_whole_years_and_goes_as_far_as_it_can() -> None:
    """Two stop in the second month, the fifth and the eleventh: shown at five, the last two would stand alone."""
    months = [2, 2, 5, 5, 11, 11, *[30] * 14]
    days = np.array([int(month * DAYS_A_MONTH) for month in months], dtype=np.int64)
    some = Followed(days, np.array([month < 30 for month in months], dtype=np.bool_))
    (curve,) = curves({"all": {"all": some}}, frozenset())
    assert [point.survival for point in curve.points if point.month == 12] == [0.7]
    assert curve.points[-1].month == 29 and not {2, 5} & {point.month for point in curve.points}
    assert [point.month for point in curve.yearly] == [12, 24]
