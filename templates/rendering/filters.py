"""Dates, times, hours and scores as people read them, and the greeting (domain.md sections 3 and 9)."""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")
LOCALES: Final = {"sv": "sv_SE", "en": "en_GB"}
HOUR_WORDS: Final = {"sv": ("timme", "timmar"), "en": ("hour", "hours")}
LINK: Final = re.compile(r"(?:https?|mailto):\S+", re.IGNORECASE)
Pattern = Literal["EEEE d MMMM y", "d MMMM y"]


def day(value: date | datetime | str, language: str) -> str:
    """A day in full: "måndag 7 juni 2027" or "Monday 7 June 2027"."""
    return _day(value, language, "EEEE d MMMM y")


def short_day(value: date | datetime | str, language: str) -> str:
    """A day without its weekday, for subjects: "7 juni 2027" or "7 June 2027"."""
    return _day(value, language, "d MMMM y")


@lru_cache(maxsize=4096)
def moment(value: datetime | str, language: str) -> str:
    """A time on the clock in Stockholm: "måndag 7 juni 2027 kl. 17.30" or "Monday 7 June 2027 at 17:30"."""
    when = _read(value)
    if not isinstance(when, datetime):
        raise TypeError("a moment needs a time of day, this is only a date")
    clock = f"kl. {when:%H.%M}" if language == "sv" else f"at {when:%H:%M}"
    return f"{day(when, language)} {clock}"


def duration(minutes: int, language: str) -> str:
    """How long something takes: "2 timmar", "1 timme 30 minuter" or "1 hour 30 minutes"."""
    units = (
        (("timme", "timmar"), ("minut", "minuter")) if language == "sv" else (("hour", "hours"), ("minute", "minutes"))
    )
    counted = zip(divmod(minutes, 60), units, strict=True)
    return " ".join(f"{count} {words[count != 1]}" for count, words in counted if count)


def stamp(value: date | datetime | str) -> str:
    """A day, or a time on the clock in Stockholm, as a table shows it: "2027-06-07" or "2027-06-07 17:30"."""
    when = _read(value)
    return f"{when:%Y-%m-%d %H:%M}" if isinstance(when, datetime) else when.isoformat()


@lru_cache(maxsize=256)
def hours(value: Decimal | float | str, language: str) -> str:
    """Hours in words: "1,5 timmar", "1 timme" or "1.5 hours", "1 hour"."""
    amount = Decimal(str(value))
    one, many = HOUR_WORDS[language]
    return f"{format_decimal(amount, locale=LOCALES[language])} {one if amount == 1 else many}"


def amount(value: Decimal, language: str) -> str:
    """Hours as a figure in a column: "1,5" or "1.5"."""
    return format_decimal(value, locale=LOCALES[language])


def greeting(name: str, language: str) -> str:
    """How every mail begins: with the name when there is one, and just as friendly without."""
    known = f" {name.strip()}" if name.strip() else ""
    return f"Hej{known}!" if language == "sv" else f"Hello{known},"


def points(value: float | None, language: str) -> str:
    """A score as it is shown: "71,3" or "71.3"; nothing known is a dash."""
    if value is None:
        return "–"
    return f"{value:.1f}".replace(".", "," if language == "sv" else ".")


def change(value: float, language: str) -> str:
    """By how much a score rose or fell: "+4,5", "−12,0"."""
    return ("+" if value >= 0 else "−") + points(abs(value), language)


def checked_link(value: str) -> str:
    """An address that a mail may link to. Raises ValueError for anything but a web or mail address."""
    if not LINK.fullmatch(value):
        raise ValueError("a link in a mail must begin with https:, http: or mailto: and hold no blanks")
    return value


@lru_cache(maxsize=4096)
def _day(value: date | datetime | str, language: str, pattern: Pattern) -> str:
    return format_date(_read(value), pattern, locale=LOCALES[language])


def _read(value: date | datetime | str) -> date | datetime:
    """A date, or a time moved to the clock in Stockholm. A time without a zone is a bug and is refused."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == len("2027-06-07") else datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("a date or time in a mail must be written as ISO 8601") from None
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError("a moment must carry its time zone")
    return value.astimezone(STOCKHOLM)
