"""Histories of many networks, from the database straight into columns: what a health check reads (section 7).

Plain numbers instead of objects: a sweep over 10,000 networks reads some 700,000 rows. Days are counted in the
database, moments come as seconds, and only the duties that the score looks at are read at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import BigInteger, Date, and_, case, cast, exists, func, literal, literal_column, or_
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.check_in import CheckIn
from models.engagement import AT_A_TIME, DEFAULTS
from models.engagement_columns import (
    CANCELLED,
    DUTIES,
    HELD,
    INVITATION,
    NEVER,
    NOT_RECORDED,
    OFFICE,
    PLANNED,
    UNKNOWN,
    Batch,
    Ints,
)
from models.meeting import Duty, Meeting, MeetingDuty, MeetingStatus
from models.network import Network
from models.quiet_days import STOCKHOLM, local

ONE_DAY = timedelta(days=1)
SECONDS_AN_HOUR = 3600
NO_MOMENT = 1 << 40
"""Seconds that no answer will ever have."""
SOME_MEMBER = 0
"""Organiser code of a duty in a meeting where it matters that a member carried it, but not who."""
STATUS = {MeetingStatus.planned: PLANNED, MeetingStatus.held: HELD, MeetingStatus.cancelled: CANCELLED}
DUTY = {Duty(name): position for position, name in enumerate(DUTIES)}


def parts(networks: Sequence[Network]) -> Iterator[Sequence[Network]]:
    """As many networks at a time as memory and the database like."""
    for first in range(0, len(networks), AT_A_TIME):
        yield networks[first : first + AT_A_TIME]


def load(session: Session, networks: Sequence[Network], as_of: date) -> Batch:
    """The histories of these networks as `score` reads them at the end of `as_of`, and for that day only.

    Three questions, however many networks there are; give it one of `parts` at a time.
    """
    session.flush()
    numbers = np.array([network.number for network in networks], dtype=np.int64)
    order = np.argsort(numbers)

    def places(found: Ints) -> Ints:
        return np.asarray(order[np.searchsorted(numbers, found, sorter=order)], dtype=np.int64)

    ids = [network.id for network in networks]
    seconds = as_seconds(session)
    meetings = in_columns(session, _meetings(seconds, ids, as_of), 7)
    owner, moment = places(meetings[0]), meetings[1]
    sorting = np.lexsort((moment, owner))
    owner, moment = owner[sorting], moment[sorting]
    status, attended, branches, companies, led = (column[sorting] for column in meetings[2:])
    duties = np.full((len(owner), len(DUTIES)), NOT_RECORDED, dtype=np.int64)
    duties[led > 0, INVITATION] = SOME_MEMBER
    _add_recent_duties(session, _duties(seconds, ids, as_of), duties, places, owner, moment)

    sent = in_columns(session, _check_ins(session, ids, as_of), 4)
    asked = places(sent[0])
    sorting = np.lexsort((sent[1], asked))
    return Batch(
        kickoff=np.array([(one.kickoff_on or date.max).toordinal() for one in networks], dtype=np.int64),
        cadence_days=np.array([one.cadence_days for one in networks], dtype=np.int64),
        target_size=np.array([one.target_size for one in networks], dtype=np.int64),
        step=np.array([one.step for one in networks], dtype=np.int64),
        meeting_start=_starts(owner, len(networks)),
        meeting_day=local_days(moment),
        status=status,
        attended=attended,
        branches=branches,
        companies=companies,
        duties=duties,
        check_in_start=_starts(asked[sorting], len(networks)),
        sent_day=sent[1][sorting],
        answered_day=local_days(sent[2][sorting]),
        q4=sent[3][sorting],
    )


# --- what is asked of the database ----------------------------------------------------------------


def as_seconds(session: Session) -> Any:
    """How this database tells a moment as whole seconds since 1970."""
    if session.get_bind().dialect.name == "postgresql":
        return lambda moment: cast(func.floor(func.extract("epoch", moment)), BigInteger)
    return lambda moment: cast(func.strftime("%s", moment), BigInteger)


def _meetings(seconds: Any, networks: Sequence[UUID], as_of: date) -> Any:
    """The meetings of the window, what is booked, and the last member-led meeting before, which may reach into it."""
    earlier = aliased(Meeting)
    last_before = (
        sql_select(col(earlier.starts_at))
        .where(col(earlier.network_id) == col(Network.id), col(earlier.status) == MeetingStatus.held)
        .where(col(earlier.starts_at) < _window_start(as_of), _led(earlier))
        .order_by(col(earlier.starts_at).desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        sql_select(
            col(Network.number),
            seconds(col(Meeting.starts_at)),
            case(STATUS, value=col(Meeting.status)),
            func.coalesce(col(Meeting.attended), UNKNOWN),
            func.coalesce(col(Meeting.branches), UNKNOWN),
            func.coalesce(col(Meeting.companies), UNKNOWN),
            case((_led(Meeting), 1), else_=0),
        )
        .join(Network, col(Network.id) == col(Meeting.network_id))
        .where(col(Network.id).in_(networks))
        .where(col(Meeting.starts_at) >= func.coalesce(last_before, _window_start(as_of)))
        .where(or_(col(Meeting.starts_at) < midnight(as_of + ONE_DAY), col(Meeting.status) == MeetingStatus.planned))
    )


def _led(meeting: type[Meeting]) -> Any:
    """Whether a member led that meeting (section 7)."""
    return exists().where(
        col(MeetingDuty.meeting_id) == col(meeting.id),
        col(MeetingDuty.duty).in_((Duty.invitation, Duty.lead)),
        col(MeetingDuty.organiser_key).is_not(None),
    )


def _duties(seconds: Any, networks: Sequence[UUID], as_of: date) -> Any:
    """The duties of each network's last meetings in the window: only there it matters who carried what.

    The networks are named inside: a database that numbers every meeting it has, for each part anew, takes a hundred
    times as long for ten times as many.
    """
    place = func.row_number().over(partition_by=col(Meeting.network_id), order_by=col(Meeting.starts_at).desc())
    last = (
        sql_select(col(Meeting.id), col(Meeting.network_id), col(Meeting.starts_at), place.label("place"))
        .where(col(Meeting.network_id).in_(networks), col(Meeting.status) == MeetingStatus.held)
        .where(col(Meeting.starts_at) >= _window_start(as_of), col(Meeting.starts_at) < midnight(as_of + ONE_DAY))
        .subquery()
    )
    return (
        sql_select(
            col(Network.number),
            seconds(last.c.starts_at),
            case(DUTY, value=col(MeetingDuty.duty)),
            col(MeetingDuty.organiser_key),
        )
        .select_from(last)
        .join(MeetingDuty, and_(col(MeetingDuty.meeting_id) == last.c.id, last.c.place <= DEFAULTS.duty_meetings))
        .join(Network, col(Network.id) == last.c.network_id)
    )


def _check_ins(session: Session, networks: Sequence[UUID], as_of: date) -> Any:
    """The last check-ins sent to each network, as many as the score looks at."""
    sent_on: Any = col(CheckIn.sent_on)
    place = func.row_number().over(partition_by=col(CheckIn.network_id), order_by=sent_on.desc()).label("place")
    last = (
        sql_select(col(CheckIn.network_id), sent_on, col(CheckIn.answered_at), col(CheckIn.q4), place)
        .where(col(CheckIn.network_id).in_(networks), sent_on <= as_of)
        .subquery()
    )
    if session.get_bind().dialect.name == "postgresql":
        sent: Any = last.c.sent_on - literal(date.min, Date) + 1
    else:
        sent = cast(func.julianday(last.c.sent_on) - literal_column("1721424.5"), BigInteger)
    return (
        sql_select(
            col(Network.number),
            sent,
            func.coalesce(as_seconds(session)(last.c.answered_at), NO_MOMENT),
            func.coalesce(last.c.q4, 0),
        )
        .join(Network, col(Network.id) == last.c.network_id)
        .where(last.c.place <= DEFAULTS.check_ins)
    )


# --- from rows to columns -------------------------------------------------------------------------


def _rows(session: Session, query: Any) -> Any:
    """The driver's own tuples, one at a time: nothing here needs to become an object of ours, or to be kept."""
    answer: Any = session.connection().execute(query)
    return answer.cursor


