"""The next four quarters, simulated from the office's own rates (domain.md section 11): an outlook, and no promise.

Each network on the ladder goes on as others did: it takes of each quarter what some network on that step took of one,
steps down on its days, and may rest or end as often as others have. What it no longer takes is free. Who waits is
helped in turn, each with as many hours as somebody was granted; those who ask meanwhile stand behind.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from models.dates.local_time import add_months, quarter, quarter_bounds
from models.tables.request import RequestState
from models.views.congress.columns import OUTLOOK
from models.views.congress.counting.networks import RESTS_OR_ENDS
from models.views.congress.counting.tally import DIGITS, Tally
from models.views.congress.disclosure.small_cells import CellId
from models.views.congress.facts.rows import Facts, Life
from models.views.congress.report import EVERYWHERE, HIDDEN, Cell, Outlook, Table

SIMULATIONS: Final = 400
QUARTERS: Final = 4
MONTHS: Final = 3
STEP_DAYS: Final = 90
"""Days after which the ladder goes one step down, when nothing comes between (section 5)."""
LADDER: Final = (1, 2, 3)
INTERVAL: Final = (5, 50, 95)
MORE_OR_LESS: Final = (-24, -12, 0, 12, 24)
"""Hours a quarter that a region could have more or less: half of a negotiator's, or all of one's."""
BEYOND: Final = float(QUARTERS * MONTHS + 1)
"""After the last month that is simulated."""
HUNDRED: Final = 100
ON_LADDER: Final = "on_ladder"
CAPACITY: Final = "capacity"
FEWEST_HIDDEN: Final = 2
"""Regions hidden, for what they are together to tell of none."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rates:
    """What the last year was like: hundredths of hours that a network on each step took of a quarter, what a network
    was granted in its first year, and the share on the ladder that rested or ended in a quarter.
    """

    taken: dict[int, Floats]
    granted: Floats
    lost: float


def count_on_ladder(facts: Facts, tally: Tally) -> None:
    """How many networks of each region are on the ladder at the cut-off: what an outlook of few would say is hidden."""
    numbers: defaultdict[str, int] = defaultdict(int)
    for life in _on_ladder(facts):
        numbers[life.region] += 1
    regions = facts.places[1:]
    for region in regions:
        tally.count(ON_LADDER, (region,), "networks", numbers[region])
    tally.count(ON_LADDER, (EVERYWHERE,), "networks", sum(numbers.values()))
    tally.add_up([(ON_LADDER, (one,), "networks") for one in regions], [(ON_LADDER, (EVERYWHERE,), "networks")])


def count_capacity(facts: Facts, tally: Tally) -> None:
    """What was used or reserved of each region's hours in the quarter that ends."""
    year = facts.years[-1]
    regions = {region: facts.taken.get(region, (0, 0)) for region in facts.budgets}
    hours, networks = (sum(one[which] for one in regions.values()) for which in (0, 1))
    for region, (taken, of) in [*regions.items(), (EVERYWHERE, (hours, networks))]:
        tally.count(CAPACITY, (year, region), "taken", taken / HUNDRED, of=of)
    tally.add_up([(CAPACITY, (year, region), "taken") for region in regions], [(CAPACITY, (year, EVERYWHERE), "taken")])
    budget = sum(facts.budgets.values())
    tally.rate(CAPACITY, (year, EVERYWHERE), "budget", budget / HUNDRED)
    tally.rate(CAPACITY, (year, EVERYWHERE), "share_taken", hours / budget if budget else None, needs=("taken",))


def _capacity(facts: Facts, hides: frozenset[CellId]) -> Iterator[tuple[Cell, ...]]:
    """Of the country and each region that has hours: who waits, the hours, and what is left of them."""
    waiting, year = _waiting(facts), facts.years[-1]
    for region in (EVERYWHERE, *sorted(facts.budgets)):
        here = facts.budgets if region == EVERYWHERE else {region: facts.budgets[region]}
        budget, taken = sum(here.values()), sum(facts.taken.get(one, (0, 0))[0] for one in here)
        waits = _or_hidden((waiting[region],), ("unmet", (year, region), "waiting") in hides)
        figures = (taken / HUNDRED, (budget - taken) / HUNDRED, round(taken / budget, DIGITS) if budget else None)
        yield (region, *waits, budget / HUNDRED, *_or_hidden(figures, (CAPACITY, (year, region), "taken") in hides))


