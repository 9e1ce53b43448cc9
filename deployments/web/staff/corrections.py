"""`/staff/meeting/{id}` and `/staff/partner/{id}`: a slip in what was told of a meeting, put right (section 13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.form_fields import FormReader
from deployments.web.request import moment_of, run_query
from deployments.web.staff.page import came_back, check_signs, staff_page, typed_in
from deployments.web.staff.session import Form, SignedIn, for_staff, from_staff
from deployments.web.writer import write
from models.audit import Correction
from models.db.engine import reading
from models.errors import UserError
from models.i18n import localized
from models.meetings.partners import correct_partner
from models.networks.meeting_corrections import drop_double, move_to_day, never_held
from models.office.sight import Sight
from models.people.named_in_note import check_network_note
from models.tables.meeting import Meeting, MeetingStatus, Partner
from models.tables.network import Network
from models.tables.office import Staff
from models.text import nfc
from models.views.cases.network_case import network_sight

SLIPS = ("wrong_day", "double", "never_held")
REASON_LENGTH = 200
WHY = ("Varför", "Why")


@dataclass(frozen=True)
class Slip:
    """A meeting, or a company that took part, of a network; `others`: the meetings that it may be the same as."""

    network: Network
    sight: Sight
    meeting: Meeting | None = None
    partner: Partner | None = None
    others: Sequence[Meeting] = ()


@for_staff
async def show(request: Request, me: SignedIn) -> Response:
    return await _page(request, me, await _found(request, me))


@from_staff
async def save(request: Request, me: SignedIn, form: Form) -> Response:
    """Puts it right, and says so on the network's page; what cannot be is told above the form, as it stands."""
    slip = await _found(request, me)
    check_signs(me)
    typed = typed_in(request, form)
    reason = nfc(typed.text("reason"))[:REASON_LENGTH]
    if not reason:
        typed.error("reason", "missing")
    work = _partner(slip, typed) if slip.partner else _meeting(slip, typed)
    if typed.errors or work is None:
        return await _page(request, me, slip, 422, typed=typed.values, errors=typed.errors)
    correction = Correction(me.staff, moment_of(request)[0], reason)
    try:
        await write(request, lambda session: work(session, correction))
    except UserError as error:
        return await _page(request, me, slip, 422, typed=typed.values, wrong=str(error))
    return came_back(request, f"/staff/network/{slip.network.number}", "corrected")


ROUTES = [
    Route("/staff/meeting/{meeting:uuid}", show, methods=["GET"]),
    Route("/staff/meeting/{meeting:uuid}", save, methods=["POST"]),
    Route("/staff/partner/{partner:uuid}", show, methods=["GET"]),
    Route("/staff/partner/{partner:uuid}", save, methods=["POST"]),
]


def _meeting(slip: Slip, typed: FormReader) -> Any:
    """What puts the meeting right, to be done in a transaction; None where it is not told."""
    what = typed.choice("slip", SLIPS)
    on = typed.day("on") if what == "wrong_day" else None
    same_as = typed.choice("same_as", [str(one.id) for one in slip.others]) if what == "double" else ""
    key = slip.meeting.id if slip.meeting else None

    def put_right(session: Session, correction: Correction) -> bool:
        meeting, network = session.get_one(Meeting, key), session.get_one(Network, slip.network.id)
        check_network_note(session, network, correction.reason, localized(*WHY))
        if on:
            return move_to_day(session, network, meeting, on, correction)
        if same_as:
            return drop_double(session, network, meeting, session.get_one(Meeting, UUID(same_as)), correction)
        return never_held(session, network, meeting, correction)

    return put_right if what and not typed.errors else None


def _partner(slip: Slip, typed: FormReader) -> Any:
    """What gives the company its name, to be done in a transaction; an empty one takes it away."""
    company, key = typed.text("company"), slip.partner.id if slip.partner else None

    def put_right(session: Session, correction: Correction) -> bool:
        network, partner = session.get_one(Network, slip.network.id), session.get_one(Partner, key)
        check_network_note(session, network, correction.reason, localized(*WHY))
        return correct_partner(session, network, partner, company, correction)

    return put_right


async def _found(request: Request, me: SignedIn) -> Slip:
    found = await run_query(_load, dict(request.path_params), me.staff, me.since, moment_of(request)[0])
    if found is None:
        raise HTTPException(404)
    if found.sight is not Sight.all:
        raise HTTPException(403)
    return found


def _load(which: dict[str, UUID], me: Staff, since: datetime, at: datetime) -> Slip | None:
    with reading() as session:
        meeting = session.get(Meeting, which["meeting"]) if "meeting" in which else None
        partner = session.get(Partner, which["partner"]) if "partner" in which else None
        thing = meeting or partner
        if thing is None:
            return None
        network = session.get_one(Network, thing.network_id)
        sight = network_sight(session, network, me, since, at)
        held = select(Meeting).where(
            col(Meeting.network_id) == network.id,
            col(Meeting.status) == MeetingStatus.held,
            col(Meeting.id) != thing.id,
        )
        others = session.exec(held.order_by(col(Meeting.starts_at).desc())).all() if meeting else []
        return Slip(network, sight, meeting, partner, others)


async def _page(request: Request, me: SignedIn, slip: Slip, status_code: int = 200, **values: object) -> Response:
    shown = {"slip": slip, "slips": SLIPS, **values}
    return await staff_page(request, me, "correction", status_code, **shown)
