"""`/metrics`: the office in figures, as Prometheus reads them: for this machine itself, or with LOTS_METRICS_TOKEN."""

import hmac
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.addresses import address_of
from deployments.web.request import moment_of, run_apart
from models.db.engine import reading
from models.settings import settings
from models.stages import outbox
from models.views.metrics import Metrics, metrics

FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


async def show(request: Request) -> Response:
    """The figures as of now. Raises HTTPException 403 for who may not see them."""
    if not _may_see(request):
        raise HTTPException(403)
    found, mail_waits = await run_apart(_load, *moment_of(request))
    return Response(generate_latest(_registry(found, mail_waits)), media_type=CONTENT_TYPE_LATEST)


ROUTES = [Route("/metrics", show, methods=["GET"])]


def _may_see(request: Request) -> bool:
    """By the token, or from this machine: what a proxy on it passes on comes from somebody else."""
    token, given = settings().metrics_token, request.headers.get("authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    address = address_of(request.client.host) if request.client else None
    is_direct = not any(name in request.headers for name in FORWARDED)
    return bool(address and address.is_loopback) and is_direct


def _load(at: datetime, today: date) -> tuple[Metrics, timedelta]:
    with reading() as session:
        return metrics(session, today), outbox.longest_wait(session, at)


def _registry(found: Metrics, mail_waits: timedelta) -> CollectorRegistry:
    """The figures under names that say what they count, and in which unit."""
    registry = CollectorRegistry()
    by_label: list[tuple[str, str, str, Mapping[str, float]]] = [
        ("info", "The version that runs.", "version", {version("natverkslots"): 1}),
        ("mails", "Mails in the outbox.", "status", found.mails),
        ("networks", "Networks.", "state", found.networks),
        ("requests", "Requests for support.", "state", found.requests),
    ]
    for name, what, label, values in by_label:
        gauge = Gauge(f"natverkslots_{name}", what, [label], registry=registry)
        for one, value in values.items():
            gauge.labels(one).set(value)
    for name, what, value in (
        ("oldest_mail_waiting_seconds", "How long the oldest mail that may go has waited.", mail_waits.total_seconds()),
        ("matters", "Matters that wait on staff.", found.matters),
        ("matters_overdue", "Of these, those whose day has passed.", found.overdue_matters),
    ):
        Gauge(f"natverkslots_{name}", what, registry=registry).set(value)
    return registry
