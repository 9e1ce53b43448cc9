"""The hours that a network may have in its first year, and those it has used (domain.md section 5)."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import exists, or_
from sqlmodel import Session, col, func, select

from models.dates.local_time import add_months, local
from models.errors import UserError
from models.i18n import in_hours, localized
from models.office.menu import MENU
from models.office.policy import office_policy
from models.tables.network import Network
from models.tables.support import GrantStatus, SupportGrant, SupportTime
from models.vocabulary import ITEM, word

FIRST_YEAR_MONTHS = 12


def hours_used(session: Session, grant_id: UUID) -> Decimal:
    """Hours of a grant that were used so far."""
    used = session.exec(select(func.sum(SupportTime.hours)).where(col(SupportTime.grant_id) == grant_id)).one()
    return Decimal(str(used or 0))


def first_year_ends_on(network: Network) -> date:
    """The day on which a network's first 12 months are over, counted from the day it was created."""
    return add_months(local(network.created_at).date(), FIRST_YEAR_MONTHS)


def first_year_hours(session: Session, network: Network) -> Decimal:
    """Hours granted to a network for its first 12 months, or used where more was used than granted; of a grant that has
    ended, what was used.
    """
    used: Any = (
        select(func.sum(col(SupportTime.hours)))
        .where(col(SupportTime.grant_id) == col(SupportGrant.id))
        .correlate(SupportGrant)
        .scalar_subquery()
    )
    rows = session.exec(
        select(col(SupportGrant.hours), col(SupportGrant.status), used).where(
            col(SupportGrant.network_id) == network.id, col(SupportGrant.from_on) < first_year_ends_on(network)
        )
    ).all()
    return sum(
        (
            max(granted if status != GrantStatus.ended else Decimal(0), Decimal(str(spent or 0)))
            for granted, status, spent in rows
        ),
        Decimal(0),
    )


def times_granted(session: Session, network: Network) -> dict[str, int]:
    """How often a network was granted each item, without what ended and was never used."""
    was_used = exists().where(col(SupportTime.grant_id) == col(SupportGrant.id))
    counted = or_(col(SupportGrant.status) != GrantStatus.ended, was_used)
    granted = select(SupportGrant.item, func.count()).where(col(SupportGrant.network_id) == network.id, counted)
    return dict(session.exec(granted.group_by(col(SupportGrant.item))).all())


def check_network_hours(session: Session, grant: SupportGrant, more: Decimal) -> None:
    """Raises UserError when `more` hours used of a grant take its network beyond its first year's hours, or beyond the
    times that it may have the item (section 5): a grant that ended unused counted for nothing until now.
    """
    network = session.get_one(Network, grant.network_id)
    used = hours_used(session, grant.id)
    _check_times(session, network, grant, used)
    counted = grant.hours if grant.status != GrantStatus.ended else Decimal(0)
    beyond = max(Decimal(0), used + more - counted)
    if not beyond or grant.from_on >= first_year_ends_on(network):
        return
    if first_year_hours(session, network) + min(beyond, more) > (most := office_policy().network_hours):
        raise UserError(
            localized(
                f"Timmar: nätverk #{network.number} får högst {in_hours(most)} första året. Ange färre.",
                f"Hours: network #{network.number} gets at most {in_hours(most)} in its first year. Give fewer.",
            )
        )


def _check_times(session: Session, network: Network, grant: SupportGrant, used: Decimal) -> None:
    most = MENU[grant.item].per_network
    if not most or used or grant.status != GrantStatus.ended:
        return
    if times_granted(session, network).get(grant.item, 0) >= most:
        name = word(ITEM, grant.item)
        raise UserError(
            localized(
                f"Stöd: {name} tog slut oanvänt, och nätverk #{network.number} har redan fått det {most} gånger.",
                f"Support: {name} ended unused, and network #{network.number} has had it {most} times already.",
            )
        )
