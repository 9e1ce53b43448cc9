"""Asking a network again after a while: what was asked, whether its next turn has come, and whether it was asked enough
(domain.md sections 4 and 9).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.office.contact_log import are_apart, attempts_of
from models.people.person import who_may_be_mailed
from models.people.roles import contacts_then_organisers
from models.tables.contact_entry import ContactChannel, ContactEntry
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.network import Network, NetworkState

ENOUGH = 2


@dataclass(frozen=True)
class Nudge:
    """One mail that asked, queued on a day for an occasion; `went`: it reached somebody's mail server."""

    occasion: str
    on: date
    went: bool


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
            found.setdefault(network_id, []).append(
                Nudge(occasion, local(created_at).date(), status == MailStatus.sent)
            )
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


@dataclass(frozen=True)
class Asked:
    """How a network was asked since it was planned or went to rest: by mails, by staff, and whether mail reaches it."""

    mails: Sequence[Nudge]
    entries: Sequence[ContactEntry]
    mailable: bool

    @property
    def enough(self) -> bool:
        """Asked twice: by mails that went or by staff, fourteen days apart (domain.md section 4)."""
        return self._twice(self.entries)

    @property
    def by_another_channel(self) -> bool:
        """Tried in another way than by mail too."""
        return any(one.channel != ContactChannel.mail for one in self.entries)

    @property
    def enough_beside_another_channel(self) -> bool:
        """Asked twice, not counting the one attempt in another way; where nobody can be mailed, it counts."""
        others = [one for one in self.entries if one.channel != ContactChannel.mail]
        beside = [one for one in self.entries if one is not others[-1]] if others else self.entries
        return self._twice(beside if self.mailable else self.entries)

    def _twice(self, entries: Sequence[ContactEntry]) -> bool:
        went = [ask.on for ask in self.mails if ask.went]
        return len(went) >= ENOUGH or are_apart([*went, *(one.on for one in entries)])

    @property
    def is_for_staff(self) -> bool:
        """Nothing more comes of mails: they were sent, or tried in vain, or there is nobody to send them to."""
        return self.enough or not self.mailable or len(self.mails) >= ENOUGH


def how_asked(session: Session, since: Mapping[UUID, tuple[date, Sequence[Nudge]]]) -> dict[UUID, Asked]:
    """How each network was asked from a day on, beside its mails since then."""
    entries = attempts_of(session, since)
    carriers = contacts_then_organisers(session, since)
    reachable = who_may_be_mailed(session, {role.person_id for roles in carriers.values() for role in roles})
    return {
        network_id: Asked(
            mails,
            [one for one in entries.get(network_id, []) if one.on >= begun],
            any(role.person_id in reachable for role in carriers.get(network_id, [])),
        )
        for network_id, (begun, mails) in since.items()
    }
