"""`/meeting/{token}`: tell of a meeting, or book the next (domain.md sections 4, 8 and 12)."""

import re
from datetime import date, datetime
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.form_fields import FormReader
from deployments.web.pages.kept_page import is_switched, kept_page
from deployments.web.pages.meeting_form import (
    BOOK,
    HELD,
    LONG,
    MORE,
    MOVE,
    NEXT_MORE,
    STATUSES,
    TypedMeeting,
    read_form,
    read_move,
    typed_as_booked,
)
from deployments.web.pages.meeting_queries import Booked, Teller, book, load, move, save_report, told_on
from deployments.web.request import ids_in, language_of, moment_of, page, posted, run_query, uuid_of
from deployments.web.start_run import let_mail_go
from deployments.web.writer import write
from models.errors import TransitionRefused, UserError
from models.forms.kit.base import parse_day
from models.forms.meeting_report import OFFICE
from models.meetings.booking import Booking
from models.meetings.details import LENGTHS, USUAL_LENGTH
from models.people.signed_link import Purpose, make_link
from models.settings import settings
from models.tables.meeting import CONFIRM_ABOVE, EVENING, KICKOFF_ATTENDING, Duty, MeetingForm
from templates.rendering.filters import duration
from templates.rendering.web import words
from templates.rendering.wording import Wording

MOST_BY_PRESS = 16
HOW_MANY = range(KICKOFF_ATTENDING - 1, MOST_BY_PRESS + 1)
SCHEME = re.compile(r"^https?")


async def show(request: Request) -> Response:
    """Shows the form and writes nothing: mail scanners open links."""
    teller = await _teller(request)
    if teller.is_ended:
        return _ended(request, teller)
    if request.query_params.get("status") == MOVE and (booked := _to_be_moved(request, teller)):
        return _move_page(request, teller, booked, typed_as_booked(booked))
    typed = {"next_time": f"{EVENING:%H:%M}", "next_minutes": str(USUAL_LENGTH)}
    if teller.unreported_on:
        typed |= {"on": teller.unreported_on.isoformat(), **teller.planned}
    typed |= _prefilled(request)
    if typed.get("status") == HELD and (day := typed.get("on")):
        typed |= await run_query(told_on, teller, date.fromisoformat(day))
    return _form_page(request, teller, typed)


async def save(request: Request) -> Response:
    teller = await _teller(request)
    if teller.is_ended:
        return _ended(request, teller)
    at, today = moment_of(request)
    typed = FormReader("meeting", await posted(request), words(language_of(request)), LONG)
    if typed.text("status") == MOVE:
        return await _move(request, teller, typed, at, today)
    if is_switched(typed):
        return _form_page(request, teller, typed.values)
    told = read_form(typed, teller, at, today)
    if told is None:
        return _form_page(request, teller, typed.values, 422, typed.errors, typed.general)
    if told.status == BOOK:
        return await _book(request, teller, typed, told, at)
    return await _report(request, teller, typed, told, at)


ROUTES = [
    Route("/meeting/{token}", show, methods=["GET"]),
    Route("/meeting/{token}", save, methods=["POST"]),
]


async def _report(request: Request, teller: Teller, typed: FormReader, told: TypedMeeting, at: datetime) -> Response:
    """Saved at once with all that follows from it, so that the next page tells the truth; only mail waits."""
    form = told.form
    assert form is not None
    try:
        await write(request, lambda session: save_report(session, teller, form, told.is_brief, told.details, at))
    except TransitionRefused:  # the network ended between looking and saving
        return _ended(request, teller)
    except UserError as error:
        return _form_page(request, teller, typed.values, 422, general=str(error))
    return _thanks(request, teller, told, "new")


async def _book(request: Request, teller: Teller, typed: FormReader, told: TypedMeeting, at: datetime) -> Response:
    assert told.next_at is not None
    booking = Booking(told.next_at, told.next_form or None, told.details)
    try:
        change = await write(request, lambda session: book(session, teller, booking, at))
    except UserError as error:
        return _form_page(request, teller, typed.values, 422, general=str(error))
    return _thanks(request, teller, told, change)


async def _move(request: Request, teller: Teller, typed: FormReader, at: datetime, today: date) -> Response:
    """The booked meeting, to another day or hour: the same in everybody's calendar, where it now is."""
    booked = next((one for one in teller.booked if str(one.meeting_id) == typed.text("meeting")), None)
    if booked is None:  # it was held or called off meanwhile
        return _form_page(request, teller, {}, 422, general=words(language_of(request))("meeting.move_gone"))
    if is_switched(typed):
        return _move_page(request, teller, booked, typed.values)
    booking = read_move(typed, booked, teller.taken, at, today)
    if booking is None:
        return _move_page(request, teller, booked, typed.values, 422, typed.errors)
    try:
        change = await write(request, lambda session: move(session, teller, booked.meeting_id, booking, at))
    except UserError as error:
        return _move_page(request, teller, booked, typed.values, 422, general=str(error))
    values: dict[str, Any] = {"teller": teller, "next_at": booking.starts_at, "change": change}
    reply = kept_page(request, "meeting-thanks", status=MOVE, **values)
    reply.background = BackgroundTask(let_mail_go, request.app.state.start)
    return reply


