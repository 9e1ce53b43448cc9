"""How long networks live: from the kickoff to the first rest or end, by what they began with (domain.md section 11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from models.db.columnar import Ints
from models.views.congress.columns import SPLITS
from models.views.congress.counting.networks import RESTS_OR_ENDS
from models.views.congress.counting.survival import Survival, kaplan_meier, log_rank
from models.views.congress.counting.tally import DIGITS, Tally
from models.views.congress.disclosure.small_cells import NETWORKS, CellId
from models.views.congress.facts.rows import Facts, Life
from models.views.congress.report import A_YEAR, EVERYWHERE, Curve, Difference, LogRank, Point

CURVES: Final = "curves"
"""How many each group has: shown with its curve."""
LEAST: Final = 10
"""Networks in a group, for it to have a curve."""
DAYS_A_MONTH: Final = 365.25 / 12
HALF: Final = 0.5
MANY: Final = 3
"""Organisers from which they are counted together."""


@dataclass(frozen=True)
class Followed:
    """Networks of a group: for how many days each was followed, and whether it rested or ended then."""

    days: Ints
    happened: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.days)


Groups = Mapping[str, Followed]


def followed(facts: Facts) -> dict[str, Groups]:
    """The groups of every split; EVERYWHERE is the split that divides nothing."""
    started = [life for life in facts.own if life.started_on]
    found: dict[str, Groups] = {EVERYWHERE: {EVERYWHERE: _follow(facts, started)}}
    for split, groups in SPLITS.items():
        found[split] = {
            group: _follow(facts, [one for one in started if _group(split, one) == group]) for group in groups
        }
    return found


def _group(split: str, life: Life) -> str:
    if split == "support":
        return "with" if life.supported_at_start else "without"
    return f"{MANY}+" if life.organisers >= MANY else str(max(life.organisers, 1))


def _follow(facts: Facts, lives: list[Life]) -> Followed:
    days, happened = [], []
    for life in lives:
        if life.started_on:
            over = life.first(RESTS_OR_ENDS)
            days.append(((over.on if over else facts.last_day) - life.started_on).days)
            happened.append(over is not None)
    return Followed(np.array(days, dtype=np.int64), np.array(happened, dtype=np.bool_))


def count_followed(facts: Facts, tally: Tally, splits: Mapping[str, Groups]) -> None:
    """How many each group has: they are all networks that ever started."""
    started = [("networks", (year, EVERYWHERE), "started") for year in facts.years]
    for split, groups in splits.items():
        for group, some in groups.items():
            tally.count(CURVES, (split, group), "networks", len(some))
        tally.add_up(started, [(CURVES, (split, group), "networks") for group in groups])


def differences(found: Sequence[Curve]) -> tuple[Difference, ...]:
    """By how much each two groups of a split differ in each year that both are shown."""
    pairs = [(one, other) for one, other in combinations(found, 2) if one.split == other.split]
    return tuple(
        Difference(one.split, (one.group, other.group), point.month, *difference(point, beside))
        for one, other in pairs
        for point, beside in zip(one.yearly, other.yearly, strict=True)
    )


def difference(one: Point, other: Point) -> tuple[float, float, float]:
    """How much larger one share is than another, and the 95 % interval of it, from those of the two (the recovery of
    variance estimates, MOVER); a share that has no interval is as sure as it stands.
    """
    here, there = ((p.survival, _or(p.low, p.survival), _or(p.high, p.survival)) for p in (one, other))
    apart = here[0] - there[0]
    low = apart - float(np.hypot(here[0] - here[1], there[2] - there[0]))
    high = apart + float(np.hypot(here[2] - here[0], there[0] - there[1]))
    return round(apart, DIGITS), round(low, DIGITS), round(high, DIGITS)


def _or(bound: float | None, else_: float) -> float:
    return else_ if bound is None else bound


def curves(splits: Mapping[str, Groups], hides: frozenset[CellId]) -> tuple[Curve, ...]:
    """A curve of each group that is large enough, and whose number is shown."""
    found = []
    for split, groups in splits.items():
        months = _shown_months(groups)
        for group in _large(split, groups, hides):
            estimate = kaplan_meier(groups[group].days, groups[group].happened)
            points = tuple(_point(estimate, groups[group], month) for month in months)
            half = next((point.month for point in points if point.survival <= HALF), None)
            found.append(Curve(split, group, len(groups[group]), points, half))
    return tuple(found)


def log_ranks(splits: Mapping[str, Groups], hides: frozenset[CellId]) -> tuple[LogRank, ...]:
    """The test of each split that has two large groups or more, over all of their days."""
    found = []
    for split, groups in splits.items():
        large = _large(split, groups, hides)
        if len(large) > 1:
            statistic, p = log_rank([(groups[one].days, groups[one].happened) for one in large])
            found.append(LogRank(split, tuple(large), round(statistic, DIGITS), len(large) - 1, round(p, DIGITS)))
    return tuple(found)


def _large(split: str, groups: Groups, hides: frozenset[CellId]) -> list[str]:
    return [
        group
        for group, some in groups.items()
        if len(some) >= LEAST and (CURVES, (split, group), "networks") not in hides
    ]


def _day(month: int) -> int:
    return int(np.floor(month * DAYS_A_MONTH))


def _shown_months(groups: Groups) -> list[int]:
    """The months at which a split is shown: between two of them, of each of its groups, shown or not, no few rested or
    ended, and no few began so late that they are followed no further. Of all such, those with most whole years, then
    that go furthest, then that are most.
    """
    most = max((int(some.days.max()) for some in groups.values() if len(some)), default=0)
    last = int(most / DAYS_A_MONTH)
    tolls = [_toll(some, last) for some in groups.values() if len(some)]
    best: dict[int, tuple[int, int]] = {0: (0, 0)}
    came_from: dict[int, int] = {}
    for month in range(1, last + 1):
        before = [since for since in best if all(_is_enough(toll, since, month) for toll in tolls)]
        if before:
            since = max(before, key=lambda one: best[one])
            years, months = best[since]
            best[month], came_from[month] = (years + (month % A_YEAR == 0), months + 1), since
    shown = [max(best, key=lambda one: (best[one][0], one))]
    while shown[-1]:
        shown.append(came_from[shown[-1]])
    return shown[::-1]


def _toll(some: Followed, last: int) -> Ints:
    """By the end of each month: how many rested or ended, how many are followed no further, and how many are."""
    days = np.array([_day(month) for month in range(last + 1)], dtype=np.int64)
    over, not_over = (np.sort(some.days[which]) for which in (some.happened, ~some.happened))
    happened, unknown = (np.searchsorted(one, days, side="right") for one in (over, not_over))
    return np.stack([happened, unknown, len(some) - happened - unknown], axis=1)


def _is_enough(toll: Ints, since: int, until: int) -> bool:
    happened, unknown = (toll[until, :2] - (toll[since, :2] if since else 0)).tolist()
    return not any(0 < number < NETWORKS for number in (happened, unknown, int(toll[until, 2])))


def _point(estimate: Survival, some: Followed, month: int) -> Point:
    until = _day(month)
    place = int(np.searchsorted(estimate.times, until, side="right")) - 1
    at_risk = int((some.days > until).sum())
    if month == 0 or place < 0:
        return Point(month, len(some) if month == 0 else at_risk, 1.0, None, None)
    figures = (estimate.survival[place], estimate.low[place], estimate.high[place])
    survival, low, high = (None if np.isnan(one) else round(float(one), DIGITS) for one in figures)
    return Point(month, at_risk, survival or 0.0, low, high)
