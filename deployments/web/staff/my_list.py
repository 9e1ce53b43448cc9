"""`/staff`: what waits on whoever reads it, their reminders, and what came to them lately (domain.md section 13)."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.request import language_of, moment_of, run_apart
from deployments.web.staff.page import Forms, came_back, check_signs, staff_page
from deployments.web.staff.session import Form, SignedIn, for_staff, from_staff
from deployments.web.writer import write
from models.dates.local_time import local
from models.db.engine import reading
from models.errors import UserError
from models.i18n import in_language
from models.networks import second_signature
from models.office.staff import ANSWERING
from models.settings import settings
from models.stages.work_list import what_waits_on
from models.tables.office import Staff
from models.views.my_list import ToConfirm, Told, came_to, coming_reminders, to_confirm
from models.views.work_item import WorkItem
from models.views.work_row import WorkRow, collected

MOST_SHOWN: Final = 50
ANSWERS: Final = {"yes": second_signature.confirm, "no": second_signature.refuse}


@for_staff
async def show(request: Request, me: SignedIn) -> Response:
    return await _page(request, me)


@from_staff
async def answer(request: Request, me: SignedIn, form: Form) -> Response:
    """The second person stands by what was signed for them, or takes it back: their own word, signed in."""
    check_signs(me)
    entry, at, staff_id = request.path_params["entry"], moment_of(request)[0], me.staff.id
    if form.get("answer") not in ANSWERS:
        raise HTTPException(422)
    work = ANSWERS[form["answer"]]
    try:
        await write(request, lambda session: work(session, entry, staff_id, at))
    except UserError as error:
        return await _page(request, me, 422, wrong=str(error))
    return came_back(request, "/staff", f"second_{form['answer']}")


async def _page(request: Request, me: SignedIn, status_code: int = 200, **values: object) -> Response:
    rows, reminders, came, confirms = await run_apart(_load, me.staff, moment_of(request)[0], language_of(request))
    forms: Forms = request.app.state.forms
    links = await forms.links()

    def opens(one: WorkItem) -> str:
        return links.link(replace(one, signature=me.staff.signature))

    def page_of(one: WorkItem) -> str:
        return one.page.removeprefix(settings().public_url)

    shown: dict[str, Any] = {
        "rows": rows[:MOST_SHOWN],
        "more": len(rows) - MOST_SHOWN,
        "waiting": len(rows),
        "overdue": sum(one.overdue for one in rows),
        "fresh": sum(one.fresh for one in rows),
        "waits": me.staff.role in ANSWERING,
        "page_of": page_of,
        "opens": opens,
        "reminders": reminders,
        "came": came,
        "confirms": confirms,
    }
    return await staff_page(request, me, "my-list", status_code, **(shown | values))


ROUTES = [
    Route("/staff", show, methods=["GET"]),
    Route("/staff/second/{entry:uuid}", answer, methods=["POST"]),
]


def _load(me: Staff, at: datetime, language: str) -> tuple[list[WorkRow], list[Told], list[Told], list[ToConfirm]]:
    """What waits, one row a network or request, what is overdue first."""
    if me.role not in ANSWERING:
        return [], [], [], []
    today = local(at).date()
    with reading() as session:
        rows = sorted(collected(what_waits_on(session, me, at)), key=lambda row: not row.overdue)
        told = coming_reminders(session, me, today), came_to(session, me, at)
        with in_language(language):
            return rows, *told, to_confirm(session, me)
