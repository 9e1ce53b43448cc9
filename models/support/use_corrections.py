"""Hours that were written down as used, and were not so many or none, are put right (domain.md sections 5 and 13)."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlmodel import Session, col, select

from models.audit import Correction, log_correction
from models.dates.local_time import local, quarter
from models.errors import CapacityExceeded, UserError
from models.i18n import localized
from models.support.corrections import reserve_what_is_left
from models.support.ledger import append_entry, lock_ledger, release
from models.support.network_hours import check_network_hours, hours_used
from models.tables.change_entry import ChangedField
from models.tables.network import TERMINAL, Network, NetworkState
from models.tables.support import HUNDREDTH, CapacityEntry, EntryKind, GrantStatus, Item, SupportGrant, SupportTime
from models.vocabulary import ITEM, word

OVER = (*TERMINAL, NetworkState.independent)
"""Where a network's support has ended: what was not used of it after all is not given later."""


def used_grant(session: Session, network: Network, item: Item, on: date, which: int) -> SupportGrant:
    """The grant of which hours stand as used on a day; where two of the kind do, the one that is `which` in order.

    Raises UserError, with the days that there are, when none does.
    """
    used = select(SupportGrant, col(SupportTime.on)).join(
        SupportTime, col(SupportTime.grant_id) == col(SupportGrant.id)
    )
    of_kind = used.where(col(SupportGrant.network_id) == network.id, col(SupportGrant.item) == item)
    rows = session.exec(of_kind.order_by(col(SupportGrant.occasion), col(SupportTime.on))).all()
    found = [grant for grant, day in rows if day == on]
    if found:
        return next((one for one in found if one.occasion == which), found[0])
    name, days = word(ITEM, item), ", ".join(str(day) for day in sorted({day for _, day in rows}))
    if not days:
        raise UserError(
            localized(
                f"Stöd: inga timmar av {name} är använda i nätverk #{network.number}. Välj ett annat.",
                f"Support: no hours of {name} were used in network #{network.number}. Choose another.",
            )
        )
    raise UserError(
        localized(
            f"Dag: {name} användes {days}. Välj den dag som ska rättas.",
            f"Day: {name} was used on {days}. Choose the day that is to be put right.",
        )
    )


def correct_use(session: Session, grant: SupportGrant, on: date, hours: Decimal, correction: Correction) -> bool:
    """Give a day the hours that were used of a grant then; 0: none were. False when it has them already.

    The ledger gets lines, and loses none: what was taken goes back to whoever gave it, and the right hours are taken. A
    grant that is not used up any more is granted again, and what is left of it is reserved where there is room. Raises
    UserError when the network would get more than its first year's hours, CapacityExceeded when the giver has not the
    hours; nothing has changed then.
    """
    lock_ledger(session)
    session.refresh(grant)
    told = select(SupportTime).where(col(SupportTime.grant_id) == grant.id, col(SupportTime.on) == on)
    times = session.exec(told.order_by(col(SupportTime.told_at), col(SupportTime.id))).all()
    before, hours = sum((one.hours for one in times), Decimal(0)), hours.quantize(HUNDREDTH)
    if before == hours:
        return False
    if hours > before:
        check_network_hours(session, grant, hours - before)
    givers = [_giver(session, grant, one) for one in times]
    release(session, grant, correction.at)
    for giver, one in zip(givers, times, strict=True):
        _book(session, grant, giver, on, one.hours, correction)
    if hours:
        _book(session, grant, givers[0], on, -hours, correction)
    _keep(session, times, hours)
    _follow(session, grant, correction)
    network = session.get_one(Network, grant.network_id)
    codes = (f"{grant.item} {amount} {on}" for amount in (before, hours))
    log_correction(session, correction, ChangedField.used, *codes, network=network)
    return True


def _giver(session: Session, grant: SupportGrant, time: SupportTime) -> UUID:
    """Whose ledger it was taken from: the grant may be another's by now."""
    line = select(CapacityEntry.staff_id).where(
        col(CapacityEntry.grant_id) == grant.id,
        col(CapacityEntry.kind) == EntryKind.used,
        col(CapacityEntry.hours) < 0,
        col(CapacityEntry.at) == time.told_at,
    )
    return session.exec(line.limit(1)).first() or grant.staff_id


def _book(session: Session, grant: SupportGrant, giver: UUID, on: date, hours: Decimal, correction: Correction) -> None:
    line = append_entry(session, giver, quarter(on), hours, EntryKind.used, correction.at, grant.id)
    line.signed_by = correction.signed_by.id


def _keep(session: Session, times: Sequence[SupportTime], hours: Decimal) -> None:
    """The day has one booking, of the right hours, or none."""
    for one in times[1:] if hours else times:
        session.delete(one)
    if hours:
        times[0].hours = hours
        session.add(times[0])
    session.flush()


def _follow(session: Session, grant: SupportGrant, correction: Correction) -> None:
    """The grant is used up, over, or goes on, by what was used of it now."""
    used = hours_used(session, grant.id)
    is_over = quarter(grant.to_on) < quarter(local(correction.at).date())
    is_over |= session.get_one(Network, grant.network_id).state in OVER
    if grant.paid_on is not None or 0 < used >= grant.hours:
        grant.status = GrantStatus.used
    else:
        grant.status = GrantStatus.ended if is_over or grant.status == GrantStatus.ended else GrantStatus.granted
    session.add(grant)
    session.flush()
    if grant.status == GrantStatus.granted:
        with suppress(CapacityExceeded), session.begin_nested():
            reserve_what_is_left(session, grant, grant.hours - used, correction.at)
