"""The states of a request, and what leads from one to the next (domain.md section 4)."""

from dataclasses import replace

from sqlmodel import Session

from models.audit import log_step, transition_refused
from models.i18n import localized
from models.tables.request import RequestState, SupportRequest
from models.tables.transition import MEMBER, RULE, STAFF, Actor, Cause, not_by

R = RequestState
_JUDGED = MEMBER | STAFF | RULE  # by the rules at once, whoever handed it in
_BEFORE_TALK = {R.declined: _JUDGED, R.referred: _JUDGED, R.withdrawn: _JUDGED}  # a leaver's by rule
REQUEST_ALLOWED: dict[RequestState, dict[RequestState, frozenset[Actor]]] = {
    R.received: {R.incomplete: _JUDGED, R.talking: STAFF} | _BEFORE_TALK,
    R.incomplete: {R.received: _JUDGED} | _BEFORE_TALK,
    R.talking: {R.granted: STAFF, R.waiting: STAFF, R.declined: STAFF, R.referred: STAFF, R.withdrawn: _JUDGED},
    R.waiting: {R.granted: STAFF, R.expired: RULE, R.withdrawn: _JUDGED, R.talking: STAFF},
    # Staff open a decision again that was a mistake; a no is also appealed, which its mail tells of.
    R.granted: {R.talking: STAFF},
    R.declined: {R.talking: MEMBER | STAFF},
    R.referred: {R.talking: MEMBER | STAFF},
    R.expired: {},
    R.withdrawn: {},
}
NO_REASON = ("skäl saknas", "there is no reason")
NO_TALK = ("inget behovssamtal är antecknat", "no needs talk is recorded")


def decided_on(request: SupportRequest) -> str:
    """What makes the letter of a decision once: the request, and since when it is open again, if a decision was."""
    return f"{request.id}:{request.reopened_at:%Y%m%dT%H%M%S}" if request.reopened_at else str(request.id)


def advance_request(session: Session, request: SupportRequest, target: RequestState, cause: Cause) -> None:
    """Move a request to `target` and log it (domain.md section 4).

    Raises TransitionRefused when the table does not have it, when another should do it (only staff grant: I4), or when
    a grant lacks its talk or a refusal its reason. Nothing has changed then.
    """
    current = RequestState(request.state)
    who = REQUEST_ALLOWED[current].get(target)
    if who is None:
        raise transition_refused(current, target)
    if cause.actor not in who:
        raise transition_refused(current, target, not_by(who, cause.actor))
    if target == R.declined and not request.reason:
        raise transition_refused(current, target, localized(*NO_REASON))
    if target == R.granted and request.talk_at is None:
        raise transition_refused(current, target, localized(*NO_TALK))
    if target in (R.declined, R.referred):
        cause = replace(cause, why=f"{cause.why}:{request.reason}")  # it stays known when another decision follows
    request.state = target
    session.add(request)
    log_step(session, cause, current, target, request_id=request.id)
