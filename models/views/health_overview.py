"""What a health check shows of all networks: how scores lie, what moved, what was warned of.

Figures and networks only; nothing here names a person.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nsmallest
from typing import Any, Final
from uuid import UUID

import numpy as np
from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from models.health import parameters
from models.health.assessment import ScoredNetworks
from models.health.engagement import Health
from models.health.parameters import LEVELS
from models.networks.lookup import networks_by_id
from models.tables.health import HealthSnapshot, Level
from models.tables.network import Network
from models.tables.office import Intervention, InterventionKind

BIN_POINTS: Final = 10
BINS: Final = 10
WORST_FIRST: Final = (Level.red, Level.yellow, Level.green, Level.not_assessed)


@dataclass(frozen=True)
class Move:
    """How a network's score changed since its last snapshot."""

    network_id: UUID
    number: int
    before: float
    now: float
    level_before: Level
    level: Level
    since: date

    @property
    def by(self) -> float:
        """Points gained, or lost below zero."""
        return self.now - self.before

    @property
    def fell_a_level(self) -> bool:
        """Whether it went from green to yellow, or from either to red."""
        return LEVELS.index(self.level) < LEVELS.index(self.level_before)


def distribution(found: Sequence[ScoredNetworks]) -> dict[Level, list[int]]:
    """How many networks of each level have a score in each tenth of the scale; 100 counts to the last."""
    counts = {level: np.zeros(BINS, dtype=np.int64) for level in LEVELS}
    for result in (some.result for some in found):
        known = ~np.isnan(result.score)
        places = np.minimum(result.score[known] // BIN_POINTS, BINS - 1).astype(np.int64)
        for level, column in counts.items():
            of_level = result.level[known] == LEVELS.index(level)
            column += np.bincount(places[of_level], minlength=BINS)
    return {level: column.tolist() for level, column in counts.items() if level != Level.not_assessed}


def moves(session: Session, found: Sequence[ScoredNetworks], today: date) -> list[Move]:
    """Every network that has a score today and had one at its last snapshot before, the greatest fall first."""
    latest: Any = (
        sql_select(col(HealthSnapshot.network_id), func.max(col(HealthSnapshot.on)).label("on"))
        .where(col(HealthSnapshot.on) < today, col(HealthSnapshot.model_version) == parameters.MODEL_VERSION)
        .group_by(col(HealthSnapshot.network_id))
        .subquery()
    )
    columns: Any = (HealthSnapshot.network_id, HealthSnapshot.score, HealthSnapshot.level, HealthSnapshot.on)
    rows = (
        select(*columns)
        .join(latest, (latest.c.network_id == HealthSnapshot.network_id) & (latest.c.on == HealthSnapshot.on))
        .where(col(HealthSnapshot.model_version) == parameters.MODEL_VERSION, col(HealthSnapshot.score).is_not(None))
    )
    before = {network_id: rest for network_id, *rest in session.execute(rows)}
    moved = [
        Move(network_id, number, was[0], now, Level(was[1]), LEVELS[level], was[2])
        for some in found
        for network_id, number, now, level in _now(some)
        if (was := before.get(network_id)) and not np.isnan(now)
    ]
    return sorted(moved, key=lambda move: (round(move.by, 9), move.number))


def _now(some: ScoredNetworks) -> Iterable[tuple[UUID, int, float, int]]:
    columns = (some.numbers, some.result.score, some.result.level)
    return zip(some.ids, *(column.tolist() for column in columns), strict=True)


def warned(session: Session) -> list[tuple[Network, str]]:
    """Networks with an early warning that nobody has ended, and its cause: `nothing_booked:DATE`, `fell_since:DATE`."""
    rows = session.exec(
        select(Network, Intervention.occasion)
        .join(Intervention, col(Intervention.network_id) == Network.id)
        .where(col(Intervention.kind) == InterventionKind.early_warning, col(Intervention.ended_at).is_(None))
        .order_by(col(Intervention.opened_at).desc(), col(Network.number), col(Intervention.occasion))
    )
    return list(rows)


def most_urgent(
    session: Session, found: Sequence[ScoredNetworks], moved: Collection[Move], warned: Collection[UUID], most: int
) -> list[tuple[Network, Health]]:
    """At most so many networks, those that staff want to read about first: what fell, then red, yellow, what was warned
    of, what changed for the better, and the rest; the lowest score first.
    """
    moves_of: Mapping[UUID, Move] = {move.network_id: move for move in moved}

    def rank(one: tuple[UUID, int, float, int]) -> tuple[object, ...]:
        network_id, number, points, level_place = one
        move, level = moves_of.get(network_id), LEVELS[level_place]
        urgency = (
            not (move and move.fell_a_level),
            level not in (Level.red, Level.yellow),
            WORST_FIRST.index(level) if level in (Level.red, Level.yellow) else 0,
            network_id not in warned,
            not (move and move.level != move.level_before),
        )
        return *urgency, np.isnan(points), np.nan_to_num(points), number

    first = [one[0] for one in nsmallest(most, (one for some in found for one in _now(some)), rank)]
    networks = networks_by_id(session, first)
    health = {
        network_id: some.result.row(place)
        for some in found
        for place, network_id in enumerate(some.ids)
        if network_id in networks
    }
    return [(networks[one], health[one]) for one in first]
