"""How is Norrbotten? A region's networks, requests and hours in figures; no person is among them (section 13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import numpy as np
from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from models.dates.local_time import ONE_DAY, add_months, midnight, quarter, quarter_bounds
from models.db.columnar import NEVER, NO_MOMENT, Ints, as_seconds, in_columns, local_days
from models.health.parameters import MODEL_VERSION
from models.office.policy import office_policy
from models.requests.waiting_list import hours_needed
from models.support.ladder import ON_THE_WAY
from models.support.ledger import all_hours_left
from models.tables.health import HealthSnapshot, Level
from models.tables.need_signal import NeedSignal
from models.tables.network import ACTIVE, Network, NetworkState
from models.tables.office import Staff, StaffRole
from models.tables.place import Municipality, Region
from models.tables.request import OPEN, RequestState, SupportRequest
from models.tables.support import CapacityEntry, EntryKind
from models.tables.transition import Transition
from models.views.office_share import OfficeShare, dependence_in

MONTHS: Final = 12
QUARTERS: Final = 4
ANSWERED: Final = (RequestState.granted, RequestState.waiting, RequestState.declined, RequestState.referred)
"""What a member was told after the talk, or instead of it: also that they wait."""
Levels = Mapping[Level, int]


@dataclass(frozen=True)
class QuarterHours:
    """A negotiator's hours of one quarter: the budget, and what is left of it."""

    quarter: str
    budget: Decimal
    left: Decimal

    @property
    def taken(self) -> Decimal:
        """Reserved or used."""
        return self.budget - self.left


@dataclass(frozen=True)
class Ending:
    """A network whose support ends, and how it was at the latest health check."""

    number: int
    name: str
    on: date
    level: Level | None


@dataclass(frozen=True)
class RegionPage:
    """All that a region's page tells. `health`: of each month the last check. `to_talk` and `to_answer`: median days of
    requests that came in the last twelve months, none where there are none.
    """

    code: str
    name: str
    networks: Mapping[NetworkState, int]
    health: Sequence[tuple[date, Levels]]
    requests: Mapping[RequestState, int]
    to_talk: float | None
    to_answer: float | None
    hours: Sequence[tuple[str, Sequence[QuarterHours]]]
    endings: Sequence[Ending]
    share: Sequence[OfficeShare]
    waiting_since: datetime | None
    hours_waited_for: Decimal
    signals: int

    @property
    def active(self) -> int:
        """Networks between kickoff and the end."""
        return sum(self.networks.get(state, 0) for state in ACTIVE)

    @property
    def waiting(self) -> int:
        """Requests in the queue."""
        return self.requests.get(RequestState.waiting, 0)


def region_page(session: Session, code: str, today: date) -> RegionPage | None:
    """The region as it is today; None for none of that code."""
    region = session.get(Region, code)
    if region is None:
        return None
    year_ago = add_months(today, -MONTHS)
    of_region = col(Municipality.region) == code
    networks: Any = (
        sql_select(col(Network.state), func.count())
        .join(Municipality, col(Municipality.code) == col(Network.municipality))
        .where(of_region)
        .group_by(col(Network.state))
    )
    requests: Any = (
        sql_select(col(SupportRequest.state), func.count())
        .join(Municipality, col(Municipality.code) == col(SupportRequest.municipality))
        .where(of_region, col(SupportRequest.state).in_(OPEN) | (col(SupportRequest.received_at) >= midnight(year_ago)))
        .group_by(col(SupportRequest.state))
    )
    health = _health(session, code, year_ago, today)
    to_talk, to_answer = _medians(session, code, year_ago)
    waiting = _waiting(session, code)
    return RegionPage(
        code=code,
        name=region.name,
        networks=dict(session.execute(networks).tuples().all()),
        health=health,
        requests=dict(session.execute(requests).tuples().all()),
        to_talk=to_talk,
        to_answer=to_answer,
        hours=_hours(session, code, today),
        endings=_endings(session, code, today, health[-1][0] if health else None),
        share=dependence_in(session, code, today, QUARTERS),
        waiting_since=min((one.waiting_since for one in waiting if one.waiting_since), default=None),
        hours_waited_for=sum((hours_needed(one) for one in waiting), Decimal(0)),
        signals=_signals(session, code, year_ago),
    )


