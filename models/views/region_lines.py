"""All regions beside each other: what lives there, how it is, who asks, and the hours that are left (section 13)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from models.dates.local_time import quarter
from models.health.parameters import MODEL_VERSION
from models.office.policy import office_policy
from models.support.ledger import all_hours_left
from models.tables.health import HealthSnapshot, Level
from models.tables.network import ACTIVE, Network
from models.tables.office import Staff, StaffRole
from models.tables.place import Municipality, Region
from models.tables.request import OPEN, RequestState, SupportRequest
from models.views.register.listing import latest_check


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
    active = _active(session, today)
    asking = _requests(session, *OPEN)
    waiting = _requests(session, RequestState.waiting)
    left = _left(session, today)
    regions = session.exec(select(Region).where(col(Region.active)).order_by(col(Region.name)))
    return [
        RegionLine(
            one.code,
            one.name,
            sum(active.get(one.code, {}).values()),
            {level: count for level, count in active.get(one.code, {}).items() if level},
            asking.get(one.code, 0),
            waiting.get(one.code, 0),
            left.get(one.code, Decimal(0)),
        )
        for one in regions
    ]


def _requests(session: Session, *states: RequestState) -> dict[str, int]:
    rows: Any = (
        sql_select(col(Municipality.region), func.count())
        .join(SupportRequest, col(SupportRequest.municipality) == col(Municipality.code))
        .where(col(SupportRequest.state).in_(states))
        .group_by(col(Municipality.region))
    )
    return dict(session.execute(rows).tuples().all())


def _active(session: Session, today: date) -> dict[str, dict[Level | None, int]]:
    """How many active networks there are of each level; of none are those that have not been through a check."""
    checked = (
        (col(HealthSnapshot.network_id) == col(Network.id))
        & (col(HealthSnapshot.on) == latest_check(session, today))
        & (col(HealthSnapshot.model_version) == MODEL_VERSION)
    )
    rows: Any = (
        sql_select(col(Municipality.region), col(HealthSnapshot.level), func.count())
        .select_from(Network)
        .join(Municipality, col(Municipality.code) == col(Network.municipality))
        .outerjoin(HealthSnapshot, checked)
        .where(col(Network.state).in_(ACTIVE))
        .group_by(col(Municipality.region), col(HealthSnapshot.level))
    )
    found: dict[str, dict[Level | None, int]] = {}
    for code, level, count in session.execute(rows):
        found.setdefault(code, {})[level and Level(level)] = count
    return found


def _left(session: Session, today: date) -> dict[str, Decimal]:
    left, usual = all_hours_left(session, quarter(today)), office_policy().quarter_hours
    found: dict[str, Decimal] = {}
    for one in session.exec(select(Staff).where(col(Staff.active), col(Staff.role) == StaffRole.negotiator)):
        if one.region:
            found[one.region] = found.get(one.region, Decimal(0)) + left.get(one.id, usual)
    return found
