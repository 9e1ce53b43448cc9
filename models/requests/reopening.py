"""A decision that was a mistake is opened again: the request is talked about once more (domain.md section 13)."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from models.audit import Correction
from models.dates.local_time import local, midnight
from models.dates.working_days import add_working_days
from models.errors import UserError
from models.i18n import localized
from models.mail.overtaking import overtake, was_told
from models.mail.queue import QueuedMail, enqueue
from models.office.policy import office_policy
from models.requests import lifecycle
from models.tables.mail import OutgoingMail, Template
from models.tables.network import Network
from models.tables.request import RefusalReason, RequestState, SupportRequest
from models.tables.transition import Actor, Transition

REOPEN_DAYS = 21
LETTERS = {
    RequestState.granted: Template.granted,
    RequestState.declined: Template.declined,
    RequestState.referred: Template.declined,
    RequestState.waiting: Template.waiting,
}
"""The decisions that can be opened again, and the letter that told of each."""


def can_be_reopened(today: date) -> ColumnElement[bool]:
    """The condition that a request was decided so lately, after a talk, that the decision can be opened again."""
    lately = select(Transition.request_id).where(
        col(Transition.to_state).in_(list(LETTERS)),
        col(Transition.at) >= midnight(today - timedelta(days=REOPEN_DAYS)),
        col(Transition.request_id).is_not(None),
    )
    decided = col(SupportRequest.state).in_(list(LETTERS)) & col(SupportRequest.talk_at).is_not(None)
    return decided & col(SupportRequest.id).in_(lately)


def check_reopening(session: Session, request: SupportRequest, today: date) -> None:
    """Raises UserError when there is no decision to open, the rules decided before any talk, or it is too long ago."""
    field = localized("Förfrågan", "Request")
    decisions = select(Transition).where(
        col(Transition.request_id) == request.id, col(Transition.to_state) == request.state
    )
    decided = session.exec(decisions.order_by(col(Transition.at).desc()).limit(1)).one()
    if request.state not in LETTERS or request.talk_at is None or decided.actor != Actor.staff:
        raise UserError(
            localized(
                f"{field}: #{request.number} har inget beslut efter samtal att öppna igen. Välj en annan.",
                f"{field}: #{request.number} has no decision after a talk to open again. Choose another.",
            )
        )
    last_day = local(decided.at).date() + timedelta(days=REOPEN_DAYS)
    if today > last_day:
        raise UserError(
            localized(
                f"{field}: beslutet om #{request.number} kunde öppnas till och med {last_day}. En ny går bra.",
                f"{field}: the decision on #{request.number} could be opened until {last_day}. A new one is welcome.",
            )
        )


def talk_again(session: Session, request: SupportRequest, correction: Correction, network: Network | None) -> None:
    """The request is talked about once more, and its answer is due anew, which its initiator is told.

    `network`: the one that its grant had created, and that is annulled with it. A decision that they were not told yet
    is not told any more.
    """
    was, today = RequestState(request.state), local(correction.at).date()
    lifecycle.advance_request(session, request, RequestState.talking, correction.cause(f"reopened {was}"))
    request.reason, request.offer_until, request.network_id = RefusalReason.none, None, None
    request.reopened_at = correction.at
    request.answer_due = add_working_days(today, office_policy().answer_working_days)
    session.add(request)
    decision = (col(OutgoingMail.template) == LETTERS[was], col(OutgoingMail.request_id) == request.id)
    overtake(session, correction.at, *decision)
    if not was_told(session, *decision):
        return
    told = {"about": "annulled" if network else "reopened", "was": was, "answer_due": request.answer_due}
    letter = QueuedMail(
        Template.correction,
        request.initiator_id,
        lifecycle.decided_on(request),
        network_id=network.id if network else None,
        request_id=request.id,
        context=told,
    )
    enqueue(session, [letter], correction.at)
