"""What another site's page makes a browser send is refused, where the browser says so.

Staff's forms hold a token of their session besides. Founders' pages have no cookie for another site to ride on; but it
could have its visitors type member numbers, each from an address of their own. Who knows a link may use it: mail
programs show pages in frames of no origin ("null"), and our own pages, which tell nobody where their reader was, send
just that in browsers that do not say `Sec-Fetch-Site`. So "null" is taken where the link itself is what vouches. And
nobody is kept from stopping mail: who provides it posts for its reader, with neither header (RFC 8058).
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from deployments.web.rate_limits import key_of
from deployments.web.request import page
from models.people.signed_link import Purpose
from models.settings import settings

OWN = ("same-origin", "none")
CHANGES_NOTHING = ("GET", "HEAD", "OPTIONS")


class OtherSites:
    """Answers 403 to what a browser says that another site sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in CHANGES_NOTHING:
            request = Request(scope)
            purpose = key_of(request).purpose
            if purpose is not Purpose.stop and _is_anothers(request.headers, purpose is not None):
                await page(request, "problem", 403, status=403, again=True)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _is_anothers(headers: Headers, has_link: bool) -> bool:
    origin, site = headers.get("origin", ""), headers.get("sec-fetch-site", "")
    if has_link and origin == "null":
        return False
    if site:
        return site not in OWN
    return origin not in ("", "null") and not _is_ours(origin, headers.get("host", ""))


def _is_ours(origin: str, host: str) -> bool:
    """Our public address, or the name by which the browser itself has come here."""
    try:
        named = urlsplit(origin).netloc
    except ValueError:
        return False
    return bool(named) and named in (host, urlsplit(settings().public_url).netloc)
