"""`/staff/sign-in`: a link by mail to the address on file, used once; and out again (domain.md section 13)."""

from uuid import UUID

from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deployments.web.form_fields import FormReader
from deployments.web.request import language_of, moment_of, page, posted, run_query
from deployments.web.staff.session import (
    COOKIE,
    Form,
    SignedIn,
    browser_of,
    from_staff,
    sign_in_page,
)
from deployments.web.start_run import let_mail_go
from deployments.web.writer import write, write_at_last
from models.db.engine import reading
from models.errors import UserError
from models.office import sign_in
from models.people import link_renewal
from models.people.signed_link import Purpose, read_link
from models.text import usable_address
from templates.rendering.web import words

GONE = 410
SECONDS = int(sign_in.SESSION.total_seconds())


async def ask(request: Request) -> Response:
    return sign_in_page(request, to=_inside(request.query_params.get("to", "")))


async def send_link(request: Request) -> Response:
    """The same answer whoever the address belongs to, in the same time: the mail is queued after it has gone."""
    typed = FormReader("sign_in", await posted(request), words(language_of(request)))
    to = _inside(typed.text("to"))
    try:
        address = usable_address(typed.text("address"))
    except ValueError:
        typed.error("address", "form" if typed.text("address") else "missing")
        return sign_in_page(request, 422, to=to, typed=typed.values, errors=typed.errors)
    await write(request, link_renewal.can_be_queued)
    reply = page(request, "staff/sign-in-asked")
    reply.background = BackgroundTask(_send_link, request, address, to)
    return reply


async def arrive(request: Request) -> Response:
    """Nothing is used up by opening the link: mail scanners do that too."""
    if await run_query(_is_waiting, _link(request)) is None:
        return sign_in_page(request, GONE, to="/staff", used=True)
    return page(request, "staff/sign-in-here")


async def come_in(request: Request) -> Response:
    link, browser, at = _link(request), browser_of(request), moment_of(request)[0]
    try:
        key, to = await write(request, lambda session: sign_in.use_link(session, link, browser, at))
    except UserError:
        return sign_in_page(request, GONE, to="/staff", used=True)
    reply = RedirectResponse(to, 303)
    reply.set_cookie(COOKIE, key, max_age=SECONDS, path="/", secure=True, httponly=True, samesite="strict")
    return reply


@from_staff
async def leave(request: Request, me: SignedIn, form: Form) -> Response:
    """Out of this browser, or of every one."""
    at, staff_id, only = moment_of(request)[0], me.staff.id, None if form.get("everywhere") else me.session_id
    await write(request, lambda session: sign_in.end_sessions(session, staff_id, at, only))
    reply = page(request, "staff/signed-out")
    reply.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return reply


ROUTES = [
    Route("/staff/sign-in", ask, methods=["GET"]),
    Route("/staff/sign-in", send_link, methods=["POST"]),
    Route("/staff/sign-in/{token}", arrive, methods=["GET"]),
    Route("/staff/sign-in/{token}", come_in, methods=["POST"]),
    Route("/staff/sign-out", leave, methods=["POST"]),
]


async def _send_link(request: Request, address: str, to: str) -> None:
    at = moment_of(request)[0]

    def queue(session: Session) -> None:
        if not sign_in.ask(session, address, to, at):
            link_renewal.can_be_queued(session)

    await write_at_last(request, queue)
    await let_mail_go(request.app.state.start)  # for nobody too


def _link(request: Request) -> UUID:
    """What the address' token was made of; the null id, which lets nobody in, where it does not hold."""
    try:
        [link] = read_link(Purpose.sign_in, request.path_params["token"])
        return UUID(link)
    except (UserError, ValueError):
        return UUID(int=0)


def _is_waiting(link: UUID) -> object:
    with reading() as session:
        return sign_in.waiting_link(session, link)


def _inside(address: str) -> str:
    """A staff page of ours, or the first of them: nobody is sent anywhere else after signing in."""
    path = address.partition("?")[0]
    return path if path.startswith("/staff/") and "//" not in path and "\\" not in path else "/staff"
