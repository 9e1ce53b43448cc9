"""The founders' pages: ask, answer and report in a minute, without login; and staff's own, behind a sign-in each.

Server-rendered, no script; a cookie for signed-in staff alone. The pages call the same rules as the flows do; what
takes a flow is started as one, with codes instead of names (contract.md, Web).
"""

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from deployments.web import metrics
from deployments.web.other_sites import OtherSites
from deployments.web.pages import (
    calendar,
    check_in,
    confirm,
    join,
    meet,
    meeting,
    my_data,
    my_request,
    network,
    organiser,
    support_request,
    unsubscribe,
)
from deployments.web.patience import Patience
from deployments.web.rate_limits import Limits, RateLimiter
from deployments.web.refused_link import link_refused
from deployments.web.request import LinkRefused, page
from deployments.web.security_headers import Guard
from deployments.web.staff import case as staff_case
from deployments.web.staff import corrections as staff_corrections
from deployments.web.staff import mail as staff_mail
from deployments.web.staff import my_list as staff_my_list
from deployments.web.staff import person as staff_person
from deployments.web.staff import region as staff_region
from deployments.web.staff import register as staff_register
from deployments.web.staff import sign_in as staff_sign_in
from deployments.web.staff.page import FindForms, Forms
from deployments.web.staff.session import SignInNeeded, sign_in_needed
from deployments.web.start_run import OUTBOX, Start
from deployments.web.trusted_proxy import TrustedProxy
from deployments.web.writer import Writer
from models.dates.working_days import is_free_day
from models.views.register.persons import OpenedNames
from tasks.staff_ui.form_links import find_forms
from templates.rendering.web import STAFF_STYLE, STYLE

Now = Callable[[], datetime]


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


async def start_run(deployment: str, parameters: dict[str, object]) -> str:
    """Start a Prefect deployment without waiting for it. Returns the flow run's id; for the outbox, which may have one
    waiting already, none."""
    from prefect.client.orchestration import get_client
    from prefect.deployments import run_deployment

    from tasks.runtime.outbox_trigger import start_outbox

    if deployment == OUTBOX:
        async with get_client() as client:
            await start_outbox(client, (await client.read_deployment_by_name(OUTBOX)).id, parameters)
            return ""
    run = await run_deployment(name=deployment, parameters=parameters, timeout=0, as_subflow=False)  # type: ignore[misc]
    return str(run.id)


def create_app(now: Now = utc_now, start: Start = start_run, forms: FindForms = find_forms) -> Starlette:
    """The web app on the configured database. `now` is its clock, `start` starts a deployment by name, `forms` finds
    the forms in Prefect.
    """
    is_free_day(now().date())  # the first to ask loads every country's calendar: not inside somebody's transaction
    knocks = RateLimiter()
    app = Starlette(
        routes=[
            Route("/", home),
            Route("/healthz", health),
            *metrics.ROUTES,
            Route("/privacy", privacy),
            Route("/static/style.css", style),
            Route("/static/staff.css", staff_style),
            *calendar.ROUTES,  # before the network's page, whose address it begins with
            *network.ROUTES,
            *meet.ROUTES,
            *join.ROUTES,
            *check_in.ROUTES,
            *confirm.ROUTES,
            *my_data.ROUTES,
            *my_request.ROUTES,
            *meeting.ROUTES,
            *organiser.ROUTES,
            *support_request.ROUTES,
            *unsubscribe.ROUTES,
            *staff_sign_in.ROUTES,
            *staff_case.ROUTES,
            *staff_person.ROUTES,
            *staff_mail.ROUTES,
            *staff_corrections.ROUTES,
            *staff_register.ROUTES,
            *staff_region.ROUTES,
            *staff_my_list.ROUTES,
        ],
        middleware=[
            Middleware(TrustedProxy),
            Middleware(Guard),
            Middleware(Limits, knocks=knocks),
            Middleware(OtherSites),
            Middleware(Patience),
        ],
        exception_handlers={
            HTTPException: problem,  # type: ignore[dict-item]
            LinkRefused: link_refused,  # type: ignore[dict-item]
            SignInNeeded: sign_in_needed,
        },
    )
    app.router.redirect_slashes = False  # it would lead to whatever Host the request names
    app.state.now, app.state.start, app.state.writer, app.state.knocks = now, start, Writer(), knocks
    app.state.forms, app.state.opened = Forms(forms), OpenedNames()
    return app


async def home(request: Request) -> Response:
    return page(request, "home")


async def privacy(request: Request) -> Response:
    return page(request, "privacy")


async def health(request: Request) -> Response:
    return PlainTextResponse("ok")


async def style(request: Request) -> Response:
    return _kept(STYLE)


async def staff_style(request: Request) -> Response:
    return _kept(STAFF_STYLE)


def _kept(style: bytes) -> Response:
    """Its address holds a hash of its content, so it may be kept."""
    return Response(style, media_type="text/css", headers={"Cache-Control": "public, max-age=31536000, immutable"})


async def problem(request: Request, error: HTTPException) -> Response:
    known: int | str = error.status_code if error.status_code in (403, 404, 405, 413, 415) else 500
    if known == 404 and request.url.path.startswith("/staff/"):
        known = "staff"  # their way on is another than a member's
    reply = page(request, "problem", error.status_code, status=known)
    reply.headers.update(error.headers or {})
    return reply
