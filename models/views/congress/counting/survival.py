"""Kaplan–Meier and the log-rank test, in days and whole groups (domain.md section 11); no question to a database."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.db.columnar import Ints

Z: Final = 1.959963984540054
"""Of a normal distribution, what 95 % lie within."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Survival:
    """The estimate after each time at which something happened, and how many were followed just before it.

    `low`, `high`: the 95 % interval by the logarithm of the negative logarithm; NaN where the estimate is 1 or 0.
    """

    times: Ints
    at_risk: Ints
    events: Ints
    survival: Floats
    low: Floats
    high: Floats


def kaplan_meier(durations: Ints, happened: npt.NDArray[np.bool_]) -> Survival:
    """What share is left after each time; who is followed no longer than a time still counts at it."""
    times = np.unique(durations[happened])
    at_risk = len(durations) - np.searchsorted(np.sort(durations), times, side="left")
    events = np.searchsorted(np.sort(durations[happened]), times, side="right")
    events = np.diff(events, prepend=0)
    survival = np.cumprod(1 - events / np.maximum(at_risk, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(events / (at_risk * (at_risk - events)))
        log_survival = np.log(survival)
        spread = Z * np.sqrt(greenwood) / np.abs(log_survival)
        low, high = (np.exp(log_survival * np.exp(sign * spread)) for sign in (1, -1))
    unknown = ~((survival > 0) & (survival < 1))
    low, high = (np.where(unknown, np.nan, side) for side in (low, high))
    return Survival(times, at_risk, events, survival.astype(np.float64), low, high)


def log_rank(groups: Sequence[tuple[Ints, npt.NDArray[np.bool_]]]) -> tuple[float, float]:
    """The statistic of the log-rank test of two groups or more, and its p-value; (0, 1) when nothing happened."""
    durations = np.concatenate([one[0] for one in groups])
    happened = np.concatenate([one[1] for one in groups])
    times = np.unique(durations[happened])
    ordered = [(np.sort(one), np.sort(one[ended])) for one, ended in groups]
    at_risk = np.array([len(one) - np.searchsorted(one, times, side="left") for one, _ in ordered], dtype=np.float64)
    events = np.array([_each(ended, times) for _, ended in ordered], dtype=np.float64)
    n, d = at_risk.sum(axis=0), events.sum(axis=0)
    share = at_risk / n
    difference = (events - share * d).sum(axis=1)
    weight = np.where(n > 1, d * (n - d) / np.maximum(n - 1, 1), 0.0)
    covariance = np.diag((share * weight).sum(axis=1)) - (share * weight) @ share.T
    degrees = len(groups) - 1
    if not weight.any():
        return 0.0, 1.0
    statistic = float(difference[:-1] @ np.linalg.pinv(covariance[:-1, :-1]) @ difference[:-1])
    return statistic, chance_of(statistic, degrees)


def _each(ended: Ints, times: Ints) -> Ints:
    return np.searchsorted(ended, times, side="right") - np.searchsorted(ended, times, side="left")


def chance_of(statistic: float, degrees: int) -> float:
    """How likely a chi-square variable of so many degrees is at least so large."""
    half, odd = max(statistic, 0.0) / 2, degrees % 2
    chance, power = (math.erfc(math.sqrt(half)), 0.5) if odd else (0.0, 0.0)
    # Each two degrees more add one term of the incomplete gamma function.
    for k in range(degrees // 2):
        chance += math.exp(-half) * half ** (power + k) / math.gamma(power + k + 1)
    return min(chance, 1.0)
