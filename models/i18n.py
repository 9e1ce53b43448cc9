"""Swedish first, English second: the two languages that people read."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from enum import StrEnum

from models.settings import settings


class Language(StrEnum):
    """A language that people read; the first is the office's own."""

    sv = "sv"
    en = "en"


_READERS: ContextVar[str] = ContextVar("the reader's language", default="")


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Within this, what is `localized` is in that language; not for labels, which forms know in the office's."""
    token = _READERS.set(language)
    try:
        yield
    finally:
        _READERS.reset(token)


def localized(swedish: str, english: str) -> str:
    """The text in the office's language (LOTS_LANGUAGE): for forms, run pages and logs."""
    return english if (_READERS.get() or settings().language) == Language.en else swedish


def figure(number: Decimal) -> str:
    """A number without noughts that say nothing: "40", "1,5" (English "1.5")."""
    plain = f"{number.normalize():f}"
    return localized(plain.replace(".", ","), plain)


def in_hours(number: Decimal) -> str:
    """So many hours: "1 timme", "1,5 timmar"."""
    return f"{figure(number)} {localized('timme', 'hour') if number == 1 else localized('timmar', 'hours')}"
