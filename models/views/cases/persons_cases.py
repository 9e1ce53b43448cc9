"""The cases that persons are in, and so who of staff sees them (domain.md section 13)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Text, type_coerce, union
from sqlmodel import Session, col, select

from models.db.columnar import as_key
from models.office.sight import Sight, sight_of
from models.tables.network import Network, Role
from models.tables.office import Staff
from models.tables.place import Municipality
from models.tables.request import NamedOrganiser, SupportRequest


@dataclass(frozen=True)
class PersonsCase:
    """A network that somebody carries or carried, or a request that they made or are named in."""

    kind: Literal["network", "request"]
    number: int
    municipality: str | None
    region: str | None
    owner: UUID | None


def cases_of(session: Session, person_ids: Collection[UUID]) -> dict[UUID, list[PersonsCase]]:
    """The cases of each of these persons, each once; who is in none is left out."""
    of_network: Any = (Role.person_id, Network.number, Municipality.name, Municipality.region, Network.negotiator)
    networks = (
        select(*of_network)
        .join(Network, col(Network.id) == Role.network_id)
        .join(Municipality, col(Municipality.code) == Network.municipality)
        .where(col(Role.person_id).in_(person_ids))
        .order_by(col(Network.number))
    )
    told: Any = (SupportRequest.number, Municipality.name, Municipality.region, SupportRequest.assigned_to)
    asked = (
        select(SupportRequest.initiator_id, *told)
        .outerjoin(Municipality, col(Municipality.code) == SupportRequest.municipality)
        .where(col(SupportRequest.initiator_id).in_(person_ids))
        .order_by(col(SupportRequest.number))
    )
    named = (
        select(NamedOrganiser.person_id, *told)
        .join(SupportRequest, col(SupportRequest.id) == NamedOrganiser.request_id)
        .outerjoin(Municipality, col(Municipality.code) == SupportRequest.municipality)
        .where(col(NamedOrganiser.person_id).in_(person_ids))
        .order_by(col(SupportRequest.number))
    )
    found: dict[UUID, dict[PersonsCase, None]] = defaultdict(dict)
    kinds: tuple[tuple[Literal["network", "request"], Any], ...] = (
        ("network", networks), ("request", asked), ("request", named),
    )  # fmt: skip
    for kind, query in kinds:
        for person_id, *case in session.execute(query):
            found[person_id][PersonsCase(kind, *case)] = None
    return {person_id: list(cases) for person_id, cases in found.items()}


def keys_near(session: Session, me: Staff, acting: Mapping[UUID, UUID | None]) -> set[str]:
    """The keys of all who are in a case of `me`'s region, or of `me` or somebody whom `me` stands in for.

    `sight_of_person` sees nobody else among those who are in any case: thousands are told apart by one question.
    """
    mine = [me.id, *(absent for absent, substitute in acting.items() if substitute == me.id)]
    there = select(Municipality.code).where(col(Municipality.region) == me.region)
    of_network, of_request = (
        (col(table.municipality).in_(there), col(owner).in_(mine))
        for table, owner in ((Network, Network.negotiator), (SupportRequest, SupportRequest.assigned_to))
    )
    carried, asked, named = (
        select(type_coerce(as_key(session, person), Text))
        for person in (Role.person_id, SupportRequest.initiator_id, NamedOrganiser.person_id)
    )
    carried = carried.join(Network, col(Network.id) == Role.network_id)
    named = named.join(SupportRequest, col(SupportRequest.id) == NamedOrganiser.request_id)
    every: Any = (
        query.where(near) for query, cases in ((carried, of_network), (asked, of_request), (named, of_request))
        for near in cases
    )  # fmt: skip
    return set(session.execute(union(*every)).scalars())


def sight_of_person(me: Staff, cases: Sequence[PersonsCase], acting: Mapping[UUID, UUID | None]) -> Sight:
    """How much of somebody in these cases `me` sees: one of them is enough to see them.

    `acting`: of who is away today, who stands in.
    """
    found = {sight_of(me, one.region, [one.owner, acting.get(one.owner) if one.owner else None]) for one in cases}
    return min(found or {sight_of(me, None, [])}, key=list(Sight).index)
