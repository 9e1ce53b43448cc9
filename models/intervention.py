"""What staff owe a network: a talk, a flag to look at, a wish. Opened by rules, ended by staff (domain.md I4)."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import EncryptedText, UtcDateTime, code, key_field
from models.language import say
from models.lifecycle import Cause
from models.network import Network
from models.numbers import numbers
from models.quiet_days import add_working_days, local
from models.staff import by_signature


class InterventionKind(StrEnum):
    health_talk = "health_talk"
    early_warning = "early_warning"
    adapting = "adapting"
    propose_rest = "propose_rest"
    propose_close = "propose_close"
    unreachable = "unreachable"
    new_contact = "new_contact"
    few_organisers = "few_organisers"
    handover_talk = "handover_talk"
    over_helping = "over_helping"
    wish = "wish"
    pause_or_close = "pause_or_close"
    phone_only = "phone_only"
    hard_bounce = "hard_bounce"
    mail_waits = "mail_waits"


TALKS = frozenset(
    {
        InterventionKind.health_talk,
        InterventionKind.early_warning,
        InterventionKind.adapting,
        InterventionKind.propose_rest,
        InterventionKind.propose_close,
        InterventionKind.unreachable,
        InterventionKind.few_organisers,
        InterventionKind.handover_talk,
        InterventionKind.over_helping,
        InterventionKind.wish,
        InterventionKind.pause_or_close,
    }
)
"""What a talk with the network settles; the rest is for staff alone (a contact to find, somebody to call)."""


class Outcome(StrEnum):
    """The three ways on (domain.md section 7), or that the matter settled itself."""

    adapt = "adapt"
    rest = "rest"
    close = "close"
    settled = "settled"


class Intervention(SQLModel, table=True):
    """One thing for staff to do about a network, once per `occasion`, with an owner and a due date."""

    __table_args__ = (UniqueConstraint("network_id", "kind", "occasion", name="opened_once"),)

    id: UUID = key_field()
    network_id: UUID = Field(foreign_key="network.id", index=True)
    kind: InterventionKind = Field(sa_type=code(InterventionKind))
    occasion: str
    opened_at: datetime = Field(sa_type=UtcDateTime)
    owner: UUID | None = Field(default=None, foreign_key="staff.id", index=True)
    due_on: date
    outcome: Outcome | None = Field(default=None, sa_type=code(Outcome))
    agreement: str | None = Field(default=None, sa_column=Column(EncryptedText))
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: UUID | None = Field(default=None, foreign_key="staff.id")


def open_once(
    session: Session, network: Network, kind: InterventionKind, occasion: str, at: datetime, due_on: date | None = None
) -> bool:
    """Put something on the negotiator's list, due in ten working days, once per occasion.

    Returns whether it is new.
    """
    return open_many(session, [(network, occasion)], kind, at, due_on) == 1


def open_many(
    session: Session,
    wanted: Sequence[tuple[Network, str]],
    kind: InterventionKind,
    at: datetime,
    due_on: date | None = None,
) -> int:
    """`open_once` for many (network, occasion) at a time. Returns how many are new."""
    if not wanted:
        return 0
    opened = select(Intervention.network_id, Intervention.occasion).where(col(Intervention.kind) == kind)
    if len(wanted) == 1:
        opened = opened.where(col(Intervention.network_id) == wanted[0][0].id)
    known = set(session.exec(opened).all())
    due = due_on or add_working_days(local(at).date(), numbers().health_talk_working_days)
    new = {(network.id, occasion): network for network, occasion in wanted if (network.id, occasion) not in known}
    for (network_id, occasion), network in new.items():
        session.add(
            Intervention(
                network_id=network_id, kind=kind, occasion=occasion, opened_at=at, owner=network.negotiator, due_on=due
            )
        )
    return len(new)


def open_ones(session: Session) -> list[tuple[Intervention, Network]]:
    """All that is open, with its network; what is due first comes first. One past its `due_on` is overdue."""
    rows = session.exec(
        select(Intervention, Network)
        .join(Network, col(Network.id) == Intervention.network_id)
        .where(col(Intervention.ended_at).is_(None))
        .order_by(col(Intervention.due_on), col(Network.number), col(Intervention.kind), col(Intervention.occasion))
    )
    return list(rows)


def open_in(session: Session, network: Network, kinds: Collection[InterventionKind]) -> list[Intervention]:
    """What of these kinds is open in a network, the oldest first."""
    return list(
        session.exec(
            select(Intervention)
            .where(col(Intervention.network_id) == network.id, col(Intervention.kind).in_(kinds))
            .where(col(Intervention.ended_at).is_(None))
            .order_by(col(Intervention.opened_at), col(Intervention.due_on), col(Intervention.kind))
        )
    )


def end(session: Session, intervention: Intervention, outcome: Outcome, cause: Cause, agreement: str = "") -> None:
    """Strike it off the list: what came of it, what was agreed, and who of the staff signs. What has ended stays.

    Only what settled itself ends without a signature: a resting network that woke needs no proposal to close it.
    Raises UserError when the signature is missing or nobody's (domain.md I4).
    """
    if intervention.ended_at:
        return
    if cause.signature or outcome != Outcome.settled:
        staff = by_signature(session, cause.signature or "", say("Din signatur", "Your signature"))
        intervention.ended_by = staff.id
    intervention.outcome, intervention.agreement = outcome, agreement.strip() or None
    intervention.ended_at = cause.at
    session.add(intervention)


def end_all(
    session: Session, network: Network, kinds: Collection[InterventionKind], outcome: Outcome, cause: Cause
) -> int:
    """End what of these kinds is open in a network. Returns how many."""
    found = open_in(session, network, kinds)
    for intervention in found:
        end(session, intervention, outcome, cause)
    return len(found)
