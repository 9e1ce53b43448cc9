"""`/my-request/{token}`: where a member's request is, what they asked and what they may do with it (section 13)."""

from collections.abc import Callable, Sequence
from uuid import UUID

from limits import parse
from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.form_fields import FormReader
from deployments.web.pages.kept_page import is_switched, kept_page
from deployments.web.pages.my_request_queries import Mine, load, municipalities, own
from deployments.web.pages.support_request_form import (
    LONG,
    asked_values,
    read_asked,
    read_numbers,
    wish_name,
    with_suggestion,
)
from deployments.web.rate_limits import RateLimiter
from deployments.web.request import ids_in, language_of, moment_of, posted, run_query, uuid_of
from deployments.web.start_run import let_mail_go
from deployments.web.writer import write
from models.people.signed_link import Purpose
from models.requests import own_request, unconfirmed
from models.requests.unconfirmed import Doubtful
from models.tables.person import Person
from models.tables.request import SupportRequest
from models.tables.support import Item
from models.tables.transition import Actor, Cause
from models.text import is_phone
from templates.rendering.web import words

CHANGE, WITHDRAW, REACH, INTRODUCE = "change", "withdraw", "reach", "introduce"
SUITS_LENGTH = 200
MOST_NAMED = parse("20 per day")
NOBODY = Doubtful((), ())
Work = Callable[[Session, SupportRequest, Person, Cause], bool]


async def show(request: Request) -> Response:
    """Shows and writes nothing. With `?do=change` or `?do=withdraw` the page for that, while the request is open."""
    mine = await _mine(request)
    asked_for = request.query_params.get("do", "")
    return await _page(request, mine, asked_for if mine.is_open else "")


async def save(request: Request) -> Response:
    """Changes it, takes it back or says how to reach them, by the form that was sent."""
    mine, values = await _mine(request), with_suggestion(await posted(request))
    does = values.get("do", "")
    typed = FormReader("request" if does == CHANGE else "my_request", values, words(language_of(request)), LONG)
    if not mine.is_open or does not in (CHANGE, WITHDRAW, REACH, INTRODUCE):
        return await _page(request, mine)
    if is_switched(typed):
        return await _page(request, mine, does, typed=typed)
    numbers = read_numbers(typed) if does == CHANGE else []
    work = await _work(request, does, typed, numbers)
    if typed.errors:
        return await _page(request, mine, does, 422, typed)
    cause = Cause("my-request", Actor.member, moment_of(request)[0])

    def do(session: Session) -> tuple[bool, Doubtful]:
        doubtful = unconfirmed.doubtful(session, numbers)
        return work(session, *own(session, *_keys(request)), cause), doubtful

    is_done, doubtful = await write(request, do)
    reply = await _page(request, await _mine(request), done=does if is_done else "", doubtful=doubtful)
    reply.background = BackgroundTask(let_mail_go, request.app.state.start)
    return reply


ROUTES = [
    Route("/my-request/{token}", show, methods=["GET"]),
    Route("/my-request/{token}", save, methods=["POST"]),
]


def _keys(request: Request) -> tuple[UUID, UUID]:
    key, person = ids_in(request, Purpose.my_request, 2)
    return uuid_of(key), uuid_of(person)


async def _mine(request: Request) -> Mine:
    return await run_query(load, *_keys(request))


async def _work(request: Request, does: str, typed: FormReader, numbers: Sequence[str]) -> Work:
    """What is to be done, or what is wrong with the form."""
    if does == CHANGE:
        return await _change(request, typed, numbers)
    if does == REACH:
        phone, suits = _phone(typed), _suits(typed)
        return lambda session, found, person, _cause: own_request.reach_me(session, found, person, phone, suits)
    if does == INTRODUCE:
        return lambda session, found, _person, cause: own_request.introduce_us(session, found, cause)
    return lambda session, found, _person, cause: own_request.take_back(session, found, cause)


async def _change(request: Request, typed: FormReader, numbers: Sequence[str]) -> Work:
    asked = read_asked(typed, await run_query(municipalities))
    anew, knocks = bool(typed.text("named_anew")), request.app.state.knocks
    assert isinstance(knocks, RateLimiter)
    if not typed.errors and not all(knocks.hit(MOST_NAMED, "named by", str(_keys(request)[0])) for _ in numbers):
        typed.error("co_organisers", "today")

    def change(session: Session, found: SupportRequest, _person: Person, cause: Cause) -> bool:
        if asked is None or not own_request.change(session, found, asked, cause):
            return False
        return own_request.name_others(session, found, numbers, cause, anew=anew)

    return change


def _phone(typed: FormReader) -> str:
    phone = typed.text("phone")
    if phone and not is_phone(phone):
        typed.error("phone", "form")
    return phone


def _suits(typed: FormReader) -> str:
    suits = typed.text("suits")
    if len(suits) >= SUITS_LENGTH:
        typed.error("suits", "long", most=SUITS_LENGTH)
    return suits


async def _page(
    request: Request,
    mine: Mine,
    does: str = "",
    status_code: int = 200,
    typed: FormReader | None = None,
    done: str = "",
    doubtful: Doubtful = NOBODY,
) -> Response:
    errors = typed.errors if typed else {}
    if does == CHANGE:
        told, known = typed.values if typed else _as_asked(mine), await run_query(municipalities)
        values = asked_values(words(language_of(request)), known, told, errors)
        return kept_page(request, "my-request-change", status_code, mine=mine, **values)
    name = "my-request-withdraw" if does == WITHDRAW else "my-request"
    told = typed.values if typed else {"phone": mine.phone, "suits": mine.suits}
    return kept_page(request, name, status_code, mine=mine, typed=told, errors=errors, done=done, doubtful=doubtful)


def _as_asked(mine: Mine) -> dict[str, str]:
    """The form as it would have been typed for what is asked now."""
    place = "" if mine.place == mine.municipality else mine.place
    told = {"municipality": mine.municipality, "place": place, "nature": mine.nature, "need": mine.need}
    told |= {wish_name(Item(item)): "yes" for item in mine.wished}
    return told | ({"without_support": "yes"} if mine.without_support else {})
