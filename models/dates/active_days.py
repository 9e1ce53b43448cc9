"""When mail may go, and which days count (domain.md sections 7 and 9).

Three kinds of day, never to be mixed up:

* an *active day* counts towards rhythm and waiting: all but ISO weeks 26-32 and 18 December-7 January;
* a *working day* counts towards the office's deadlines: Monday to Friday, and no Swedish holiday;
* an *allowed day* is one on which mail of a certain class may go (`MailClass`).

"Between a and b" always means the days d with a < d <= b. Nothing in here reads a clock.
"""

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from models.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
from models.dates.local_time import THURSDAY
from models.dates.working_days import not_negative

SUMMER_WEEKS: Final = range(26, 33)
CHRISTMAS_BREAK: Final = ((12, 18), (1, 7))


# A year more at both ends than we promise (1900-2200), so that windows and waiting times fit as well.
FIRST_DAY: Final = date(1899, 1, 1)
LAST_DAY: Final = date(2201, 12, 31)


@cache
def _active_up_to() -> "NDArray[np.int32]":
    """For each day of the calendar, how many active days there were up to and including it."""
    # Here and not above, as the holidays below: every flow run would wait for them before its first step.
    import numpy as np

    days = np.arange(np.datetime64(FIRST_DAY), np.datetime64(LAST_DAY) + np.timedelta64(1, "D"))
    weekday = (days.astype(np.int64) + THURSDAY) % 7  # 1970-01-01 was a Thursday
    thursday = days + (THURSDAY - weekday)  # an ISO week belongs to the year of its Thursday
    iso_week = (thursday - thursday.astype("M8[Y]").astype("M8[D]")).astype(np.int64) // 7 + 1
    month = days.astype("M8[M]").astype(np.int64) % 12 + 1
    month_and_day = month * 100 + (days - days.astype("M8[M]").astype("M8[D]")).astype(np.int64) + 1
    (first_month, first_day), (last_month, last_day) = CHRISTMAS_BREAK
    from_december = month_and_day >= first_month * 100 + first_day
    christmas = from_december | (month_and_day <= last_month * 100 + last_day)
    summer = (iso_week >= SUMMER_WEEKS[0]) & (iso_week <= SUMMER_WEEKS[-1])
    return np.cumsum(~(christmas | summer), dtype=np.int32)


_BASE: Final = FIRST_DAY.toordinal()


def active_days_up_to(ordinals: "NDArray[np.integer[Any]]") -> "NDArray[np.int64]":
    """How many active days there were up to and including each day (`date.toordinal()`), counted from 1899.

    Only differences mean something: `up_to(b) - up_to(a)` is `active_days_between(a, b)`.
    Raises UserError for days outside 1899-2201.
    """
    if ordinals.size and not (ordinals.min() >= _BASE and ordinals.max() <= LAST_DAY.toordinal()):
        raise UserError(f"date: must lie between {FIRST_DAY} and {LAST_DAY}")
    counted: NDArray[np.int64] = _active_up_to()[ordinals - _BASE].astype("int64")
    return counted


def _up_to(day: date) -> int:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise UserError(f"date: must lie between {FIRST_DAY} and {LAST_DAY}, not {day}")
    return int(_active_up_to()[day.toordinal() - _BASE])


def is_active(day: date) -> bool:
    """Whether the day counts: not in ISO weeks 26-32 and not 18 December-7 January (domain.md section 7)."""
    return not is_summer_break(day) and not is_christmas_break(day)


def active_days_between(a: date, b: date) -> int:
    """Number of active days d with a < d <= b; negative if b < a. Raises UserError outside 1899-2201."""
    return _up_to(b) - _up_to(a)


def add_active_days(start: date, n: int) -> date:
    """The first day d from `start` on with `active_days_between(start, d) >= n`, at most in 2201."""
    if n <= 0:
        return not_negative(start, n)
    index = int(_active_up_to().searchsorted(_up_to(start) + n))
    if index == len(_active_up_to()):
        raise UserError(f"date: {n} active days after {start} lies after {LAST_DAY}")
    return date.fromordinal(index + _BASE)


def subtract_active_days(end: date, n: int) -> date:
    """The last day d up to `end` with `active_days_between(d, end) >= n`, at least in 1899."""
    if n <= 0:
        return not_negative(end, n)
    index = int(_active_up_to().searchsorted(_up_to(end) - n, side="right")) - 1
    if index < 0:
        raise UserError(f"date: {n} active days before {end} lies before {FIRST_DAY}")
    return date.fromordinal(index + _BASE)


def is_summer_break(day: date) -> bool:
    """Whether the day lies in ISO weeks 26–32 (domain.md section 9)."""
    return day.isocalendar().week in SUMMER_WEEKS


def is_christmas_break(day: date) -> bool:
    """Whether the day lies from 18 December to 7 January, both included (domain.md section 9)."""
    first, last = CHRISTMAS_BREAK
    return (day.month, day.day) >= first or (day.month, day.day) <= last
