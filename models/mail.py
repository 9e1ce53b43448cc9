"""What may be sent, to whom, when, and once: rows of the outbox (domain.md section 9, I8)."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import EncryptedText, UtcDateTime, code, key_field
from models.quiet_days import MailClass, next_allowed
from models.settings import Settings

SKIP_AFTER = timedelta(days=14)
LEASE = timedelta(seconds=25)
RETRY_AFTER = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(days=1))


class Template(StrEnum):
    receipt = "receipt"
    talk_invitation = "talk-invitation"
    more_information = "more-information"
    granted = "granted"
    waiting = "waiting"
    declined = "declined"
    co_organiser = "co-organiser"
    kickoff_checklist = "kickoff-checklist"
    calendar_invitation = "calendar-invitation"
    first_meeting = "first-meeting"
    check_in = "check-in"
    check_in_reminder = "check-in-reminder"
    second_organiser = "second-organiser"
    step = "step"
    ending = "ending"
    independent = "independent"
    talk_offer = "talk-offer"
    queue_offer = "queue-offer"
    resting = "resting"
    wake = "wake"
    closed = "closed"
    new_contact = "new-contact"
    introduction = "introduction"
    still_planned = "still-planned"
    data_request = "data-request"
    fresh_link = "fresh-link"
    staff_digest = "staff-digest"
    staff_alarm = "staff-alarm"
    report_ready = "report-ready"


_T = Template
AT_ONCE = {_T.receipt, _T.declined, _T.data_request, _T.fresh_link}
WORKING_DAY = {_T.talk_invitation, _T.more_information, _T.granted, _T.waiting, _T.queue_offer}
WORKING_DAY |= {_T.staff_digest, _T.staff_alarm, _T.report_ready}
REMINDERS = {_T.first_meeting, _T.check_in, _T.check_in_reminder, _T.second_organiser, _T.kickoff_checklist}
REMINDERS |= {_T.still_planned, _T.wake}
"""What a reader can be spared on request; decisions, changes and what they asked for still come."""


ASKS = frozenset({_T.check_in, _T.first_meeting, _T.check_in_reminder, _T.second_organiser})
"""The mails that put the five questions: their context names the check-in."""
MESSAGE_ID = re.compile(r"<([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@[^\s<>@]{1,255}>", re.I)
ENVELOPE_ID = re.compile(r"[0-9a-f]{32}", re.I)


def mail_class(template: Template) -> MailClass:
    """When mail of this kind may go (domain.md section 9)."""
    if template in AT_ONCE:
        return MailClass.at_once
    return MailClass.working_day if template in WORKING_DAY else MailClass.founder


class MailStatus(StrEnum):
    queued = "queued"
    sending = "sending"
    sent = "sent"
    deferred = "deferred"
    failed = "failed"
    in_doubt = "in_doubt"
    skipped = "skipped"


WAITING = (MailStatus.queued, MailStatus.deferred)
UNSETTLED = (*WAITING, MailStatus.sending, MailStatus.in_doubt)
"""It may still go, or nobody knows yet whether it went."""


class OutgoingMail(SQLModel, table=True):
    """One mail to one recipient. The address is looked up when it goes; the exact bytes live only until settled."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts_are_counted"),
        CheckConstraint("person_id IS NULL OR staff_id IS NULL", name="one_recipient"),
        Index("ix_outgoing_mail_queue", "status", "not_before", "created_at"),
    )

    id: UUID = key_field()
    idempotency_key: str = Field(unique=True)
    template: Template = Field(sa_type=code(Template))
    template_version: str | None = None
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    staff_id: UUID | None = Field(default=None, foreign_key="staff.id", index=True)
    network_id: UUID | None = Field(default=None, foreign_key="network.id", index=True)
    request_id: UUID | None = Field(default=None, foreign_key="support_request.id", index=True)
    context: str = Field(sa_column=Column(EncryptedText, nullable=False))
    language: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    not_before: datetime = Field(sa_type=UtcDateTime, index=True)
    status: MailStatus = Field(default=MailStatus.queued, sa_type=code(MailStatus))
    reason: str | None = None
    attempts: int = 0
    message_id: str | None = None
    claimed_by: UUID | None = Field(default=None, index=True)
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_by: UUID | None = Field(default=None, foreign_key="staff.id")


