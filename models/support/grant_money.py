"""Money for a meeting: that it was paid, when, how much, and who saw the receipt (domain.md section 5)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from models.errors import UserError
from models.i18n import localized
from models.support.ledger import lock_ledger, release, use_hours
from models.support.network_hours import hours_used
from models.tables.network import Network
from models.tables.office import Staff
from models.tables.support import GrantStatus, Item, SupportGrant


@dataclass(frozen=True)
class Payment:
    """Money that was paid: when, how much, and who saw the receipt. `is_second`: another one of that day was told."""

    on: date
    sek: int
    seen_by: Staff
    is_second: bool = False


def record_payment(
    session: Session, network: Network, payment: Payment, at: datetime, signer: Staff | None = None
) -> bool:
    """Write down that a network's grant of money was paid. Returns False when just that is written already.

    A network may have two: the first that is not paid and runs on that day is meant, or one that has run out, since a
    receipt comes after the meeting. It is used then, and its hours are booked where they are not yet. Raises UserError
    that names the field when no grant is to be paid, another sum was that day, the day lies before the grant or more is
    paid than granted; CapacityExceeded as `use_hours` does.
    """
    lock_ledger(session)
    grants, on, sek = _grants(session, network.id), payment.on, payment.sek
    if sum((one.paid_on, one.paid_sek) == (on, sek) for one in grants) > payment.is_second:
        return False
    grant = _to_pay(grants, network, payment)
    if sek > grant.sek:
        raise UserError(
            localized(
                f"Utbetalt, kronor: {grant.sek} är beviljat nätverk #{network.number}. Ange högst så mycket.",
                f"Paid, SEK: {grant.sek} is granted to network #{network.number}. Give at most as much.",
            )
        )
    if (left := grant.hours - hours_used(session, grant.id)) > 0:
        use_hours(session, grant, min(on, grant.to_on), left, at, signer)
    release(session, grant, at)
    grant.status = GrantStatus.used
    grant.paid_on, grant.paid_sek, grant.receipt_seen_by = on, sek, payment.seen_by.id
    session.add(grant)
    session.flush()
    return True


def _grants(session: Session, network_id: UUID) -> list[SupportGrant]:
    of_network = select(SupportGrant).where(
        col(SupportGrant.network_id) == network_id, col(SupportGrant.item) == Item.grant_money
    )
    in_turn = of_network.order_by(col(SupportGrant.from_on), col(SupportGrant.occasion), col(SupportGrant.id))
    return list(session.exec(in_turn.execution_options(populate_existing=True)))


def _to_pay(grants: list[SupportGrant], network: Network, payment: Payment) -> SupportGrant:
    if not grants:
        raise UserError(
            localized(
                f"Nätverk: #{network.number} har inget bidrag beviljat. Välj ett annat.",
                f"Network: #{network.number} has no money granted. Choose another.",
            )
        )
    unpaid, on = [one for one in grants if one.paid_on is None], payment.on
    same_day = any(one.paid_on == on for one in grants)
    if not unpaid or (same_day and not payment.is_second):  # another sum that day may be the first one told anew
        told = ", ".join(f"{one.paid_on} {one.paid_sek}" for one in grants if one.paid_on)
        raise UserError(
            localized(
                f"Utbetalt, kronor: redan utbetalt ({told}). Var det fel, välj att rätta det. Är det en till "
                "samma dag, kryssa i det. Annars: kontrollera dag och nätverk.",
                f"Paid, SEK: paid already ({told}). If that is wrong, choose to correct it. If this is another of "
                "that day, tick that. Else look at the day and the network.",
            )
        )
    begun = [one for one in unpaid if one.from_on <= on]
    if not begun:
        first = min(one.from_on for one in unpaid)
        raise UserError(
            localized(
                f"Dag: bidraget gäller från {first}. Ange den dagen eller en senare.",
                f"Day: the money is from {first}. Give that day or a later one.",
            )
        )
    return next((one for one in begun if on <= one.to_on), begun[0])
