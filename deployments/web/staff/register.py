"""`/staff/register`: every network and request, found by what one knows of it, and as a file (domain.md section 13)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from sqlmodel import Session, col, select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.request import language_of, moment_of, run_apart
from deployments.web.staff.page import looked_at, staff_page
from deployments.web.staff.session import SignedIn, for_staff
from models.db.engine import reading
from models.office.staff import SIGNING
from models.reference.places import region_names
from models.tables.health import Level
from models.tables.network import NetworkState
from models.tables.office import Staff
from models.tables.request import RequestState
from models.views.register.listing import ONGOING, SORTS, About, Asked, Line, counted, lines, words_in
from models.views.register.persons import NOBODY, FoundPersons, OpenedNames, find_persons
from templates.rendering.files_out import TYPES, Table, headings, mails_table, meetings_table, register_table
from templates.rendering.web import words

A_PAGE: Final = 50
MOST_TYPED: Final = 100
COLUMNS: Final[Mapping[About, tuple[str, ...]]] = {
    About.network: (
        "number",
        "name",
        "place",
        "municipality",
        "region",
        "state",
        "level",
        "negotiator",
        "since",
        "until",
    ),
    About.request: ("number", "place", "municipality", "region", "nature", "state", "negotiator", "since", "until"),
}
WITHOUT_WORDS: Final = tuple(one for one in COLUMNS[About.request] if one != "place")
STATES: Final = {About.network: tuple(NetworkState), About.request: tuple(RequestState)}


@dataclass(frozen=True)
class Found:
    """What the page shows: of the one kind some lines, of both how many there are, and the persons."""

    asked: Asked
    lines: list[Line]
    page: int
    counts: Mapping[About, int]
    persons: FoundPersons

    @property
    def pages(self) -> int:
        return max(1, -(-self.counts[self.asked.about] // A_PAGE))


@for_staff
async def show(request: Request, me: SignedIn) -> Response:
    opened: OpenedNames = request.app.state.opened
    today = moment_of(request)[1]
    found, choices = await run_apart(_load, _asked(request), request.query_params, opened, me.staff, today)
    await looked_at(request, me, found.persons, "register")

    def address(path: str = "/staff/register", **changes: object) -> str:
        return f"{path}?{urlencode(_query(request, found.asked) | changes)}"

    asked = found.asked
    shown: dict[str, Any] = {
        "found": found,
        "asked": asked,
        "columns": headings(COLUMNS[asked.about], asked.about, language_of(request)),
        "sortable": SORTS[asked.about],
        "states": STATES[asked.about],
        "q": _typed(request),
        "address": address,
    }
    return await staff_page(request, me, "register", **shown, **choices)


@for_staff
async def take(request: Request, me: SignedIn) -> Response:
    """All that the page lists, however many pages it has, as a file. Without persons, and without words of theirs: what
    place a request wants is told by its municipality alone."""
    asked, language, today = _asked(request), language_of(request), moment_of(request)[1]
    columns = COLUMNS[asked.about] if asked.about is About.network else WITHOUT_WORDS
    return await _file(request, f"register.{asked.about}", register_table, asked, columns, language, today)


@for_staff
async def take_all(request: Request, me: SignedIn) -> Response:
    """Meetings or mails of all networks as a file, without persons."""
    table, name = (meetings_table, "meetings") if "meetings" in request.url.path else (mails_table, "mails")
    return await _file(request, f"files.{name}", table, language_of(request), moment_of(request)[1])


async def _file(request: Request, name: str, table: Callable[..., Table], *about: Any) -> Response:
    kind, (_, today) = request.path_params["kind"], moment_of(request)
    if kind not in TYPES:
        raise HTTPException(404)
    content = await run_apart(_content, table, kind, *about)
    title = words(language_of(request))(f"staff.{name}_file")
    headers = {"Content-Disposition": f'attachment; filename="{title}-{today}.{kind}"'}
    return Response(content, media_type=TYPES[kind], headers=headers)


def _content(table: Callable[..., Table], kind: str, *about: Any) -> bytes:
    with reading() as session:
        return table(session, *about).as_file(kind)


ROUTES = [
    Route("/staff/register", show, methods=["GET"]),
    Route("/staff/register.{kind}", take, methods=["GET"]),
    Route("/staff/meetings.{kind}", take_all, methods=["GET"]),
    Route("/staff/mails.{kind}", take_all, methods=["GET"]),
]


def _typed(request: Request) -> str:
    return request.query_params.get("q", "")[:MOST_TYPED]


def _asked(request: Request) -> Asked:
    """What the address asks for; what it holds of unknown codes is as if it were not there."""
    told = request.query_params
    about = About.request if told.get("about") == About.request else About.network
    sort = told.get("sort", "")
    state, level = told.get("state", ""), told.get("level", "")
    return Asked(
        about=about,
        words=words_in(_typed(request)),
        state=state if state in (ONGOING, *STATES[about]) else "",
        region=told.get("region", "") if told.get("region", "").isalnum() else "",
        negotiator=told.get("negotiator", "") if told.get("negotiator", "").isalnum() else "",
        level=level if level in tuple(Level) and about is About.network else "",
        sort=sort.removeprefix("-") if sort.removeprefix("-") in SORTS[about] else "number",
        descending=sort.startswith("-"),
    )


def _query(request: Request, asked: Asked) -> dict[str, object]:
    """What leads to the same page again."""
    told = {
        "q": _typed(request),
        "about": asked.about,
        "state": asked.state,
        "region": asked.region,
        "negotiator": asked.negotiator,
        "level": asked.level,
        "sort": ("-" if asked.descending else "") + asked.sort if asked.sort != "number" or asked.descending else "",
        "lang": request.query_params.get("lang", "") and language_of(request),
    }
    return {name: value for name, value in told.items() if value}


def _load(
    asked: Asked, told: Mapping[str, str], opened: OpenedNames, me: Staff, today: date
) -> tuple[Found, dict[str, Any]]:
    with reading() as session:
        counts = {about: counted(session, _of(asked, about), today) for about in About}
        if "about" not in told and not counts[About.network] and counts[About.request]:
            asked = _of(asked, About.request)
        text = told.get("page", "")
        last = max(1, -(-counts[asked.about] // A_PAGE))
        page = min(max(int(text), 1), last) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
        listed = lines(session, asked, today, (page - 1) * A_PAGE, A_PAGE) if counts[asked.about] else []
        persons = find_persons(session, opened, asked.words, me, today) if page == 1 else NOBODY
        return Found(asked, listed, page, counts, persons), _choices(session)


def _of(asked: Asked, about: About) -> Asked:
    """The same of the other kind, without what that does not have."""
    state = asked.state if asked.state in (ONGOING, *STATES[about]) else ""
    return replace(asked, about=about, state=state, level=asked.level if about is About.network else "")


def _choices(session: Session) -> dict[str, Any]:
    signing = select(Staff.signature).where(col(Staff.active), col(Staff.role).in_(SIGNING))
    return {
        "regions": region_names(session),
        "negotiators": session.exec(signing.order_by(col(Staff.signature))).all(),
    }
