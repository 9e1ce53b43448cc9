"""Around every page: headers that keep a browser strict, and an end for errors that tells no log anything personal."""

import logging

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.web.log import where
from deployments.web.request import page
from models.settings import settings

log = logging.getLogger("natverkslots.web")

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
OPEN_TO_SEARCH = ("/", "/privacy")
ONE_YEAR = "max-age=31536000"


class Guard:
    """Adds the headers to every answer; turns what nobody foresaw into a page and one line of log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def strict_send(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _make_strict(MutableHeaders(scope=message), scope["path"])
            await send(message)

        try:
            await self.app(scope, receive, strict_send)
        except ClientDisconnect:
            return
        except Exception as error:
            log.error("a page failed: %s", where(error))
            if not begun:
                reply = page(Request(scope), "problem", 500, status=500)
                await reply(scope, receive, strict_send)


def _make_strict(headers: MutableHeaders, path: str) -> None:
    headers.update(HEADERS)
    headers.setdefault("Cache-Control", "no-store")
    if path not in OPEN_TO_SEARCH:
        headers["X-Robots-Tag"] = "noindex"
    if settings().public_url.startswith("https:"):
        headers["Strict-Transport-Security"] = ONE_YEAR