def outlook(facts: Facts, hides: frozenset[CellId]) -> Outlook:
    """Simulated from a seed that is the cut-off's own: the same facts give the same figures."""
    random = np.random.Generator(np.random.PCG64(facts.cutoff.toordinal()))
    rates, lives = _rates(facts), _on_ladder(facts)
    regions = [EVERYWHERE, *sorted(facts.budgets)]
    place = np.array([regions.index(one.region) if one.region in regions else 0 for one in lives], dtype=np.int64)
    taken, now = _taken(random, facts, rates, lives, place, len(regions))
    budgets = np.array([sum(facts.budgets.values()), *(facts.budgets[one] for one in regions[1:])], dtype=np.float64)
    year = facts.years[-1]
    few = {one for one in regions if (ON_LADDER, (one,), "networks") in hides}
    secret = few | {one for one in regions if ("unmet", (year, one), "waiting") in hides}
    # What is simulated of few who asked would tell how many they were.
    secret |= {one for one in regions if ("requests_by_region", (year, one), "received") in hides}
    waiting = _waiting(facts)
    asking = _asking(facts)
    hours, queue, what_if = [], [], []
    helped: defaultdict[int, list[Floats]] = defaultdict(list)
    first: list[Floats] = []
    for number, region in enumerate(regions):
        left = np.maximum(budgets[number] - taken[:, :, number], 0)
        for ahead in range(QUARTERS):
            freed = np.maximum(now[:, number] - taken[:, ahead, number], 0)
            figures = (*_spread(freed / HUNDRED), float(np.round(np.median(left[:, ahead]) / HUNDRED, 1)))
            hours.append((_quarter(facts, ahead), region, *_or_hidden(figures, region in few)))
        if region == EVERYWHERE:
            continue  # hours of one region help nobody in another
        wish = Wishes(waiting[region], *_wishes(random, rates, waiting[region], asking[region]))
        first += [_helped(wish, left)[1]] if wish.waiting else []
        queue.append(
            (region, *_or_hidden((waiting[region], *_months(first[-1:] if wish.waiting else [])), region in secret))
        )
        for more in MORE_OR_LESS:
            helped[more].append(_helped(wish, left + more * HUNDRED)[0])
            what_if.append((region, float(more), *_or_hidden(_spread(helped[more][-1]), region in secret)))
    is_hidden = 0 < len(secret - {EVERYWHERE}) < FEWEST_HIDDEN
    of_all = (waiting[EVERYWHERE], *_months(first))
    queue.insert(0, (EVERYWHERE, *_or_hidden(of_all, is_hidden or EVERYWHERE in secret)))
    together = [(more, _spread(np.sum(helped[more], axis=0))) for more in MORE_OR_LESS if helped]
    what_if[:0] = [(EVERYWHERE, float(more), *_or_hidden(cells, is_hidden)) for more, cells in together]
    tables = {"hours": hours, "queue": queue, "what_if": what_if, "capacity": [*_capacity(facts, hides)]}
    made = {key: Table(key, OUTLOOK[key], tuple(rows)) for key, rows in tables.items()}
    return Outlook(_quarter(facts, 0), SIMULATIONS, **made)


def _quarter(facts: Facts, ahead: int) -> str:
    return quarter(add_months(facts.cutoff, MONTHS * ahead))


def _spread(values: Floats) -> tuple[Cell, Cell, Cell]:
    """The middle of what was simulated, and between what nine of ten lie."""
    low, middle, high = (float(np.round(one, 1)) for one in np.percentile(values, INTERVAL))
    return middle, low, high


def _or_hidden(cells: tuple[Cell, ...], is_hidden: bool) -> tuple[Cell, ...]:
    return (HIDDEN,) * len(cells) if is_hidden else cells


# --- the office's own rates -----------------------------------------------------------------------


def _on_ladder(facts: Facts) -> list[Life]:
    last = facts.last_day
    return [life for life in facts.own if life.is_active_on(last) and life.step_on(last) in LADDER]


def _rates(facts: Facts) -> Rates:
    """Of the last four quarters, every quarter of a network that stood on a step in its middle."""
    used: defaultdict[tuple[int, str], int] = defaultdict(int)
    for one in facts.used:
        used[one.network, quarter(one.on)] += one.hundredths
    taken: dict[int, list[int]] = {step: [] for step in (*LADDER, 4)}
    lost = followed = 0
    for back in range(1, QUARTERS + 1):
        begins, ends = quarter_bounds(quarter(add_months(facts.cutoff, -MONTHS * back)))
        middle = begins + (ends - begins) / 2
        for life in facts.own:
            if not life.is_active_on(begins if life.started_on and life.started_on <= begins else middle):
                continue
            step = life.step_on(middle)
            if step in taken:
                taken[step].append(used[life.number, quarter(middle)])
            if step in LADDER:
                followed += 1
                lost += any(one.to_state in RESTS_OR_ENDS and begins <= one.on <= ends for one in life.steps)
    first_year: defaultdict[int, int] = defaultdict(int)
    for one in facts.granted:
        first_year[one.network] += one.hundredths
    granted = sorted(hours for hours in first_year.values() if hours) or [0]
    pools = {step: np.array(sorted(some) or [0], dtype=np.float64) for step, some in taken.items()}
    return Rates(pools, np.array(granted, dtype=np.float64), lost / followed if followed else 0.0)


