"""Histories of many networks, from the database straight into columns: what a health check reads (section 7).

Plain numbers instead of objects: a sweep over 10,000 networks reads some 300,000 rows. Days are counted in the
database, moments come as seconds, and only the check-ins and duties that the score looks at are read at all.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt
import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    String,
    Uuid,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    or_,
)
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.check_in import CheckIn
from models.engagement import DEFAULTS, duty_rows
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

Keys = npt.NDArray[np.bytes_]
"""Ids as 32 hexadecimal digits each: a hundred thousand of them are one block of memory, and not as many objects."""

KEY: Final = np.dtype("S32")
# The more networks are read at a time, the closer what is read lies together; so many stay far below a gigabyte.
READ_AT_A_TIME: Final = 50_000
ROWS_AT_A_TIME: Final = 500
ONE_DAY = timedelta(days=1)
SECONDS_AN_HOUR = 3600
NO_MOMENT = 1 << 40
"""Seconds that no answer will ever have."""
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
    keys, started = _keyed_columns(session, _started(session, which, as_of), 5)
    order = np.argsort(keys)
    for first in range(0, len(keys), READ_AT_A_TIME):
        some = order[first : first + READ_AT_A_TIME]
        yield _read(session, keys[some], [column[some] for column in started], as_of)


def among(session: Session, networks: Sequence[UUID]) -> ColumnElement[bool]:
    """The condition that a network is one of these."""
    table = _numbered(session, np.array([one.hex for one in networks], dtype=KEY))
    return col(Network.id).in_(sql_select(table.c.key))


def _read(session: Session, keys: Keys, started: Sequence[Ints], as_of: date) -> Histories:
    numbers, kickoff, cadence_days, target_size, step = started
    asked = _numbered(session, keys)
    meetings, told = _keyed_columns(session, _meetings(session, asked, as_of), 7)
    sorting = _by_owner(told[0], told[1])
    owner, moment, status, attended, branches, companies, led = (column[sorting] for column in told)
    start, day = _starts(owner, len(keys)), local_days(moment)
    duties = np.full((len(owner), len(DUTIES)), NOT_RECORDED, dtype=np.int64)
    duties[led > 0, INVITATION] = SOME_MEMBER
    recent = duty_rows(start, day, status, as_of)
    _write_duties(session, duties, recent, meetings[sorting[recent]])

    asked_of, sent, answered, q4 = in_columns(session, _check_ins(session, asked, as_of), 4)
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
    )
    return Histories(keys, numbers, batch)


def _write_duties(session: Session, duties: Ints, rows: Ints, meetings: Keys) -> None:
    """Write into these rows who carried what at these meetings."""
    order = np.argsort(meetings)
    query = _duties(_numbered(session, meetings[order]))
    places, columns, carriers = _raw_columns(session, query, 3)
    codes: defaultdict[str | None, int] = defaultdict(count(SOME_MEMBER + 1).__next__, {None: OFFICE})
    duties[rows] = NOT_RECORDED
    duties[rows[order[places]], columns] = [codes[key] for key in carriers]


# --- what is asked of the database ----------------------------------------------------------------


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def as_seconds(session: Session) -> Any:
    """How this database tells a moment as whole seconds since 1970."""
    if _is_postgresql(session):
        return lambda moment: cast(func.floor(func.extract("epoch", moment)), BigInteger)
    return lambda moment: cast(func.strftime("%s", moment), BigInteger)


def _as_key(session: Session, id: Any) -> Any:
    """How this database tells an id as one of Keys."""
    return func.replace(cast(id, String), "-", "") if _is_postgresql(session) else id


def _as_day(session: Session, day: Any) -> Any:
    """How this database tells a date as its number, as Python's toordinal does."""
    if _is_postgresql(session):
        return day - literal(date.min, Date) + 1
    return cast(func.julianday(day) - literal_column("1721424.5"), BigInteger)


def _numbered(session: Session, keys: Keys) -> Any:
    """These keys as a table of `key` and `place`: what is found says by its place whose it is.

    Give them in their own order, which is that of an index on them: each of its pages is then read once.
    """
    listed = keys.astype(str).tolist()
    if _is_postgresql(session):
        rows = func.unnest(cast(literal(listed, ARRAY(String)), ARRAY(Uuid)))
        table = rows.table_valued(column("key", Uuid), with_ordinality="place").render_derived()
        return sql_select(table.c.key, (table.c.place - 1).label("place")).subquery()
    table = func.json_each(orjson.dumps(listed).decode()).table_valued(column("value", Uuid), column("key", Integer))
    return sql_select(table.c.value.label("key"), table.c.key.label("place")).subquery()


