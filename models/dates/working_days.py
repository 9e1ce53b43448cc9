"""Working days and free days of the Swedish year."""

from datetime import date
from functools import cache
from typing import Literal

from models.dates.local_time import ONE_DAY, SATURDAY
from models.errors import UserError

Language = Literal["sv", "en"]


def not_negative(day: date, n: int) -> date:
    """The day itself. Raises UserError when `n` days are fewer than none."""
    if n < 0:
        raise ValueError("the number of days cannot be negative")
    return day


@cache
def holidays_of(year: int, language: Language) -> dict[date, str]:
    """The public and de-facto holidays of a year by name; the eves section 9 names are among them."""
    from holidays.countries.sweden import Sweden

    if not Sweden.start_year <= year <= Sweden.end_year:
        known = f"{Sweden.start_year} to {Sweden.end_year}"
        raise UserError(f"date: Swedish holidays are known from {known}, not {year}")
    library_language = "sv" if language == "sv" else "en_US"
    return dict(Sweden(years=year, language=library_language, categories=("public", "de_facto")))


@cache
def _easter_sunday(year: int) -> date:
    return next(day for day, name in holidays_of(year, "sv").items() if name == "Påskdagen")


def is_free_day(day: date) -> bool:
    """Whether the day is a weekend or a Swedish public or de-facto holiday (known for 1953-2100)."""
    return day.weekday() >= SATURDAY or day in holidays_of(day.year, "sv")


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
    day = start if n > 0 else not_negative(start, n)
    while n > 0:
        day += ONE_DAY
        n -= is_working_day(day)
    return day


def first_working_day(year: int, month: int) -> date:
    """The first working day of a month: the day of the health check (domain.md section 8)."""
    return add_working_days(date(year, month, 1) - ONE_DAY, 1)
