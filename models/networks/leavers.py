"""Who left the union or came to work at the office parts with networks and requests, 14 days on (domain.md sections 4
and 10): the register may have been wrong.
"""

from sqlmodel import Session, col, select

from models.networks.contacts import end_roles_of_leavers, end_unanswered, propose_rest_without_contact
from models.people.eligibility import GRACE, note_who_may_no_more
from models.requests import ending
from models.tables.person import Person
from models.tables.request import OPEN, RequestState, SupportRequest
from models.tables.transition import Cause


def part_with_leavers(session: Session, cause: Cause) -> int:
    """Every morning: date who may no more, end the roles of those who have not been members for 14 days and withdraw
    their requests; propose rest where nobody took over; ask nobody on whose link has run out. Returns how many roles.
    """
    note_who_may_no_more(session, cause.at)
    ended = end_roles_of_leavers(session, cause.at) + end_unanswered(session, cause.at)
    _withdraw_requests(session, cause)
    propose_rest_without_contact(session, cause.at)
    return ended


def _withdraw_requests(session: Session, cause: Cause) -> None:
    rows = select(SupportRequest).join(Person, col(Person.id) == SupportRequest.initiator_id)
    # An appeal is about just that: whether they may ask.
    appealed = col(SupportRequest.appealed_at).is_not(None) & (col(SupportRequest.state) == RequestState.talking)
    theirs = rows.where(
        col(SupportRequest.state).in_(OPEN), ~appealed, col(Person.ineligible_since) <= cause.at - GRACE
    )
    for request in session.exec(theirs.order_by(col(SupportRequest.number))).all():
        ending.withdraw(session, request, cause, ending.LEFT)
