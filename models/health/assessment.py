"""Snapshots of how networks are, by the one engagement model, and the talks that follow (domain.md section 7)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session

from models.db.columnar import Keys
from models.health.batch import Column
from models.health.engagement import Health, Result, score
from models.health.history_query import among, histories
from models.tables.network import Network


@dataclass(frozen=True)
class ScoredNetworks:
    """Some networks and how they are: every column has one entry for each of them, in the same order."""

    keys: Keys
    numbers: Column
    kickoff: Column
    """Ordinals."""
    cadence_days: Column
    result: Result

    @cached_property
    def ids(self) -> list[UUID]:
        """The networks' ids, in the order of every column."""
        return [UUID(key) for key in self.keys.astype(str).tolist()]


def score_networks(session: Session, which: ColumnElement[bool], as_of: date) -> list[ScoredNetworks]:
    """The score at the end of `as_of` of each network that the condition holds for; one that had not started by then is
    left out.
    """
    found = []
    for one in histories(session, which, as_of):
        batch = one.batch
        found.append(ScoredNetworks(one.keys, one.numbers, batch.kickoff, batch.cadence_days, score(batch, as_of)))
    return found


def assess(session: Session, networks: Sequence[Network], as_of: date) -> list[tuple[Network, Health]]:
    """Everything about the health of each started network at the end of `as_of`."""
    health = dict(each_network(score_networks(session, among(session, [network.id for network in networks]), as_of)))
    return [(network, health[network.id]) for network in networks if network.id in health]


def each_network(found: Sequence[ScoredNetworks]) -> Iterator[tuple[UUID, Health]]:
    """What was scored, network by network."""
    for some in found:
        for place, network_id in enumerate(some.ids):
            yield network_id, some.result.row(place)
