"""How long networks live: from the kickoff to the first rest or end, by what they began with (domain.md section 11)."""

from collections.abc import Mapping
from dataclasses import dataclass
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
from models.views.congress.report import EVERYWHERE, Curve, LogRank, Point

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
    ended, and no few began so late that they are followed no further.
    """
    shown, most = [0], max((int(some.days.max()) for some in groups.values() if len(some)), default=0)
    for month in range(1, int(most / DAYS_A_MONTH) + 1):
        since, until = _day(shown[-1]), _day(month)
        if all(_is_enough(some, since, until) for some in groups.values()):
            shown.append(month)
    return shown


def _is_enough(some: Followed, since: int, until: int) -> bool:
    first = -1 if since == 0 else since
    between = (some.days > first) & (some.days <= until)
    numbers = (
        int((between & some.happened).sum()),
        int((between & ~some.happened).sum()),
        int((some.days > until).sum()),
    )
    return not any(0 < number < NETWORKS for number in numbers)


def _point(estimate: Survival, some: Followed, month: int) -> Point:
    until = _day(month)
    place = int(np.searchsorted(estimate.times, until, side="right")) - 1
    at_risk = int((some.days > until).sum())
    if month == 0 or place < 0:
        return Point(month, len(some) if month == 0 else at_risk, 1.0, None, None)
    figures = (estimate.survival[place], estimate.low[place], estimate.high[place])
    survival, low, high = (None if np.isnan(one) else round(float(one), DIGITS) for one in figures)
    return Point(month, at_risk, survival or 0.0, low, high)
