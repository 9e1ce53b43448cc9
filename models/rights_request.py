"""A person asks for what the law gives them: access, correction, erasure (domain.md section 10)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import UtcDateTime, code, key_field
from models.mail import Letter, Template, queue
from models.person import Person
from models.quiet_days import add_months, local
from models.staff import Staff, StaffRole


class RightsKind(StrEnum):
    access = "access"
    correction = "correction"
    erasure = "erasure"


class RightsStatus(StrEnum):
    received = "received"
    answered = "answered"
    refused = "refused"


class RightsRequest(SQLModel, table=True):
    """One request about personal data and the day it must be answered by."""

    __tablename__ = "rights_request"

    id: UUID = key_field()
    kind: RightsKind = Field(sa_type=code(RightsKind))
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    received_at: datetime = Field(sa_type=UtcDateTime)
    deadline: date = Field(index=True)
    status: RightsStatus = Field(default=RightsStatus.received, sa_type=code(RightsStatus))


MONTHS_TO_ANSWER = 1


def ask(session: Session, person: Person, kind: RightsKind, at: datetime) -> RightsRequest:
    """Record what somebody asks for and its deadline, send a receipt, and tell staff. Asked twice, it is one request.

    Who it is about stands in no row of ours but by id; the mail to staff looks the name up when it goes.
    """
    waits = select(RightsRequest).where(col(RightsRequest.person_id) == person.id, col(RightsRequest.kind) == kind)
    known = session.exec(waits.where(col(RightsRequest.status) == RightsStatus.received)).first()
    if known:
        return known
    deadline = add_months(local(at).date(), MONTHS_TO_ANSWER)
    request = RightsRequest(kind=kind, person_id=person.id, received_at=at, deadline=deadline)
    session.add(request)
    session.flush()
    told = {"stage": "receipt", "kind": kind, "deadline": deadline, "data_link": "", "outcome": "", "reason": ""}
    letters = [Letter(Template.data_request, person.id, f"{request.id}:receipt", context=told)]
    for staff in who_answers(session):
        about = {"what": f"rights_{kind}", "subject": "", "due": deadline, "link": "", "other_person": str(person.id)}
        letters.append(Letter(Template.staff_alarm, None, f"rights:{request.id}", context=about, staff_id=staff.id))
    queue(session, letters, at)
    return request


def who_answers(session: Session) -> list[Staff]:
    """Those who look after data protection, else the office."""
    active = session.exec(select(Staff).where(col(Staff.active)).order_by(col(Staff.signature))).all()
    named = [one for one in active if one.role == StaffRole.data_protection]
    return named or [one for one in active if one.role == StaffRole.office]