class SendingPace(SQLModel, table=True):
    """When the next mail may go under LOTS_SMTP_RATE: one row, so that the limit holds across all who send."""

    __tablename__ = "sending_pace"
    __table_args__ = (CheckConstraint("id = 1", name="one_pace_for_all"),)

    id: int = Field(default=1, primary_key=True)
    next_at: datetime = Field(sa_type=UtcDateTime)


@lru_cache(maxsize=16)
def name_and_address(mailbox: str) -> tuple[str, str]:
    """A mailbox as the settings have it, taken apart."""
    return parseaddr(mailbox)


def return_path(mail_id: UUID, chosen: Settings) -> str:
    """The envelope sender of a mail, where its bounces go: by LOTS_MAIL_RETURN_PATH, else the sender's address."""
    return chosen.mail_return_path.replace("{id}", mail_id.hex) or name_and_address(chosen.mail_from)[1]


def mail_returned_to(address: str, chosen: Settings) -> UUID | None:
    """The mail whose `return_path` an address is; None when it is none of ours."""
    before, _, after = chosen.mail_return_path.lower().partition("{id}")
    found = address.strip().lower()
    if not after or not (found.startswith(before) and found.endswith(after)):
        return None
    return mail_of_envelope(found[len(before) : -len(after)])


def mail_of_envelope(envelope_id: str) -> UUID | None:
    """The mail that an envelope id (RFC 3461, ENVID) names; None when it has not the form of ours."""
    return UUID(envelope_id.strip()) if ENVELOPE_ID.fullmatch(envelope_id.strip()) else None


def mails_named(text: str) -> tuple[UUID, ...]:
    """The mails whose Message-IDs stand in a text such as References, in their order, each once."""
    return tuple(dict.fromkeys(UUID(one) for one in MESSAGE_ID.findall(text)))


@dataclass(frozen=True)
class Letter:
    """A mail to be queued. `occasion` makes the idempotency key: the same letter for it goes once, ever."""

    template: Template
    person_id: UUID | None
    occasion: str
    network_id: UUID | None = None
    request_id: UUID | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    staff_id: UUID | None = None

    @property
    def key(self) -> str:
        return f"{self.template}:{self.occasion}:{self.person_id or self.staff_id}"


def queue(session: Session, letters: Iterable[Letter], at: datetime) -> int:
    """Put letters in the outbox, in the caller's transaction; those queued before are left alone. Returns how many."""
    rows = [
        {
            "id": uuid4(),
            "idempotency_key": letter.key,
            "template": letter.template,
            "person_id": letter.person_id,
            "staff_id": letter.staff_id,
            "network_id": letter.network_id,
            "request_id": letter.request_id,
            "context": json.dumps(dict(letter.context), default=str, ensure_ascii=False),
            "created_at": at,
            "not_before": next_allowed(at, mail_class(letter.template)),
            "status": MailStatus.queued,
            "attempts": 0,
        }
        for letter in letters
    ]
    if not rows:
        return 0
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(OutgoingMail).on_conflict_do_nothing(index_elements=["idempotency_key"])
    before = session.connection().execute(select(func.count()).select_from(OutgoingMail)).scalar_one()
    session.connection().execute(statement, rows)
    return session.connection().execute(select(func.count()).select_from(OutgoingMail)).scalar_one() - before


def counts(session: Session) -> dict[str, int]:
    """Mails by status, every status named."""
    found = dict(session.exec(select(OutgoingMail.status, func.count()).group_by(col(OutgoingMail.status))).all())
    return {status.value: found.get(status, 0) for status in MailStatus}
