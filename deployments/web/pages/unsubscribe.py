"""`/stop/{token}`: no more reminders to me, and back again (domain.md section 9, RFC 8058). Decisions still come."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.pages.kept_page import kept_page
from deployments.web.request import FORM_TYPE, LinkRefused, ids_in, moment_of, page, posted, run_query, uuid_of
from deployments.web.writer import write
from models.db.engine import reading
from models.people.signed_link import Purpose
from models.tables.network import Network, Role
from models.tables.person import Person


@dataclass(frozen=True)
class Reader:
    """Whom the mails go to, as the page knows them: by network and code, without a name."""

    network_id: UUID
    code: str
    network: str
    has_stopped: bool


async def show(request: Request) -> Response:
    """Shows what it means and writes nothing: mail scanners open links."""
    return page(request, "stop", reader=await _reader(request))


async def save(request: Request) -> Response:
    """Stops, or goes on again. A mail program posts `List-Unsubscribe=One-Click`, in either form that a form takes."""
    reader = await _reader(request)
    kind = request.headers.get("content-type", FORM_TYPE)
    goes_on = kind.startswith(FORM_TYPE) and (await posted(request)).get("again") == "yes"
    stopped_at = None if goes_on else moment_of(request)[0]
    await write(request, lambda session: _save(session, reader, stopped_at))
    return kept_page(request, "stop-thanks", goes_on=goes_on)


ROUTES = [
    Route("/stop/{token}", show, methods=["GET"]),
    Route("/stop/{token}", save, methods=["POST"]),
]


async def _reader(request: Request) -> Reader:
    network, code = ids_in(request, Purpose.stop, 2)
    return await run_query(_load, uuid_of(network), code)


def _load(network_id: UUID, code: str) -> Reader:
    with reading() as session:
        person = _person(session, network_id, code)
        network = session.get_one(Network, network_id)
        return Reader(network_id, code, network.name, person.reminders_stopped_at is not None)


def _person(session: Session, network_id: UUID, code: str) -> Person:
    """Who goes by the code, also after their role has ended: nobody is kept from stopping mail."""
    carries = select(Person).join(Role, col(Role.person_id) == Person.id)
    person = session.exec(carries.where(col(Role.network_id) == network_id, col(Role.code) == code)).first()
    if person is None or person.erased_at:
        raise LinkRefused
    return person


def _save(session: Session, reader: Reader, stopped_at: datetime | None) -> None:
    person = _person(session, reader.network_id, reader.code)
    if stopped_at is None or person.reminders_stopped_at is None:
        person.reminders_stopped_at = stopped_at
        session.add(person)