def _started(session: Session, which: ColumnElement[bool], as_of: date) -> Any:
    """What a network says of itself."""
    return sql_select(
        col(Network.number),
        _as_day(session, col(Network.kickoff_on)),
        col(Network.cadence_days),
        col(Network.target_size),
        col(Network.step),
        _as_key(session, col(Network.id)),
    ).where(which, col(Network.kickoff_on) <= as_of)


def _meetings(session: Session, asked: Any, as_of: date) -> Any:
    """The meetings of the window, what is booked, and the last member-led meeting before, which may reach into it."""
    earlier, begins, ends = aliased(Meeting), _window_start(as_of), midnight(as_of + ONE_DAY)
    led = (col(earlier.status) == MeetingStatus.held) & col(earlier.led_by_member)
    led_before = _last(1, asked, earlier, earlier.starts_at, led, col(earlier.starts_at) < begins)
    return (
        sql_select(
            asked.c.place,
            as_seconds(session)(col(Meeting.starts_at)),
            case(STATUS, value=col(Meeting.status)),
            func.coalesce(col(Meeting.attended), UNKNOWN),
            func.coalesce(col(Meeting.branches), UNKNOWN),
            func.coalesce(col(Meeting.companies), UNKNOWN),
            cast(col(Meeting.led_by_member), Integer),
            _as_key(session, col(Meeting.id)),
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
    """The last check-ins sent to each network, as many as the score looks at."""
    other = aliased(CheckIn)
    since = _last(DEFAULTS.check_ins, asked, other, other.sent_on, col(other.sent_on) <= as_of)
    return (
        sql_select(
            asked.c.place,
            _as_day(session, col(CheckIn.sent_on)),
            func.coalesce(as_seconds(session)(col(CheckIn.answered_at)), NO_MOMENT),
            func.coalesce(col(CheckIn.q4), 0),
        )
        .select_from(asked)
        .join(CheckIn, col(CheckIn.network_id) == asked.c.key)
        .where(col(CheckIn.sent_on) >= func.coalesce(since, literal(date.min, Date)), col(CheckIn.sent_on) <= as_of)
    )


def _last(number: int, asked: Any, table: Any, moment: Any, *which: Any) -> Any:
    """When a network's last rows that these conditions hold for begin, so many of them; null when there are fewer.

    Asked once a network, it steps back along an index, and need not number every row that there is.
    """
    back = sql_select(moment).where(col(table.network_id) == asked.c.key, *which).order_by(moment.desc())
    return back.offset(number - 1).limit(1).scalar_subquery()


# --- from rows to columns -------------------------------------------------------------------------


def in_columns(session: Session, query: Any, width: int) -> list[Ints]:
    """An answer of so many columns of whole numbers."""
    return [np.array(values, dtype=np.int64) for values in _raw_columns(session, query, width)]


def _keyed_columns(session: Session, query: Any, width: int) -> tuple[Keys, list[Ints]]:
    """An answer of so many columns of whole numbers and a last one of keys."""
    *figures, keys = _raw_columns(session, query, width + 1)
    return np.array(keys, dtype=KEY), [np.array(values, dtype=np.int64) for values in figures]


def _raw_columns(session: Session, query: Any, width: int) -> list[list[Any]]:
    """An answer as the driver gives it, some rows at a time: nothing here becomes an object of ours."""
    columns: list[list[Any]] = [[] for _ in range(width)]
    answer: Any = session.connection().execute(query)
    while rows := answer.cursor.fetchmany(ROWS_AT_A_TIME):
        for values, more in zip(columns, zip(*rows, strict=True), strict=True):
            values.extend(more)
    return columns


def _by_owner(owner: Ints, moment: Ints) -> Ints:
    """The order that puts rows of one network together, by moment; mostly they come in it."""
    same = owner[1:] == owner[:-1]
    in_order = (owner[1:] > owner[:-1]) | (same & (moment[1:] >= moment[:-1]))
    return np.arange(len(owner)) if in_order.all() else np.lexsort((moment, owner))


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
