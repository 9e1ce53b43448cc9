"""A request ends without a decision: it waited too long, was withdrawn, or its initiator left (section 4)."""

from datetime import datetime

from sqlmodel import Session

from models.mail.queue import QueuedMail, enqueue
from models.requests import lifecycle
from models.tables.mail import Template
from models.tables.request import RequestState, SupportRequest
from models.tables.transition import Cause

LEFT = "left"


def expire(session: Session, request: SupportRequest, cause: Cause) -> None:
    """It has waited for too long; its initiator is told."""
    lifecycle.advance_request(session, request, RequestState.expired, cause)
    _end(session, request, RequestState.expired, cause.at)


def withdraw(session: Session, request: SupportRequest, cause: Cause, why: str = RequestState.withdrawn) -> None:
    """Its initiator took it back or (`why`: LEFT) may not ask any more; they are told."""
    lifecycle.advance_request(session, request, RequestState.withdrawn, cause)
    _end(session, request, why, cause.at)


def _end(session: Session, request: SupportRequest, why: str, at: datetime) -> None:
    request.offer_until = None
    session.add(request)
    told = {"ended": why}
    letter = QueuedMail(
        Template.request_ended, request.initiator_id, str(request.id), request_id=request.id, context=told
    )
    enqueue(session, [letter], at)
