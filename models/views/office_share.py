"""How much the office carries, quarter by quarter and step by step (domain.md S1, S7, I10)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, case, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from models.dates.local_time import add_months, midnight, quarter, quarter_bounds
from models.db.columnar import Ints, as_seconds, in_columns, local_days
from models.tables.meeting import Meeting, MeetingStatus
from models.tables.network import STEP_OF, Network
from models.tables.place import Municipality
from models.tables.transition import Transition

QUARTERS_SHOWN: Final = 8
MONTHS_A_QUARTER: Final = 3
STEPS: Final = (1, 2, 3, 4)
EVERY_STEP: Final = 0
RECORDED: Final = col(Meeting.duties_by_office) + col(Meeting.duties_by_members)


@dataclass(frozen=True)
class OfficeShare:
    """Recorded duties at the meetings of one quarter, and how many the office carried.

    `step` is where the networks stood when they met; EVERY_STEP is all of them together.
    """

    quarter: str
    step: int
    office: int
    recorded: int


def dependence(session: Session, today: date) -> list[OfficeShare]:
    """The office's share of the work for each of the last quarters up to `today` in which networks met."""
    begins = _begins(today, QUARTERS_SHOWN)
    number, moment, office, recorded = in_columns(session, _carried(session, begins, today), 4)
    days, day_of = np.unique(local_days(moment), return_inverse=True)
    names = np.array([quarter(date.fromordinal(day)) for day in days.tolist()], dtype="U6")[day_of]
    steps = _steps_then(session, number, moment)
    found = []
    for name in np.unique(names).tolist():
        for step in (EVERY_STEP, *STEPS):
            there = (names == name) & ((steps == step) | (step == EVERY_STEP))
            if there.any():
                found.append(OfficeShare(name, step, int(office[there].sum()), int(recorded[there].sum())))
    return found


def dependence_in(session: Session, region: str, today: date, quarters: int) -> list[OfficeShare]:
    """The same for one region and all steps together, for so many quarters."""
    begins = [_begins(today, number) for number in range(1, quarters + 1)]
    since = case(*((col(Meeting.starts_at) >= midnight(day), place) for place, day in enumerate(begins)))
    rows = session.execute(
        sql_select(since, func.sum(col(Meeting.duties_by_office)), func.sum(RECORDED))
        .select_from(Municipality)
        .join(Network, col(Network.municipality) == col(Municipality.code))
        .join(Meeting, col(Meeting.network_id) == col(Network.id))
        .where(col(Municipality.region) == region, *_held(begins[-1], today))
        .group_by(since)
    )
    found = [OfficeShare(quarter(begins[place]), EVERY_STEP, office, recorded) for place, office, recorded in rows]
    return sorted(found, key=lambda one: one.quarter)


def _held(begins: date, today: date) -> tuple[ColumnElement[bool], ...]:
    """Of a meeting, that it was held in these days, and who carried something is known."""
    moment = col(Meeting.starts_at)
    is_within = (moment >= midnight(begins), moment < midnight(today + timedelta(days=1)))
    return col(Meeting.status) == MeetingStatus.held, RECORDED > 0, *is_within


def _begins(today: date, quarters: int) -> date:
    """The first day of so many quarters up to `today`, its own among them."""
    return quarter_bounds(quarter(add_months(today, -MONTHS_A_QUARTER * (quarters - 1))))[0]


def _carried(session: Session, begins: date, today: date) -> Any:
    """(network's number, moment, duties that the office carried, duties recorded) of each meeting held."""
    return (
        sql_select(
            col(Network.number),
            as_seconds(session, col(Meeting.starts_at)),
            col(Meeting.duties_by_office),
            RECORDED,
        )
        .join(Network, col(Network.id) == Meeting.network_id)
        .where(*_held(begins, today))
    )


def _steps_then(session: Session, number: Ints, moment: Ints) -> Ints:
    """The step of each of these networks at its moment; before the ladder, as at a first meeting, it is step 1.

    Rest and an end change no step, and are left out.
    """
    came = sql_select(
        col(Network.number), as_seconds(session, col(Transition.at)),
        case({state.value: step for state, step in STEP_OF.items()}, value=col(Transition.to_state)),
    ).join(Transition, col(Transition.network_id) == Network.id)  # fmt: skip
    on_the_ladder = came.where(col(Transition.to_state).in_([state.value for state in STEP_OF]))
    owner, since, step = in_columns(session, on_the_ladder, 3)
    order = np.lexsort((since, owner))
    owner, since, step = owner[order], since[order], step[order]
    place = np.searchsorted(_together(owner, since), _together(number, moment), side="right") - 1
    known = (place >= 0) & (len(owner) > 0)
    known[known] = owner[place[known]] == number[known]
    steps = np.full(len(number), STEPS[0], dtype=np.int64)
    steps[known] = np.maximum(step[place[known]], STEPS[0])
    return steps


def _together(owner: Ints, moment: Ints) -> Ints:
    """Network and moment as one number, which sorts as the pair does."""
    return owner << 36 | moment + (1 << 34)
