"""How much the office carries, quarter by quarter and step by step (domain.md S1, S7, I10)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import BigInteger, case, cast, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from models.dates.local_time import add_months, midnight, quarter, quarter_bounds
from models.db.columnar import Ints, as_seconds, in_columns, local_days
from models.tables.meeting import Meeting, MeetingDuty, MeetingStatus
from models.tables.network import STEP_OF, Network
from models.tables.transition import Transition

QUARTERS_SHOWN: Final = 8
MONTHS_A_QUARTER: Final = 3
STEPS: Final = (1, 2, 3, 4)
EVERY_STEP: Final = 0


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
    begins = quarter_bounds(quarter(add_months(today, -MONTHS_A_QUARTER * (QUARTERS_SHOWN - 1))))[0]
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


def _carried(session: Session, begins: date, today: date) -> Any:
    """(network's number, moment, duties that the office carried, duties recorded) of each meeting held."""
    by_office = case((col(MeetingDuty.by_office), 1), else_=0)
    return (
        sql_select(
            col(Network.number),
            as_seconds(session, col(Meeting.starts_at)),
            cast(func.sum(by_office), BigInteger),
            func.count(),
        )
        .select_from(Meeting)
        .join(MeetingDuty, col(MeetingDuty.meeting_id) == Meeting.id)
        .join(Network, col(Network.id) == Meeting.network_id)
        .where(col(Meeting.status) == MeetingStatus.held)
        .where(col(Meeting.starts_at) >= midnight(begins), col(Meeting.starts_at) < midnight(today + timedelta(days=1)))
        .group_by(col(Meeting.id), col(Network.number), col(Meeting.starts_at))
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
