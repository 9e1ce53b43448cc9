"""`/meeting/{token}`: tell of a meeting, or book the next (domain.md sections 4, 8 and 12)."""

import asyncio
import logging
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web_fields import Typed
from deployments.web_meeting_form import BOOK, HELD, STATUSES, Told, read_form
from deployments.web_meeting_rows import Teller, book, load
from deployments.web_page import ids_in, language_of, moment_of, page, posted, uuid_of
from models.errors import DatabaseBusy, UserError
from models.forms.form import parse_day
from models.forms.meeting_report import OFFICE
from models.links import Purpose
from models.meeting import CONFIRM_ABOVE, Duty
from models.meeting_report import EVENING
from templates.pages import Words, words

log = logging.getLogger("natverkslots.web")

DEPLOYMENT = "meeting-report/meeting-report"
START_SECONDS = 20


async def show(request: Request) -> Response:
    """Shows the form and writes nothing: mail scanners open links."""
    teller = await _teller(request)
    if teller.is_ended:
        return _ended(request, teller)
    typed = {"next_time": f"{EVENING:%H:%M}"}
    if teller.unreported_on:
        typed |= {"status": HELD, "on": teller.unreported_on.isoformat()}
    return _form_page(request, teller, typed | _prefilled(request))


async def save(request: Request) -> Response:
    teller = await _teller(request)
    if teller.is_ended:
        return _ended(request, teller)
    at, today = moment_of(request)
    typed = Typed("meeting", await posted(request), words(language_of(request)))
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


async def _report(request: Request, teller: Teller, typed: Typed, told: Told, at: datetime) -> Response:
    """Start the flow that saves the report. When that fails, the form stands as it was typed."""
    assert told.form is not None
    parameters = {"form": told.form.model_dump(mode="json"), "as_of": at.isoformat()}
    try:
        await asyncio.wait_for(request.app.state.start(DEPLOYMENT, parameters), START_SECONDS)
    except Exception as error:  # whatever Prefect or the network threw: nothing is lost
        log.warning("a meeting report could not be started: %s", type(error).__name__)
        return _form_page(request, teller, typed.values, 503, general=typed.words("meeting.unavailable"))
    return _thanks(request, teller, told, "new")


async def _book(request: Request, teller: Teller, typed: Typed, told: Told, at: datetime) -> Response:
    assert told.next_at is not None
    try:
        change = await run_in_threadpool(book, teller, told.next_at, at)
    except DatabaseBusy:
        return _form_page(request, teller, typed.values, 503, general=typed.words("meeting.unavailable"))
    except UserError as error:
        return _form_page(request, teller, typed.values, 422, general=str(error))
    return _thanks(request, teller, told, change)


def _thanks(request: Request, teller: Teller, told: Told, change: str) -> Response:
    values: dict[str, Any] = {"on": told.on, "next_at": told.next_at, "change": change}
    values["attended"] = told.form.attended if told.form else 0
    values["known_next_at"] = teller.next_at if teller.next_on != told.on else None
    return page(request, "meeting-thanks", status=told.status, **values)


async def _teller(request: Request) -> Teller:
    network, code = ids_in(request, Purpose.meeting, 2)
    return await run_in_threadpool(load, uuid_of(network), code, moment_of(request)[0])


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
            asked["on"] = day.isoformat()
    except UserError:
        pass
    return asked


def _choices(teller: Teller, t: Words) -> dict[str, list[tuple[str, str]]]:
    return {
        "status": [(one, t(f"meeting.status_{one}")) for one in STATUSES],
        "duties": [(duty.value, t(f"meeting.duty.{duty.value}")) for duty in Duty],
        "carriers": [("", t("meeting.nobody")), *teller.organisers, (OFFICE, t("meeting.office"))],
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
    return page(
        request,
        "meeting",
        status_code,
        teller=teller,
        typed=typed,
        errors=errors,
        general=general,
        choices=_choices(teller, words(language_of(request))),
        is_booked_day=booked is not None and typed.get("on") == booked,
        ask_large="large" in errors or bool(typed.get("large")),
        large_limit=CONFIRM_ABOVE,
    )
