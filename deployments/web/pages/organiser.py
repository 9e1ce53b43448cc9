"""`/organiser/{token}`: a named co-organiser says yes or no, or does nothing (domain.md I1, sections 5 and 9)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.pages.kept_page import kept_page
from deployments.web.request import LinkRefused, ids_in, moment_of, page, posted, run_query, uuid_of
from deployments.web.start_run import let_mail_go
from deployments.web.writer import write
from models.db.engine import reading
from models.people.signed_link import Purpose, make_link
from models.requests import named_organisers
from models.settings import settings
from models.stages import kickoff
from models.tables.network import TERMINAL, Network, Role, RoleKind
from models.tables.person import Person
from models.tables.request import NamedOrganiser, RequestState, SupportRequest

NO = "no"


@dataclass(frozen=True)
class Invited:
    """What the page knows of what somebody is asked to take on; without a network the request waits for hours."""

    key: UUID
    network: str
    place: str
    initiator: str
    has_said_yes: bool
    is_ended: bool = False
    has_met: bool = False

    @property
    def network_path(self) -> str:
        """The network's page, once they carry it."""
        return make_link(Purpose.our_network, str(self.key)).removeprefix(settings().public_url)


async def show(request: Request) -> Response:
    """Shows what it means and writes nothing: mail scanners open links."""
    return _page(request, await _invited(request))


async def save(request: Request) -> Response:
    invited, is_yes = await _invited(request), (await posted(request)).get("answer") != NO
    if invited.is_ended or (invited.network and invited.has_said_yes and not is_yes):
        return _page(request, invited)
    await write(request, lambda session: _answer(session, invited.key, moment_of(request)[0], is_yes))
    reply = kept_page(request, "organiser-thanks" if is_yes else "organiser-no", invited=invited)
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
    [key] = ids_in(request, Purpose.organiser, 1)
    return await run_query(_load, uuid_of(key))


def _load(key: UUID) -> Invited:
    with reading() as session:
        found = _asked(session, key)
        if isinstance(found, NamedOrganiser):
            asked = session.get_one(SupportRequest, found.request_id)
            who = session.get_one(Person, asked.initiator_id)
            return Invited(key, "", asked.place, _first_name(who), found.yes_at is not None)
        network = session.get_one(Network, found.network_id)
        asks = select(Person).join(Role, col(Role.person_id) == Person.id)
        initiator = session.exec(
            asks.where(col(Role.network_id) == network.id, col(Role.kind) == RoleKind.initiator)
        ).first()
        is_ended, has_met = network.state in TERMINAL, network.kickoff_on is not None
        name = _first_name(initiator)
        return Invited(key, network.name, network.place, name, found.is_confirmed, is_ended, has_met)


def _asked(session: Session, key: UUID) -> Role | NamedOrganiser:
    """The role, or that a waiting request names them; as long as neither it nor the person has gone."""
    found = session.get(Role, key) or session.get(NamedOrganiser, key)
    if found is None or session.get_one(Person, found.person_id).erased_at:
        raise LinkRefused
    if isinstance(found, Role):
        gone = found.until is not None
    else:
        request = session.get_one(SupportRequest, found.request_id)
        gone = found.no_at is not None or request.state != RequestState.waiting
    if gone:
        raise LinkRefused
    return found


def _first_name(person: Person | None) -> str:
    """Empty when it is not known (any more)."""
    return next(iter((person.name or "").split()), "") if person else ""


def _answer(session: Session, key: UUID, at: datetime, is_yes: bool) -> None:
    found = _asked(session, key)
    if isinstance(found, NamedOrganiser):
        named_organisers.answer(session, found, at, is_yes=is_yes)
    elif is_yes:
        kickoff.confirm(session, found, at)
    else:
        kickoff.decline(session, found, at)
