"""The needs talk and its decision: what is granted, item by item, and the one path on which a network is created."""

from collections.abc import Iterable
from datetime import datetime, time
from uuid import UUID

from slugify import slugify
from sqlmodel import Session, col, select

from models import lifecycle, support_request, waiting
from models.capacity import book_talk, hold_hours
from models.errors import CapacityExceeded, TransitionRefused, UserError
from models.forms.form import Form
from models.forms.needs_talk import NeedsTalkForm
from models.granting import check_lines, grant_line
from models.language import say
from models.lifecycle import Cause
from models.mail import Letter, Template, queue
from models.near_neighbour import agree_for_request
from models.network import LinkKind, Network, NetworkLink, Origin, Role, RoleKind, next_number
from models.person import Person
from models.quiet_days import STOCKHOLM
from models.staff import by_signature
from models.support_request import Reason, RequestState, SupportRequest
from models.words import DECISION, REQUEST_STATE, word

MIDDAY = time(12)
NOT_ENTITLED = (
    "initiativtagaren är inte en aktiv medlem eller företrädare",
    "the initiator is no active member or representative",
)
NO_PLACE = ("plats och kommun saknas", "there is no place or municipality")
_ANY = frozenset({"grant", "wait", "decline", "refer", "withdraw"})
# What staff may decide of a request in each state; one that is incomplete is never granted (domain.md sections 4, 12).
DECISIONS: dict[RequestState, frozenset[str]] = {
    RequestState.received: _ANY,
    RequestState.talking: _ANY,
    RequestState.waiting: frozenset({"grant", "wait", "withdraw"}),
    RequestState.incomplete: frozenset({"withdraw"}),
}


def check_talk(session: Session, form: Form) -> None:
    """What only the database can tell about the form. Raises UserError that names the field."""
    assert isinstance(form, NeedsTalkForm)
    request = support_request.by_number(session, form.request_number, say("Förfrågan", "Request"))
    by_signature(session, form.signature, say("Din signatur", "Your signature"))
    possible, state = DECISIONS.get(RequestState(request.state), frozenset()), word(REQUEST_STATE, request.state)
    if not possible:
        raise UserError(
            say(
                f"Förfrågan: #{request.number} väntar inte på beslut ({state}). Välj en annan.",
                f"Request: #{request.number} does not await a decision ({state}). Choose another.",
            )
        )
    if form.decision not in possible:
        raise UserError(
            say(
                f"Beslut: det går inte när förfrågan är {state}. Välj {_or(possible)}.",
                f"Decision: not possible while the request is {state}. Choose {_or(possible)}.",
            )
        )
    if form.decision == "grant":
        check_lines(session, form.grants, form.talked_on, None)


def _or(choices: Iterable[str]) -> str:
    return say(" eller ", " or ").join(word(DECISION, choice) for choice in DECISION if choice in choices)


def record_talk(session: Session, form: NeedsTalkForm, cause: Cause) -> SupportRequest:
    """Write down that the talk was held, and book its hour once; without a talk nothing can be granted (domain.md S3).

    Who withdraws, or whose request is incomplete, has had no talk.
    """
    request = support_request.by_number(session, form.request_number, say("Förfrågan", "Request"))
    if form.decision == "withdraw" or request.state == RequestState.incomplete:
        return request
    if noted := form.notes.strip():  # a later talk's stand below an earlier one's
        request.talk_notes = "\n".join(filter(None, (request.talk_notes, f"{form.talked_on}: {noted}")))
    if form.meet_neighbours:
        agree_for_request(session, request, cause.at)
    if request.talk_at is None:
        request.talk_at = datetime.combine(form.talked_on, MIDDAY, STOCKHOLM)
        talker = by_signature(session, form.signature, say("Din signatur", "Your signature"))
        book_talk(session, talker, form.talked_on, cause.at)
    if request.state == RequestState.received:
        lifecycle.advance_request(session, request, RequestState.talking, cause)
    session.add(request)
    return request


