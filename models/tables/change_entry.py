"""What staff or an organiser changed, or staff put right, besides a state (domain.md sections 8 and 13)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from models.db.column_types import EncryptedText, UtcDateTime, code, key_field

ASKER = "asker"  # who did it to a request that is their own: they go by no code yet
WITHOUT_SUPPORT = "without_support"  # stands for wishes where somebody begins without support


class ChangedField(StrEnum):
    """What was changed, or (from `grant` on) was wrong and put right."""

    cadence = "cadence"
    target_size = "target_size"
    name = "name"
    place = "place"
    negotiator = "negotiator"
    role = "role"
    extension = "extension"
    asked = "asked"
    contact = "contact"
    left = "left"
    need = "need"
    wished = "wished"
    nature = "nature"
    asked_place = "asked_place"
    named = "named"
    grant = "grant"
    payment = "payment"
    used = "used"
    meeting_day = "meeting_day"
    meeting_doubled = "meeting_doubled"
    meeting_never_held = "meeting_never_held"
    kickoff = "kickoff"
    partner = "partner"
    annulled = "annulled"
    reopened = "reopened"
    person = "person"


class ChangeEntry(SQLModel, table=True):
    """One change or correction: from what to what, on whose word, signed by whom; in a network, a request, or both.
    What an organiser did themselves on the network's page, or who asked on that of their request, nobody signs:
    `asked_by` is who, ASKER of a request.

    `before` and `after` hold days, figures, codes and signatures, and what a network, its place or a company is called;
    never a person, nor a need in somebody's words. A role that was ended for cause has its reason, and a second
    signature; a correction has its reason.
    `confirmed_at`, `refused_at`: when whoever gave the second signature said so themselves, or that they never did.
    """

    __tablename__ = "change_entry"
    __table_args__ = (
        CheckConstraint("network_id IS NOT NULL OR request_id IS NOT NULL", name="changed_in_something"),
        CheckConstraint("what <> 'role' OR approved_by IS NOT NULL", name="role_ended_by_two"),
        CheckConstraint("approved_by <> signed_by", name="change_approved_by_another"),
        CheckConstraint("signed_by IS NOT NULL OR asked_by IS NOT NULL", name="signed_or_done_by_a_member"),
        CheckConstraint("confirmed_at IS NULL OR refused_at IS NULL", name="confirmed_or_refused"),
    )

    id: UUID = key_field()
    network_id: UUID | None = Field(default=None, foreign_key="network.id", index=True)
    request_id: UUID | None = Field(default=None, foreign_key="support_request.id", index=True)
    what: ChangedField = Field(sa_type=code(ChangedField))
    before: str = Field(sa_column=Column(EncryptedText, nullable=False))
    after: str = Field(sa_column=Column(EncryptedText, nullable=False))
    asked_by: str | None = Field(default=None, max_length=8)
    reason: str | None = Field(default=None, sa_column=Column(EncryptedText))
    signed_by: UUID | None = Field(default=None, foreign_key="staff.id")
    approved_by: UUID | None = Field(default=None, foreign_key="staff.id")
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    flow_run_id: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)
