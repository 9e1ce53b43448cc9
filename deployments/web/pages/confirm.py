"""`/confirm/{token}`: what was typed with a member's number is a case when they say so (domain.md section 13).

What was typed stands behind their link and nowhere else, and beside it all else that waits with their number.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.pages.kept_page import kept_page
from deployments.web.request import LinkRefused, ids_in, moment_of, page, posted, run_query, uuid_of
from deployments.web.start_run import start_quietly
from deployments.web.writer import write
from models.dates.local_time import local
from models.db.engine import reading
from models.forms.support_request import EMPTY, SupportRequestForm
from models.people.signed_link import Purpose, make_link
from models.requests import unconfirmed
from models.settings import settings
from models.stages import web_request
from models.tables.request import NamedOrganiser, RequestState, SupportRequest
from models.tables.transition import Actor, Cause
from models.tables.unconfirmed_request import UnconfirmedRequest

T = TypeVar("T")
DEPLOYMENT = "support-request/support-request"
TRIES = 3
MOST_SHOWN = 8
FORGET = "forget"


@dataclass(frozen=True)
class Typed:
    """One of the requests that wait with the reader's number."""

    key: UUID
    form: SupportRequestForm
    typed_on: date
    doubtful: unconfirmed.Doubtful


@dataclass(frozen=True)
class Confirmed:
    """What the page tells of the request that it became. `is_received`: nothing stands in its way so far."""

    request_id: UUID
    place: str
    is_received: bool
    talk_due: date
    answer_due: date
    names_others: bool
    link: str
    """To the page of the request, which takes changes."""


@dataclass(frozen=True)
class Found:
    """What the link is about, once it is a request; and what waits with the number, what the link is about first."""

    confirmed: Confirmed | None
    waiting: Sequence[Typed]
    is_new: bool = False


async def show(request: Request) -> Response:
    """Shows what was typed and what happens then, and writes nothing: mail scanners open links."""
    try:
        found = await run_query(_load, _key(request), moment_of(request)[0])
    except LinkRefused:
        return _gone(request)
    return _page(request, found)


async def save(request: Request) -> Response:
    """Makes it a case, or forgets all that waits with the number. Pressed twice it is the same."""
    values = await posted(request)
    try:
        key, which = _key(request), uuid_of(values.get("which") or str(_key(request)))
        if values.get("answer") == FORGET:
            await write(request, lambda session: _forget(session, key, request))
            return kept_page(request, "confirm-forgotten")
        found = await _twice(request, lambda session: _confirm(session, key, which, request))
    except LinkRefused:
        return _gone(request)
    reply = kept_page(request, "confirm-thanks", found=found, forget=FORGET)
    if found.confirmed and found.is_new:
        started = {"form": EMPTY.model_dump(mode="json"), "request": str(found.confirmed.request_id)}
        reply.background = BackgroundTask(start_quietly, request.app.state.start, DEPLOYMENT, started)
    return reply


ROUTES = [
    Route("/confirm/{token}", show, methods=["GET"]),
    Route("/confirm/{token}", save, methods=["POST"]),
]


def _key(request: Request) -> UUID:
    [key] = ids_in(request, Purpose.confirm, 1)
    return uuid_of(key)


def _page(request: Request, found: Found) -> Response:
    return page(request, "confirm-thanks" if found.confirmed else "confirm", found=found, forget=FORGET)


def _gone(request: Request) -> Response:
    return page(request, "confirm-gone", 404)


async def _twice(request: Request, work: Callable[[Session], T]) -> T:
    """Two at the same moment may reach for the same number: the later tries again."""
    for _ in range(TRIES - 1):
        try:
            return await write(request, work)
        except IntegrityError:
            continue
    return await write(request, work)


def _load(key: UUID, at: datetime) -> Found:
    with reading() as session:
        return _found(session, _own(session, key, at))


def _found(session: Session, about: UnconfirmedRequest, is_new: bool = False) -> Found:
    request = session.get(SupportRequest, about.request_id) if about.request_id else None
    waiting = sorted(unconfirmed.unconfirmed_by(session, about.member_hash), key=lambda one: one.id != about.id)
    shown = [_typed(session, one) for one in waiting[:MOST_SHOWN]]
    return Found(_told(session, request) if request else None, shown, is_new)


def _own(session: Session, key: UUID, at: datetime) -> UnconfirmedRequest:
    found = unconfirmed.typed_request(session, key, at)
    if found is None:
        raise LinkRefused
    return found


def _typed(session: Session, typed: UnconfirmedRequest) -> Typed:
    form = unconfirmed.form_of(typed)
    return Typed(typed.id, form, local(typed.typed_at).date(), unconfirmed.doubtful(session, form.co_organiser_numbers))


def _told(session: Session, request: SupportRequest) -> Confirmed:
    named = session.exec(select(NamedOrganiser.id).where(col(NamedOrganiser.request_id) == request.id)).first()
    own = make_link(Purpose.my_request, str(request.id), str(request.initiator_id))
    return Confirmed(
        request.id,
        request.place,
        request.state == RequestState.received,
        request.talk_due,
        request.answer_due,
        named is not None,
        own.removeprefix(settings().public_url),
    )


def _confirm(session: Session, key: UUID, which: UUID, request: Request) -> Found:
    at = moment_of(request)[0]
    own, typed = _own(session, key, at), _own(session, which, at)
    if typed.member_hash != own.member_hash:
        raise LinkRefused
    _, is_new = web_request.confirm(session, typed, Cause("request", Actor.member, at))
    return _found(session, typed, is_new)


def _forget(session: Session, key: UUID, request: Request) -> None:
    at = moment_of(request)[0]
    own = _own(session, key, at)
    theirs = (col(UnconfirmedRequest.member_hash) == own.member_hash) & col(UnconfirmedRequest.request_id).is_(None)
    unconfirmed.forget(session, at, theirs)