def _taken(
    random: np.random.Generator,
    facts: Facts,
    rates: Rates,
    lives: list[Life],
    place: npt.NDArray[np.int64],
    regions: int,
) -> tuple[Floats, Floats]:
    """Hundredths of hours that the ladder takes: by simulation, quarter and region; and now, by the first and last."""
    steps_now = np.array([life.step_on(facts.last_day) for life in lives], dtype=np.int64)
    is_left = np.ones((SIMULATIONS, len(lives)), dtype=np.bool_)
    now = _by_region(_drawn(random, rates, np.broadcast_to(steps_now, is_left.shape)), place, regions)
    taken = np.zeros((SIMULATIONS, QUARTERS, regions))
    for ahead in range(QUARTERS):
        begins = quarter_bounds(_quarter(facts, ahead))[0]
        steps = np.array([_step_then(life, begins + timedelta(days=STEP_DAYS // 2)) for life in lives], dtype=np.int64)
        is_left &= random.random(is_left.shape) >= rates.lost
        drawn = _drawn(random, rates, np.broadcast_to(steps, is_left.shape))
        taken[:, ahead] = _by_region(np.where(is_left, drawn, 0.0), place, regions)
    return taken, now


def _step_then(life: Life, day: date) -> int:
    """Where its dates will have brought a network by a day, when it neither rests nor is early."""
    if life.support_ends_on and day > life.support_ends_on:
        return 4
    started = life.started_on or day
    return min(max((day - started).days // STEP_DAYS + 1, life.step_on(day)), LADDER[-1])


def _drawn(random: np.random.Generator, rates: Rates, steps: npt.NDArray[np.int64]) -> Floats:
    found, draw = np.zeros(steps.shape), random.random(steps.shape)
    for step, pool in rates.taken.items():
        there = steps == step
        found[there] = pool[(draw[there] * len(pool)).astype(np.int64)]
    return found


def _by_region(hours: Floats, place: npt.NDArray[np.int64], regions: int) -> Floats:
    found = np.zeros((SIMULATIONS, regions))
    for region in np.unique(place[place > 0]).tolist():
        found[:, region] = hours[:, place == region].sum(axis=1)
    found[:, 0] = hours.sum(axis=1)
    return found


# --- the queue ------------------------------------------------------------------------------------


def _waiting(facts: Facts) -> defaultdict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for one in facts.asked:
        if one.state == RequestState.waiting:
            found[one.region] += 1
            found[EVERYWHERE] += 1
    return found


def _asking(facts: Facts) -> defaultdict[str, float]:
    """Requests a quarter that were granted or began to wait, over the last year."""
    since, found = add_months(facts.cutoff, -MONTHS * QUARTERS), defaultdict[str, float](float)
    for one in facts.asked:
        if one.received_on >= since and one.state in (RequestState.granted, RequestState.waiting):
            found[one.region] += 1 / QUARTERS
            found[EVERYWHERE] += 1 / QUARTERS
    return found


@dataclass(frozen=True)
class Wishes:
    """Who wants hours of a region, in every simulation: how many wait, how many have come by each quarter, and what
    the first so many need together.
    """

    waiting: int
    come: Floats
    needs: Floats


def _wishes(random: np.random.Generator, rates: Rates, waiting: int, asking: float) -> tuple[Floats, Floats]:
    each = asking * (random.random((SIMULATIONS, QUARTERS)) + 0.5)
    come = np.floor(waiting + np.cumsum(each, axis=1))
    draw = random.random((SIMULATIONS, int(come.max()) + 1))
    return come, np.cumsum(rates.granted[(draw * len(rates.granted)).astype(np.int64)], axis=1)


def _helped(wish: Wishes, left: Floats) -> tuple[Floats, Floats]:
    """How many are helped within the four quarters, each when what they need is left of a quarter; and after how many
    months the first is.
    """
    helped, spent = np.zeros(SIMULATIONS, dtype=np.int64), np.zeros(SIMULATIONS)
    first = np.full(SIMULATIONS, BEYOND)
    for ahead in range(QUARTERS):
        fits = (wish.needs - spent[:, None] <= np.maximum(left[:, ahead], 0)[:, None]).sum(axis=1)
        now = np.maximum(helped, np.minimum(fits, wish.come[:, ahead].astype(np.int64)))
        first = np.where((helped == 0) & (now > 0), float(ahead * MONTHS), first)
        spent = np.where(now > 0, wish.needs[np.arange(SIMULATIONS), np.maximum(now - 1, 0)], 0.0)
        helped = now
    return helped.astype(np.float64), first


def _months(first: Sequence[Floats]) -> tuple[Cell, ...]:
    """After how many months the first of these is helped; beyond the four quarters nobody knows."""
    if not first:
        return None, None, None
    return tuple(one if isinstance(one, float) and one < BEYOND else None for one in _spread(np.min(first, axis=0)))
