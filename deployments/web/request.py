"""What every page shares: its language, the token's ids, the form as posted, and the page itself."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from datetime import date, datetime
from email.utils import parseaddr
from typing import TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from models.dates.local_time import local
from models.db.engine import CONNECTIONS, engine, patience
from models.errors import DatabaseBusy, UserError
from models.people.signed_link import Purpose, read_link
from models.settings import settings
from models.text import without_unseen
from templates.rendering.web import LANGUAGES, render_page

T = TypeVar("T")

MOST_BYTES = 64 * 1024
MOST_FIELDS = 100
FORM_TYPE = "application/x-www-form-urlencoded"
DEFAULT_LANGUAGE = "sv"
AT_ONCE_SECONDS = 0.05
WAIT_SECONDS = 2.5
READERS = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="reader")


class LinkRefused(Exception):
    """The link is forged, altered, expired, for another purpose, or what it pointed at is gone: told all alike."""


def language_of(request: Request) -> str:
    """`?lang=` if it is one of ours, else what the browser likes best of ours, else Swedish."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        return str(asked)
    liked = [_weighed(part) for part in request.headers.get("accept-language", "")[:500].split(",")]
    ours = [(weight, language) for language, weight in liked if language in LANGUAGES and weight > 0]
    return max(ours, key=lambda one: one[0])[1] if ours else DEFAULT_LANGUAGE


def _weighed(part: str) -> tuple[str, float]:
    """("en", 0.8) for "en-GB;q=0.8"."""
    tag, _, weight = part.partition(";")
    try:
        weighs = float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        weighs = 0
    return tag.strip().split("-")[0].lower(), weighs


def page(request: Request, name: str, status_code: int = 200, **values: object) -> HTMLResponse:
    """The page in the reader's language. Never kept by a browser or a proxy: the guard sees to that."""
    language = language_of(request)
    office = parseaddr(settings().mail_reply_to)[1]
    html = render_page(name, language, office=office, **values)
    return HTMLResponse(html, status_code, headers={"Content-Language": language, "Vary": "Accept-Language"})


def moment_of(request: Request) -> tuple[datetime, date]:
    """Now, and the date on the clock in Stockholm."""
    at: datetime = request.app.state.now()
    return at, local(at).date()


def ids_in(request: Request, purpose: Purpose, count: int) -> list[str]:
    """The ids in the address' token. Raises LinkRefused, alike whatever is wrong with it."""
    try:
        ids = read_link(purpose, request.path_params["token"])
    except UserError:
        raise LinkRefused from None
    if len(ids) != count:
        raise LinkRefused
    return ids


def uuid_of(text: str) -> UUID:
    """The id as a key. Raises LinkRefused when it is none."""
    try:
        return UUID(text)
    except ValueError:
        raise LinkRefused from None


async def run_query(work: Callable[..., T], *args: object) -> T:
    """What `work` reads. A SQLite file lies beside us and makes no reader wait, so to read it costs less than a thread
    would; a database server, or a file that is locked after all, is waited for in one."""
    if engine().dialect.name == "sqlite":
        with suppress(DatabaseBusy), patience(AT_ONCE_SECONDS):
            return work(*args)
    return await run_apart(work, *args)


async def run_apart(work: Callable[..., T], *args: object) -> T:
    """What `work` reads, in a thread: nobody else waits for it, however much it is."""
    with patience(WAIT_SECONDS):
        inside = copy_context()
        return await asyncio.get_running_loop().run_in_executor(READERS, inside.run, work, *args)


async def posted(request: Request) -> dict[str, str]:
    """The form's fields as typed; of one that comes twice, the last. Too much is refused with 413, no form with 415."""
    if request.headers.get("content-type", FORM_TYPE).partition(";")[0].strip().lower() != FORM_TYPE:
        raise HTTPException(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413)
    try:
        return {name: without_unseen(value) for name, value in fields_of(bytes(body))}
    except ValueError:
        raise HTTPException(413) from None


def fields_of(body: bytes) -> list[tuple[str, str]]:
    """The fields in a form's body, in order. Raises ValueError when there are too many."""
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
