"""`/join/{token}`: a link that an organiser passes on: who has it gives their member number, and is asked by mail.

The link tells nothing of who they are, so it makes nobody an organiser: only a yes by the link that goes to the address
on file does (domain.md I1). What is answered is the same whoever the number belongs to, if anybody.
"""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.form_fields import FormReader
from deployments.web.pages.kept_page import is_switched, kept_page
from deployments.web.pages.support_request_form import MEMBER_NUMBER
from deployments.web.rate_limits import number_may, number_used, too_many
from deployments.web.request import LinkRefused, ids_in, language_of, moment_of, page, posted, run_query, uuid_of
from deployments.web.start_run import let_mail_go
from deployments.web.writer import write, write_at_last
from models.db.engine import reading
from models.errors import TransitionRefused
from models.networks import own_acts
from models.people import link_renewal
from models.people.signed_link import Purpose
from models.tables.network import TERMINAL, Network, Role
from models.tables.person import Person
from models.tables.transition import Actor, Cause
from templates.rendering.web import words


async def show(request: Request) -> Response:
    network = await _network(request)
    if network is None:
        return _over(request)
    return kept_page(request, "join", network=network, typed={}, errors={})


async def save(request: Request) -> Response:
    network = await _network(request)
    if network is None:
        return _over(request)
    typed = FormReader("join", await posted(request), words(language_of(request)))
    if is_switched(typed):
        return kept_page(request, "join", network=network, typed=typed.values, errors={})
    number = typed.text("member_number")
    if not MEMBER_NUMBER.fullmatch(number):
        typed.error("member_number", "form" if number else "missing")
        return kept_page(request, "join", 422, network=network, typed=typed.values, errors=typed.errors)
    if not number_may(request, number):
        return too_many(request)
    await write(request, link_renewal.can_be_queued)
    number_used(request, number)
    reply = kept_page(request, "join-asked", network=network)
    reply.background = BackgroundTask(_ask, request, number, moment_of(request)[0])
    return reply


ROUTES = [
    Route("/join/{token}", show, methods=["GET"]),
    Route("/join/{token}", save, methods=["POST"]),
]


async def _network(request: Request) -> Network | None:
    """None for a link that does not hold (any more). Nobody is mailed a fresh one: whoever passed it on has it."""
    with suppress(LinkRefused):
        return await run_query(_load, _role(request))
    return None


def _over(request: Request) -> Response:
    return page(request, "join-over", 404)


def _role(request: Request) -> UUID:
    [role] = ids_in(request, Purpose.pass_on, 1)
    return uuid_of(role)


def _load(role_id: UUID) -> Network:
    with reading() as session:
        return _asker(session, role_id)[0]


def _asker(session: Session, role_id: UUID) -> tuple[Network, Role]:
    role = session.get(Role, role_id)
    if role is None or not role.is_confirmed:
        raise LinkRefused
    network, asker = session.get_one(Network, role.network_id), session.get_one(Person, role.person_id)
    if network.state in TERMINAL or asker.erased_at:
        raise LinkRefused
    return network, role


async def _ask(request: Request, number: str, at: datetime) -> None:
    """After the answer has gone, so that its time tells nothing of whose the number is."""
    role_id = _role(request)

    def ask(session: Session) -> None:
        network, role = _asker(session, role_id)
        own_acts.ask_by_link(session, network, role, number, Cause("network-page", Actor.member, at))

    with suppress(TransitionRefused, LinkRefused):
        await write_at_last(request, ask)
    await let_mail_go(request.app.state.start)  # for nobody too
