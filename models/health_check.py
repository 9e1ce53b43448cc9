"""Snapshots of how networks are, by the one engagement model, and the talks that follow (domain.md section 7)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import JSON, ColumnElement, UniqueConstraint, insert
from sqlmodel import Field, Session, SQLModel, col, select

from models import engagement
from models.as_columns import Keys
from models.columns import code, key_field
from models.engagement import COMPONENTS, Health, Level, Result, score
from models.engagement_columns import Column
from models.health_load import among, histories
from models.network import ACTIVE, Network


class HealthSnapshot(SQLModel, table=True):
    """A network's score on one day under one version of the model; never changed afterwards."""

    __tablename__ = "health_snapshot"
    __table_args__ = (UniqueConstraint("network_id", "on", "model_version", name="one_snapshot_a_day"),)

    id: UUID = key_field()
    network_id: UUID = Field(foreign_key="network.id", index=True)
    on: date = Field(index=True)
    r: float
    a: float
    o: float
    b: float
    d: float
    f: float
    score: float | None = None
    level: Level = Field(sa_type=code(Level))
    gates: list[str] = Field(default_factory=list, sa_type=JSON, nullable=False)
    model_version: str


IS_ACTIVE: Final = col(Network.state).in_(ACTIVE)
"""Between kickoff and the end."""


@dataclass(frozen=True)
class Scored:
    """Some networks and how they are: every column has one entry for each of them, in the same order."""

    keys: Keys
    numbers: Column
    kickoff: Column
    """Ordinals."""
    cadence_days: Column
    result: Result

    @cached_property
    def ids(self) -> list[UUID]:
        return [UUID(key) for key in self.keys.astype(str).tolist()]


def scored(session: Session, which: ColumnElement[bool], as_of: date) -> list[Scored]:
    """The score at the end of `as_of` of each network that the condition holds for; one that had not started by then is
    left out.
    """
    found = []
    for one in histories(session, which, as_of):
        batch = one.batch
        found.append(Scored(one.keys, one.numbers, batch.kickoff, batch.cadence_days, score(batch, as_of)))
    return found


def assess(session: Session, networks: Sequence[Network], as_of: date) -> list[tuple[Network, Health]]:
    """Everything about the health of each started network at the end of `as_of`."""
    health = dict(each(scored(session, among(session, [network.id for network in networks]), as_of)))
    return [(network, health[network.id]) for network in networks if network.id in health]


def each(found: Sequence[Scored]) -> Iterator[tuple[UUID, Health]]:
    """What was scored, network by network."""
    for some in found:
        for place, network_id in enumerate(some.ids):
            yield network_id, some.result.row(place)


def take_snapshots(session: Session, as_of: date) -> list[Scored]:
    """Score all active networks and keep the result; a snapshot that exists is left untouched."""
    kept = set(
        session.exec(
            select(HealthSnapshot.network_id).where(
                col(HealthSnapshot.on) == as_of, col(HealthSnapshot.model_version) == engagement.MODEL_VERSION
            )
        )
    )
    found = scored(session, IS_ACTIVE, as_of)
    new = [snapshot(network_id, health, as_of) for network_id, health in each(found) if network_id not in kept]
    if new:
        session.connection().execute(insert(HealthSnapshot), new)
    return found


def snapshot(network_id: UUID, health: Health, as_of: date) -> dict[str, Any]:
    """The row that keeps a network's health on that day, under the model as it is now."""
    return {
        "id": uuid4(),
        "network_id": network_id,
        "on": as_of,
        **{name.lower(): health.components[name] for name in COMPONENTS},
        "score": health.score,
        "level": health.level,
        "gates": health.gates,
        "model_version": engagement.MODEL_VERSION,
    }
