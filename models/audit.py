"""The log of steps: every one, since when something is what it is, and a step that is refused (domain.md section 4)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from models.db.column_types import UtcDateTime
from models.errors import TransitionRefused
from models.i18n import localized
from models.tables.network import STEP_OF, Network, NetworkState
from models.tables.request import SupportRequest
from models.tables.transition import Cause, Transition
from models.vocabulary import STATE, word


def transition_refused(current: str, target: str, why: str = "") -> TransitionRefused:
    """The refusal of a change of state, in words (domain.md I7)."""
    before, after = word(STATE, current), word(STATE, target)
    refused = localized(f"Går inte från {before} till {after}", f"Not possible from {before} to {after}")
    return TransitionRefused(current, target, refused + (f": {why}" if why else "") + ".")


def log_step(session: Session, cause: Cause, current: str | None, target: str, **subject: UUID) -> None:
    """Log one change of state (domain.md I7); the caller changes the state itself."""
    session.add(
        Transition(
            from_state=current,
            to_state=target,
            cause=cause.why,
            actor=cause.actor,
            signature=cause.signature,
            flow_run_id=cause.flow_run_id,
            at=cause.at,
            **subject,
        )
    )


def log_creation(session: Session, subject: Network | SupportRequest, cause: Cause) -> None:
    """Log the first state of a network or request that is being created."""
    session.add(subject)
    session.flush()
    log_step(session, cause, None, subject.state, **_key(subject))


def _key(subject: Network | SupportRequest) -> dict[str, UUID]:
    return {"network_id": subject.id} if isinstance(subject, Network) else {"request_id": subject.id}


def step_at(session: Session, network: Network, moment: datetime) -> int:
    """The step of the ladder on which a network stood then, 0 before its kickoff; rest changes none (section 5)."""
    steps = (col(Transition.network_id) == network.id, col(Transition.to_state).in_(list(STEP_OF)))
    came = select(Transition.to_state).where(*steps, col(Transition.at) <= moment).order_by(col(Transition.at).desc())
    state = session.exec(came.limit(1)).first()
    return STEP_OF[NetworkState(state)] if state else 0


def entered_state_at(session: Session, state: NetworkState) -> list[tuple[Network, datetime]]:
    """Every network that is in `state` now, with the moment at which it last came there; by number."""
    came: Any = (
        select(col(Transition.network_id), func.max(col(Transition.at), type_=UtcDateTime).label("at"))
        .where(col(Transition.to_state) == state, col(Transition.network_id).is_not(None))
        .group_by(col(Transition.network_id))
        .subquery()
    )
    rows: Any = (
        select(Network, came.c.at)
        .join(came, came.c.network_id == col(Network.id))
        .where(col(Network.state) == state)
        .order_by(col(Network.number))
    )
    return [(network, at) for network, at in session.execute(rows)]
