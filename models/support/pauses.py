"""The days on which a network's ladder stood still: whoever was its negotiator then was away, and nobody stood in.

A network that was handed over keeps what stood still before, and takes nothing over of its new negotiator's past.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from models.dates.local_time import ONE_DAY, local
from models.db.queries import some_at_a_time
from models.office.absence import ladder_pauses
from models.support.ladder import Spans
from models.tables.change_entry import ChangedField, ChangeEntry
from models.tables.network import Network
from models.tables.office import Staff

Holder = tuple[date, date, UUID | None]


def pauses_of(session: Session, network: Network) -> Spans:
    """`pauses_by_network` of one."""
    return pauses_by_network(session, [network]).get(network.id, ())


def pauses_by_network(session: Session, networks: Sequence[Network]) -> dict[UUID, Spans]:
    """The paused days of each network as merged spans; a network that had none is left out."""
    away = ladder_pauses(session)
    if not away:
        return {}
    handed_over = _handovers(session, networks)
    found: dict[UUID, Spans] = {}
    for network in networks:
        spans = [
            (max(begins, first), min(ends, last))
            for first, last, who in _holders(network, handed_over.get(network.id, []))
            for begins, ends in away.get(who, ())  # type: ignore[arg-type]  # nobody is away for nobody
            if begins <= last and ends >= first
        ]
        if spans:
            found[network.id] = spans
    return found


def _handovers(session: Session, networks: Sequence[Network]) -> dict[UUID, list[tuple[date, UUID | None]]]:
    """Of each network that changed hands: from which day on, and whose it had been until then; the earliest first."""
    staff = {signature: key for key, signature in session.exec(select(Staff.id, Staff.signature))}
    found: dict[UUID, list[tuple[date, UUID | None]]] = {}
    for some in some_at_a_time(network.id for network in networks):
        rows = select(ChangeEntry).where(
            col(ChangeEntry.what) == ChangedField.negotiator, col(ChangeEntry.network_id).in_(some)
        )
        for entry in session.exec(rows.order_by(col(ChangeEntry.at))):
            assert entry.network_id
            found.setdefault(entry.network_id, []).append((local(entry.at).date(), staff.get(entry.before)))
    return found


def _holders(network: Network, handovers: Sequence[tuple[date, UUID | None]]) -> list[Holder]:
    """Whose the network was, from which day to which; the day of a handover is the new one's."""
    holders, first = list[Holder](), date.min
    for day, before in handovers:
        if day > first:
            holders.append((first, day - ONE_DAY, before))
        first = day
    return [*holders, (first, date.max, network.negotiator)]
