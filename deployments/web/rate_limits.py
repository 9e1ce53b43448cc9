"""How often one address and one link may knock: enough for any reader, too little for guessing or flooding.

An address is counted by what no link vouches for: pages sent in without one, and links that are refused. A link is
counted by itself, so that a whole office behind one address can answer at once. Nothing of either is kept but a hash,
in memory, until its window has passed.
"""

import hashlib
import logging
import os
from typing import Final

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.web.addresses import neighbour
from deployments.web.refused_link import ASKED
from deployments.web.request import page
from deployments.web.staff.session import COOKIE
from models.people.signed_link import Purpose

SENT_BY_ADDRESS: Final = parse("40 per 10 minute")
REFUSED_BY_ADDRESS: Final = parse("60 per 10 minute")
BY_LINK: Final = parse("300 per minute")
RETRY_AFTER: Final = "600"
REFUSED = (403, 404, 405, 413, 415)
BY_NUMBER: Final = parse("5 per hour")
TOLD_OF: Final = parse("1 per 10 minute")
KEY: Final = os.urandom(16)  # of this process alone: no hash can be tried against a list of addresses
PLACES: Final = (*Purpose, "meet")
"""Where a link stands in an address: pages for who has it, and a meeting's invitation."""


log = logging.getLogger("natverkslots.web")


class RateLimiter:
    """Counts who knocks, by address, by link, and by the member number that a page without a link is sent in with."""

    def __init__(self) -> None:
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, limit: RateLimitItem, what: str, who: str) -> bool:
        """Count one more, unless the limit is reached; that is logged, once in a while, without who it was."""
        return self.limiter.hit(limit, what, who) or self._tell(what, who)

    def allows(self, limit: RateLimitItem, what: str, who: str) -> bool:
        """Whether the limit is reached, without counting."""
        return self.limiter.test(limit, what, who) or self._tell(what, who)

    def _tell(self, what: str, who: str) -> bool:
        if self.limiter.hit(TOLD_OF, "told", what, who):
            log.warning("too many by one %s (%s)", what, who[:8])
        return False


def number_may(request: Request, member_number: str) -> bool:
    """Whether this number may be used once more on a page without a link, whoever it belongs to, if anybody."""
    knocks: RateLimiter = request.app.state.knocks
    return knocks.allows(BY_NUMBER, "number", _number(member_number))


def number_used(request: Request, member_number: str) -> None:
    """Count that it was used. What the database did not take is not counted: it is sent again."""
    knocks: RateLimiter = request.app.state.knocks
    knocks.hit(BY_NUMBER, "number", _number(member_number))


def _number(member_number: str) -> str:
    return _hash("".join(filter(str.isalnum, member_number)).lower())


def too_many(request: Request) -> Response:
    """The kind page, and when to come back."""
    reply = page(request, "problem", 429, status=429)
    reply.headers["Retry-After"] = RETRY_AFTER
    return reply


class Limits:
    """Answers 429 with a kind sentence where a limit is passed, before anything is read."""

    def __init__(self, app: ASGIApp, knocks: RateLimiter) -> None:
        self.app, self.knocks = app, knocks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        address = _hash(neighbour(request.client.host if request.client else ""))
        if not self._may(request, address):
            await too_many(request)(scope, receive, send)
            return

        async def counting_send(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in REFUSED and _token(request):
                self.knocks.hit(REFUSED_BY_ADDRESS, "refused address", address)
            await send(message)

        await self.app(scope, receive, counting_send)

    def _may(self, request: Request, address: str) -> bool:
        token = _token(request)
        if not self.knocks.allows(REFUSED_BY_ADDRESS, "refused address", address):
            return False
        vouched = bool(token) and ASKED not in request.query_params
        if request.method == "POST" and not vouched:
            return self.knocks.hit(SENT_BY_ADDRESS, "address", address)
        return not vouched or self.knocks.hit(BY_LINK, "link", _hash(token))


def _token(request: Request) -> str:
    """What stands in a link's place: in the address, or in the cookie of staff who are signed in; empty for neither."""
    path = request.url.path.removeprefix("/")
    for place in PLACES:
        if path.startswith(f"{place}/"):
            return path.removeprefix(f"{place}/")
    # Whoever asks for a link to sign in is vouched for by nothing, whatever cookie they send along.
    is_staffs = path.startswith("staff") and path != Purpose.sign_in
    return request.cookies.get(COOKIE, "") if is_staffs else ""


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12, key=KEY).hexdigest()
