"""`/request`: a member asks for support (domain.md S2, S3). Asked, looked through together, then written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.form_fields import FormReader
from deployments.web.pages.support_request_form import LONG, OFFERED, as_typed, read_form, wish_name
from deployments.web.rate_limits import number_may, number_used, too_many
from deployments.web.request import language_of, moment_of, page, posted, run_query
from deployments.web.start_run import start_quietly
from deployments.web.writer import write
from models.db.engine import reading
from models.forms.support_request import EMPTY, SupportRequestForm
from models.i18n import Language
from models.office.menu import MENU
from models.reference.member_register import register_is_loaded
from models.stages import web_request
from models.tables.network import Nature, NetworkState
from models.tables.place import Municipality
from models.tables.request import NEED_LENGTH
from models.tables.transition import Actor, Cause
from templates.rendering.web import words

DEPLOYMENT = "support-request/support-request"
TRIES = 3


@dataclass(frozen=True)
class Asking:
    """What the page knows before anything is asked: the municipalities, and whether the office has a register."""

    municipalities: Sequence[str]
    knows_members: bool


@dataclass(frozen=True)
class Near:
    """A network that lies near: where, and whether it rests. Nobody's name, and not its own."""

    place: str
    is_resting: bool


@dataclass(frozen=True)
class Received:
    """What the receipt tells of the request."""

    request_id: UUID
    is_new: bool
    talk_due: date
    answer_due: date


async def show(request: Request) -> Response:
    """Shows the form and writes nothing."""
    return _form_page(request, await run_query(_asking), {})


async def save(request: Request) -> Response:
    """Three steps by the button that was pressed: look it through (nothing is written), change it, send it."""
    asking = await run_query(_asking)
    at, today = moment_of(request)
    values = await posted(request)
    typed = FormReader("request", values, words(language_of(request)), LONG)
    if values.get("step") == "change":
        return _form_page(request, asking, typed.values)
    form = read_form(typed, asking.municipalities, asking.knows_members, today)
    if not form:
        return _form_page(request, asking, typed.values, 422, typed.errors, typed.general)
    if values.get("step") != "send":
        return await _review_page(request, typed, form)
    if not number_may(request, form.member_number):
        return too_many(request)
    received = await _receive(request, form, bool(typed.text("introduce")), at)
    number_used(request, form.member_number)
    reply = page(request, "request-receipt", received=received, form=form, knows_members=asking.knows_members)
    if received.is_new:
        started = {"form": EMPTY.model_dump(mode="json"), "request": str(received.request_id)}
        reply.background = BackgroundTask(start_quietly, request.app.state.start, DEPLOYMENT, started)
    return reply


ROUTES = [
    Route("/request", show, methods=["GET"]),
    Route("/request", save, methods=["POST"]),
]


def _asking() -> Asking:
    with reading() as session:
        names = session.exec(select(Municipality.name)).all()
        return Asking(sorted(names, key=_swedish), register_is_loaded(session))


def _swedish(name: str) -> str:
    """å, ä and ö come last, in that order."""
    return name.casefold().translate(str.maketrans("åäö", "{|}"))


async def _receive(request: Request, form: SupportRequestForm, introduce: bool, at: datetime) -> Received:
    """Write it down. Two at the same moment may reach for the same number: the later tries again."""
    language = Language(language_of(request))
    for _ in range(TRIES - 1):
        try:
            return await write(request, lambda session: _receive_once(session, form, introduce, language, at))
        except IntegrityError:
            continue
    return await write(request, lambda session: _receive_once(session, form, introduce, language, at))


def _receive_once(
    session: Session, form: SupportRequestForm, introduce: bool, language: Language, at: datetime
) -> Received:
    cause = Cause("request", Actor.member, at)
    request, is_new = web_request.register_web_request(session, form, introduce, language, cause)
    return Received(request.id, is_new, request.talk_due, request.answer_due)


async def _review_page(request: Request, typed: FormReader, form: SupportRequestForm) -> Response:
    near = await run_query(_near, form)
    return page(request, "request-review", form=form, near=near, kept=as_typed(typed.values))


def _near(form: SupportRequestForm) -> list[Near]:
    with reading() as session:
        found = web_request.nearby(session, form)
        return [Near(one.place, one.state == NetworkState.resting) for one in found]


def _form_page(
    request: Request,
    asking: Asking,
    typed: dict[str, str],
    status_code: int = 200,
    errors: dict[str, str] | None = None,
    general: str = "",
) -> Response:
    t = words(language_of(request))
    values: dict[str, object] = {"asking": asking, "typed": typed, "errors": errors or {}, "general": general}
    values["natures"] = [(one.value, t(f"request.nature_{one.value}")) for one in Nature]
    values["items"] = [(wish_name(item), item.value, MENU[item]) for item in OFFERED]
    values["wishes"] = any(typed.get(wish_name(item)) for item in OFFERED)
    return page(request, "request", status_code, need_length=NEED_LENGTH, **values)
