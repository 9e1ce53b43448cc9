"""Reads the form of `/meeting/{token}`: a report with codes instead of names, or the next meeting alone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from deployments.web.form_fields import AHEAD, FormReader
from deployments.web.pages.meeting_queries import Teller
from models.dates.local_time import local
from models.forms.meeting_report import OFFICE, MeetingReportForm
from models.tables.meeting import CONFIRM_ABOVE, LATE_REPORT_DAYS, MOST_ATTENDING, Duty

HELD: Literal["held"] = "held"
CANCELLED: Literal["cancelled"] = "cancelled"
BOOK = "book"
BRIEF = "brief"  # "we did meet": one press on how many came
STATUSES = (HELD, CANCELLED, BOOK)


@dataclass(frozen=True)
class TypedMeeting:
    """What a member told: a report (`form`), a booking (`next_at`), or both."""

    status: str
    on: date | None
    form: MeetingReportForm | None
    next_at: datetime | None
    is_brief: bool = False


def read_form(typed: FormReader, teller: Teller, at: datetime, today: date) -> TypedMeeting | None:
    """What was told, or None and a sentence for each field that is wrong."""
    status = typed.choice("status", STATUSES)
    on = _day(typed, status, today) if status in (HELD, CANCELLED) else None
    is_brief = status == HELD and bool(typed.text(BRIEF))
    counts = _counts(typed, is_brief) if status == HELD else {}
    duties = _duties(typed, teller) if status == HELD else {}
    next_at = _next(typed, teller, status, on, at, today) if status else None
    if typed.errors:
        return None
    if status == BOOK or on is None:
        return TypedMeeting(status, None, None, next_at)
    form = MeetingReportForm(
        network_number=teller.number,
        reported_by=teller.code,
        on=on,
        status=HELD if status == HELD else CANCELLED,
        large=status == HELD and bool(typed.text("large")),
        next_at=f"{local(next_at):%Y-%m-%d %H:%M}" if next_at else "",
        **counts,
        **duties,
    )
    return TypedMeeting(status, on, form, next_at, is_brief) if typed.validate(form, today) else None


def _day(typed: FormReader, status: str, today: date) -> date | None:
    on = typed.day("on")
    if on and on < today - timedelta(days=LATE_REPORT_DAYS):
        typed.error("on", "early", days=LATE_REPORT_DAYS)
    elif on and on > today and status == HELD:
        typed.error("on", "late")
    elif on and on > today + AHEAD:
        typed.error("on", "far")
    return on


def _counts(typed: FormReader, is_brief: bool) -> dict[str, int]:
    attended = typed.number("attended", MOST_ATTENDING)
    if attended > CONFIRM_ABOVE and not typed.text("large"):
        typed.error("large", "missing", limit=CONFIRM_ABOVE)
    # With the attendance wrong, there is nothing to hold the guests against yet.
    most_guests = MOST_ATTENDING if "attended" in typed.errors else attended
    return {
        "attended": attended,
        "non_members": typed.number("non_members", most_guests, required=False),
        "branches": typed.number("branches", MOST_ATTENDING, required=not is_brief),
        "companies": typed.number("companies", MOST_ATTENDING, required=not is_brief),
    }


def _duties(typed: FormReader, teller: Teller) -> dict[str, str]:
    allowed = ("", OFFICE, *(code for code, _ in teller.organisers))
    return {duty.value: typed.choice(duty.value, allowed) for duty in Duty}


def _next(
    typed: FormReader, teller: Teller, status: str, on: date | None, at: datetime, today: date
) -> datetime | None:
    """The next meeting: needed to book one, else only when a day is given."""
    if status != BOOK and not typed.text("next_on"):
        return None
    next_at = typed.coming("next_on", "next_time", at, today)
    if next_at is None:
        return None
    day = local(next_at).date()
    if status == HELD and on and day <= on:
        typed.error("next_on", "order")
    elif status == CANCELLED and day == on:
        typed.error("next_on", "same")
    elif day in teller.taken:
        typed.error("next_on", "taken")
    return next_at
