"""The founders' pages: ask, answer and report in a minute, without login (contract.md, Web).

Server-rendered, no script, no cookie. The pages call the same rules as the flows do; what takes a flow is started as
one, with codes instead of names.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from deployments.web.pages import calendar, check_in, meeting, my_data, organiser, support_request, unsubscribe
from deployments.web.patience import Patience
from deployments.web.rate_limits import Limits, RateLimiter
from deployments.web.refused_link import link_refused
from deployments.web.request import LinkRefused, page
from deployments.web.security_headers import Guard
from deployments.web.start_run import OUTBOX, Start
from deployments.web.writer import Writer
from models.dates.working_days import is_free_day
from templates.rendering.web import STYLE

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


def create_app(now: Now = utc_now, start: Start = start_run) -> Starlette:
    """The web app on the configured database. `now` is its clock, `start` starts a deployment by name."""
    is_free_day(now().date())  # the first to ask loads every country's calendar: not inside somebody's transaction
    knocks = RateLimiter()
    app = Starlette(
        routes=[
            Route("/", home),
            Route("/healthz", health),
            Route("/privacy", privacy),
            Route("/static/style.css", style),
            *calendar.ROUTES,
            *check_in.ROUTES,
            *my_data.ROUTES,
            *meeting.ROUTES,
            *organiser.ROUTES,
            *support_request.ROUTES,
            *unsubscribe.ROUTES,
        ],
        middleware=[Middleware(Guard), Middleware(Limits, knocks=knocks), Middleware(Patience)],
        exception_handlers={
            HTTPException: problem,  # type: ignore[dict-item]
            LinkRefused: link_refused,  # type: ignore[dict-item]
        },
    )
    app.state.now, app.state.start, app.state.writer, app.state.knocks = now, start, Writer(), knocks
    return app


async def home(request: Request) -> Response:
    return page(request, "home")


async def privacy(request: Request) -> Response:
    return page(request, "privacy")


async def health(request: Request) -> Response:
    return PlainTextResponse("ok")


async def style(request: Request) -> Response:
    """Its address holds a hash of its content, so it may be kept."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=31536000, immutable"})


async def problem(request: Request, error: HTTPException) -> Response:
    known = error.status_code if error.status_code in (404, 405, 413, 415) else 500
    reply = page(request, "problem", error.status_code, status=known)
    reply.headers.update(error.headers or {})
    return reply
