"""`/staff`: what waits on whoever reads it, their reminders, and what came to them lately (domain.md section 13)."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.request import moment_of, run_apart
from deployments.web.staff.page import Forms, staff_page
from deployments.web.staff.session import SignedIn, for_staff
from models.dates.local_time import local
from models.db.engine import reading
from models.office.staff import ANSWERING
from models.settings import settings
from models.stages.work_list import what_waits_on
from models.tables.office import Staff
from models.views.my_list import Told, came_to, coming_reminders
from models.views.work_item import WorkItem
from models.views.work_row import WorkRow, collected

MOST_SHOWN: Final = 50


@for_staff
async def show(request: Request, me: SignedIn) -> Response:
    rows, reminders, came = await run_apart(_load, me.staff, moment_of(request)[0])
    forms: Forms = request.app.state.forms
    links = await forms.links()

    def opens(one: WorkItem) -> str:
        return links.link(replace(one, filled={**one.filled, "signature": me.staff.signature}) if one.filled else one)

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
    }
    return await staff_page(request, me, "my-list", **shown)


ROUTES = [Route("/staff", show, methods=["GET"])]


def _load(me: Staff, at: datetime) -> tuple[list[WorkRow], list[Told], list[Told]]:
    """What waits, one row a network or request, what is overdue first."""
    if me.role not in ANSWERING:
        return [], [], []
    today = local(at).date()
    with reading() as session:
        rows = sorted(collected(what_waits_on(session, me, at)), key=lambda row: not row.overdue)
        return rows, coming_reminders(session, me, today), came_to(session, me, at)
