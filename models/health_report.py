"""What a health check shows of all networks: how scores lie, what moved, what was warned of.

Figures and networks only; nothing here names a person.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import numpy as np
from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from models import engagement
from models.engagement import LEVELS, Health, Level
from models.health_check import HealthSnapshot, Scored, each
from models.intervention import Intervention, InterventionKind
from models.network import Network

BIN_POINTS: Final = 10
BINS: Final = 10
WORST_FIRST: Final = (Level.red, Level.yellow, Level.green, Level.not_assessed)


@dataclass(frozen=True)
class Move:
    """How a network's score changed since its last snapshot."""

    network: Network
    before: float
    now: float
    level_before: Level
    level: Level
    since: date

    @property
    def by(self) -> float:
        return self.now - self.before

    @property
    def fell_a_level(self) -> bool:
        return LEVELS.index(self.level) < LEVELS.index(self.level_before)


def distribution(found: Scored) -> dict[Level, list[int]]:
    """How many networks of each level have a score in each tenth of the scale; 100 counts to the last."""
    counts = {level: np.zeros(BINS, dtype=np.int64) for level in LEVELS}
    for _, result in found:
        known = ~np.isnan(result.score)
        places = np.minimum(result.score[known] // BIN_POINTS, BINS - 1).astype(np.int64)
        for level, column in counts.items():
            of_level = result.level[known] == LEVELS.index(level)
            column += np.bincount(places[of_level], minlength=BINS)
    return {level: column.tolist() for level, column in counts.items() if level != Level.not_assessed}


def moves(session: Session, found: Scored, today: date) -> list[Move]:
    """Every network that has a score today and had one at its last snapshot before, the greatest fall first."""
    latest: Any = (
        sql_select(col(HealthSnapshot.network_id), func.max(col(HealthSnapshot.on)).label("on"))
        .where(col(HealthSnapshot.on) < today, col(HealthSnapshot.model_version) == engagement.MODEL_VERSION)
        .group_by(col(HealthSnapshot.network_id))
        .subquery()
    )
    columns: Any = (HealthSnapshot.network_id, HealthSnapshot.score, HealthSnapshot.level, HealthSnapshot.on)
    rows = (
        select(*columns)
        .join(latest, (latest.c.network_id == HealthSnapshot.network_id) & (latest.c.on == HealthSnapshot.on))
        .where(col(HealthSnapshot.model_version) == engagement.MODEL_VERSION, col(HealthSnapshot.score).is_not(None))
    )
    before = {network_id: rest for network_id, *rest in session.execute(rows)}
    moved = [
        Move(network, was[0], now, Level(was[1]), LEVELS[level], was[2])
        for networks, result in found
        for network, now, level in zip(networks, result.score.tolist(), result.level.tolist(), strict=True)
        if (was := before.get(network.id)) and not np.isnan(now)
    ]
    return sorted(moved, key=lambda move: (round(move.by, 9), move.network.number))


def warned(session: Session) -> list[tuple[Network, str]]:
    """Networks with an early warning that nobody has ended, and its cause: `nothing_booked:DATE`, `fell_since:DATE`."""
    rows = session.exec(
        select(Network, Intervention.occasion)
        .join(Intervention, col(Intervention.network_id) == Network.id)
        .where(col(Intervention.kind) == InterventionKind.early_warning, col(Intervention.ended_at).is_(None))
        .order_by(col(Intervention.opened_at).desc(), col(Network.number), col(Intervention.occasion))
    )
    return list(rows)


def most_telling(
    found: Scored, moved: Collection[Move], warned: Collection[UUID], most: int
) -> list[tuple[Network, Health]]:
    """At most so many networks, those that staff want to read about first: what fell, then red, yellow, what was warned
    of, what changed for the better, and the rest; the lowest score first.
    """
    by_id: Mapping[UUID, Move] = {move.network.id: move for move in moved}

    def place(one: tuple[Network, Health]) -> tuple[Any, ...]:
        network, health = one
        move = by_id.get(network.id)
        rank = (
            not (move and move.fell_a_level),
            health.level not in (Level.red, Level.yellow),
            WORST_FIRST.index(health.level) if health.level in (Level.red, Level.yellow) else 0,
            network.id not in warned,
            not (move and move.level != move.level_before),
        )
        return *rank, health.score is None, health.score or 0.0, network.number

    return sorted(each(found), key=place)[:most]
