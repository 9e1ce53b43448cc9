"""The needs talk and its decision: what is granted, item by item, and the one path on which a network is created."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time

from sqlmodel import Session, col, select

from models.audit import Correction
from models.dates.local_time import STOCKHOLM
from models.db.queries import tried
from models.errors import CapacityExceeded, UserError
from models.forms.kit.base import Form
from models.forms.needs_talk import NeedsTalkForm
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.networks.annulment import reopen
from models.networks.creation import create_network
from models.office.staff import by_signature
from models.people.named_in_note import check_note
from models.privacy.wrong_person import INITIATOR, right_asker
from models.requests import appeals, ending, lifecycle, screening, waiting_list
from models.requests.named_organisers import named_in
from models.requests.near_neighbour import agree_for_request
from models.support.grants import check_lines, grant_line
from models.support.ledger import book_talk, lock_ledger
from models.tables.mail import Template
from models.tables.person import Person
from models.tables.request import RefusalReason, RequestState, SupportRequest
from models.tables.transition import Actor, Cause
from models.vocabulary import DECISION, REQUEST_STATE, word

MIDDAY = time(12)
_ANY = frozenset({"grant", "wait", "decline", "refer", "withdraw", "wrong_person"})
BY_RULE = (RefusalReason.not_a_member, RefusalReason.employee, RefusalReason.no_place, RefusalReason.whole_country)
# What staff may decide of a request in each state; one that is incomplete is never granted (domain.md sections 4, 12),
# and is declined for what the rules themselves decline, or it would wait for a register that never knows them.
DECISIONS: dict[RequestState, frozenset[str]] = {
    RequestState.received: _ANY,
    RequestState.talking: _ANY,
    RequestState.waiting: frozenset({"grant", "wait", "withdraw", "reopen", "wrong_person"}),
    RequestState.incomplete: frozenset({"withdraw", "decline", "wrong_person"}),
    RequestState.granted: frozenset({"reopen"}),
    RequestState.declined: frozenset({"appeal", "reopen"}),
    RequestState.referred: frozenset({"appeal", "reopen"}),
}


def check_talk(session: Session, form: Form) -> None:
    """What only the database can tell about the form. Raises UserError that names the field."""
    assert isinstance(form, NeedsTalkForm)
    request = screening.request_by_number(session, form.request_number, localized("Förfrågan", "Request"))
    by_signature(session, form.signature, localized("Din signatur", "Your signature"))
    possible, state = DECISIONS.get(RequestState(request.state), frozenset()), word(REQUEST_STATE, request.state)
    if not possible:
        raise UserError(
            localized(
                f"Förfrågan: #{request.number} väntar inte på beslut ({state}). Välj en annan.",
                f"Request: #{request.number} does not await a decision ({state}). Choose another.",
            )
        )
    if form.decision not in possible:
        raise UserError(
            localized(
                f"Beslut: det går inte när förfrågan är {state}. Välj {_or(possible)}.",
                f"Decision: not possible while the request is {state}. Choose {_or(possible)}.",
            )
        )
    if request.state == RequestState.incomplete and form.decision == "decline" and form.reason not in BY_RULE:
        raise UserError(
            localized(
                f"Skäl: inget samtal har hållits om #{request.number}. Välj att hen inte är medlem, är anställd, "
                "eller att plats saknas.",
                f"Reason: no talk was held about #{request.number}. Choose that they are no member, work at "
                "the office, or that there is no place.",
            )
        )
    _check_notes(session, request, form)
    if form.is_correction:
        told_on = datetime.combine(form.talked_on, MIDDAY, STOCKHOLM)
        with tried(session):
            _correct(session, request, form, Cause("check", Actor.staff, told_on, form.signature))
        return
    if form.decision != "withdraw":
        appeals.check_decider(session, request, form.signature)
    if form.decision == "appeal":
        appeals.check_appeal(session, request, form.talked_on)
    if form.decision == "grant":
        check_lines(session, form.grants, form.talked_on, None)


def _check_notes(session: Session, request: SupportRequest, form: NeedsTalkForm) -> None:
    """Nobody whom the request is about is named in what staff write. Raises UserError that names the field."""
    others = [one.person_id for one in named_in(session, [request.id]).get(request.id, [])]
    asker, helper = localized("initiativtagaren", "the initiator"), localized("medarrangören", "the co-organiser")
    ids = {request.initiator_id: asker} | dict.fromkeys(others, helper)
    known = [(one, ids[one.id]) for one in session.exec(select(Person).where(col(Person.id).in_(list(ids))))]
    check_note(form.notes, known, localized("Anteckning från samtalet", "Notes of the talk"), request.place)
    for line in form.grants:
        check_note(line.reason, known, localized(f"{line.named}: skäl", f"{line.named}: reason"), request.place)


def _or(choices: Iterable[str]) -> str:
    return localized(" eller ", " or ").join(word(DECISION, choice) for choice in DECISION if choice in choices)


def record_talk(session: Session, form: NeedsTalkForm, cause: Cause) -> SupportRequest:
    """Write down that the talk was held, and book its hour once; without a talk nothing can be granted (domain.md S3).

    Who withdraws or appeals, or whose request is incomplete, has had no talk.
    """
    request = screening.request_by_number(session, form.request_number, localized("Förfrågan", "Request"))
    if form.decision in ("withdraw", "appeal") or form.is_correction or request.state == RequestState.incomplete:
        return request
    if noted := form.notes.strip():  # a later talk's stand below an earlier one's
        request.talk_notes = "\n".join(filter(None, (request.talk_notes, f"{form.talked_on}: {noted}")))
    if form.meet_neighbours:
        agree_for_request(session, request, cause.at)
    if request.talk_at is None:
        request.talk_at = datetime.combine(form.talked_on, MIDDAY, STOCKHOLM)
        talker = by_signature(session, form.signature, localized("Din signatur", "Your signature"))
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
                waiting_list.wait(session, request, cause)
        case "wait":
            if request.offer_until:
                waiting_list.lapse(session, request, cause.at)
            waiting_list.wait(session, request, cause)
        case "withdraw":
            ending.withdraw(session, request, cause)
        case "reopen" | "wrong_person":
            _correct(session, request, form, cause)
        case "appeal":
            appeals.appeal(session, request, form.talked_on, replace(cause, actor=Actor.member))
        case _:
            _refuse(session, request, form, cause)
    return request


def _correct(session: Session, request: SupportRequest, form: NeedsTalkForm, cause: Cause) -> None:
    signer = by_signature(session, form.signature, localized("Din signatur", "Your signature"))
    correction = Correction(signer, cause.at, form.notes, cause.flow_run_id)
    if form.decision == "reopen":
        reopen(session, request, correction)
    else:
        right_asker(session, request, int(form.who_is_wrong or INITIATOR), form.member_number, correction)


def _refuse(session: Session, request: SupportRequest, form: NeedsTalkForm, cause: Cause) -> None:
    request.reason = RefusalReason(form.reason)
    target = RequestState.declined if form.decision == "decline" else RequestState.referred
    lifecycle.advance_request(session, request, target, cause)
    why = {"reason": request.reason, "final": request.appealed_at is not None}
    occasion = lifecycle.decided_on(request) + (":appeal" if request.appealed_at else "")
    letter = QueuedMail(Template.declined, request.initiator_id, occasion, request_id=request.id, context=why)
    enqueue(session, [letter], cause.at)


def _grant(session: Session, request: SupportRequest, form: NeedsTalkForm, cause: Cause) -> None:
    lock_ledger(session)
    network = create_network(session, request, form, cause)
    granted = [grant_line(session, network, line, cause) for line in form.grants]
    request.network_id, request.offer_until, request.reason = network.id, None, RefusalReason.none
    lifecycle.advance_request(session, request, RequestState.granted, cause)
    letter = QueuedMail(
        Template.granted,
        request.initiator_id,
        lifecycle.decided_on(request),
        network_id=network.id,
        request_id=request.id,
        context={"grants": [str(grant.id) for grant in granted], "without_support": network.without_support},
    )
    enqueue(session, [letter], cause.at)
