"""Made-up facts of a small office, as a congress report is counted from: no database, the same for the same seed."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import numpy as np

from models.tables.health import Level
from models.tables.network import Nature, Origin
from models.tables.request import RefusalReason
from models.tables.support import Item
from models.views.congress.facts.held import Held
from models.views.congress.facts.rows import Asked, Checked, CheckIns, Facts, Given, Life, Step

FIRST, CUTOFF = date(2026, 1, 1), date(2029, 1, 1)
DAYS = (CUTOFF - FIRST).days
ENDS = (
    "granted",
    "granted",
    "granted",
    "granted",
    "declined",
    "referred",
    "waiting",
    "expired",
    "withdrawn",
    "talking",
)


def small_office(seed: int, requests: int = 60, regions: int = 5) -> Facts:
    """Facts of so many requests in so many regions, over three years."""
    drawn = Random(seed)
    asked = sorted((_asked(drawn, regions) for _ in range(requests)), key=lambda one: one.received_on)
    granted = [one for one in asked if one.state == "granted"]
    lives = [_life(drawn, number, one) for number, one in enumerate(granted, start=1)]
    given = [_given(drawn, life) for life in lives for _ in range(drawn.randrange(4))]
    return Facts(
        cutoff=CUTOFF,
        regions={_region(number): f"Region {number}" for number in range(regions)},
        lives=tuple(lives),
        asked=tuple(asked),
        used=tuple(sorted(one for one in given if drawn.random() < 0.7)),
        granted=tuple(sorted(given)),
        checked=tuple(sorted(_checked(drawn, lives))),
        signals=tuple(sorted((_region(drawn.randrange(regions)), _day(drawn)) for _ in range(drawn.randrange(20)))),
        budgets={_region(number): 2400 for number in range(regions)},
        held=_held(drawn, lives),
        check_ins=tuple(CheckIns(year, 3 * len(lives), 2 * len(lives), len(lives)) for year in (2026, 2027, 2028)),
    )


def _region(number: int) -> str:
    return f"{number + 1:02}"


def _day(drawn: Random, first: date = FIRST) -> date:
    return first + timedelta(days=drawn.randrange(max((CUTOFF - first).days, 1)))


def _asked(drawn: Random, regions: int) -> Asked:
    received, state = _day(drawn), drawn.choice(ENDS)
    talked = min(received + timedelta(days=drawn.randint(1, 9)), CUTOFF - timedelta(days=1))
    decided = min(talked + timedelta(days=drawn.randint(0, 30)), CUTOFF - timedelta(days=1))
    is_decided = state in ("granted", "declined", "referred")
    reason = str(drawn.choice([*RefusalReason][1:])) if state in ("declined", "referred") else ""
    steps = (Step(received, "received", "request"), Step(talked, "talking", "talk"), Step(decided, state, "decided"))
    region = _region(min(int(drawn.expovariate(0.6)), regions - 1))
    return Asked(
        drawn.randrange(10**9), region, received, state, reason, talked, decided if is_decided else None,
        state in ("waiting", "expired"), steps,
    )  # fmt: skip


def _life(drawn: Random, number: int, asked: Asked) -> Life:
    created = asked.decided_on or asked.received_on
    started = created + timedelta(days=drawn.randint(14, 60)) if drawn.random() < 0.9 else None
    if started and started >= CUTOFF:
        started = None
    steps = [Step(created, "planned", "needs-talk")]
    if started:
        ladder = [("starting", 0), ("sharing", 90), ("trial", 180), ("independent", 274 + drawn.choice((0, 0, 0, 20)))]
        over = _day(drawn, started) if drawn.random() < 0.3 else CUTOFF
        steps += [
            Step(on, state, "phase-out") for state, days in ladder if (on := started + timedelta(days=days)) < over
        ]
        steps = [step for step in steps if step.on < CUTOFF]
        if over < CUTOFF:
            why = drawn.choice(("network-change:asked m1", "network-change:unreachable"))
            steps.append(Step(over, drawn.choice(("resting", "closed")), why))
    return Life(
        number, asked.region, f"{asked.region}{drawn.randrange(3)}", str(drawn.choice([*Nature])),
        str(drawn.choice((Origin.member, Origin.member, Origin.representative))), drawn.random() < 0.1, created,
        started, started + timedelta(days=274) if started else None, drawn.random() < 0.7,
        drawn.choice((2, 2, 3, 3, 4)),
        tuple(steps),
    )  # fmt: skip


def _given(drawn: Random, life: Life) -> Given:
    return Given(
        life.number, _day(drawn, life.created_on), str(drawn.choice([*Item])), drawn.choice((50, 100, 200, 600))
    )


def _checked(drawn: Random, lives: list[Life]) -> list[Checked]:
    return [
        Checked(year, life.number, str(drawn.choice([*Level])), drawn.random() ** 0.3)
        for year in (2026, 2027, 2028)
        for life in lives
        if life.is_active_on(date(year, 12, 1))
    ]


def _held(drawn: Random, lives: list[Life]) -> Held:
    rows = []
    for life in lives:
        on = life.started_on or CUTOFF
        while on < CUTOFF and (life.is_active_on(on) or on == life.started_on):
            told = [
                drawn.randint(3, 15),
                drawn.choice((-1, 1, 2, 3)),
                drawn.choice((-1, 1, 4, 6)),
                drawn.randrange(3),
                4,
            ]
            rows.append((life.number, on.toordinal(), *told))
            on += timedelta(days=drawn.choice((30, 60, 90)))
    columns = np.array(rows, dtype=np.int64).reshape(-1, 7).T
    return Held(*columns)


def known_by(facts: Facts, cutoff: date) -> Facts:
    """Of made-up facts, those that had happened before an earlier day."""
    day = cutoff.toordinal()
    return replace(
        facts,
        cutoff=cutoff,
        lives=tuple(_life_by(one, cutoff) for one in facts.lives if one.created_on < cutoff),
        asked=tuple(_asked_by(one, cutoff) for one in facts.asked if one.received_on < cutoff),
        used=tuple(one for one in facts.used if one.on < cutoff),
        granted=tuple(one for one in facts.granted if one.on < cutoff),
        checked=tuple(one for one in facts.checked if one.year < cutoff.year),
        signals=tuple(one for one in facts.signals if one[1] < cutoff),
        held=Held(*(column[facts.held.day < day] for column in facts.held.columns)),
    )


def _life_by(life: Life, cutoff: date) -> Life:
    started = life.started_on if life.started_on and life.started_on < cutoff else None
    steps = tuple(step for step in life.steps if step.on < cutoff)
    return replace(life, started_on=started, support_ends_on=life.support_ends_on if started else None, steps=steps)


def _asked_by(asked: Asked, cutoff: date) -> Asked:
    steps = tuple(step for step in asked.steps if step.on < cutoff)
    state = steps[-1].to_state
    talked, decided = (on if on and on < cutoff else None for on in (asked.talked_on, asked.decided_on))
    return replace(
        asked, state=state, reason=asked.reason if state in ("declined", "referred") else "", talked_on=talked,
        decided_on=decided, waited=asked.waited and state == asked.state, steps=steps,
    )  # fmt: skip
