"""Swedish first, English second: the two languages that people read."""

from enum import StrEnum

from models.settings import settings


class Language(StrEnum):
    """A language that people read; the first is the office's own."""

    sv = "sv"
    en = "en"


def localized(swedish: str, english: str) -> str:
    """The text in the office's language (LOTS_LANGUAGE): for forms, run pages and logs."""
    return english if settings().language == Language.en else swedish
