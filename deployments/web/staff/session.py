"""Who of staff is asking, on every staff page: their session, and that a form was sent from a page of ours."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from uuid import UUID

from sqlmodel import col, select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from deployments.web.request import moment_of, page, posted, run_query
from deployments.web.trusted_proxy import IDENTITY
from models.db.crypto import keyed_hash
from models.db.engine import reading
from models.office import sign_in
from models.tables.office import Staff
from models.text import canonical_address

# The prefix makes the browser itself hold to Secure, the whole host and no other path.
COOKIE = "__Host-lots-staff"
CSRF = "csrf"


@dataclass(frozen=True)
class SignedIn:
    """Whoever of staff is asking. `csrf` goes with each form of theirs; a proxy's word needs no session."""

    staff: Staff
    csrf: str
    since: datetime
    session_id: UUID | None = None


class SignInNeeded(Exception):
    """Nobody of staff, as far as can be told."""


Form = dict[str, str]
Shows = Callable[[Request, SignedIn], Awaitable[Response]]
Saves = Callable[[Request, SignedIn, Form], Awaitable[Response]]


def for_staff(shows: Shows) -> Callable[[Request], Awaitable[Response]]:
    """A page that only staff see. Raises SignInNeeded for anybody else."""

    @wraps(shows)
    async def shown(request: Request) -> Response:
        return await shows(request, await who_asks(request))

    return shown


def from_staff(saves: Saves) -> Callable[[Request], Awaitable[Response]]:
    """What only staff send in, from a page of ours: 403 for a form that does not hold what that page gave it."""

    @wraps(saves)
    async def saved(request: Request) -> Response:
        me = await who_asks(request)
        form = await posted(request)
        if not hmac.compare_digest(form.pop(CSRF, "").encode(), me.csrf.encode()):
            raise HTTPException(403)
        return await saves(request, me, form)

    return saved


async def who_asks(request: Request) -> SignedIn:
    """The proxy's word, else the session's. Raises SignInNeeded."""
    at = moment_of(request)[0]
    key, browser = request.cookies.get(COOKIE, ""), browser_of(request)
    found = await run_query(_find, request.scope.get(IDENTITY, ""), key, browser, at)
    if found is None:
        raise SignInNeeded
    return found


def browser_of(request: Request) -> str:
    """What a browser says of itself: a session that turns up in another one is not taken."""
    return request.headers.get("user-agent", "")[:300]


def _find(identity: str, key: str, browser: str, at: datetime) -> SignedIn | None:
    with reading() as session:
        if identity:
            staff = session.exec(select(Staff).where(col(Staff.active))).all()
            me = next((one for one in staff if canonical_address(one.email) == canonical_address(identity)), None)
            csrf = keyed_hash("csrf", str(me.id), browser) if me else ""
            return SignedIn(me, csrf, at - timedelta(hours=12)) if me else None
        found = sign_in.signed_in(session, key, browser, at) if key else None
    if found is None:
        return None
    held, staff_row = found
    return SignedIn(staff_row, keyed_hash("csrf", key), held.begun_at, held.id)


async def sign_in_needed(request: Request, _error: Exception) -> Response:
    """The page to sign in on. A link from another site comes without our cookie (SameSite=Strict): that page asks
    once more from here before it concludes that nobody is signed in.
    """
    if request.headers.get("sec-fetch-site") in ("cross-site", "same-site") and request.method == "GET":
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return page(request, "staff/passing", address=address)
    return sign_in_page(request, 403)


def sign_in_page(request: Request, status_code: int = 200, **values: object) -> HTMLResponse:
    """Where staff write their address. `to`: the page they wanted."""
    to = request.url.path if request.url.path.startswith("/staff") and request.method == "GET" else "/staff"
    return page(request, "staff/sign-in", status_code, **{"to": to, "typed": {}, "errors": {}, "used": False, **values})
