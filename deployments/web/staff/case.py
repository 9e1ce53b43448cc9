"""`/staff/request/{number}` and `/staff/network/{number}`: whom it is about and how to reach them, what was done, and
the contact log (domain.md section 13).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session
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
from models.views.cases.network_case import NetworkCase, network_case
from models.views.cases.request_case import RequestCase, request_case
from models.views.timeline import TimelineEntry, network_timeline, request_timeline


@dataclass(frozen=True)
class Found:
    """A request or network as its reader may see it. `about` is what an entry of the contact log is written about."""

    case: RequestCase | NetworkCase
    about: dict[str, UUID]
    timeline: list[TimelineEntry]


def _request(session: Session, number: int, me: SignedIn, at: datetime, language: str) -> Found | None:
    case = request_case(session, number, me.staff, me.since, at)
    if case is None:
        return None
    with in_language(language):
        return Found(case, {"request_id": case.request.id}, request_timeline(session, case.request))


def _network(session: Session, number: int, me: SignedIn, at: datetime, language: str) -> Found | None:
    case = network_case(session, number, me.staff, me.since, at)
    if case is None:
        return None
    with in_language(language):
        return Found(case, {"network_id": case.network.id}, network_timeline(session, case.network))


Load = Callable[[Session, int, SignedIn, datetime, str], Found | None]
KINDS: Final[dict[str, Load]] = {"request": _request, "network": _network}


@for_staff
async def show(request: Request, me: SignedIn) -> Response:
    return await _page(request, me, await _found(request, me))


@from_staff
async def explain(request: Request, me: SignedIn, form: Form) -> Response:
    found = await _found(request, me)
    return await give_reason(request, me, form, found.case, _shown_on(request))


@from_staff
async def note(request: Request, me: SignedIn, form: Form) -> Response:
    """Writes down an attempt to reach them: what was typed stays where something in it is wrong."""
    found = await _found(request, me)
    typed = await note_contact(request, me, form, found.case, **found.about)
    if typed.errors:
        return await _page(request, me, found, 422, typed=typed.values, errors=typed.errors)
    return came_back(request, f"/staff/{_shown_on(request)}", "contact")


ROUTES = [
    Route(f"/staff/{kind}/{{number:int}}{more}", does, methods=[method])
    for kind in KINDS
    for more, does, method in (("", show, "GET"), ("/reason", explain, "POST"), ("/contact", note, "POST"))
]


def _kind(request: Request) -> str:
    return str(request.url.path).split("/")[2]


def _shown_on(request: Request) -> str:
    """What a look at it is written down as: the same as `page_of` in its view."""
    return f"{_kind(request)}/{request.path_params['number']}"


async def _found(request: Request, me: SignedIn) -> Found:
    at, language = moment_of(request)[0], language_of(request)
    found = await run_query(_load, KINDS[_kind(request)], request.path_params["number"], me, at, language)
    if found is None:
        raise HTTPException(404)
    return found


def _load(load: Load, number: int, me: SignedIn, at: datetime, language: str) -> Found | None:
    with reading() as session:
        return load(session, number, me, at, language)


async def _page(request: Request, me: SignedIn, found: Found, status_code: int = 200, **values: object) -> Response:
    await looked_at(request, me, found.case, _shown_on(request))
    shown = {"case": found.case, "timeline": found.timeline, **values}
    return await staff_page(request, me, _kind(request), status_code, **shown)
