"""The queue of outgoing mail: its templates, their kinds, and one row a mail (domain.md section 9)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from models.db.column_types import EncryptedText, UtcDateTime, code, key_field


class Template(StrEnum):
    """Every mail there is, by its name (domain.md section 9)."""

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
    staff_case = "staff-case"
    staff_digest = "staff-digest"
    staff_alarm = "staff-alarm"
    report_ready = "report-ready"
    request_ended = "request-ended"
    sign_in = "sign-in"
    correction = "correction"
    starter_kit = "starter-kit"
    contact_question = "contact-question"
    confirm_request = "confirm-request"


class MailStatus(StrEnum):
    """What has become of a mail (domain.md section 9)."""

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
