"""That a message came in and was handled: all that is kept of it. Apart from its rules: tables need no forms."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.db.column_types import UtcDateTime, code, key_field


class IncomingKind(StrEnum):
    """What a message turned out to be."""

    bounce = "bounce"  # the address takes no mail
    not_delivered = "not_delivered"  # this mail did not arrive, and the address may be good
    soft = "soft"  # delayed: nothing follows
    auto_reply = "auto_reply"  # a machine wrote it: never an answer
    answer = "answer"  # the five answers, recorded
    staff = "staff"  # for a human to read
    ignored = "ignored"  # news of a mail that we never sent, or that one was delivered


class IncomingMail(SQLModel, table=True):
    """That a message was handled, and as what. `key` is a keyed hash of its bytes: nothing of it is kept."""

    __tablename__ = "incoming_mail"

    id: UUID = key_field()
    key: str = Field(unique=True, max_length=64)
    kind: IncomingKind = Field(sa_type=code(IncomingKind))
    handled_at: datetime = Field(sa_type=UtcDateTime, index=True)
