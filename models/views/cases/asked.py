"""Whether somebody was asked to help carry a network and what they said, as staff are told it (domain.md section 5).

A question is put when its mail goes, and a mail waits for the morning; until then nobody was asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from models.mail.kinds import OVERTAKEN
from models.tables.mail import WAITING, MailStatus, OutgoingMail, Template
from models.tables.network import Role
from models.tables.request import SupportRequest
from models.views.still_holds import overtaken_reason

QUESTIONS = (Template.co_organiser, Template.contact_question)


@dataclass(frozen=True)
class Asked:
    """What is known and since when; of a question that `goes`, when. `lost`: its mail reached nobody."""

    said: Literal["yes", "no", "asked", "goes", "lost", "unasked"]
    at: datetime | None = None


def questions(session: Session, about: ColumnElement[bool]) -> dict[UUID, OutgoingMail]:
    """The latest mail that asks each person, of those that `about` holds for."""
    asking = select(OutgoingMail).where(about, col(OutgoingMail.template).in_(QUESTIONS))
    mails = session.exec(asking.order_by(col(OutgoingMail.created_at))).all()
    return {mail.person_id: mail for mail in mails if mail.person_id}


def question_of(
    session: Session, mails: Mapping[UUID, OutgoingMail], person_id: UUID, asked_at: datetime | None, at: datetime
) -> Asked:
    """How far the question to somebody who has not answered has come. Its mail may be erased long since."""
    mail = mails.get(person_id)
    if mail is None or asked_at is None:
        return Asked("asked" if asked_at else "unasked", asked_at)
    if mail.status in WAITING:
        goes_at = max(at, mail.not_before)
        return Asked("unasked") if overtaken_reason(session, mail, goes_at) else Asked("goes", mail.not_before)
    if mail.status in (MailStatus.skipped, MailStatus.failed):
        return Asked("unasked") if mail.reason == OVERTAKEN else Asked("lost", mail.settled_at)
    return Asked("asked", mail.settled_at or asked_at)


def answers_of(session: Session, network_id: UUID, roles: Sequence[Role], at: datetime) -> dict[UUID, Asked]:
    """What each of these roles in a network says, by its id: its own yes, else how far the question has come."""
    made_of = select(SupportRequest.id).where(col(SupportRequest.network_id) == network_id)
    mails = questions(session, (col(OutgoingMail.network_id) == network_id) | col(OutgoingMail.request_id).in_(made_of))
    said = {}
    for role in roles:
        if role.confirmed_at:
            said[role.id] = Asked("yes", role.confirmed_at)
        elif role.until:
            said[role.id] = Asked("no")
        else:
            said[role.id] = question_of(session, mails, role.person_id, role.asked_at, at)
    return said
