"""The queue per region: who waits for the office's hours, whom they are offered to, and when an offer lapses (S6)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlmodel import Session, col, or_, select

from models.dates.active_days import add_active_days, subtract_active_days
from models.dates.local_time import local, midnight, quarter
from models.dates.working_days import add_working_days
from models.mail.queue import QueuedMail, enqueue
from models.office.absence import absences_on, substitute_for
from models.office.menu import MENU, suggest
from models.office.policy import office_policy
from models.requests import ending, lifecycle
from models.requests.named_organisers import ask_named, named_in
from models.support.ledger import all_hours_left
from models.tables.mail import Template
from models.tables.office import Staff, StaffRole
from models.tables.place import Municipality
from models.tables.request import NamedOrganiser, RequestState, SupportRequest
from models.tables.support import Item
from models.tables.transition import Cause

WAIT_ACTIVE_DAYS = 180
READY_ORGANISERS = 2
ITEMS_NOW = (Item.starter_kit, Item.digital_room)


def wait(session: Session, request: SupportRequest, cause: Cause) -> None:
    """Put a request in the queue, where its place counts from the day it was received; the initiator is told once."""
    if request.state != RequestState.waiting:
        lifecycle.advance_request(session, request, RequestState.waiting, cause)
        request.waiting_since = request.waiting_since or cause.at
        request.queue_from = request.queue_from or request.received_at
    now = {"items_now": list(ITEMS_NOW)}
    occasion = lifecycle.decided_on(request)
    letter = QueuedMail(Template.waiting, request.initiator_id, occasion, request_id=request.id, context=now)
    enqueue(session, [letter], cause.at)
    ask_named(session, request, cause.at)


def ask_named_of_waiting(session: Session, at: datetime) -> int:
    """Ask whom waiting requests name and nobody has asked: what began to wait under an earlier version. How many."""
    unasked = select(NamedOrganiser.request_id).where(col(NamedOrganiser.asked_at).is_(None))
    waiting = select(SupportRequest).where(
        col(SupportRequest.state) == RequestState.waiting, col(SupportRequest.id).in_(unasked)
    )
    return sum(ask_named(session, request, at) for request in session.exec(waiting).all())


def in_order(session: Session, region: str) -> list[SupportRequest]:
    """The region's queue, first first: those with two organisers ready, then by when they were received.

    The initiator is one who is ready, and so is each named co-organiser who said yes. A request whose offer lapsed
    counts from then on, as not ready: that is the queue's end.
    """
    return _queues(session, [region]).get(region, [])


def _queues(session: Session, regions: Collection[str] = ()) -> dict[str, list[SupportRequest]]:
    rows = (
        select(SupportRequest, Municipality.region)
        .join(Municipality, col(Municipality.code) == SupportRequest.municipality)
        .where(col(SupportRequest.state) == RequestState.waiting)
    )
    if regions:
        rows = rows.where(col(Municipality.region).in_(regions))
    waiting = session.exec(rows).all()
    named = named_in(session, [request.id for request, _ in waiting])

    def place(request: SupportRequest) -> tuple[bool, datetime, int]:
        organisers = 1 + sum(one.yes_at is not None for one in named.get(request.id, []))
        is_ready = organisers >= READY_ORGANISERS and not request.offers_lapsed
        return not is_ready, request.queue_from or request.received_at, request.number

    found: dict[str, list[SupportRequest]] = {}
    for request, region in sorted(waiting, key=lambda row: place(row[0])):
        found.setdefault(region, []).append(request)
    return found


def hours_needed(request: SupportRequest) -> Decimal:
    """What must be free for an offer: what its suggested items cost, and at least a talk (domain.md section 5)."""
    suggested = sum((MENU[item].hours for item in suggest(request.nature, request.without_support)), Decimal(0))
    return max(MENU[Item.talk].hours, suggested)


def make_offers(session: Session, at: datetime) -> int:
    """Offer free hours to the first in each region's queue, for some working days. Returns how many were offered.

    Free is what is left this quarter of the region's negotiators who are there (or their stand-ins), less what offers
    that still stand have promised. Nobody is passed over: where the first in the queue does not fit, the rest waits.
    """
    today = local(at).date()
    queues = _queues(session)
    people = _people(session, queues, today)
    left = all_hours_left(session, quarter(today))
    free = {one: left.get(one, office_policy().quarter_hours) for ones in people.values() for one in ones}
    for region, requests in queues.items():
        for request in requests:
            if request.offer_until:
                _set_aside(free, people[region], hours_needed(request))
    offered = []
    for region, requests in queues.items():
        for request in requests:
            if request.offer_until:
                continue
            if sum(free[one] for one in people[region]) < hours_needed(request):
                break
            _set_aside(free, people[region], hours_needed(request))
            request.offer_until = add_working_days(today, office_policy().offer_working_days)
            session.add(request)
            offered.append(_offer(request, request.offer_until))
    enqueue(session, offered, at)
    return len(offered)


def _set_aside(free: dict[UUID, Decimal], people: Sequence[UUID], hours: Decimal) -> None:
    for one in people:
        share = min(hours, free[one])
        free[one] -= share
        hours -= share


def _offer(request: SupportRequest, until: date) -> QueuedMail:
    occasion = f"{lifecycle.decided_on(request)}:{request.offers_lapsed}"
    told = {"offer_until": until}
    return QueuedMail(Template.queue_offer, request.initiator_id, occasion, request_id=request.id, context=told)


def _people(session: Session, regions: Iterable[str], today: date) -> dict[str, list[UUID]]:
    """Who can give hours in each region today: its negotiators, else (where there are none) the office's own."""
    absent = absences_on(session, today)
    by_region: dict[str | None, list[Staff]] = {}
    roles = (StaffRole.negotiator, StaffRole.office)
    staff = select(Staff).where(col(Staff.active), col(Staff.role).in_(roles)).order_by(col(Staff.signature))
    for one in session.exec(staff):
        by_region.setdefault(one.region if one.role == StaffRole.negotiator else None, []).append(one)
    found = {}
    for region in regions:
        there = (
            one if one.id not in absent else substitute_for(session, one, today)
            for one in by_region.get(region) or by_region.get(None, [])
        )
        found[region] = list(dict.fromkeys(one.id for one in there if one))
    return found


