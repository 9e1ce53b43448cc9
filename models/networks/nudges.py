"""Asking a network again after a while: what was asked, and whether its next turn has come (domain.md section 9)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.network import Network, NetworkState

NOT_ASKED = (MailStatus.skipped, MailStatus.failed)
ENOUGH = 2


@dataclass(frozen=True)
class Nudge:
    """One mail that asked, queued on a day for an occasion; it counts unless it was skipped or failed."""

    occasion: str
    on: date
    counts: bool


def nudges_sent(session: Session, template: Template, state: NetworkState) -> dict[UUID, list[Nudge]]:
    """What networks that are in `state` now were asked by mails of one kind, whoever of them read it."""
    rows = session.exec(
        select(OutgoingMail.network_id, OutgoingMail.idempotency_key, OutgoingMail.created_at, OutgoingMail.status)
        .join(Network, col(Network.id) == OutgoingMail.network_id)
        .where(col(OutgoingMail.template) == template, col(Network.state) == state)
    )
    found: dict[UUID, list[Nudge]] = {}
    for network_id, key, created_at, status in rows:
        occasion = key.removeprefix(f"{template}:").rpartition(":")[0]
        if network_id:
            found.setdefault(network_id, []).append(Nudge(occasion, local(created_at).date(), status not in NOT_ASKED))
    return found


def in_episode(asked: Sequence[Nudge], prefix: str) -> list[Nudge]:
    """Those whose occasion begins so: a second rest begins to ask anew."""
    return [ask for ask in asked if ask.occasion.startswith(prefix)]


def next_nudge(
    come: Sequence[int], asked: Sequence[Nudge], prefix: str, long_ago: Callable[[date], bool]
) -> int | None:
    """Which of the turns that have come (oldest first) to ask at now: the newest that was not, never two at once.

    None when all were asked at, or when it is not `long_ago` that somebody was asked.
    """
    done = {ask.occasion for ask in asked}
    left = [turn for turn in come if f"{prefix}{turn}" not in done]
    if not left or not all(long_ago(ask.on) for ask in asked):
        return None
    return left[-1]


def asked_enough(asked: Sequence[Nudge]) -> bool:
    """Whether a network was asked twice."""
    return sum(ask.counts for ask in asked) >= ENOUGH
