"""`/request`: somebody asks for support (domain.md S2, S3). Asked, looked through together, then kept until the member
to whom the number belongs has confirmed it (section 13): whose it is, if anybody's, is not looked up here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.form_fields import FormReader
from deployments.web.pages.kept_page import is_switched, kept_page
from deployments.web.pages.support_request_form import (
    LONG,
    as_typed,
    asked_values,
    read_form,
    with_suggestion,
)
from deployments.web.request import language_of, moment_of, posted, run_query
from deployments.web.start_run import let_mail_go
from deployments.web.writer import write
from models.db.engine import reading
from models.forms.support_request import SupportRequestForm
from models.i18n import Language
from models.reference.member_register import register_is_loaded
from models.reference.places import municipality_names
from models.requests import unconfirmed
from models.stages import web_request
from models.tables.network import NetworkState
from templates.rendering.web import words


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


async def show(request: Request) -> Response:
    """Shows the form and writes nothing."""
    return _form_page(request, await run_query(_asking), {})


async def save(request: Request) -> Response:
    """Three steps by the button that was pressed: look it through (nothing is written), change it, send it in."""
    asking = await run_query(_asking)
    at, today = moment_of(request)
    values = with_suggestion(await posted(request))
    typed = FormReader("request", values, words(language_of(request)), LONG)
    if is_switched(typed):
        return _form_page(request, asking, typed.values)
    form = read_form(typed, asking.municipalities, asking.knows_members, today)
    if not form:
        return _form_page(request, asking, typed.values, 422, typed.errors, typed.general)
    if values.get("step") != "send":
        return await _review_page(request, typed, form)
    language, introduce = Language(language_of(request)), bool(typed.text("introduce"))
    await write(request, lambda session: unconfirmed.keep(session, form, introduce, language, at))
    reply = kept_page(request, "request-sent", form=form, knows_members=asking.knows_members)
    reply.background = BackgroundTask(let_mail_go, request.app.state.start)
    return reply


ROUTES = [
    Route("/request", show, methods=["GET"]),
    Route("/request", save, methods=["POST"]),
]


def _asking() -> Asking:
    with reading() as session:
        return Asking(municipality_names(session), register_is_loaded(session))


async def _review_page(request: Request, typed: FormReader, form: SupportRequestForm) -> Response:
    near = await run_query(_near, form)
    return kept_page(request, "request-review", form=form, near=near, typed=as_typed(typed.values))


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
    values = asked_values(words(language_of(request)), asking.municipalities, typed, errors or {})
    return kept_page(request, "request", status_code, asking=asking, general=general, **values)
