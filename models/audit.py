"""The log of steps: every one, since when something is what it is, a step that is refused (domain.md section 4), and of
what was changed or put right besides (section 13).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from models.db.column_types import UtcDateTime, nfc
from models.errors import TransitionRefused
from models.i18n import localized
from models.tables.change_entry import ChangedField, ChangeEntry
from models.tables.network import STEP_OF, Network, NetworkState
from models.tables.office import Staff
from models.tables.request import SupportRequest
from models.tables.transition import Actor, Cause, Transition
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


@dataclass(frozen=True)
class Correction:
    """Something that went wrong is put right: by whom of the staff, when, and why, in their words (section 13)."""

    signed_by: Staff
    at: datetime
    reason: str
    flow_run_id: str | None = None

    def cause(self, why: str) -> Cause:
        """Why a state changes with it."""
        return Cause(f"correction:{why}", Actor.staff, self.at, self.signed_by.signature, self.flow_run_id)


def log_correction(
    session: Session,
    correction: Correction,
    what: ChangedField,
    before: str,
    after: str,
    *,
    network: Network | None = None,
    request: SupportRequest | None = None,
) -> ChangeEntry:
    """One line of what was put right, from and to, in a network or a request or both."""
    entry = ChangeEntry(
        network_id=network.id if network else None,
        request_id=request.id if request else None,
        what=what,
        before=before,
        after=after,
        reason=nfc(correction.reason),
        signed_by=correction.signed_by.id,
        flow_run_id=correction.flow_run_id,
        at=correction.at,
    )
    session.add(entry)
    session.flush()
    return entry


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
