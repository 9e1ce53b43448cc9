"""Finding a network, and refusing one that is not in the state that is asked for."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, select

from models.db.queries import some_at_a_time
from models.errors import UserError
from models.i18n import localized
from models.tables.network import Network, NetworkState
from models.vocabulary import NETWORK_STATE, word


def networks_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Network]:
    """Many networks at once."""
    found: dict[UUID, Network] = {}
    for some in some_at_a_time(ids):
        rows = session.exec(select(Network).where(col(Network.id).in_(some)))
        found |= {network.id: network for network in rows}
    return found


def network_by_number(session: Session, number: int, field: str) -> Network:
    """The network that staff know as #number. Raises UserError that names the form's field."""
    found = session.exec(select(Network).where(col(Network.number) == number)).one_or_none()
    if not found:
        raise UserError(
            localized(
                f"{field}: det finns inget nätverk #{number}. Välj ett nummer ur listan.",
                f"{field}: there is no network #{number}. Choose a number from the list.",
            )
        )
    return found


def require_state(network: Network, states: Collection[NetworkState]) -> None:
    """Raises UserError when the network is not in one of these states, so that the change cannot be made."""
    if network.state not in states:
        state = word(NETWORK_STATE, network.state)
        raise UserError(
            localized(
                f"Ändring: går inte, för nätverk #{network.number} har läget «{state}». Välj en annan ändring.",
                f"Change: not possible, as network #{network.number} is “{state}”. Choose another change.",
            )
        )
