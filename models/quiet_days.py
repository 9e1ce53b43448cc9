"""When mail may go, and which days count (domain.md sections 7 and 9).

Three kinds of day, never to be mixed up:

* an *active day* counts towards rhythm and waiting: all but ISO weeks 26-32 and 18 December-7 January;
* a *working day* counts towards the office's deadlines: Monday to Friday, and no Swedish holiday;
* an *allowed day* is one on which mail of a certain class may go (`MailClass`).

"Between a and b" always means the days d with a < d <= b. Nothing in here reads a clock.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal
from zoneinfo import ZoneInfo

from models.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")
MAIL_OPENS: Final = time(9)
MAIL_CLOSES: Final = time(15)
SUMMER_WEEKS: Final = range(26, 33)
CHRISTMAS_BREAK: Final = ((12, 18), (1, 7))

# A year more at both ends than we promise (1900-2200), so that windows and waiting times fit as well.
FIRST_DAY: Final = date(1899, 1, 1)
LAST_DAY: Final = date(2201, 12, 31)

Language = Literal["sv", "en"]
ONE_DAY: Final = timedelta(days=1)
MONDAY, TUESDAY, THURSDAY, FRIDAY, SATURDAY = 0, 1, 3, 4, 5


# --- active days ----------------------------------------------------------------------------------


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
    return not _is_summer(day) and not _is_christmas(day)


def active_days_between(a: date, b: date) -> int:
    """Number of active days d with a < d <= b; negative if b < a. Raises UserError outside 1899-2201."""
    return _up_to(b) - _up_to(a)


def add_active_days(start: date, n: int) -> date:
    """The first day d from `start` on with `active_days_between(start, d) >= n`, at most in 2201."""
    if n <= 0:
        return _not_negative(start, n)
    index = int(_active_up_to().searchsorted(_up_to(start) + n))
    if index == len(_active_up_to()):
        raise UserError(f"date: {n} active days after {start} lies after {LAST_DAY}")
    return date.fromordinal(index + _BASE)


def subtract_active_days(end: date, n: int) -> date:
    """The last day d up to `end` with `active_days_between(d, end) >= n`, at least in 1899."""
    if n <= 0:
        return _not_negative(end, n)
    index = int(_active_up_to().searchsorted(_up_to(end) - n, side="right")) - 1
    if index < 0:
        raise UserError(f"date: {n} active days before {end} lies before {FIRST_DAY}")
    return date.fromordinal(index + _BASE)


def _not_negative(day: date, n: int) -> date:
    if n < 0:
        raise ValueError("the number of days cannot be negative")
    return day


def _is_summer(day: date) -> bool:
    return day.isocalendar().week in SUMMER_WEEKS


def _is_christmas(day: date) -> bool:
    first, last = CHRISTMAS_BREAK
    return (day.month, day.day) >= first or (day.month, day.day) <= last


# --- working days and free days -------------------------------------------------------------------


@cache
def _holidays(year: int, language: Language) -> dict[date, str]:
    """The public and de-facto holidays of a year by name; the eves section 9 names are among them."""
    from holidays.countries.sweden import Sweden

    if not Sweden.start_year <= year <= Sweden.end_year:
        known = f"{Sweden.start_year} to {Sweden.end_year}"
        raise UserError(f"date: Swedish holidays are known from {known}, not {year}")
    library_language = "sv" if language == "sv" else "en_US"
    return dict(Sweden(years=year, language=library_language, categories=("public", "de_facto")))


@cache
def _easter_sunday(year: int) -> date:
    return next(day for day, name in _holidays(year, "sv").items() if name == "Påskdagen")


def is_free_day(day: date) -> bool:
    """Whether the day is a weekend or a Swedish public or de-facto holiday (known for 1953-2100)."""
    return day.weekday() >= SATURDAY or day in _holidays(day.year, "sv")


def is_working_day(day: date) -> bool:
    """Whether the office works: the opposite of `is_free_day`."""
    return not is_free_day(day)


def is_squeezed_day(day: date) -> bool:
    """Whether the day is a "klämdag": a single working day between two free days (domain.md section 9)."""
    return is_working_day(day) and is_free_day(day - ONE_DAY) and is_free_day(day + ONE_DAY)


def is_easter(day: date) -> bool:
    """Whether the day lies from Maundy Thursday to Easter Monday, both included."""
    return -3 <= (day - _easter_sunday(day.year)).days <= 1


def working_days_between(a: date, b: date) -> int:
    """Number of working days d with a < d <= b; negative when b lies before a."""
    if b < a:
        return -working_days_between(b, a)
    return sum(is_working_day(date.fromordinal(day)) for day in range(a.toordinal() + 1, b.toordinal() + 1))


def add_working_days(start: date, n: int) -> date:
    """The first day d, not before `start`, with `working_days_between(start, d) >= n`."""
    day = start if n > 0 else _not_negative(start, n)
    while n > 0:
        day += ONE_DAY
        n -= is_working_day(day)
    return day


def first_working_day(year: int, month: int) -> date:
    """The first working day of a month: the day of the health check (domain.md section 8)."""
    return add_working_days(date(year, month, 1) - ONE_DAY, 1)


# --- when mail may go -----------------------------------------------------------------------------


class MailClass(StrEnum):
    """How much a mail can wait (domain.md section 9)."""

    at_once = "at_once"
    """receipt, declined, data-request and fresh-link: on any day, at any hour."""
    working_day = "working_day"
    """Invitations to talk, more-information, decisions, queue offers, staff mails: working days 09-15."""
    founder = "founder"
    """Everything else: Monday to Thursday 09-15, and on no quiet day."""


def why_not(day: date, mail_class: MailClass = MailClass.founder, language: Language = "sv") -> str | None:
    """Why no mail of that class may go that day, in a few words; None when it may (domain.md section 9).

    Of several reasons it gives the one that says most about the wait: a break, a holiday, then a Friday.
    """
    if mail_class is MailClass.at_once:
        return None
    swedish = language == "sv"
    founder = mail_class is MailClass.founder
    if founder and _is_christmas(day):
        return "juluppehåll 18 december–7 januari" if swedish else "Christmas break, 18 December–7 January"
    if founder and _is_summer(day):
        week = day.isocalendar().week
        return f"sommaruppehåll, vecka {week}" if swedish else f"summer break, ISO week {week}"
    if name := _holidays(day.year, language).get(day):
        return name
    if founder and is_easter(day):
        if day.weekday() == THURSDAY:
            return "skärtorsdagen" if swedish else "Maundy Thursday"
        return "påskafton" if swedish else "Easter Eve"
    if founder and is_squeezed_day(day):
        return "klämdag mellan två lediga dagar" if swedish else "squeezed working day between two free days"
    if day.weekday() >= SATURDAY:
        return "helg" if swedish else "weekend"
    if founder and day.weekday() == FRIDAY:
        return "fredag" if swedish else "Friday"
    return None


@lru_cache(maxsize=4096)
def next_allowed_day(day: date, mail_class: MailClass = MailClass.founder) -> date:
    """The first day, `day` itself included, on which mail of that class may go (domain.md section 9)."""
    while why_not(day, mail_class) is not None:
        day += ONE_DAY
    return day


def next_allowed(moment: datetime, mail_class: MailClass = MailClass.founder) -> datetime:
    """The first moment from `moment` on at which mail of that class may go, in UTC (domain.md section 9).

    Mail goes from 09:00 to just before 15:00 in Stockholm. `moment` must carry a zone, else ValueError.
    """
    here = local(moment)
    if mail_class is MailClass.at_once:
        return here.astimezone(UTC)
    day = here.date() if here.time() < MAIL_CLOSES else here.date() + ONE_DAY
    allowed = next_allowed_day(day, mail_class)
    opens = datetime.combine(allowed, MAIL_OPENS, STOCKHOLM)
    if allowed == here.date() and here.time() >= MAIL_OPENS:
        return here.astimezone(UTC)
    return opens.astimezone(UTC)


def first_tuesday_on_or_after(day: date) -> date:
    """The first Tuesday that is not before `day`, quiet or not."""
    return day + timedelta(days=(TUESDAY - day.weekday()) % 7)


def next_check_in_day(due: date) -> date:
    """The first Tuesday on or after the due date that quiet days allow (domain.md section 6)."""
    tuesday = first_tuesday_on_or_after(due)
    while why_not(tuesday, MailClass.founder) is not None:
        tuesday += 7 * ONE_DAY
    return tuesday


# --- local time, months, quarters -----------------------------------------------------------------


def local(moment: datetime) -> datetime:
    """The same moment on the clock in Stockholm. `moment` must carry a zone, else ValueError."""
    if moment.tzinfo is None:
        raise ValueError("a moment must carry its time zone")
    return moment.astimezone(STOCKHOLM)


def to_utc(wall_clock: datetime) -> datetime:
    """What the clock in Stockholm shows (no zone), as UTC.

    Raises UserError for one that does not exist or comes twice when clocks change (domain.md section 12).
    """
    if wall_clock.tzinfo is not None:
        raise ValueError("a local time carries no time zone")
    first, second = (wall_clock.replace(tzinfo=STOCKHOLM, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    exists = first.astimezone(UTC).astimezone(STOCKHOLM).replace(tzinfo=None) == wall_clock
    problem = "comes twice" if exists else "does not exist"
    raise UserError(f"time: {wall_clock:%Y-%m-%d %H:%M} {problem}, as clocks change that night; give another time")


def add_months(day: date, n: int) -> date:
    """The same day `n` months later (or earlier), or that month's last day when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def quarter(day: date) -> str:
    """The quarter a day lies in, as "2027Q1"."""
    return f"{day.year:04}Q{(day.month + 2) // 3}"


def quarter_bounds(name: str) -> tuple[date, date]:
    """The first and last day, both included, of a quarter such as "2027Q1"; else UserError."""
    if not re.fullmatch(r"[0-9]{4}Q[1-4]", name) or not 1 <= int(name[:4]) < 9999:
        raise UserError(f"quarter: must look like 2027Q1, not {name[:20]!r}")
    first = date(int(name[:4]), 3 * int(name[5]) - 2, 1)
    return first, add_months(first, 3) - ONE_DAY