def decide(session: Session, request: SupportRequest, form: NeedsTalkForm, cause: Cause) -> SupportRequest:
    """Carry out the decision. A grant whose hours do not fit becomes a place in the queue (domain.md S6).

    A request that has its decision is left as it is: running twice decides once. Members who let the office's offer
    pass wait on, at the queue's end.
    """
    if form.decision not in DECISIONS.get(RequestState(request.state), frozenset()):
        return request
    match form.decision:
        case "grant":
            try:
                with session.begin_nested():
                    _grant(session, request, form, cause)
            except CapacityExceeded:
                waiting.wait(session, request, cause)
        case "wait":
            if request.offer_until:
                waiting.lapse(session, request, cause.at)
            waiting.wait(session, request, cause)
        case "withdraw":
            lifecycle.advance_request(session, request, RequestState.withdrawn, cause)
            request.offer_until = None
        case _:
            _refuse(session, request, form, cause)
    return request


def _refuse(session: Session, request: SupportRequest, form: NeedsTalkForm, cause: Cause) -> None:
    request.reason = Reason(form.reason)
    target = RequestState.declined if form.decision == "decline" else RequestState.referred
    lifecycle.advance_request(session, request, target, cause)
    why = {"reason": request.reason}
    letter = Letter(Template.declined, request.initiator_id, str(request.id), request_id=request.id, context=why)
    queue(session, [letter], cause.at)


def _grant(session: Session, request: SupportRequest, form: NeedsTalkForm, cause: Cause) -> None:
    hold_hours(session)
    network = found_network(session, request, form, cause)
    granted = [grant_line(session, network, line, cause) for line in form.grants]
    request.network_id, request.offer_until = network.id, None
    lifecycle.advance_request(session, request, RequestState.granted, cause)
    letter = Letter(
        Template.granted,
        request.initiator_id,
        str(request.id),
        network_id=network.id,
        request_id=request.id,
        context={"grants": [str(grant.id) for grant in granted], "without_support": network.without_support},
    )
    queue(session, [letter], cause.at)


def found_network(session: Session, request: SupportRequest, form: NeedsTalkForm, cause: Cause) -> Network:
    """Create the network that a request asked for: the only place where one is created (domain.md S2, I1, I3).

    Raises TransitionRefused when the initiator may not start one or there is no place.
    """
    initiator = session.get_one(Person, request.initiator_id)
    if not initiator.may_initiate:
        raise TransitionRefused(request.state, "granted", say(*NOT_ENTITLED))
    if not request.place or not request.municipality:
        raise TransitionRefused(request.state, "granted", say(*NO_PLACE))
    number = next_number(session, col(Network.number))
    network = Network(
        number=number,
        slug=slugify(f"{request.place} {request.nature} {number}"),
        name=form.network_name.strip() or f"{say('Nätverket', 'The network')} {request.place}",
        place=request.place,
        municipality=request.municipality,
        nature=request.nature,
        cadence_days=form.cadence_days,
        target_size=form.target_size,
        origin=Origin.representative if initiator.is_representative else Origin.member,
        without_support=request.without_support and not form.grants,
        negotiator=request.assigned_to,
        created_at=cause.at,
    )
    lifecycle.begin(session, network, cause)
    for kind in (RoleKind.initiator, RoleKind.contact):
        session.add(Role(network_id=network.id, person_id=initiator.id, kind=kind, code="m1", confirmed_at=cause.at))
    for place, person_id in enumerate(_co_organisers(session, request), start=2):
        session.add(
            Role(
                network_id=network.id,
                person_id=person_id,
                kind=RoleKind.organiser,
                code=f"m{place}",
                asked_at=cause.at,
            )
        )
    if request.predecessor:
        session.add(NetworkLink(kind=LinkKind.successor, from_network=request.predecessor, to_network=network.id))
    session.flush()
    return network


def _co_organisers(session: Session, request: SupportRequest) -> list[UUID]:
    """The named co-organisers in their order: members, and never the office's own people (domain.md S3, S8)."""
    named = dict.fromkeys(UUID(one) for one in request.co_organisers)
    persons = session.exec(select(Person).where(col(Person.id).in_(named)))
    may = {person.id for person in persons if person.is_member and not person.is_employee}
    return [one for one in named if one in may]


def ask_co_organisers(session: Session, network: Network, at: datetime) -> int:
    """One mail to each named co-organiser who has not answered; only their own yes makes them organiser."""
    asked = select(Role).where(col(Role.network_id) == network.id, col(Role.kind) == RoleKind.organiser)
    letters = [
        Letter(Template.co_organiser, role.person_id, str(role.id), network.id, context={"role": str(role.id)})
        for role in session.exec(asked.where(col(Role.confirmed_at).is_(None), col(Role.until).is_(None)))
    ]
    return queue(session, letters, at)
