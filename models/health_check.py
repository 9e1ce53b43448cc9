"""Snapshots of how networks are, by the one engagement model, and the talks that follow (domain.md section 7)."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Column, UniqueConstraint, insert
from sqlmodel import Field, Session, SQLModel, col, select

from models import engagement
from models.columns import code, key_field
from models.engagement import COMPONENTS, Health, Level, Result, score
from models.health_load import load, parts
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
    gates: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    model_version: str


Scored = Sequence[tuple[Sequence[Network], Result]]
"""Networks, some thousands at a time, with their results in the same order."""


def scored(session: Session, networks: Sequence[Network], as_of: date) -> Scored:
    """The score of each started network at the end of `as_of`; one that had not started by then is left out."""
    started = [network for network in networks if network.kickoff_on and network.kickoff_on <= as_of]
    return [(some, score(load(session, some, as_of), as_of)) for some in parts(started)]


def assess(session: Session, networks: Sequence[Network], as_of: date) -> list[tuple[Network, Health]]:
    """Everything about the health of each started network at the end of `as_of`."""
    return each(scored(session, networks, as_of))


def each(found: Scored) -> list[tuple[Network, Health]]:
    """What was scored, network by network."""
    return [(network, result.row(place)) for some, result in found for place, network in enumerate(some)]


def active_networks(session: Session) -> list[Network]:
    """Networks between kickoff and their end, in the order of their numbers."""
    return list(session.exec(select(Network).where(col(Network.state).in_(ACTIVE)).order_by(col(Network.number))))


def take_snapshots(session: Session, as_of: date) -> Scored:
    """Score all active networks and keep the result; a snapshot that exists is left untouched."""
    kept = set(
        session.exec(
            select(HealthSnapshot.network_id).where(
                col(HealthSnapshot.on) == as_of, col(HealthSnapshot.model_version) == engagement.MODEL_VERSION
            )
        )
    )
    found = scored(session, active_networks(session), as_of)
    new = [snapshot(network.id, health, as_of) for network, health in each(found) if network.id not in kept]
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
