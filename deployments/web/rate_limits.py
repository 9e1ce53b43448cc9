"""How often one address and one link may knock: enough for any reader, too little for flooding.

Nobody guesses a link: what it is signed with has 256 bits. So a limit keeps work off the machine, and shuts nobody out
with a link that we signed, whatever others do behind the same address: an office, or a carrier's thousand telephones.
A link is counted by itself. An address (in IPv6 its /64) is counted by what no link vouches for: pages sent in without
one, and how many different links from there were none of ours; then it is only such links that are answered shortly.
No member number is counted but behind one link: its owner would be locked out by whoever types it. What a stranger
could make with one is limited where it is made: a mail a day. Nothing is kept but a hash, in memory, until its window
has passed.
"""

import hashlib
import logging
import os
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from limits import RateLimitItem, parse
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.web.addresses import neighbour
from deployments.web.moving_window import MovingWindow
from deployments.web.refused_link import ASKED
from deployments.web.request import page
from deployments.web.staff.session import COOKIE
from deployments.web.trusted_proxy import IDENTITY
from models.errors import UserError
from models.people.signed_link import Purpose, place_of, purpose_at, read_link
from models.tables.person import plain_number

SENT_BY_ADDRESS: Final = parse("120 per 10 minute")  # to ask for support takes three
REFUSED_BY_ADDRESS: Final = parse("60 per 10 minute")
REFUSED_BY_LINK: Final = parse("60 per 10 minute")
ONCE: Final = parse("1 per 10 minute")
BY_LINK: Final = parse("300 per minute")
RETRY_AFTER: Final = "600"
REFUSED = (403, 404, 405, 413, 415)
BY_NUMBER: Final = parse("5 per hour")
TOLD_OF: Final = parse("1 per 10 minute")
KEY: Final = os.urandom(16)  # of this process alone: no hash can be tried against a list of addresses


log = logging.getLogger("natverkslots.web")


class RateLimiter:
    """Counts who knocks, by address, by link, and by the member number that a page without a link is sent in with."""

    def __init__(self) -> None:
        self.limiter = MovingWindow()

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
    """Whether this number may be typed once more behind this link: whoever has another may, its owner too."""
    knocks: RateLimiter = request.app.state.knocks
    return knocks.allows(BY_NUMBER, "number", _number(request, member_number))


def number_used(request: Request, member_number: str) -> None:
    """Count that it was used. What the database did not take is not counted: it is sent again."""
    knocks: RateLimiter = request.app.state.knocks
    knocks.hit(BY_NUMBER, "number", _number(request, member_number))


def _number(request: Request, member_number: str) -> str:
    return _hash(f"{key_of(request).text} {plain_number(member_number)}")


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
        key = key_of(request)
        address, link = _hash(neighbour(request.client.host if request.client else "")), _hash(key.text)
        if not self._may(request, key, address, link):
            await too_many(request)(scope, receive, send)
            return

        async def counting_send(message: Message) -> None:
            if message["type"] == "http.response.start" and key.is_refused_by(message["status"]):
                self._refused(key, address, link)
            await send(message)

        await self.app(scope, receive, counting_send)

    def _may(self, request: Request, key: "Key", address: str, link: str) -> bool:
        if key.text and not self.knocks.allows(REFUSED_BY_LINK, "refused link", link):
            return False
        if key.purpose and not key.is_ours and not self.knocks.allows(REFUSED_BY_ADDRESS, "refused address", address):
            return False
        vouched = bool(key.text) and ASKED not in request.query_params
        if request.method == "POST" and not vouched:
            return self.knocks.hit(SENT_BY_ADDRESS, "address", address)
        return not vouched or self.knocks.hit(BY_LINK, "link", link)

    def _refused(self, key: "Key", address: str, link: str) -> None:
        """A link that is asked for again and again, as calendars do, is one."""
        self.knocks.hit(REFUSED_BY_LINK, "refused link", link)
        if not key.is_ours and self.knocks.limiter.hit(ONCE, "refused", link):
            self.knocks.hit(REFUSED_BY_ADDRESS, "refused address", address)


@dataclass(frozen=True)
class Key:
    """What vouches for a request: a link's token, or of staff their session or a trusted proxy's word; or nothing."""

    text: str
    purpose: Purpose | None = None

    @cached_property
    def is_ours(self) -> bool:
        """Whether we signed it, if only once upon a time."""
        try:
            return bool(self.purpose and read_link(self.purpose, self.text, also_expired=True))
        except UserError:
            return False

    def is_refused_by(self, status: int) -> bool:
        """Somebody signed in who finds nothing there is still who they are."""
        return bool(self.text) and (status in REFUSED if self.purpose else status == 403)


def key_of(request: Request) -> Key:
    """What the address, or staff's own cookie, holds."""
    path = str(request.scope["path"])
    if purpose := purpose_at(path):
        return Key(path.removeprefix(place_of(purpose)).partition("/")[0].removesuffix(".ics"), purpose)
    path = path.removeprefix("/")
    if path.startswith("meet/"):  # drawn at random and a key to nothing: a wrong one is worth no count
        return Key(path.split("/")[1].partition(".")[0])
    # Whoever asks for a link to sign in is vouched for by nothing, whatever cookie they send along.
    if path.startswith("staff") and path != Purpose.sign_in:
        return Key(str(request.scope.get(IDENTITY) or request.cookies.get(COOKIE, "")))
    return Key("")


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12, key=KEY).hexdigest()
