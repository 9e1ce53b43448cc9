"""Reads the form of `/meeting/{token}`: a report with codes instead of names, or the next meeting alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from deployments.web.form_fields import AHEAD, FormReader
from deployments.web.pages.meeting_queries import Booked, Teller
from models.dates.local_time import local
from models.forms.meeting_report import COMPANY_LENGTH, MOST_PARTICIPANTS, OFFICE, MeetingReportForm, companies_in
from models.meetings.booking import Booking
from models.meetings.details import (
    LENGTHS,
    NOTE_LENGTH,
    TOPIC_LENGTH,
    USUAL_LENGTH,
    VENUE_LENGTH,
    MeetingDetails,
    is_meeting_link,
)
from models.tables.meeting import CONFIRM_ABOVE, LATE_REPORT_DAYS, MOST_ATTENDING, Duty, MeetingForm
from models.text import nfc

HELD: Literal["held"] = "held"
CANCELLED: Literal["cancelled"] = "cancelled"
BOOK = "book"
MOVE = "move"
ONE_COMPANY = ("host_company", "speaker_company")
PARTICIPANTS, MET_IN = "participants", "meeting_form"
MORE = (MET_IN, *ONE_COMPANY, PARTICIPANTS)
NEXT_VENUE, NEXT_TOPIC, NEXT_LINK, NEXT_NOTE = "next_venue", "next_topic", "next_link", "next_note"
NEXT_MORE = (NEXT_VENUE, NEXT_TOPIC, NEXT_LINK, NEXT_NOTE)
LONG = (PARTICIPANTS, NEXT_NOTE)
BRIEF = "brief"  # "we did meet": one press on how many came
STATUSES = (HELD, CANCELLED, BOOK)


@dataclass(frozen=True)
class TypedMeeting:
    """What a member told: a report (`form`), a booking (`next_at`), or both."""

    status: str
    on: date | None
    form: MeetingReportForm | None
    next_at: datetime | None
    next_form: MeetingForm | Literal[""] = ""
    details: MeetingDetails | None = None
    is_brief: bool = False


def read_form(typed: FormReader, teller: Teller, at: datetime, today: date) -> TypedMeeting | None:
    """What was told, or None and a sentence for each field that is wrong."""
    status = typed.choice("status", STATUSES)
    on = _day(typed, status, today) if status in (HELD, CANCELLED) else None
    is_brief = status == HELD and bool(typed.text(BRIEF))
    counts = _counts(typed, is_brief) if status == HELD else {}
    duties = _duties(typed, teller) if status == HELD else {}
    met = _how_and_with_whom(typed) if status == HELD else {}
    next_at = _next(typed, teller, status, on, at, today) if status else None
    next_form = _form_of(typed, "next_form") if next_at else ""
    details = _details(typed) if next_at else None
    if details == MeetingDetails():  # nothing was said: what is booked that day already stays as it is
        details = None
    if typed.errors:
        return None
    if status == BOOK or on is None:
        return TypedMeeting(status, None, None, next_at, next_form, details)
    form = MeetingReportForm(
        network_number=teller.number,
        reported_by=teller.code,
        on=on,
        status=HELD if status == HELD else CANCELLED,
        large=status == HELD and bool(typed.text("large")),
        next_at=f"{local(next_at):%Y-%m-%d %H:%M}" if next_at else "",
        next_form=next_form,
        **counts,
        **duties,
        **met,
    )
    told = TypedMeeting(status, on, form, next_at, next_form, details, is_brief)
    return told if typed.validate(form, today) else None


def read_move(typed: FormReader, booked: Booked, taken: Collection[date], at: datetime, today: date) -> Booking | None:
    """To when, and to what, the booked meeting is moved, or None and a sentence for each field that is wrong."""
    moment = typed.coming("next_on", "next_time", at, today)
    if moment and local(moment).date() in taken:
        typed.error("next_on", "taken")
    form = _form_of(typed, "next_form")
    details = _details(typed)
    if typed.errors or moment is None:
        return None
    return Booking(moment, form or None, details)


def typed_as_booked(booked: Booked) -> dict[str, str]:
    """The form as it would have been typed for what is booked."""
    starts, details = local(booked.starts_at), booked.details
    return {
        "next_on": f"{starts:%Y-%m-%d}",
        "next_time": f"{starts:%H:%M}",
        "next_form": booked.form.value,
        "next_minutes": str(details.minutes),
        NEXT_VENUE: details.venue,
        NEXT_TOPIC: details.topic,
        NEXT_LINK: details.link,
        NEXT_NOTE: details.note,
    }


def _details(typed: FormReader) -> MeetingDetails:
    """What was said beside the day."""
    told = {name: typed.text(name) for name in NEXT_MORE}
    minutes = typed.number("next_minutes", max(LENGTHS), lowest=min(LENGTHS), required=False)
    venue = nfc(told[NEXT_VENUE])
    typed.check_name(NEXT_VENUE, venue, VENUE_LENGTH)
    for name, most in ((NEXT_TOPIC, TOPIC_LENGTH), (NEXT_NOTE, NOTE_LENGTH)):
        if len(told[name]) > most:
            typed.error(name, "long", most=most)
    if told[NEXT_LINK] and not is_meeting_link(told[NEXT_LINK]):
        typed.error(NEXT_LINK, "form")
    return MeetingDetails(minutes or USUAL_LENGTH, venue, nfc(told[NEXT_TOPIC]), told[NEXT_LINK], told[NEXT_NOTE])


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


def _how_and_with_whom(typed: FormReader) -> dict[str, Any]:
    """In which form they met, and the companies that were named; all of it may be left empty."""
    companies = {name: nfc(typed.text(name)) for name in ONE_COMPANY}
    took_part = companies_in(typed.text(PARTICIPANTS))
    for name, company in (*companies.items(), *((PARTICIPANTS, one) for one in took_part)):
        typed.check_name(name, company, COMPANY_LENGTH)
    if len(took_part) > MOST_PARTICIPANTS:
        typed.error(PARTICIPANTS, "many", most=MOST_PARTICIPANTS)
    return companies | {PARTICIPANTS: ", ".join(took_part), MET_IN: _form_of(typed, MET_IN)}


def _form_of(typed: FormReader, name: str) -> MeetingForm | Literal[""]:
    """How they meet; empty where nothing is chosen."""
    chosen = typed.choice(name, ("", *MeetingForm))
    return MeetingForm(chosen) if chosen else ""


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
