"""One script of ours in Prefect's UI: what that does not do for staff by itself (lots.js)."""

from pathlib import Path
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATH: Final = "/lots.js"
TAG: Final = b'<script src="/lots.js"></script>'
SCRIPT: Final = Path(__file__).with_name("lots.js").read_text()


class UiScript:
    """Serves the script, and names it first in the head of every page of the UI."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_page(scope):
            return await self.app(scope, receive, send)
        if scope["path"] == PATH:
            reply = Response(SCRIPT, media_type="text/javascript", headers={"Cache-Control": "no-cache"})
            return await reply(scope, receive, send)
        # As plain text and whole: a packed page could not be written into, one that is "not modified" lacks the script.
        unwanted = (b"accept-encoding", b"if-none-match", b"if-modified-since")
        plain = {**scope, "headers": [one for one in scope["headers"] if one[0] not in unwanted]}
        await self.app(plain, receive, _Injecting(send))


class _Injecting:
    """Passes an answer on; an HTML page gets the tag at the beginning of its head."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if Headers(scope=message).get("content-type", "").startswith("text/html"):
                self.start = message
                return
        elif self.start is not None and message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page(self.start)
            return
        await self.send(message)

    async def _send_page(self, start: Message) -> None:
        page = self.body.replace(b"<head>", b"<head>" + TAG, 1)
        headers = MutableHeaders(scope=start)
        for validator in ("etag", "last-modified"):
            del headers[validator]
        headers.update({"Content-Length": str(len(page)), "Cache-Control": "no-cache"})
        await self.send(start)
        await self.send({"type": "http.response.body", "body": page})


def _is_page(scope: Scope) -> bool:
    path: str = scope["path"]
    return scope["method"] == "GET" and not path.startswith(("/api/", "/assets/"))
