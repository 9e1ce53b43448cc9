"""`/staff/region` and `/staff/region/{code}`: how a region is, for a chief, in one screen (domain.md section 13)."""

from datetime import datetime
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.request import moment_of, run_apart
from deployments.web.staff.page import staff_page
from deployments.web.staff.session import SignedIn, for_staff
from models.dates.local_time import local
from models.db.engine import reading
from models.stages.work_list import overdue_in
from models.views.region_lines import RegionLine, region_lines
from models.views.region_page import RegionPage, region_page
from models.views.work_item import WorkItem

MOST_SHOWN: Final = 6


@for_staff
async def every(request: Request, me: SignedIn) -> Response:
    lines = await run_apart(_lines, moment_of(request)[0])
    return await staff_page(request, me, "regions", lines=lines)


@for_staff
async def show(request: Request, me: SignedIn) -> Response:
    found = await run_apart(_load, request.path_params["code"], moment_of(request)[0])
    if found is None:
        raise HTTPException(404)
    region, late, late_count = found
    return await staff_page(request, me, "region", region=region, late=late, late_count=late_count, most=MOST_SHOWN)


ROUTES = [
    Route("/staff/region", every, methods=["GET"]),
    Route("/staff/region/{code}", show, methods=["GET"]),
]


def _lines(at: datetime) -> list[RegionLine]:
    with reading() as session:
        return region_lines(session, local(at).date())


def _load(code: str, at: datetime) -> tuple[RegionPage, list[WorkItem], int] | None:
    with reading() as session:
        region = region_page(session, code, local(at).date())
        return (region, *overdue_in(session, at, code, MOST_SHOWN)) if region else None