def _health(session: Session, code: str, since: date, today: date) -> list[tuple[date, Levels]]:
    rows: Any = (
        sql_select(col(HealthSnapshot.on), col(HealthSnapshot.level), func.count())
        .select_from(Municipality)
        .join(Network, col(Network.municipality) == col(Municipality.code))
        .join(HealthSnapshot, col(HealthSnapshot.network_id) == col(Network.id))
        .where(col(Municipality.region) == code, col(HealthSnapshot.model_version) == MODEL_VERSION)
        .where(col(HealthSnapshot.on) > since, col(HealthSnapshot.on) <= today)
        .group_by(col(HealthSnapshot.on), col(HealthSnapshot.level))
    )
    found: dict[date, dict[Level, int]] = {}
    for on, level, count in session.execute(rows):
        found.setdefault(on, {})[Level(level)] = count
    last_of_month = {(on.year, on.month): on for on in sorted(found)}
    return [(on, found[on]) for on in last_of_month.values()]


def _medians(session: Session, code: str, since: date) -> tuple[float | None, float | None]:
    """Days from a request to its talk, and to the first answer."""
    answered = (
        sql_select(func.min(col(Transition.at)))
        .where(col(Transition.request_id) == col(SupportRequest.id), col(Transition.to_state).in_(ANSWERED))
        .correlate(SupportRequest)
        .scalar_subquery()
    )
    moments = (col(SupportRequest.received_at), col(SupportRequest.talk_at), answered)
    rows: Any = (
        sql_select(*(func.coalesce(as_seconds(session, one), NO_MOMENT) for one in moments))
        .join(Municipality, col(Municipality.code) == col(SupportRequest.municipality))
        .where(col(Municipality.region) == code, col(SupportRequest.received_at) >= midnight(since))
    )
    received, *reached = (local_days(moments) for moments in in_columns(session, rows, len(moments)))
    # A talk held before the request was written down took no days.
    to_talk, to_answer = (np.maximum(days - received, 0)[days < NEVER] for days in reached)
    return _median(to_talk), _median(to_answer)


def _median(days: Ints) -> float | None:
    return float(np.median(days)) if len(days) else None


def _hours(session: Session, code: str, today: date) -> list[tuple[str, list[QuarterHours]]]:
    """Each negotiator's hours of this quarter and the next; who has least left first."""
    negotiators = select(Staff).where(
        col(Staff.active), col(Staff.region) == code, col(Staff.role) == StaffRole.negotiator
    )
    staff = session.exec(negotiators).all()
    ids = [one.id for one in staff]
    this = quarter(today)
    quarters = (this, quarter(quarter_bounds(this)[1] + ONE_DAY))
    budgets = (
        select(CapacityEntry.staff_id, CapacityEntry.quarter, func.sum(CapacityEntry.hours))
        .where(col(CapacityEntry.quarter).in_(quarters), col(CapacityEntry.kind) == EntryKind.budget)
        .where(col(CapacityEntry.staff_id).in_(ids))
        .group_by(col(CapacityEntry.staff_id), col(CapacityEntry.quarter))
    )
    of = {(staff_id, name): Decimal(str(hours)) for staff_id, name, hours in session.exec(budgets)}
    left = {name: all_hours_left(session, name, ids) for name in quarters}
    usual = office_policy().quarter_hours
    found = [
        (one.signature, [QuarterHours(q, of.get((one.id, q), usual), left[q].get(one.id, usual)) for q in quarters])
        for one in staff
    ]
    return sorted(found, key=lambda one: (one[1][0].left, one[0]))


def _endings(session: Session, code: str, today: date, checked_on: date | None) -> list[Ending]:
    """Whose support ends by the end of this quarter, the first first."""
    checked = (col(HealthSnapshot.network_id) == col(Network.id)) & (col(HealthSnapshot.on) == checked_on)
    columns: Any = (Network.number, Network.name, Network.support_ends_on, HealthSnapshot.level)
    rows = session.execute(
        sql_select(*columns)
        .join(Municipality, col(Municipality.code) == col(Network.municipality))
        .outerjoin(HealthSnapshot, checked & (col(HealthSnapshot.model_version) == MODEL_VERSION))
        .where(col(Municipality.region) == code, col(Network.state).in_(ON_THE_WAY))
        .where(col(Network.support_ends_on) <= quarter_bounds(quarter(today))[1])
        .order_by(col(Network.support_ends_on), col(Network.number))
    )
    return [Ending(*row) for row in rows]


def _waiting(session: Session, code: str) -> Sequence[SupportRequest]:
    waiting = select(SupportRequest).join(Municipality, col(Municipality.code) == SupportRequest.municipality)
    return session.exec(
        waiting.where(col(Municipality.region) == code, col(SupportRequest.state) == RequestState.waiting)
    ).all()


def _signals(session: Session, code: str, since: date) -> int:
    noted = sql_select(func.count()).select_from(NeedSignal)
    noted = noted.join(Municipality, col(Municipality.code) == col(NeedSignal.municipality))
    noted = noted.where(col(Municipality.region) == code, col(NeedSignal.noted_at) >= midnight(since))
    return int(session.execute(noted).scalar_one())
