"""What every staff page shares: its frame, the way to forms in Prefect, and that whoever is shown is written down."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Protocol
from urllib.parse import urlencode
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from deployments.web.form_fields import FormReader
from deployments.web.request import language_of, moment_of, page
from deployments.web.staff.session import Form, SignedIn
from deployments.web.writer import write
from models.forms.registry import signature_field
from models.office.sight import REASON_LENGTH, Sight, log_looks
from models.office.staff import SIGNING
from models.settings import settings
from models.tables.office import StaffRole
from models.text import nfc
from tasks.staff_ui.form_links import FormLinks
from templates.rendering.web import words

FindForms = Callable[[], Awaitable[FormLinks]]
LOOKED_UP_FOR = 600.0  # seconds
WAIT_SECONDS = 1.0


class Forms:
    """The forms in Prefect and where they are, asked for once in ten minutes; none while Prefect does not answer."""

    def __init__(self, find: FindForms) -> None:
        self.find, self.known, self.until = find, FormLinks(), 0.0
        self.asking: asyncio.Task[None] | None = None

    async def links(self) -> FormLinks:
        """What is known of them. The first page waits for it, a second at most; later ones never do."""
        if time.monotonic() > self.until:
            self.until = time.monotonic() + WAIT_SECONDS  # whoever comes meanwhile takes what is known
            is_first, self.asking = self.asking is None, asyncio.create_task(self._ask())
            if is_first:
                await self.asking
        return self.known

    async def _ask(self) -> None:
        try:
            self.known = await asyncio.wait_for(self.find(), WAIT_SECONDS)
            self.until = time.monotonic() + LOOKED_UP_FOR
        except Exception:  # whatever Prefect or the network threw: the page is whole without its links
            self.until = time.monotonic() + 10 * WAIT_SECONDS


async def staff_page(
    request: Request, me: SignedIn, name: str, status_code: int = 200, **values: object
) -> HTMLResponse:
    """The page in their language, with their signature, search and the way out."""
    asked = request.query_params.get("lang", "")
    asked = asked if asked == language_of(request) else ""
    forms: Forms = request.app.state.forms
    links = await forms.links()
    said = request.query_params.get("said", "")
    t = words(language_of(request))

    def at(path: str) -> str:
        return f"{path}{'&' if '?' in path else '?'}lang={asked}" if asked else path

    def form(deployment: str, **filled: object) -> str:
        signs_in = signature_field(deployment)
        return links.form(deployment, filled | ({signs_in: me.staff.signature} if signs_in else {}))

    shared = {
        "me": me.staff,
        "csrf": me.csrf,
        "at": at,
        "form": form,
        "here": request.url.path,
        "asked_language": asked,
        "query": urlencode([pair for pair in request.query_params.multi_items() if pair[0] not in ("lang", "said")]),
        "prefect": links.ui_url or settings().prefect_ui_url,
        "may_sign": me.staff.role in SIGNING,
        "said": t.sentences.get(f"staff.said.{said}", ""),
        "today": moment_of(request)[1],
        "typed": {},
        "errors": {},
        "wrong": "",
    }
    return page(request, f"staff/{name}", status_code, **(shared | values))


class Case(Protocol):
    """What a page is about: whom it shows to whoever may see persons, and whether this reader may."""

    @property
    def sight(self) -> Sight: ...
    @property
    def persons(self) -> Sequence[UUID]: ...


async def looked_at(request: Request, me: SignedIn, case: Case, shown_on: str) -> None:
    """Write down whom a page is about to show, if it does. What cannot be written down is not shown."""
    if case.sight is Sight.all and case.persons:
        at, persons = moment_of(request)[0], case.persons
        await write(request, lambda session: log_looks(session, me.staff.id, persons, shown_on, at))


async def give_reason(request: Request, me: SignedIn, form: Form, case: Case, shown_on: str) -> Response:
    """Why somebody looks beyond their own region: written down with whom the page then shows, until they sign out."""
    if case.sight is Sight.none:
        raise HTTPException(403)
    reason = nfc(form.get("reason", ""))[:REASON_LENGTH]
    if not reason:
        return came_back(request, f"/staff/{shown_on}", "reason_missing")
    at, persons = moment_of(request)[0], case.persons
    await write(request, lambda session: log_looks(session, me.staff.id, persons, shown_on, at, reason))
    return came_back(request, f"/staff/{shown_on}")


def came_back(request: Request, path: str, said: str = "") -> RedirectResponse:
    """To the page that the form was on, with a word of what was done."""
    asked = request.query_params.get("lang", "")
    query = "&".join(
        f"{name}={value}" for name, value in (("said", said), ("lang", asked)) if value.isalpha() or "_" in value
    )
    return RedirectResponse(f"{path}{'?' if query else ''}{query}", 303)


def check_signs(me: SignedIn, *more: StaffRole) -> None:
    """403 for whoever may not write what others rely on: a reader, and data protection but for `more`."""
    if me.staff.role not in (*SIGNING, *more):
        raise HTTPException(403)


def typed_in(request: Request, form: Form, *, long: Collection[str] = ()) -> FormReader:
    """The form of a staff page, read field by field."""
    return FormReader("staff", form, words(language_of(request)), long)