def lapse_offers(session: Session, at: datetime) -> int:
    """Offers whose last day is over go back to the queue's end. Returns how many."""
    over = select(SupportRequest).where(
        col(SupportRequest.state) == RequestState.waiting, col(SupportRequest.offer_until) < local(at).date()
    )
    lapsed = session.exec(over).all()
    for request in lapsed:
        lapse(session, request, at)
    return len(lapsed)


def lapse(session: Session, request: SupportRequest, at: datetime) -> None:
    """An offer that was not taken, or that the members said no to: the request goes to the queue's end."""
    request.offer_until, request.queue_from = None, at
    request.offers_lapsed += 1
    session.add(request)


def expire(session: Session, cause: Cause) -> int:
    """End what has waited for 180 active days, and tell its initiator; an offer that stands is waited for. How many."""
    last_day = subtract_active_days(local(cause.at).date(), WAIT_ACTIVE_DAYS)
    before = midnight(last_day + timedelta(days=1))
    stands = col(SupportRequest.offer_until) >= local(cause.at).date()
    expired = session.exec(
        select(SupportRequest)
        .where(col(SupportRequest.state) == RequestState.waiting, col(SupportRequest.waiting_since) < before)
        .where(or_(col(SupportRequest.offer_until).is_(None), ~stands))
    ).all()
    for request in expired:
        ending.expire(session, request, cause)
    return len(expired)


def expires_on(request: SupportRequest) -> date | None:
    """The day on which a waiting request ends unless it is granted; None for one that does not wait."""
    waits = request.state == RequestState.waiting and request.waiting_since
    return add_active_days(local(waits).date(), WAIT_ACTIVE_DAYS) if waits else None
