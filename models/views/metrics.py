"""The office in figures, for whoever watches over the system: how much there is of what, and nobody in it."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from models.mail.queue import counts
from models.tables.network import Network, NetworkState
from models.tables.office import Intervention
from models.tables.request import RequestState, SupportRequest


@dataclass(frozen=True)
class Metrics:
    """How many mails by status, networks and requests by state, and matters that wait on staff."""

    mails: dict[str, int]
    networks: dict[str, int]
    requests: dict[str, int]
    matters: int
    overdue_matters: int


def metrics(session: Session, today: date) -> Metrics:
    """All of it as it is now; every status and state is named, also those that there is nothing of."""
    networks = dict(session.exec(select(Network.state, func.count()).group_by(col(Network.state))).all())
    asked = select(SupportRequest.state, func.count()).group_by(col(SupportRequest.state))
    requests = dict(session.exec(asked).all())
    open_ones = select(func.count()).where(col(Intervention.ended_at).is_(None))
    return Metrics(
        mails=counts(session),
        networks={state.value: networks.get(state, 0) for state in NetworkState},
        requests={state.value: requests.get(state, 0) for state in RequestState},
        matters=session.exec(open_ones).one(),
        overdue_matters=session.exec(open_ones.where(col(Intervention.due_on) < today)).one(),
    )
