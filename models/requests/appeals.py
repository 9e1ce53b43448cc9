"""An appeal: once, within three weeks of a no, decided by somebody else than who said it (domain.md section 4)."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from models.dates.local_time import local, midnight
from models.dates.working_days import add_working_days
from models.errors import UserError
from models.i18n import localized
from models.office.staff import SIGNING
from models.requests import lifecycle
from models.requests.assignment import reassign
from models.tables.office import Staff
from models.tables.request import RequestState, SupportRequest
from models.tables.transition import Cause, Transition

APPEAL_DAYS = 21
ANSWER_WORKING_DAYS = 15
LATE_DAYS = 14  # a letter that lay over a break is still written down
REFUSED = (RequestState.declined, RequestState.referred)


def can_be_appealed(today: date) -> ColumnElement[bool]:
    """The condition that a request was refused so lately that an appeal may have come in time, and has none."""
    first = midnight(today - timedelta(days=APPEAL_DAYS + LATE_DAYS))
    refused = select(Transition.request_id).where(
        col(Transition.to_state).in_(REFUSED), col(Transition.at) >= first, col(Transition.request_id).is_not(None)
    )
    return (
        col(SupportRequest.state).in_(REFUSED)
        & col(SupportRequest.appealed_at).is_(None)
        & col(SupportRequest.id).in_(refused)
    )


def check_appeal(session: Session, request: SupportRequest, came_on: date) -> None:
    """Raises UserError when the request was appealed before, the three weeks were over on the day the appeal came, or
    nobody is there to decide but who said no.
    """
    refusal = _refusal(session, request)
    refused_on = local(refusal.at).date()
    last_day = refused_on + timedelta(days=APPEAL_DAYS)
    if request.appealed_at:
        raise UserError(
            localized(
                f"Förfrågan: #{request.number} har överklagats en gång och prövas inte igen. En ny förfrågan går bra.",
                f"Request: #{request.number} was appealed once and is not looked at again. A new request is welcome.",
            )
        )
    if not refused_on <= came_on <= last_day:
        raise UserError(
            localized(
                f"Förfrågan: #{request.number} kunde överklagas {refused_on} till och med {last_day}. En ny går bra.",
                f"Request: #{request.number} could be appealed {refused_on} until {last_day}. A new one is welcome.",
            )
        )
    others = select(Staff.id).where(col(Staff.active), col(Staff.role).in_(SIGNING))
    if session.exec(others.where(col(Staff.signature) != (refusal.signature or ""))).first() is None:
        raise UserError(
            localized(
                f"Förfrågan: ingen annan än {refusal.signature} kan avgöra överklagandet. Lägg in en kollega först.",
                f"Request: nobody but {refusal.signature} could decide on the appeal. Add a colleague first.",
            )
        )


def _refusal(session: Session, request: SupportRequest, *which: ColumnElement[bool]) -> Transition:
    """The last time it was refused, of those that `which` holds for."""
    refusals = select(Transition).where(col(Transition.request_id) == request.id, col(Transition.to_state).in_(REFUSED))
    return session.exec(refusals.where(*which).order_by(col(Transition.at).desc()).limit(1)).one()


def appeal(session: Session, request: SupportRequest, came_on: date, cause: Cause) -> None:
    """Look at a refused request once more: somebody else takes it on, and answers within 15 working days.

    Raises UserError as `check_appeal` does.
    """
    check_appeal(session, request, came_on)
    refused_by = _refusal(session, request).signature
    lifecycle.advance_request(session, request, RequestState.talking, cause)
    request.appealed_at = cause.at
    request.answer_due = add_working_days(came_on, ANSWER_WORKING_DAYS)
    reassign(session, request, cause.at, without=refused_by)


def check_decider(session: Session, request: SupportRequest, signature: str) -> None:
    """Raises UserError when whoever refused a request would decide on its appeal too."""
    if request.appealed_at is None or request.state != RequestState.talking:
        return
    appealed = col(Transition.at) <= request.appealed_at
    if _refusal(session, request, appealed).signature == signature.strip().lower():
        raise UserError(
            localized(
                f"Din signatur: du sa nej till #{request.number}; någon annan ska avgöra överklagandet.",
                f"Your signature: you said no to #{request.number}; somebody else is to decide on the appeal.",
            )
        )
