"""What the office had and did by a cut-off: its hours, what was taken of them, and what it asked (section 11)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from models.dates.local_time import local, midnight, quarter
from models.office.policy import office_policy
from models.tables.check_in import CheckIn, CheckInAnswer
from models.tables.network import Network, Origin
from models.tables.office import Staff, StaffRole
from models.tables.support import CapacityEntry, EntryKind, SupportGrant
from models.views.congress.facts.rows import ONE_DAY, CheckIns


def budgets(session: Session, before: datetime) -> dict[str, int]:
    """What the negotiators of each region have of the quarter that ends: the usual budget, unless staff set one."""
    in_quarter, usual = quarter(local(before).date() - ONE_DAY), office_policy().quarter_hours
    total: Any = func.sum(col(CapacityEntry.hours))
    lines: Any = (
        sql_select(col(CapacityEntry.staff_id), total)
        .where(col(CapacityEntry.quarter) == in_quarter, col(CapacityEntry.kind) == EntryKind.budget)
        .where(col(CapacityEntry.at) < before)
        .group_by(col(CapacityEntry.staff_id))
    )
    set_by = dict(session.execute(lines).tuples().all())
    negotiators: Any = sql_select(col(Staff.id), col(Staff.region)).where(
        col(Staff.role) == StaffRole.negotiator, col(Staff.active), col(Staff.region).is_not(None)
    )
    found: defaultdict[str, int] = defaultdict(int)
    for id, region in session.execute(negotiators):
        found[region] += round(float(set_by.get(id, usual)) * 100)
    return dict(sorted(found.items()))


def hours_taken(session: Session, before: datetime) -> dict[str, tuple[int, int]]:
    """What each region's ledger of the quarter that ends has out: used, or reserved and not released; and the networks
    that it was granted to.
    """
    in_quarter = quarter(local(before).date() - ONE_DAY)
    lines: Any = (
        sql_select(col(Staff.region), col(CapacityEntry.hours), col(SupportGrant.network_id))
        .join(Staff, col(Staff.id) == col(CapacityEntry.staff_id))
        .outerjoin(SupportGrant, col(SupportGrant.id) == col(CapacityEntry.grant_id))
        .where(col(CapacityEntry.quarter) == in_quarter, col(CapacityEntry.kind) != EntryKind.budget)
        .where(col(CapacityEntry.at) < before, col(Staff.region).is_not(None))
    )
    hours: defaultdict[str, int] = defaultdict(int)
    networks: defaultdict[str, set[UUID]] = defaultdict(set)
    for region, taken, network in session.execute(lines):
        hours[region] -= round(float(taken) * 100)
        networks[region] |= {network} if network else set()
    return {region: (hours[region], len(networks[region])) for region in sorted(hours)}


def check_ins(session: Session, cutoff: date) -> Iterator[CheckIns]:
    """Check-ins sent to networks of this system, and those first answered before the cut-off: changed later, or not."""
    before, first = midnight(cutoff), session.scalar(sql_select(func.min(col(CheckIn.sent_on))))
    given: Any = sql_select(col(CheckInAnswer.check_in_id)).where(col(CheckInAnswer.answered_at) < before)
    is_answered = or_(col(CheckIn.answered_at) < before, col(CheckIn.id).in_(given))
    counts: Any = (func.count(), func.count(case((is_answered, 1))), func.count(col(CheckIn.network_id).distinct()))
    for year in range(first.year, cutoff.year + 1) if first else ():
        since, until = date(year, 1, 1), min(date(year + 1, 1, 1), cutoff)
        rows: Any = (
            sql_select(*counts)
            .select_from(CheckIn)
            .join(Network, col(Network.id) == col(CheckIn.network_id))
            .where(col(Network.origin) != Origin.historic_office, col(CheckIn.sent_on) >= since)
            .where(col(CheckIn.sent_on) < until)
        )
        sent, answered, networks = session.execute(rows).one()
        yield CheckIns(year, sent, answered, networks)