def _to_be_moved(request: Request, teller: Teller) -> Booked | None:
    """The booked meeting of the day in the address; without a day the next one."""
    on = request.query_params.get("on", "")
    return next((one for one in teller.booked if on in ("", one.on.isoformat())), None)


def _move_page(
    request: Request, teller: Teller, booked: Booked, typed: dict[str, str], status_code: int = 200,
    errors: dict[str, str] | None = None, general: str = "",
) -> Response:  # fmt: skip
    t = words(language_of(request))
    forms = [(one.value, t(f"meeting.form_{one.value}")) for one in MeetingForm]
    choices = {"next_form": forms, "next_minutes": _lengths(request)}
    told: dict[str, Any] = {"typed": typed, "errors": errors or {}, "general": general, "choices": choices}
    return kept_page(request, "meeting-move", status_code, teller=teller, booked=booked, is_next_more=True, **told)


def _lengths(request: Request) -> list[tuple[str, str]]:
    return [(str(one), duration(one, language_of(request))) for one in LENGTHS]


def _thanks(request: Request, teller: Teller, told: TypedMeeting, change: str) -> Response:
    values: dict[str, Any] = {"teller": teller, "on": told.on, "next_at": told.next_at, "change": change}
    values["is_brief"] = told.is_brief
    values["attended"] = told.form.attended if told.form else 0
    values["known_next_at"] = teller.next_at if teller.next_on != told.on else None
    reply = kept_page(request, "meeting-thanks", status=told.status, **values)
    reply.background = BackgroundTask(let_mail_go, request.app.state.start)
    return reply


async def _teller(request: Request) -> Teller:
    [role] = ids_in(request, Purpose.meeting, 1)
    return await run_query(load, uuid_of(role), moment_of(request)[0])


def _ended(request: Request, teller: Teller) -> Response:
    return page(request, "ended", 410, network=teller.network)


def _prefilled(request: Request) -> dict[str, str]:
    """What a link fills in: what to do, and the day. What is neither is left out."""
    asked = {}
    status, on = request.query_params.get("status", ""), request.query_params.get("on", "")
    if status in STATUSES:
        asked["status"] = status
    try:
        if day := parse_day(on, "on"):
            asked["next_on" if status == BOOK else "on"] = day.isoformat()
    except UserError:
        pass
    return asked


def calendar_of(teller: Teller) -> dict[str, str]:
    """The network's calendar: an address that calendar programs take on by a press, and one to copy."""
    address = make_link(Purpose.network, str(teller.role_id)) + ".ics"
    return {
        "subscribe": SCHEME.sub("webcal", address, count=1),
        "path": address.removeprefix(settings().public_url),
    }


def _choices(teller: Teller, t: Wording) -> dict[str, list[tuple[str, str]]]:
    forms = [(one.value, t(f"meeting.form_{one.value}")) for one in MeetingForm]
    as_booked = ("", t("meeting.as_booked"))
    return {
        "status": [(one, t(f"meeting.status_{one}")) for one in STATUSES],
        "duties": [(duty.value, t(f"meeting.duty.{duty.value}")) for duty in Duty],
        "carriers": [("", t("meeting.nobody")), *teller.organisers, (OFFICE, t("meeting.office"))],
        "meeting_form": [as_booked, *forms],
        "next_form": [as_booked, *forms] if teller.next_at else forms,
    }


def _form_page(
    request: Request,
    teller: Teller,
    typed: dict[str, str],
    status_code: int = 200,
    errors: dict[str, str] | None = None,
    general: str = "",
) -> Response:
    errors = errors or {}
    booked = teller.unreported_on.isoformat() if teller.unreported_on else None
    return kept_page(
        request,
        "meeting",
        status_code,
        teller=teller,
        typed=typed,
        errors=errors,
        general=general,
        choices=_choices(teller, words(language_of(request))) | {"next_minutes": _lengths(request)},
        calendar=calendar_of(teller),
        how_many=HOW_MANY,
        is_booked_day=booked is not None and typed.get("on") == booked,
        is_more=any(name in errors or typed.get(name) for name in MORE),
        is_next_more=any(name in errors or typed.get(name) for name in NEXT_MORE),
        ask_large="large" in errors or bool(typed.get("large")),
        large_limit=CONFIRM_ABOVE,
    )
