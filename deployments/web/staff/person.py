"""`/staff/person/{id}`: how to reach somebody, what they carry, and what staff may put right (domain.md section 13)."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.request import moment_of, run_query
from deployments.web.staff.page import came_back, check_signs, give_reason, looked_at, staff_page, typed_in
from deployments.web.staff.session import Form, SignedIn, for_staff, from_staff
from deployments.web.writer import write
from models.db.engine import reading
from models.office.sight import Sight
from models.office.staff import ANSWERING
from models.tables.office import Staff, StaffRole
from models.tables.person import Person
from models.text import is_phone
from models.views.cases.person_case import PersonCase, page_of, person_case


@for_staff
async def show(request: Request, me: SignedIn) -> Response:
    return await _page(request, me, await _found(request, me))


@from_staff
async def explain(request: Request, me: SignedIn, form: Form) -> Response:
    case = await _found(request, me)
    return await give_reason(request, me, form, case, page_of(case.person_id))


@from_staff
async def save(request: Request, me: SignedIn, form: Form) -> Response:
    """Their phone number, and whether their identity is protected: then they are called, and not mailed."""
    case, at = await _found(request, me), moment_of(request)[0]
    check_signs(me, StaffRole.data_protection)
    if case.sight is not Sight.all:
        raise HTTPException(403)
    typed = typed_in(request, form)
    phone = typed.text("phone")
    if phone and not is_phone(phone):
        typed.error("phone", "form")
        return await _page(request, me, case, 422, typed=typed.values, errors=typed.errors)
    protected = bool(typed.text("protected"))
    await write(request, lambda session: _save(session, case.person_id, phone, protected, at))
    said = "person_unreachable" if protected and not phone else "person"
    return came_back(request, f"/staff/{page_of(case.person_id)}", said)


ROUTES = [
    Route("/staff/person/{person:uuid}", show, methods=["GET"]),
    Route("/staff/person/{person:uuid}", save, methods=["POST"]),
    Route("/staff/person/{person:uuid}/reason", explain, methods=["POST"]),
]


def _save(session: Session, person_id: UUID, phone: str, protected: bool, at: datetime) -> None:
    person = session.get_one(Person, person_id)
    person.phone = phone or None
    person.protected_at = (person.protected_at or at) if protected else None
    session.add(person)


async def _found(request: Request, me: SignedIn) -> PersonCase:
    found = await run_query(_load, request.path_params["person"], me.staff, me.since, moment_of(request)[0])
    if found is None:
        raise HTTPException(404)
    return found


def _load(person_id: UUID, me: Staff, since: datetime, at: datetime) -> PersonCase | None:
    with reading() as session:
        return person_case(session, person_id, me, since, at)


async def _page(request: Request, me: SignedIn, case: PersonCase, status_code: int = 200, **values: object) -> Response:
    await looked_at(request, me, case, page_of(case.person_id))
    may_write = me.staff.role in ANSWERING
    return await staff_page(request, me, "person", status_code, case=case, may_write=may_write, **values)
