"""`/staff/request/{number}`: who asks, what for, how to reach them, and the contact log (domain.md section 13)."""

from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.request import language_of, moment_of, run_query
from deployments.web.staff.contact_log import note_contact
from deployments.web.staff.page import came_back, give_reason, looked_at, staff_page
from deployments.web.staff.session import Form, SignedIn, for_staff, from_staff
from models.db.engine import reading
from models.i18n import in_language
from models.views.cases.request_case import RequestCase, page_of, request_case
from models.views.timeline import TimelineEntry, request_timeline

Found = tuple[RequestCase, list[TimelineEntry]]


@for_staff
async def show(request: Request, me: SignedIn) -> Response:
    return await _page(request, me, await _found(request, me))


@from_staff
async def explain(request: Request, me: SignedIn, form: Form) -> Response:
    case, _ = await _found(request, me)
    return await give_reason(request, me, form, case, page_of(case.request.number))


@from_staff
async def note(request: Request, me: SignedIn, form: Form) -> Response:
    """Writes down an attempt to reach them: what was typed stays where something in it is wrong."""
    found = await _found(request, me)
    thing = found[0].request
    typed = await note_contact(request, me, form, found[0], request_id=thing.id)
    if typed.errors:
        return await _page(request, me, found, 422, typed=typed.values, errors=typed.errors)
    return came_back(request, f"/staff/{page_of(thing.number)}", "contact")


ROUTES = [
    Route("/staff/request/{number:int}", show, methods=["GET"]),
    Route("/staff/request/{number:int}/reason", explain, methods=["POST"]),
    Route("/staff/request/{number:int}/contact", note, methods=["POST"]),
]


async def _found(request: Request, me: SignedIn) -> Found:
    found = await run_query(_load, request.path_params["number"], me, moment_of(request)[0], language_of(request))
    if found is None:
        raise HTTPException(404)
    return found


def _load(number: int, me: SignedIn, at: datetime, language: str) -> Found | None:
    with reading() as session:
        case = request_case(session, number, me.staff, me.since, at)
        if case is None:
            return None
        with in_language(language):
            return case, request_timeline(session, case.request)


async def _page(request: Request, me: SignedIn, found: Found, status_code: int = 200, **values: object) -> Response:
    case, timeline = found
    await looked_at(request, me, case, page_of(case.request.number))
    shown = {"case": case, "timeline": timeline, **values}
    return await staff_page(request, me, "request", status_code, **shown)
