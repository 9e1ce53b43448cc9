"""Who takes a request on, by region, load and absence, and the invitation to talk (domain.md section 4)."""

from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from models.dates.local_time import local
from models.mail.queue import QueuedMail, enqueue
from models.office.absence import absences_on, substitute_for
from models.requests import near_neighbour
from models.tables.mail import Template
from models.tables.office import Staff, StaffRole
from models.tables.place import Municipality
from models.tables.request import RequestState, SupportRequest


def take_on(session: Session, request: SupportRequest, at: datetime) -> None:
    """All that a received request comes to at once: neighbours looked for, somebody to call, an invitation to talk."""
    near_neighbour.find_neighbours(session, request, at)
    assign(session, request, at)
    invite_to_talk(session, request, at)


def assign(session: Session, request: SupportRequest, at: datetime) -> Staff | None:
    """Give a received request to the region's negotiator who carries the fewest open ones, else to the office.

    Whoever is there comes first; when the region's negotiators are all away, the stand-in of one takes it (domain.md
    section 5). A request keeps whom it has. Returns None when it was refused by rule, or there is nobody at all.
    """
    if request.state != RequestState.received:
        return None
    if request.assigned_to:
        return session.get(Staff, request.assigned_to)
    found = _best(session, request, at)
    if found:
        give(session, request, found, at, "new")
    return found


def reassign(session: Session, request: SupportRequest, at: datetime, without: str | None) -> Staff | None:
    """Give a request to somebody else than who goes by the signature; nobody else there, it stays where it is."""
    found = _best(session, request, at, col(Staff.signature) != (without or ""))
    if found:
        give(session, request, found, at, "appealed")
    return found


def give_by_region(session: Session, request: SupportRequest, at: datetime) -> None:
    """A received request is about another region now: it goes to whoever takes on what comes from there."""
    if request.state == RequestState.received and (found := _best(session, request, at)):
        give(session, request, found, at, "new")


def give(
    session: Session,
    request: SupportRequest,
    staff: Staff,
    at: datetime,
    came: Literal["new", "appealed", "handed_over"],
) -> None:
    """A request is with `staff` from now on, and a mail tells them so: which, and nothing of who asked."""
    request.assigned_to = staff.id
    session.add(request)
    letter = QueuedMail(
        Template.staff_case,
        None,
        f"{request.id}:{local(at).date()}",
        request_id=request.id,
        context={"came": came},
        staff_id=staff.id,
    )
    enqueue(session, [letter], at)


def _best(session: Session, request: SupportRequest, at: datetime, *who: ColumnElement[bool]) -> Staff | None:
    """The region's negotiator who is there and carries the fewest open requests, else the office."""
    where = session.get(Municipality, request.municipality) if request.municipality else None
    region = col(Staff.region) == (where.region if where else None)
    negotiators = _by_load(session, col(Staff.role) == StaffRole.negotiator, region, *who)
    office = _by_load(session, col(Staff.role) == StaffRole.office, *who)
    return _present(session, negotiators, at) or _present(session, office, at) or next(iter(office), None)


def _by_load(session: Session, *who: ColumnElement[bool] | bool) -> list[Staff]:
    """Active staff, those first who carry the fewest open requests."""
    load = (
        select(func.count())
        .select_from(SupportRequest)
        .where(col(SupportRequest.assigned_to) == Staff.id)
        .where(col(SupportRequest.state).in_((RequestState.received, RequestState.talking)))
        .scalar_subquery()
    )
    return list(session.exec(select(Staff).where(col(Staff.active), *who).order_by(load, col(Staff.signature))))


def _present(session: Session, ranked: list[Staff], at: datetime) -> Staff | None:
    """The first who is there, else the first stand-in who is."""
    today = local(at).date()
    absent = absences_on(session, today)
    in_turn = sorted(ranked, key=lambda one: one.id in absent)
    return next((one for staff in in_turn if (one := substitute_for(session, staff, today))), None)


def invite_to_talk(session: Session, request: SupportRequest, at: datetime) -> int:
    """Offer the initiator of a received request a needs talk, once. Returns how many invitations were queued."""
    if request.state != RequestState.received:
        return 0
    letter = QueuedMail(
        Template.talk_invitation,
        request.initiator_id,
        str(request.id),
        request_id=request.id,
        context={"talk_due": request.talk_due},
    )
    return enqueue(session, [letter], at)
