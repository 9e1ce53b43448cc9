"""What happened to a network or a request, a sentence each, the newest first (domain.md section 13).

Nobody is named: members appear by their codes (m1, m2 …), staff by their signatures.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from models.i18n import localized
from models.tables.network import Network
from models.tables.request import SupportRequest
from models.tables.transition import Transition
from models.vocabulary import NETWORK_STATE, REQUEST_STATE, Words, word


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened: when, in a sentence, who of the staff signed it, and why, in their own words.

    `kind`: what it is about, for a mark beside it: state, change, correction, grant or meeting.
    """

    at: datetime
    kind: str
    sentence: str
    signature: str | None = None
    reason: str | None = None


def network_timeline(session: Session, network: Network) -> list[TimelineEntry]:
    """All that happened in a network, the newest first."""
    return _steps(session, NETWORK_STATE, network_id=network.id)


def request_timeline(session: Session, request: SupportRequest) -> list[TimelineEntry]:
    """All that happened to a request until it was decided and after, the newest first."""
    return _steps(session, REQUEST_STATE, request_id=request.id)


def _steps(session: Session, words: Words, **subject: UUID) -> list[TimelineEntry]:
    [(name, key)] = subject.items()
    steps = select(Transition).where(getattr(Transition, name) == key).order_by(col(Transition.at).desc())
    return [
        TimelineEntry(
            one.at,
            "state",
            localized(f"Nu {word(words, one.to_state)}.", f"Now {word(words, one.to_state)}."),
            one.signature,
        )
        for one in session.exec(steps)
    ]
