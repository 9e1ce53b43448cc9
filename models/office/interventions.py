"""What staff owe a network: a talk, a flag to look at, a wish. Opened by rules, ended by staff (domain.md I4)."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.dates.working_days import add_working_days
from models.i18n import localized
from models.office.absence import absences_on
from models.office.policy import office_policy
from models.office.staff import by_signature
from models.tables.network import Network
from models.tables.office import Intervention, InterventionKind, TalkOutcome
from models.tables.transition import Cause


def open_once(
    session: Session, network: Network, kind: InterventionKind, occasion: str, at: datetime, due_on: date | None = None
) -> bool:
    """Put something on the list of who acts for the network that day, due in ten working days, once per occasion.

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
    """`open_once` for many (network, occasion) at a time. Returns how many are new.

    While the negotiator is away it is their stand-in's; where nobody stands in it is theirs when they are back, and
    until then the work list tells those who are there (domain.md section 5).
    """
    if not wanted:
        return 0
    opened = select(Intervention.network_id, Intervention.occasion).where(col(Intervention.kind) == kind)
    if len(wanted) == 1:
        opened = opened.where(col(Intervention.network_id) == wanted[0][0].id)
    known = set(session.exec(opened).all())
    today = local(at).date()
    due = due_on or add_working_days(today, office_policy().health_talk_working_days)
    absent = absences_on(session, today)
    new = {(network.id, occasion): network for network, occasion in wanted if (network.id, occasion) not in known}
    for (network_id, occasion), network in new.items():
        owner = (network.negotiator and absent.get(network.negotiator)) or network.negotiator
        session.add(
            Intervention(network_id=network_id, kind=kind, occasion=occasion, opened_at=at, owner=owner, due_on=due)
        )
    return len(new)


def open_for(session: Session, network: Network, kinds: Collection[InterventionKind]) -> list[Intervention]:
    """What of these kinds is open in a network, the oldest first."""
    return list(
        session.exec(
            select(Intervention)
            .where(col(Intervention.network_id) == network.id, col(Intervention.kind).in_(kinds))
            .where(col(Intervention.ended_at).is_(None))
            .order_by(col(Intervention.opened_at), col(Intervention.due_on), col(Intervention.kind))
        )
    )


def end_intervention(
    session: Session, intervention: Intervention, outcome: TalkOutcome, cause: Cause, agreement: str = ""
) -> None:
    """Strike it off the list: what came of it, what was agreed, and who of the staff signs. What has ended stays.

    Only what settled itself ends without a signature: a resting network that woke needs no proposal to close it.
    Raises UserError when the signature is missing or nobody's (domain.md I4).
    """
    if intervention.ended_at:
        return
    if cause.signature or outcome != TalkOutcome.settled:
        staff = by_signature(session, cause.signature or "", localized("Din signatur", "Your signature"))
        intervention.ended_by = staff.id
    intervention.outcome, intervention.agreement = outcome, agreement.strip() or None
    intervention.ended_at = cause.at
    session.add(intervention)


def end_all(
    session: Session, network: Network, kinds: Collection[InterventionKind], outcome: TalkOutcome, cause: Cause
) -> int:
    """End what of these kinds is open in a network. Returns how many."""
    found = open_for(session, network, kinds)
    for intervention in found:
        end_intervention(session, intervention, outcome, cause)
    return len(found)
