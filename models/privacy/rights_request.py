"""A person asks for what the law gives them about their own data (domain.md section 10)."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from models.dates.local_time import add_months, local, midnight
from models.mail.queue import QueuedMail, enqueue
from models.office.absence import substitute_for
from models.tables.mail import Template
from models.tables.office import Staff, StaffRole
from models.tables.person import Person, RightsKind, RightsRequest, RightsStatus

ALARM_AFTER = timedelta(days=20)


def unanswered(session: Session) -> list[RightsRequest]:
    """What waits for its answer, the oldest first."""
    waits = select(RightsRequest).where(col(RightsRequest.status) == RightsStatus.received)
    return list(session.exec(waits.order_by(col(RightsRequest.received_at), col(RightsRequest.id))))


def alarm_on(request: RightsRequest) -> date:
    """From when staff are alarmed again of a request without an answer; a third of the time is left then."""
    return local(request.received_at).date() + ALARM_AFTER


MONTHS_TO_ANSWER = 1
QUIET = (RightsKind.restriction, RightsKind.objection)
"""What means that nobody is asked anything more about the network; decisions still come."""


def ask(
    session: Session, person: Person, kind: RightsKind, at: datetime, received_on: date | None = None
) -> RightsRequest:
    """Record what somebody asks for and its deadline, send a receipt, and tell staff. Asked twice, it is one request.

    The month runs from the day it came, on the page or (`received_on`) by phone or letter. Who it is about stands in no
    row of ours but by id; the mail to staff looks the name up when it goes.
    """
    waits = select(RightsRequest).where(col(RightsRequest.person_id) == person.id, col(RightsRequest.kind) == kind)
    known = session.exec(waits.where(col(RightsRequest.status) == RightsStatus.received)).first()
    if known and received_on and received_on < local(known.received_at).date():
        known.received_at = midnight(received_on)  # the letter came before what they asked on the page
        known.deadline = add_months(received_on, MONTHS_TO_ANSWER)
        session.add(known)
    if known:
        return known
    came = min(at, midnight(received_on)) if received_on else at
    deadline = add_months(local(came).date(), MONTHS_TO_ANSWER)
    request = RightsRequest(kind=kind, person_id=person.id, received_at=came, deadline=deadline)
    session.add(request)
    if kind in QUIET:  # until it is answered, and after
        person.reminders_stopped_at = person.reminders_stopped_at or at
        session.add(person)
    session.flush()
    told = {"stage": "receipt", "kind": kind, "deadline": deadline, "data_link": "", "outcome": "", "reason": ""}
    letters = [QueuedMail(Template.data_request, person.id, f"{request.id}:receipt", context=told)]
    for staff in who_answers(session, local(at).date()):
        about = {"what": f"rights_{kind}", "subject": "", "due": deadline, "link": "", "other_person": str(person.id)}
        letters.append(QueuedMail(Template.staff_alarm, None, f"rights:{request.id}", context=about, staff_id=staff.id))
    enqueue(session, letters, at)
    return request


def who_answers(session: Session, today: date) -> list[Staff]:
    """Those who look after data protection, or who acts for them that day; nobody there, the office."""
    roles = col(Staff.role).in_((StaffRole.data_protection, StaffRole.office))
    active = session.exec(select(Staff).where(col(Staff.active), roles).order_by(col(Staff.signature))).all()
    named = [one for one in active if one.role == StaffRole.data_protection]
    acting = {one.id: one for staff in named if (one := substitute_for(session, staff, today))}
    office = [one for one in active if one.role == StaffRole.office]
    return list(acting.values()) or [*named, *office]
