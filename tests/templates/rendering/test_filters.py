"""Dates, times, hours and the words for codes."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from models.tables.office import InterventionKind
from models.tables.person import RightsKind
from templates.rendering.filters import checked_link, day, greeting, hours, moment, short_day
from templates.vocabulary.mail import ITEMS, LIKENESSES, MISSING, REASONS, item_line, item_name
from templates.vocabulary.tasks import TASKS, task_do, task_name


@pytest.mark.parametrize("value", [date(2027, 6, 7), "2027-06-07", datetime(2027, 6, 6, 22, 30, tzinfo=UTC)])
def test_a_day_is_told_in_stockholm_in_both_languages(value: date | str) -> None:
    assert day(value, "sv") == "måndag 7 juni 2027"
    assert day(value, "en") == "Monday 7 June 2027"
    assert short_day(value, "sv") == "7 juni 2027"


@pytest.mark.parametrize(
    "value",
    [
        datetime(2027, 6, 7, 15, 30, tzinfo=UTC),
        "2027-06-07T15:30:00Z",
        "2027-06-07 15:30:00+00:00",
        "2027-06-07T17:30:00+02:00",
    ],
)
def test_a_moment_is_told_as_the_clock_in_stockholm_shows_it(value: datetime | str) -> None:
    assert moment(value, "sv") == "måndag 7 juni 2027 kl. 17.30"
    assert moment(value, "en") == "Monday 7 June 2027 at 17:30"


def test_winter_time_is_known() -> None:
    assert moment("2027-01-11T08:00:00Z", "sv") == "måndag 11 januari 2027 kl. 09.00"


@pytest.mark.parametrize("value", ["2027-06-07T15:30:00", datetime(2027, 6, 7, 15, 30)])
def test_a_moment_without_a_zone_is_refused(value: datetime | str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        moment(value, "sv")


@pytest.mark.parametrize(
    ("value", "swedish", "english"),
    [
        ("1.5", "1,5 timmar", "1.5 hours"),
        (Decimal("6.00"), "6 timmar", "6 hours"),
        (Decimal(1), "1 timme", "1 hour"),
        ("1.00", "1 timme", "1 hour"),
        ("0.5", "0,5 timmar", "0.5 hours"),
    ],
)
def test_hours_are_told_in_words(value: Decimal | str, swedish: str, english: str) -> None:
    assert hours(value, "sv") == swedish
    assert hours(value, "en") == english


def test_a_greeting_keeps_the_name_as_its_owner_writes_it() -> None:
    assert greeting(" Zoë Ångström-Lindé ", "sv") == "Hej Zoë Ångström-Lindé!"
    assert greeting("  ", "en") == "Hello,"


@pytest.mark.parametrize("value", ["javascript:x", "//evil.example", "svara/1", "https://a.example/ b", ""])
def test_a_link_must_lead_to_the_web_or_to_a_mail_address(value: str) -> None:
    with pytest.raises(ValueError, match="link"):
        checked_link(value)


def test_every_code_has_words_in_both_languages() -> None:
    for words in (ITEMS, REASONS, MISSING, LIKENESSES, TASKS):
        assert all(set(of_code) == {"sv", "en"} for of_code in words.values())
    assert item_name("send_out", "sv") == "Utskick av er inbjudan"
    assert item_line("starter_kit", "en").startswith("Templates and advice")


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(
    "what",
    [
        *InterventionKind,
        *(f"rights_{kind}" for kind in RightsKind),
        "talk",
        "decision",
        "offer",
        "hard_bounce",
        "in_doubt",
        "not_sent",
        "must_call",
    ],
)
def test_whatever_waits_on_staff_has_a_name_and_says_what_to_do(what: str, language: str) -> None:
    name, do = task_name(what, language), task_do(what, language)
    assert name[0].islower() and not name.endswith(".")  # it follows a colon in the subject
    assert do[0].isupper() and do.endswith(".")
