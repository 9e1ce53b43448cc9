"""What should have happened by a day: ends that time brings, looked at over a whole database (domain.md 4, 5 and 10).

Each rule leaves the sweeps two days: a machine that was off over a night is no broken promise.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, exists, or_, select

from models.dates.local_time import add_months, local, midnight
from models.people.eligibility import GRACE
from models.people.signed_link import VALID_FOR, Purpose
from models.privacy.retention import FORM_DAYS, TEXT_MONTHS
from models.requests.unconfirmed import KEPT_FOR
from models.requests.waiting_list import expires_on
from models.tables.contact_entry import ContactEntry
from models.tables.intake import Intake
from models.tables.mail import UNSETTLED, OutgoingMail
from models.tables.network import Network, Role
from models.tables.person import Person
from models.tables.request import CAME_TO_NOTHING, OPEN, NamedOrganiser, RequestState, SupportRequest
from models.tables.transition import Transition
from models.tables.unconfirmed_request import UnconfirmedRequest
from models.views.invariants import Rule

SLACK = timedelta(days=2)


def late(session: Session, at: datetime) -> list[str]:
    """One line for every promise of time that is not kept at that moment; empty when all are."""
    session.flush()
    return [line for rule in rules_of(at - SLACK) if (line := rule.line(session))]


def rules_of(by: datetime) -> tuple[Rule, ...]:
    """What should have been done by then."""
    year_ago = midnight(add_months(local(by).date(), -TEXT_MONTHS))
    left = (col(Person.ineligible_since) <= by - GRACE,)
    asked = (col(NamedOrganiser.asked_at) <= by - VALID_FOR[Purpose.organiser], col(NamedOrganiser.yes_at).is_(None))
    return (
        Rule("I1", "nätverk där någon har en roll fast hen lämnat facket eller är anställd",
             "networks where somebody has a role who left the union or works at the office",
             _found(select(Network.number).join(Role).join(Person).where(*left, col(Role.until).is_(None)))),
        Rule("4", "öppna förfrågningar från den som lämnat facket eller är anställd",
             "open requests of somebody who left the union or works at the office",
             _found(select(SupportRequest.number).join(Person).where(
                 *left, col(SupportRequest.state).in_(OPEN), col(SupportRequest.appealed_at).is_(None)))),
        Rule("4", "förfrågningar i kön som skulle ha gått ut", "requests in the queue that should have expired",
             lambda session: _waited_too_long(session, by)),
        Rule("10", "nätverk där någon tillfrågats för länge sedan", "networks where somebody was asked too long ago",
             _found(select(Network.number).join(Role).where(
                 col(Role.confirmed_at).is_(None), col(Role.until).is_(None),
                 col(Role.asked_at) <= by - VALID_FOR[Purpose.organiser]))),
        Rule("10", "förfrågningar som nämner någon de inte längre ska", "requests that name somebody they should not",
             _found(select(SupportRequest.number).join(NamedOrganiser).where(or_(
                 col(SupportRequest.state).in_(CAME_TO_NOTHING) & _ended_before(by),
                 col(SupportRequest.state).in_(OPEN) & asked[0] & asked[1])))),
        Rule("10", "formulär som aldrig blev klara och inte tömts", "forms never worked off and not emptied",
             _found(select(Intake.flow).where(
                 col(Intake.form).is_not(None), col(Intake.received_at) <= by - FORM_DAYS))),
        Rule("10", "obekräftade förfrågningar som inte glömts", "unconfirmed requests that were not forgotten",
             _found(select(UnconfirmedRequest.municipality).where(col(UnconfirmedRequest.typed_at) <= by - KEPT_FOR))),
        Rule("10", "mejl äldre än tolv månader som vet vem de gick till",
             "mails older than twelve months that know whom they went to",
             _found(select(OutgoingMail.template).where(
                 col(OutgoingMail.created_at) < year_ago, col(OutgoingMail.person_id).is_not(None),
                 col(OutgoingMail.status).not_in(UNSETTLED)))),
        Rule("10", "anteckningar om kontaktförsök äldre än tolv månader", "notes of attempts older than twelve months",
             _found(select(ContactEntry.channel).where(
                 col(ContactEntry.noted_at) < year_ago, col(ContactEntry.note).is_not(None)))),
    )  # fmt: skip


def _found(query: Any) -> Callable[[Session], Iterable[object]]:
    """What a question finds; numbers as staff know them."""

    def find(session: Session) -> Iterator[object]:
        for found in session.exec(query):
            yield f"#{found}" if isinstance(found, int) else str(found)

    return find


def _ended_before(by: datetime) -> Any:
    """The condition that a request has not been touched by its own log since then."""
    return ~exists().where(col(Transition.request_id) == col(SupportRequest.id), col(Transition.at) > by)


def _waited_too_long(session: Session, by: datetime) -> Iterator[object]:
    waiting = select(SupportRequest).where(
        col(SupportRequest.state) == RequestState.waiting, col(SupportRequest.offer_until).is_(None)
    )
    for request in session.exec(waiting.order_by(col(SupportRequest.number))):
        ends = expires_on(request)
        if ends and ends < local(by).date():
            yield f"#{request.number}"