def in_columns(session: Session, query: Any, width: int) -> Sequence[Ints]:
    return _columns(_rows(session, query), width)


def _columns(rows: Iterable[Iterable[int]], width: int) -> Sequence[Ints]:
    return list(np.fromiter(chain.from_iterable(rows), dtype=np.int64).reshape(-1, width).T)


def _add_recent_duties(session: Session, query: Any, duties: Ints, places: Any, owner: Ints, moment: Ints) -> None:
    codes: dict[str | None, int] = {None: OFFICE}
    coded = ((*rest, codes.setdefault(key, len(codes))) for *rest, key in _rows(session, query))
    numbers, moments, columns, carriers = _columns(coded, 4)
    meeting = np.searchsorted(_together(owner, moment), _together(places(numbers), moments))
    duties[meeting] = NOT_RECORDED
    duties[meeting, columns] = carriers


def _together(owner: Ints, moment: Ints) -> Ints:
    """Network and moment as one number, which sorts as the pair does."""
    return owner << 40 | moment + (1 << 38)  # moments before 1970 too


def _starts(owner: Ints, networks: int) -> Ints:
    return np.searchsorted(owner, np.arange(networks + 1)).astype(np.int64)


def local_days(moments: Ints) -> Ints:
    """The local dates of moments in seconds; what never was stays NEVER."""
    hours, hour_of = np.unique(moments // SECONDS_AN_HOUR, return_inverse=True)
    never = NO_MOMENT // SECONDS_AN_HOUR
    days = [NEVER if hour == never else _local_day(hour) for hour in hours.tolist()]
    return np.array(days, dtype=np.int64)[hour_of]


@lru_cache(maxsize=200_000)
def _local_day(hour: int) -> int:
    """The date in Stockholm during an hour of UTC: its clock is always whole hours ahead."""
    return local(datetime.fromtimestamp(hour * SECONDS_AN_HOUR, UTC)).date().toordinal()


def _window_start(as_of: date) -> datetime:
    return midnight(as_of - timedelta(days=DEFAULTS.window_days - 1))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), STOCKHOLM)
