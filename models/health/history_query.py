"""Histories of many networks, from the database straight into columns: what a health check reads (section 7).

A sweep over 10,000 networks reads some 300,000 rows: only the check-ins and duties that the score looks at are read at
all, and of meetings, check-ins and duties only an index each (`ix_..._sweep`).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, Final
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, Date, Integer, case, cast, func, literal, or_
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.dates.local_time import midnight
from models.db.columnar import (
    KEY,
    NO_MOMENT,
    Ints,
    Keys,
    as_day,
    as_key,
    as_seconds,
    in_columns,
    keyed_columns,
    local_days,
    numbered,
    raw_columns,
)
from models.health.answers_by_day import latest_by
from models.health.batch import CANCELLED, DUTIES, HELD, LEADING_COLUMNS, NOT_RECORDED, OFFICE, PLANNED, UNKNOWN, Batch
from models.health.engagement import duty_rows
from models.health.parameters import DEFAULTS
from models.tables.check_in import CheckIn
from models.tables.meeting import Duty, Meeting, MeetingDuty, MeetingStatus
from models.tables.network import Network

# The more networks are read at a time, the closer what is read lies together; so many stay far below a gigabyte.
READ_AT_A_TIME: Final = 50_000
ONE_DAY = timedelta(days=1)
SOME_MEMBER = 0
"""Organiser code of a duty in a meeting where it matters that a member carried it, but not who."""
STATUS = {MeetingStatus.planned: PLANNED, MeetingStatus.held: HELD, MeetingStatus.cancelled: CANCELLED}
DUTY = {Duty(name): position for position, name in enumerate(DUTIES)}


@dataclass(frozen=True, slots=True)
class Histories:
    """What is known of some networks; every column has one entry for each of them, in the same order."""

    keys: Keys
    numbers: Ints
    batch: Batch


def histories(session: Session, which: ColumnElement[bool], as_of: date) -> Iterator[Histories]:
    """The histories of networks that a condition holds for, as `score` reads them at the end of `as_of`, and for that
    day only. A network that had not started by then is left out.

    One question, and three more for every READ_AT_A_TIME networks.
    """
    session.flush()
    keys, started = keyed_columns(session, _started(session, which, as_of), 5)
    order = np.argsort(keys)
    for first in range(0, len(keys), READ_AT_A_TIME):
        some = order[first : first + READ_AT_A_TIME]
        yield _read(session, keys[some], [column[some] for column in started], as_of)


def among(session: Session, networks: Sequence[UUID]) -> ColumnElement[bool]:
    """The condition that a network is one of these."""
    table = numbered(session, np.array([one.hex for one in networks], dtype=KEY))
    return col(Network.id).in_(sql_select(table.c.key))


def _read(session: Session, keys: Keys, started: Sequence[Ints], as_of: date) -> Histories:
    numbers, kickoff, cadence_days, target_size, step = started
    asked = numbered(session, keys)
    meetings, told = keyed_columns(session, _meetings(session, asked, as_of), 7)
    sorting = _by_owner(told[0], told[1])
    owner, moment, status, attended, branches, companies, led = (column[sorting] for column in told)
    start, day = _starts(owner, len(keys)), local_days(moment)
    duties = np.full((len(owner), len(DUTIES)), NOT_RECORDED, dtype=np.int64)
    duties[:, LEADING_COLUMNS[0]] = np.where(led > 0, SOME_MEMBER, OFFICE)  # who it was matters for the last ones
    recent = duty_rows(start, day, status, as_of)
    _write_duties(session, duties, recent, meetings[sorting[recent]])

    asked_of, sent, answered, q4, next_day = in_columns(session, _check_ins(session, asked, as_of), 5)
    _take_back_later_answers(session, asked, as_of, (asked_of, sent, q4))
    sending = _by_owner(asked_of, sent)
    batch = Batch(
        kickoff=kickoff,
        cadence_days=cadence_days,
        target_size=target_size,
        step=step,
        meeting_start=start,
        meeting_day=day,
        status=status,
        attended=attended,
        branches=branches,
        companies=companies,
        duties=duties,
        check_in_start=_starts(asked_of[sending], len(keys)),
        sent_day=sent[sending],
        answered_day=local_days(answered[sending]),
        q4=q4[sending],
        next_day=next_day[sending],
    )
    return Histories(keys, numbers, batch)


def _write_duties(session: Session, duties: Ints, rows: Ints, meetings: Keys) -> None:
    """Write into these rows who carried what at these meetings."""
    order = np.argsort(meetings)
    query = _duties(numbered(session, meetings[order]))
    places, columns, carriers = raw_columns(session, query, 3)
    codes: defaultdict[str | None, int] = defaultdict(count(SOME_MEMBER + 1).__next__, {None: OFFICE})
    duties[rows] = NOT_RECORDED
    duties[rows[order[places]], columns] = [codes[key] for key in carriers]


# --- what is asked of the database ----------------------------------------------------------------


def _started(session: Session, which: ColumnElement[bool], as_of: date) -> Any:
    """What a network says of itself."""
    return sql_select(
        col(Network.number),
        as_day(session, col(Network.kickoff_on)),
        col(Network.cadence_days),
        col(Network.target_size),
        col(Network.step),
        as_key(session, col(Network.id)),
    ).where(which, col(Network.kickoff_on) <= as_of)


def _meetings(session: Session, asked: Any, as_of: date) -> Any:
    """The meetings of the window, what is booked, and the last member-led meeting before, which may reach into it."""
    earlier, begins, ends = aliased(Meeting), _window_start(as_of), midnight(as_of + ONE_DAY)
    led = (col(earlier.status) == MeetingStatus.held) & col(earlier.led_by_member)
    led_before = _last(1, asked, earlier, earlier.starts_at, led, col(earlier.starts_at) < begins)
    return (
        sql_select(
            asked.c.place,
            as_seconds(session, col(Meeting.starts_at)),
            case(STATUS, value=col(Meeting.status)),
            func.coalesce(col(Meeting.attended), UNKNOWN),
            func.coalesce(col(Meeting.branches), UNKNOWN),
            func.coalesce(col(Meeting.companies), UNKNOWN),
            cast(col(Meeting.led_by_member), Integer),
            as_key(session, col(Meeting.id)),
        )
        .select_from(asked)
        .join(Meeting, col(Meeting.network_id) == asked.c.key)
        .where(col(Meeting.starts_at) >= func.coalesce(led_before, begins))
        .where(or_(col(Meeting.starts_at) < ends, col(Meeting.status) == MeetingStatus.planned))
    )


def _duties(meetings: Any) -> Any:
    """Who carried what at these meetings."""
    return (
        sql_select(meetings.c.place, case(DUTY, value=col(MeetingDuty.duty)), col(MeetingDuty.organiser_key))
        .select_from(meetings)
        .join(MeetingDuty, col(MeetingDuty.meeting_id) == meetings.c.key)
    )


def _check_ins(session: Session, asked: Any, as_of: date) -> Any:
    """The last check-ins of each network that count, as many as the score looks at, and what was sent since."""
    other = aliased(CheckIn)
    had_time = col(other.sent_on) <= as_of - timedelta(days=DEFAULTS.check_in_grace_days)
    counts = or_(had_time, col(other.answered_at) < midnight(as_of + ONE_DAY))
    since = _last(DEFAULTS.check_ins, asked, other, other.sent_on, col(other.sent_on) <= as_of, counts)
    return (
        sql_select(
            asked.c.place,
            as_day(session, col(CheckIn.sent_on)),
            func.coalesce(as_seconds(session, col(CheckIn.answered_at)), NO_MOMENT),
            func.coalesce(col(CheckIn.q4), 0),
            func.coalesce(as_day(session, col(CheckIn.q2_next_on)), 0),
        )
        .select_from(asked)
        .join(CheckIn, col(CheckIn.network_id) == asked.c.key)
        .where(col(CheckIn.sent_on) >= func.coalesce(since, literal(date.min, Date)), col(CheckIn.sent_on) <= as_of)
    )


def _take_back_later_answers(session: Session, asked: Any, as_of: date, check_ins: tuple[Ints, Ints, Ints]) -> None:
    """Where somebody else answered after the day, what was the latest by then counts; today that is nowhere."""
    earlier = latest_by(session, sql_select(col(CheckIn.id)), as_of)
    if not earlier:
        return
    asked_of, sent, q4 = check_ins
    where: Any = (
        sql_select(asked.c.place, as_day(session, col(CheckIn.sent_on)), col(CheckIn.id))
        .select_from(asked)
        .join(CheckIn, col(CheckIn.network_id) == asked.c.key)
        .where(col(CheckIn.id).in_(earlier))
    )
    for place, day, check_in_id in session.execute(where).all():
        q4[(asked_of == place) & (sent == day)] = earlier[check_in_id]


def _last(number: int, asked: Any, table: Any, moment: Any, *which: Any) -> Any:
    """When a network's last rows that these conditions hold for begin, so many of them; null when there are fewer.

    Asked once a network, it steps back along an index, and need not number every row that there is.
    """
    back = sql_select(moment).where(col(table.network_id) == asked.c.key, *which).order_by(moment.desc())
    return back.offset(number - 1).limit(1).scalar_subquery()


# --- from rows to columns -------------------------------------------------------------------------


def _by_owner(owner: Ints, moment: Ints) -> Ints:
    """The order that puts rows of one network together, by moment; mostly they come in it."""
    same = owner[1:] == owner[:-1]
    in_order = (owner[1:] > owner[:-1]) | (same & (moment[1:] >= moment[:-1]))
    return np.arange(len(owner)) if in_order.all() else np.lexsort((moment, owner))


def _starts(owner: Ints, networks: int) -> Ints:
    return np.searchsorted(owner, np.arange(networks + 1)).astype(np.int64)


def _window_start(as_of: date) -> datetime:
    return midnight(as_of - timedelta(days=DEFAULTS.window_days - 1))
