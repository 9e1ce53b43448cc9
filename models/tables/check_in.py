"""The check-in: one minute, five questions, at a rhythm that follows the ladder (domain.md section 6)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.db.column_types import UtcDateTime, code, key_field

CHANGEABLE_DAYS = 14


class Sharing(StrEnum):
    """Question 3: how many share the work."""

    only_me = "1"
    two = "2"
    three_or_more = "3"


class Wish(StrEnum):
    """Question 5: what would help most."""

    nothing = "nothing"
    sounding_board = "sounding_board"
    more_organisers = "more_organisers"
    speaker = "speaker"
    invitation = "invitation"
    pause = "pause"
    close = "close"


class CheckIn(SQLModel, table=True):
    """One check-in sent to one person, who may not be the only one asked; its answers are the latest given by anybody.

    What counts for the network stands here; whose answers they are, in CheckInAnswer.
    """

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("network_id", "sent_on", name="one_check_in_a_day"),
        CheckConstraint("q4 BETWEEN 1 AND 5", name="q4_is_one_to_five"),
        CheckConstraint("reminders BETWEEN 0 AND 1", name="one_reminder_at_most"),
        CheckConstraint("(answered_at IS NULL) = (q4 IS NULL)", name="an_answer_has_q4"),
        Index("ix_check_in_sweep", "network_id", "sent_on", "answered_at", "q4", "q2_next_on"),
    )

    id: UUID = key_field()
    network_id: UUID = Field(foreign_key="network.id")
    person_id: UUID = Field(foreign_key="person.id")
    sent_on: date = Field(index=True)
    q1_met: bool | None = None
    q1_on: date | None = None
    q1_attended: int | None = None
    q2_next_on: date | None = None
    q3_sharing: Sharing | None = Field(default=None, sa_type=code(Sharing))
    q4: int | None = None
    q5_wish: Wish | None = Field(default=None, sa_type=code(Wish))
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminders: int = 0
    reminded_on: date | None = None
    second_asked_on: date | None = None
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CheckInAnswer(SQLModel, table=True):
    """One person's own answers to a check-in: nobody else sees or changes them (domain.md section 6).

    `answered_at`: first given, `given_at`: last changed.
    """

    __tablename__ = "check_in_answer"
    __table_args__ = (
        UniqueConstraint("check_in_id", "person_id", name="one_answer_a_person"),
        CheckConstraint("q4 BETWEEN 1 AND 5", name="answered_q4_is_one_to_five"),
    )

    id: UUID = key_field()
    check_in_id: UUID = Field(foreign_key="check_in.id")
    network_id: UUID = Field(foreign_key="network.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    q1_met: bool | None = None
    q1_on: date | None = None
    q1_attended: int | None = None
    q2_next_on: date | None = None
    q3_sharing: Sharing | None = Field(default=None, sa_type=code(Sharing))
    q4: int
    q5_wish: Wish | None = Field(default=None, sa_type=code(Wish))
    answered_at: datetime = Field(sa_type=UtcDateTime)
    given_at: datetime = Field(sa_type=UtcDateTime, index=True)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


ANSWERS = ("q1_met", "q1_on", "q1_attended", "q2_next_on", "q3_sharing", "q4", "q5_wish")
