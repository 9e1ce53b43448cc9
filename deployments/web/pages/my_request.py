"""`/my-request/{token}`: where a member's request is, what they asked and what they may do with it (section 13)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.form_fields import FormReader
from deployments.web.pages.kept_page import is_switched, kept_page
from deployments.web.pages.support_request_form import LONG, OFFERED, read_need, read_wishes, wish_name
from deployments.web.request import LinkRefused, ids_in, language_of, moment_of, posted, run_query, uuid_of
from deployments.web.start_run import let_mail_go
from deployments.web.writer import write
from models.db.engine import reading
from models.office.menu import MENU
from models.people.roles import roles_of
from models.people.signed_link import Purpose, make_link
from models.requests import own_request
from models.tables.network import RoleKind
from models.tables.person import Person
from models.tables.place import Municipality
from models.tables.request import NEED_LENGTH, OPEN, RequestState, SupportRequest
from models.tables.support import Item
from models.tables.transition import Actor, Cause
from models.text import is_phone
from templates.rendering.web import words

CHANGE, WITHDRAW, REACH = "change", "withdraw", "reach"
SUITS_LENGTH = 200


@dataclass(frozen=True)
class Mine:
    """What the page shows of the request."""

    number: int
    state: RequestState
    is_open: bool
    place: str
    municipality: str
    nature: str
    need: str
    wished: list[str]
    without_support: bool
    talk_due: date
    answer_due: date
    offer_until: date | None
    phone: str
    suits: str
    network_link: str


async def show(request: Request) -> Response:
    """Shows and writes nothing. With `?do=change` or `?do=withdraw` the page for that, while the request is open."""
    mine = await _mine(request)
    asked_for = request.query_params.get("do", "")
    return _page(request, mine, asked_for if mine.is_open else "")


async def save(request: Request) -> Response:
    """Changes it, takes it back or says how to reach them, by the button that was pressed."""
    mine, at = await _mine(request), moment_of(request)[0]
    typed = FormReader("my_request", await posted(request), words(language_of(request)), LONG)
    does = typed.text("do")
    if not mine.is_open or does not in (CHANGE, WITHDRAW, REACH):
        return _page(request, mine)
    if is_switched(typed):
        return _page(request, mine, does, typed=typed)
    if does == CHANGE:
        need, wished = read_need(typed), read_wishes(typed)
        without = bool(typed.text("without_support"))
    elif does == REACH:
        phone, suits = _phone(typed), _suits(typed)
    if typed.errors:
        return _page(request, mine, does if does == CHANGE else "", 422, typed)

    def work(session: Session) -> bool:
        found, person = _own(session, *_keys(request))
        if does == CHANGE:
            return own_request.change_words(session, found, need, wished, without)
        if does == REACH:
            return own_request.reach_me(session, found, person, phone, suits)
        return own_request.take_back(session, found, Cause("my-request", Actor.member, at))

    is_done = await write(request, work)
    reply = _page(request, await _mine(request), done=does if is_done else "")
    if does == WITHDRAW:
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
    return await run_query(_load, *_keys(request))


def _load(key: UUID, person_id: UUID) -> Mine:
    with reading() as session:
        found, person = _own(session, key, person_id)
        where = session.get(Municipality, found.municipality) if found.municipality else None
        return Mine(
            number=found.number,
            state=found.state,
            is_open=found.state in OPEN,
            place=found.place,
            municipality=where.name if where else "",
            nature=found.nature,
            need=found.need,
            wished=found.wished,
            without_support=found.without_support,
            talk_due=found.talk_due,
            answer_due=found.answer_due,
            offer_until=found.offer_until,
            phone=person.phone or "",
            suits=found.suits or "",
            network_link=_network_link(session, found),
        )


def _network_link(session: Session, request: SupportRequest) -> str:
    """The page of the network that it became, for whom it is theirs to carry still; empty otherwise."""
    roles = roles_of(session, request.network_id) if request.network_id else []
    mine = [role for role in roles if role.person_id == request.initiator_id and role.kind != RoleKind.contact]
    return make_link(Purpose.our_network, str(mine[0].id)) if mine else ""


def _own(session: Session, key: UUID, person_id: UUID) -> tuple[SupportRequest, Person]:
    found = own_request.own_request(session, key, person_id)
    if found is None:
        raise LinkRefused
    return found


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


def _page(
    request: Request,
    mine: Mine,
    does: str = "",
    status_code: int = 200,
    typed: FormReader | None = None,
    done: str = "",
) -> Response:
    stored = {"need": mine.need, "phone": mine.phone, "suits": mine.suits}
    stored |= {wish_name(Item(item)): "yes" for item in mine.wished}
    stored |= {"without_support": "yes"} if mine.without_support else {}
    values: dict[str, object] = {"mine": mine, "done": done, "typed": typed.values if typed else stored}
    values |= {"errors": typed.errors if typed else {}, "need_length": NEED_LENGTH}
    values["items"] = [(wish_name(item), item.value, MENU[item]) for item in OFFERED]
    name = {CHANGE: "my-request-change", WITHDRAW: "my-request-withdraw"}.get(does, "my-request")
    return kept_page(request, name, status_code, **values)
