"""No page waits for the database longer than a reader would, and no form is lost by it.

Around every page: whatever the database refuses, and whatever it leaves without an answer for ANSWER_SECONDS, becomes
a page of 503. Of a form that page holds everything as it was sent, and one button to send it again: from the body
alone, for the form's own page may not be read either.
"""

import asyncio
import logging
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.web.request import FORM_TYPE, MOST_BYTES, fields_of, language_of, page
from models.errors import DatabaseUnavailable
from templates.rendering.web import words
from templates.rendering.wording import Wording
from templates.vocabulary.mail import ITEMS, item_name

log = logging.getLogger("natverkslots.web")

ANSWER_SECONDS: Final = 4.0
BODY_SECONDS: Final = 0.5
RETRY_AFTER: Final = "30"
Fields = list[tuple[str, str]]


class Patience:
    """Answers 503 within ANSWER_SECONDS of the whole request's arrival where the database does not let us answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def begins(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                clock.reschedule(None)  # the answer is there; what follows it has its own time
            await send(message)

        try:
            async with asyncio.timeout(ANSWER_SECONDS) as clock:
                body = Body(receive, clock)
                await self.app(scope, body.receive, begins)
        except (DatabaseUnavailable, TimeoutError) as error:
            if begun or (isinstance(error, TimeoutError) and not clock.expired()):
                raise
            log.error("a page was answered 503: %s", str(error) or "no answer in time")
            request = Request(scope)
            fields = await body.fields(request) if request.method == "POST" else None
            await unavailable(request, fields)(scope, receive, send)


class Body:
    """The request's body, kept as it passes to the page. While it is still being sent, no clock runs."""

    def __init__(self, receive: Receive, clock: asyncio.Timeout) -> None:
        self._receive, self.clock = receive, clock
        self.kept = bytearray()
        self.is_whole = False

    async def receive(self) -> Message:
        if self.is_whole:
            return await self._receive()
        self.clock.reschedule(None)
        message = await self._take()
        self.clock.reschedule(asyncio.get_running_loop().time() + ANSWER_SECONDS)
        return message

    async def _take(self) -> Message:
        message = await self._receive()
        self.kept += message.get("body", b"")[: MOST_BYTES + 1 - len(self.kept)]
        self.is_whole = not message.get("more_body")
        return message

    async def fields(self, request: Request) -> Fields | None:
        """The form's fields as they were sent, whether or not its page came to read them; None when it is no form."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while not self.is_whole and len(self.kept) <= MOST_BYTES:
                    await self._take()
        except TimeoutError:
            return None
        kind = request.headers.get("content-type", FORM_TYPE).partition(";")[0].strip().lower()
        if kind != FORM_TYPE or len(self.kept) > MOST_BYTES:
            return None
        try:
            return fields_of(bytes(self.kept))
        except ValueError:
            return None


def unavailable(request: Request, fields: Fields | None) -> Response:
    """503: of a form, with all its fields and a button that sends them again."""
    if fields is None:
        reply = page(request, "problem", 503, status=503)
    else:
        language = language_of(request)
        shown = _shown(request.url.path, fields, words(language))
        again = "?" + urlencode({**request.query_params, "lang": language})
        reply = page(request, "busy", 503, fields=fields, shown=shown, again=again)
    reply.headers["Retry-After"] = RETRY_AFTER
    return reply


def _shown(path: str, fields: Fields, t: Wording) -> Fields:
    """What the reader filled in, in the words of the page that asked for it; what it has no words for is not shown."""
    asked_by = path.split("/")[1].replace("-", "_")
    shown = []
    for name, value in fields:
        if (item := name.removeprefix("wish_")) in ITEMS and item != name:
            shown.append((t("request.wished"), item_name(item, t.language)))
            continue
        places = (f"{asked_by}.{name}", f"{asked_by}.duty.{name}", f"request.{name}")
        label = next((t.sentences[place] for place in places if place in t.sentences), "")
        if label and value.strip() and "{" not in label:
            chosen = t.sentences.get(f"{asked_by}.{name}_{value}") or t.sentences.get(f"check_in.{value}")
            shown.append((label, chosen or value))
    return shown
