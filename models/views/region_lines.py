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
    active = _counted(session, Network, col(Network.state).in_(ACTIVE))
    asking = _counted(session, SupportRequest, col(SupportRequest.state).in_(OPEN))
    waiting = _counted(session, SupportRequest, col(SupportRequest.state) == RequestState.waiting)
    levels = _levels(session, today)
    left = _left(session, today)
    regions = session.exec(select(Region).where(col(Region.active)).order_by(col(Region.name)))
    return [
        RegionLine(
            one.code,
            one.name,
            active.get(one.code, 0),
            levels.get(one.code, {}),
            asking.get(one.code, 0),
            waiting.get(one.code, 0),
            left.get(one.code, Decimal(0)),
        )
        for one in regions
    ]


def _counted(session: Session, table: type[Network] | type[SupportRequest], which: Any) -> dict[str, int]:
    rows: Any = (
        sql_select(col(Municipality.region), func.count())
        .join(table, col(table.municipality) == col(Municipality.code))
        .where(which)
        .group_by(col(Municipality.region))
    )
    return dict(session.execute(rows).tuples().all())


def _levels(session: Session, today: date) -> dict[str, dict[Level, int]]:
    rows: Any = (
        sql_select(col(Municipality.region), col(HealthSnapshot.level), func.count())
        .join(Network, col(Network.municipality) == col(Municipality.code))
        .join(HealthSnapshot, col(HealthSnapshot.network_id) == col(Network.id))
        .where(col(HealthSnapshot.on) == latest_check(session, today))
        .where(col(HealthSnapshot.model_version) == MODEL_VERSION, col(Network.state).in_(ACTIVE))
        .group_by(col(Municipality.region), col(HealthSnapshot.level))
    )
    found: dict[str, dict[Level, int]] = {}
    for code, level, count in session.execute(rows):
        found.setdefault(code, {})[Level(level)] = count
    return found


def _left(session: Session, today: date) -> dict[str, Decimal]:
    left, usual = all_hours_left(session, quarter(today)), office_policy().quarter_hours
    found: dict[str, Decimal] = {}
    for one in session.exec(select(Staff).where(col(Staff.active), col(Staff.role) == StaffRole.negotiator)):
        if one.region:
            found[one.region] = found.get(one.region, Decimal(0)) + left.get(one.id, usual)
    return found
