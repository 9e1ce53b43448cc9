"""Which days count, and when mail may go (domain.md sections 7, 9 and 12)."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.dates.active_days import (
    active_days_between,
    active_days_up_to,
    add_active_days,
    is_active,
    subtract_active_days,
)
from models.dates.local_time import STOCKHOLM, add_months, local, quarter, quarter_bounds, to_utc
from models.dates.send_window import (
    MailClass,
    first_tuesday_on_or_after,
    next_allowed,
    next_allowed_day,
    next_check_in_day,
    send_block_reason,
)
from models.dates.working_days import (
    add_working_days,
    first_working_day,
    is_easter,
    is_free_day,
    is_squeezed_day,
    is_working_day,
    working_days_between,
)
from models.errors import UserError

ANY_DAY = st.dates(date(1900, 1, 1), date(2200, 12, 31))
THESE_YEARS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def stockholm(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


# --- active days ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "quiet"),
    [
        (date(2026, 12, 17), date(2026, 12, 18)),
        (date(2027, 6, 27), date(2027, 6, 28)),  # Sunday of week 25, Monday of week 26
        (date(2026, 6, 21), date(2026, 6, 22)),
    ],
)
def test_the_breaks_begin_the_day_after_the_last_active_day(last: date, quiet: date) -> None:
    assert is_active(last)
    assert not is_active(quiet)


@pytest.mark.parametrize(
    ("quiet", "first"),
    [
        (date(2027, 1, 7), date(2027, 1, 8)),
        (date(2027, 8, 15), date(2027, 8, 16)),
        (date(2026, 8, 9), date(2026, 8, 10)),
    ],
)
def test_the_breaks_end_the_day_before_the_first_active_day(quiet: date, first: date) -> None:
    assert not is_active(quiet)
    assert is_active(first)


def test_weekends_and_holidays_are_active_days() -> None:
    assert is_active(date(2027, 5, 1))
    assert is_active(date(2027, 3, 28))


@given(ANY_DAY)
def test_a_day_is_active_as_the_text_says_in_any_year(day: date) -> None:
    quiet = 26 <= day.isocalendar().week <= 32 or (day.month, day.day) >= (12, 18) or (day.month, day.day) <= (1, 7)
    assert is_active(day) is not quiet
    assert active_days_between(day - timedelta(days=1), day) == is_active(day)


@given(THESE_YEARS, st.integers(0, 800))
def test_active_days_between_counts_after_the_first_and_up_to_the_second(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    counted = sum(is_active(start + timedelta(days=n)) for n in range(1, length + 1))
    assert active_days_between(start, end) == counted
    assert active_days_between(end, start) == -counted
    first, last = active_days_up_to(np.array([start.toordinal(), end.toordinal()]))
    assert last - first == counted


@given(THESE_YEARS, st.integers(1, 400))
def test_adding_active_days_finds_the_first_day_that_is_late_enough(start: date, n: int) -> None:
    found = add_active_days(start, n)
    assert active_days_between(start, found) == n
    assert active_days_between(start, found - timedelta(days=1)) == n - 1


@given(THESE_YEARS, st.integers(1, 400))
def test_subtracting_active_days_finds_the_last_day_that_is_early_enough(end: date, n: int) -> None:
    found = subtract_active_days(end, n)
    assert active_days_between(found, end) == n
    assert active_days_between(found + timedelta(days=1), end) == n - 1


def test_adding_no_days_stays_where_it_is_also_on_a_quiet_day() -> None:
    assert add_active_days(date(2027, 7, 14), 0) == date(2027, 7, 14)
    assert subtract_active_days(date(2027, 7, 14), 0) == date(2027, 7, 14)
    assert add_working_days(date(2027, 7, 17), 0) == date(2027, 7, 17)


@pytest.mark.parametrize("add", [add_active_days, subtract_active_days, add_working_days])
def test_a_negative_number_of_days_is_a_bug(add: object) -> None:
    with pytest.raises(ValueError, match="negative"):
        add(date(2027, 1, 1), -1)  # type: ignore[operator]


def test_days_far_from_our_time_are_refused() -> None:
    with pytest.raises(UserError, match="must lie between"):
        active_days_between(date(1800, 1, 1), date(2027, 1, 1))
    with pytest.raises(UserError, match="must lie between"):
        active_days_up_to(np.array([1]))
    with pytest.raises(UserError, match="lies after"):
        add_active_days(date(2200, 1, 1), 5000)
    with pytest.raises(UserError, match="lies before"):
        subtract_active_days(date(1900, 1, 1), 5000)


# --- working days ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day",
    [
        date(2027, 5, 1),
        date(2027, 5, 6),  # Ascension Day
        date(2028, 6, 6),  # the national day, a Tuesday
        date(2027, 6, 25),  # Midsummer Eve
        date(2026, 12, 24),
        date(2026, 12, 31),
        date(2027, 5, 8),
    ],
)
def test_weekends_holidays_and_the_eves_are_free(day: date) -> None:
    assert is_free_day(day)
    assert not is_working_day(day)


def test_maundy_thursday_and_squeezed_days_are_working_days() -> None:
    assert is_working_day(date(2027, 3, 25))
    assert is_working_day(date(2027, 5, 7))


def test_a_squeezed_day_is_a_single_working_day_between_two_free_days() -> None:
    assert is_squeezed_day(date(2027, 5, 7))  # Friday after Ascension Day
    assert is_squeezed_day(date(2028, 6, 5))  # Monday before the national day
    assert not is_squeezed_day(date(2027, 5, 6))
    assert not is_squeezed_day(date(2027, 5, 10))
    assert not is_squeezed_day(date(2027, 1, 7))  # Thursday after Epiphany, with Friday left to work


def test_easter_lasts_from_maundy_thursday_to_easter_monday() -> None:
    days = [date(2027, 3, 24) + timedelta(days=n) for n in range(7)]
    assert [is_easter(day) for day in days] == [False, True, True, True, True, True, False]


def test_five_working_days_step_over_a_weekend_and_a_holiday() -> None:
    assert add_working_days(date(2027, 4, 30), 5) == date(2027, 5, 10)  # 3 4 5 (6 Ascension) 7 10
    assert add_working_days(date(2027, 5, 8), 1) == date(2027, 5, 10)


@given(THESE_YEARS, st.integers(1, 30))
def test_adding_working_days_is_the_inverse_of_counting_them(start: date, n: int) -> None:
    found = add_working_days(start, n)
    assert working_days_between(start, found) == n
    assert working_days_between(found, start) == -n
    assert is_working_day(found)


@pytest.mark.parametrize(
    ("month", "day"),
    [(1, date(2027, 1, 4)), (5, date(2027, 5, 3)), (8, date(2027, 8, 2)), (11, date(2027, 11, 1))],
)
def test_the_first_working_day_of_a_month_steps_over_holidays(month: int, day: date) -> None:
    assert first_working_day(2027, month) == day


def test_holidays_nobody_knows_yet_are_refused() -> None:
    with pytest.raises(UserError, match="known from 1953 to 2100, not 2150"):
        is_working_day(date(2150, 3, 2))


# --- when mail may go -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "allowed"),
    [
        (date(2027, 5, 7), date(2027, 5, 10)),
        (date(2027, 7, 14), date(2027, 8, 16)),
        (date(2026, 12, 18), date(2027, 1, 11)),
        (date(2027, 5, 5), date(2027, 5, 5)),
        (date(2027, 3, 25), date(2027, 3, 30)),  # Maundy Thursday to after Easter Monday
        (date(2027, 6, 24), date(2027, 6, 24)),
        (date(2027, 6, 25), date(2027, 8, 16)),  # Midsummer Eve runs into week 26
        (date(2028, 6, 5), date(2028, 6, 7)),  # squeezed before the national day
        (date(2027, 1, 8), date(2027, 1, 11)),  # the Friday after the break
    ],
)
def test_most_mail_waits_for_the_next_day_that_is_not_quiet(day: date, allowed: date) -> None:
    assert next_allowed_day(day) == allowed
    assert (send_block_reason(day) is None) is (day == allowed)


@pytest.mark.parametrize(
    ("day", "allowed"),
    [
        (date(2027, 5, 7), date(2027, 5, 7)),
        (date(2027, 7, 14), date(2027, 7, 14)),
        (date(2026, 12, 18), date(2026, 12, 18)),
        (date(2026, 12, 24), date(2026, 12, 28)),
        (date(2027, 3, 26), date(2027, 3, 30)),
        (date(2027, 5, 8), date(2027, 5, 10)),
    ],
)
def test_what_the_office_promised_goes_on_any_working_day(day: date, allowed: date) -> None:
    assert next_allowed_day(day, MailClass.working_day) == allowed


def test_a_receipt_goes_at_once_on_christmas_night() -> None:
    night = stockholm("2026-12-25T03:17:00")
    assert next_allowed(night, MailClass.at_once) == night
    assert send_block_reason(night.date(), MailClass.at_once) is None


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("2027-05-04T08:59:59", "2027-05-04T09:00:00"),
        ("2027-05-04T09:00:00", "2027-05-04T09:00:00"),
        ("2027-05-04T14:59:59", "2027-05-04T14:59:59"),
        ("2027-05-04T15:00:00", "2027-05-05T09:00:00"),
        ("2027-05-05T15:00:00", "2027-05-10T09:00:00"),
        ("2027-03-28T01:30:00", "2027-03-30T09:00:00"),  # summer time begins
        ("2027-10-28T20:00:00", "2027-11-01T09:00:00"),  # summer time ends
    ],
)
def test_the_window_is_9_to_15_on_the_clock_in_stockholm(moment: str, allowed: str) -> None:
    found = next_allowed(stockholm(moment))
    assert found == stockholm(allowed)
    assert found.tzinfo is UTC


def test_the_day_is_the_day_in_stockholm_whatever_the_zone_of_the_moment() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert next_allowed(datetime(2027, 5, 4, 21, 30, tzinfo=tokyo)) == datetime(2027, 5, 4, 12, 30, tzinfo=UTC)
    assert next_allowed(datetime(2027, 5, 3, 22, 30, tzinfo=UTC)) == datetime(2027, 5, 4, 7, tzinfo=UTC)


def test_a_moment_without_zone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="time zone"):
        next_allowed(datetime(2027, 5, 4, 12))


@given(st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1)), st.sampled_from(MailClass))
def test_what_is_allowed_now_is_now_and_nothing_earlier_was(wall: datetime, mail_class: MailClass) -> None:
    moment = wall.replace(tzinfo=UTC)
    found = next_allowed(moment, mail_class)
    assert found >= moment
    assert next_allowed(found, mail_class) == found
    here = local(found)
    assert send_block_reason(here.date(), mail_class) is None
    if mail_class is not MailClass.at_once:
        assert 9 <= here.hour < 15
    if found > moment:  # the wait is no longer than it must be: it ends as the window opens
        assert (here.hour, here.minute, here.second) == (9, 0, 0)
        first = local(moment).date() + timedelta(days=local(moment).hour >= 15)
        skipped = [first + timedelta(days=n) for n in range((here.date() - first).days)]
        assert all(send_block_reason(day, mail_class) for day in skipped)


@pytest.mark.parametrize(
    ("day", "swedish", "english"),
    [
        (date(2027, 5, 5), None, None),
        (date(2027, 5, 14), "fredag", "Friday"),
        (date(2027, 5, 15), "helg", "weekend"),
        (date(2027, 5, 6), "Kristi himmelsfärdsdag", "Ascension Day"),
        (date(2027, 5, 7), "klämdag mellan två lediga dagar", "squeezed working day between two free days"),
        (date(2027, 3, 25), "skärtorsdagen", "Maundy Thursday"),
        (date(2027, 3, 26), "Långfredagen", "Good Friday"),
        (date(2027, 3, 27), "påskafton", "Easter Eve"),
        (date(2027, 6, 25), "Midsommarafton", "Midsummer Eve"),
        (date(2027, 7, 14), "sommaruppehåll, vecka 28", "summer break, ISO week 28"),
        (date(2026, 12, 24), "juluppehåll 18 december–7 januari", "Christmas break, 18 December–7 January"),
    ],
)
def test_a_closed_day_says_why(day: date, swedish: str | None, english: str | None) -> None:
    assert send_block_reason(day) == swedish
    assert send_block_reason(day, language="en") == english


def test_the_breaks_do_not_close_the_office() -> None:
    assert send_block_reason(date(2026, 12, 24), MailClass.working_day) == "Julafton"
    assert send_block_reason(date(2026, 12, 23), MailClass.working_day) is None


def test_a_check_in_goes_on_the_first_tuesday_that_quiet_days_allow() -> None:
    assert first_tuesday_on_or_after(date(2027, 5, 4)) == date(2027, 5, 4)
    assert next_check_in_day(date(2027, 5, 4)) == date(2027, 5, 4)
    assert next_check_in_day(date(2027, 5, 5)) == date(2027, 5, 11)
    assert next_check_in_day(date(2027, 6, 23)) == date(2027, 8, 17)
    assert next_check_in_day(date(2026, 12, 16)) == date(2027, 1, 12)
    assert next_check_in_day(date(2028, 6, 1)) == date(2028, 6, 13)  # 6 June is the national day


# --- local time, months, quarters -----------------------------------------------------------------


def test_a_local_time_becomes_utc_by_summer_and_winter_time() -> None:
    assert to_utc(datetime(2027, 7, 1, 18)) == datetime(2027, 7, 1, 16, tzinfo=UTC)
    assert to_utc(datetime(2027, 12, 1, 18)) == datetime(2027, 12, 1, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("night", "problem"),
    [(datetime(2027, 3, 28, 2, 30), "does not exist"), (datetime(2027, 10, 31, 2, 30), "comes twice")],
)
def test_half_past_two_on_the_nights_clocks_change_is_refused(night: datetime, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        to_utc(night)


@pytest.mark.parametrize("hour", [1, 3])
def test_an_hour_around_the_change_is_a_time_like_any_other(hour: int) -> None:
    for day in (date(2027, 3, 28), date(2027, 10, 31)):
        wall = datetime(day.year, day.month, day.day, hour, 0)
        assert local(to_utc(wall)).replace(tzinfo=None) == wall


def test_a_local_time_with_a_zone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        to_utc(datetime(2027, 5, 4, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "n", "later"),
    [
        (date(2026, 11, 25), 9, date(2027, 8, 25)),
        (date(2026, 5, 31), 9, date(2027, 2, 28)),
        (date(2027, 5, 31), 9, date(2028, 2, 29)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2027, 1, 15), -1, date(2026, 12, 15)),
    ],
)
def test_months_are_added_on_the_calendar_and_end_with_the_month(day: date, n: int, later: date) -> None:
    assert add_months(day, n) == later


def test_quarters_have_names_and_bounds() -> None:
    assert [quarter(date(2027, month, 1)) for month in (1, 3, 4, 12)] == [
        "2027Q1",
        "2027Q1",
        "2027Q2",
        "2027Q4",
    ]
    assert quarter_bounds("2028Q1") == (date(2028, 1, 1), date(2028, 3, 31))
    assert quarter_bounds("2027Q4") == (date(2027, 10, 1), date(2027, 12, 31))


@pytest.mark.parametrize("name", ["2027Q5", "2027q1", "27Q1", "2027Q1 ", "", "0000Q1"])
def test_a_quarter_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="2027Q1"):
        quarter_bounds(name)
