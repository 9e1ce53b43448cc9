"""All regions beside each other: what lives there, how it is, who asks, and the hours that are left (section 13)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from models.dates.local_time import quarter
from models.health.parameters import MODEL_VERSION
from models.office.policy import office_policy
from models.reference.places import region_names
from models.support.ledger import all_hours_left
from models.tables.health import HealthSnapshot, Level
from models.tables.network import ACTIVE, Network
from models.tables.office import Staff, StaffRole
from models.tables.place import Municipality
from models.tables.request import OPEN, RequestState, SupportRequest
from models.views.register.listing import latest_check

T = TypeVar("T")


@dataclass(frozen=True)
class RegionLine:
    """A region in a row: its active networks, their levels at the latest health check, open requests and those of them
    in the queue, and what its negotiators have left of the quarter.
    """

    code: str
    name: str
    active: int
    levels: Mapping[Level, int]
    asking: int
    waiting: int
    left: Decimal


def region_lines(session: Session, today: date) -> list[RegionLine]:
    """Every region that is in use, by name."""
    region_of = dict(session.execute(sql_select(col(Municipality.code), col(Municipality.region))).tuples().all())
    active = _active(session, region_of, today)
    asking = _requests(session, region_of)
    left = _left(session, today)
    return [
        RegionLine(
            code,
            name,
            active[code].total(),
            {level: count for level, count in active[code].items() if level},
            asking[code].total(),
            asking[code][RequestState.waiting],
            left.get(code, Decimal(0)),
        )
        for code, name in region_names(session)
    ]


def _requests(session: Session, region_of: Mapping[str, str]) -> defaultdict[str, Counter[RequestState]]:
    """How many open requests there are of each state."""
    asked = col(SupportRequest.municipality)
    rows: Any = (
        sql_select(asked, col(SupportRequest.state), func.count())
        .where(col(SupportRequest.state).in_(OPEN), asked.is_not(None))
        .group_by(asked, col(SupportRequest.state))
    )
    return _by_region(session.execute(rows).tuples(), region_of)


def _active(session: Session, region_of: Mapping[str, str], today: date) -> defaultdict[str, Counter[Level | None]]:
    """How many active networks there are of each level; of none are those that have not been through a check."""
    checked_on = latest_check(session, today)
    checked = (
        (col(HealthSnapshot.network_id) == col(Network.id))
        & (col(HealthSnapshot.model_version) == MODEL_VERSION)
        # A span of one day: asked for by equality, SQLite takes the index that holds no level, and visits each row.
        & col(HealthSnapshot.on).between(checked_on, checked_on)
    )
    rows: Any = (
        sql_select(col(Network.municipality), col(HealthSnapshot.level), func.count())
        .outerjoin(HealthSnapshot, checked)
        .where(col(Network.state).in_(ACTIVE))
        .group_by(col(Network.municipality), col(HealthSnapshot.level))
    )
    return _by_region(session.execute(rows).tuples(), region_of)


def _by_region(rows: Iterable[tuple[str, T, int]], region_of: Mapping[str, str]) -> defaultdict[str, Counter[T]]:
    """What was counted by municipality: the few of those are looked up once, and not for every network."""
    found: defaultdict[str, Counter[T]] = defaultdict(Counter)
    for municipality, kind, count in rows:
        found[region_of[municipality]][kind] += count
    return found


def _left(session: Session, today: date) -> dict[str, Decimal]:
    left, usual = all_hours_left(session, quarter(today)), office_policy().quarter_hours
    found: dict[str, Decimal] = {}
    negotiators = select(Staff.id, Staff.region).where(col(Staff.active), col(Staff.role) == StaffRole.negotiator)
    for staff_id, region in session.exec(negotiators):
        if region:
            found[region] = found.get(region, Decimal(0)) + left.get(staff_id, usual)
    return found
