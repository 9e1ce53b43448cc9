"""Moments and days in Stockholm."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from models.errors import UserError

TUESDAY, THURSDAY, FRIDAY, SATURDAY = 1, 3, 4, 5


STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")
ONE_DAY: Final = timedelta(days=1)


def local(moment: datetime) -> datetime:
    """The same moment on the clock in Stockholm. `moment` must carry a zone, else ValueError."""
    if moment.tzinfo is None:
        raise ValueError("a moment must carry its time zone")
    return moment.astimezone(STOCKHOLM)


def midnight(day: date) -> datetime:
    """The moment at which the day begins in Stockholm."""
    return datetime.combine(day, time(), STOCKHOLM)


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
