"""`/organiser/{token}`: a named co-organiser says yes, or does nothing (domain.md I1, section 9)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.request import LinkRefused, ids_in, moment_of, page, run_query, uuid_of
from deployments.web.start_run import let_mail_go
from deployments.web.writer import write
from models.db.engine import reading
from models.people.signed_link import Purpose
from models.stages import kickoff
from models.tables.network import TERMINAL, Network, Role, RoleKind
from models.tables.person import Person


@dataclass(frozen=True)
class Invited:
    """What the page knows of the role that somebody is asked to take."""

    role_id: UUID
    network: str
    place: str
    initiator: str
    has_said_yes: bool
    is_ended: bool


async def show(request: Request) -> Response:
    """Shows what it means and writes nothing: mail scanners open links."""
    return _page(request, await _invited(request))


async def save(request: Request) -> Response:
    invited = await _invited(request)
    if invited.is_ended:
        return _page(request, invited)
    await write(request, lambda session: _confirm(session, invited.role_id, moment_of(request)[0]))
    reply = page(request, "organiser-thanks", invited=invited)
    reply.background = BackgroundTask(let_mail_go, request.app.state.start)
    return reply


ROUTES = [
    Route("/organiser/{token}", show, methods=["GET"]),
    Route("/organiser/{token}", save, methods=["POST"]),
]


def _page(request: Request, invited: Invited) -> Response:
    if invited.is_ended:
        return page(request, "ended", 410, network=invited.network)
    if invited.has_said_yes:
        return page(request, "organiser-thanks", invited=invited)
    return page(request, "organiser", invited=invited)


async def _invited(request: Request) -> Invited:
    [role] = ids_in(request, Purpose.organiser, 1)
    return await run_query(_load, uuid_of(role))


def _load(role_id: UUID) -> Invited:
    with reading() as session:
        role = _role(session, role_id)
        network = session.get_one(Network, role.network_id)
        return Invited(
            role.id,
            network.name,
            network.place,
            _initiator(session, network.id),
            role.is_confirmed,
            network.state in TERMINAL,
        )


def _role(session: Session, role_id: UUID) -> Role:
    """The role, as long as neither it nor the person has gone."""
    role = session.get(Role, role_id)
    if role is None or role.until or session.get_one(Person, role.person_id).erased_at:
        raise LinkRefused
    return role


def _initiator(session: Session, network_id: UUID) -> str:
    """The first name of who asked, or an empty text when it is not known (any more)."""
    asks = select(Person).join(Role, col(Role.person_id) == Person.id)
    initiator = session.exec(
        asks.where(col(Role.network_id) == network_id, col(Role.kind) == RoleKind.initiator)
    ).first()
    return next(iter((initiator.name or "").split()), "") if initiator else ""


def _confirm(session: Session, role_id: UUID, at: datetime) -> None:
    kickoff.confirm(session, _role(session, role_id), at)
