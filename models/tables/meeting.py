"""A meeting (träff) and who carried it; a member always convenes; never a list of who came (domain.md section 3)."""

import secrets
from collections.abc import Callable, Collection
from datetime import datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.db.column_types import EncryptedText, UtcDateTime, code, key_field

MOST_ATTENDING = 300
CONFIRM_ABOVE = 60
KICKOFF_ATTENDING = 3
KICKOFF_ORGANISERS = 2
LATE_REPORT_DAYS = 60
EVENING = time(17, 30)
"""When a meeting was that is told of by its day alone."""


CODE_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that are mistaken for one another when a poster is read aloud or typed in."""
CODE_LENGTH = 12


def new_invite_code(choice: Callable[[str], str] = secrets.choice) -> str:
    """What stands in the address of a meeting's invitation page: drawn at random, and a key to nothing else. `choice`:
    of a history that is made up, and the same each time.
    """
    return "".join(choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


class MeetingStatus(StrEnum):
    """Whether a meeting is to come, was held, or was called off."""

    planned = "planned"
    held = "held"
    cancelled = "cancelled"


class MeetingForm(StrEnum):
    """How people meet."""

    in_person = "in_person"
    digital = "digital"
    mixed = "mixed"


class Duty(StrEnum):
    """The five duties of a meeting (domain.md section 3)."""

    invitation = "invitation"
    host = "host"
    programme = "programme"
    lead = "lead"
    follow_up = "follow_up"


LEADING = (Duty.invitation, Duty.lead)


def is_led_by_member(recorded: Collection[str], by_members: Collection[str]) -> bool:
    """Whether a member led a meeting of which these duties are recorded, and members carried those (section 7): one of
    LEADING is enough, and where neither is recorded it was whoever convened, who is a member (I2).
    """
    return any(duty in by_members for duty in LEADING) or not any(duty in recorded for duty in LEADING)


SWEPT = (
    "starts_at",
    "status",
    "led_by_member",
    "attended",
    "branches",
    "companies",
    "id",
    "duties_by_office",
    "duties_by_members",
)
"""All that a health check and the office's share read of a meeting: they need not visit the table."""


class Meeting(SQLModel, table=True):
    """One meeting: booked by a member, held or cancelled, counted in figures only. `venue`, `topic`, `link`, `note` and
    `words` (its invitation's) are the organisers' own. `invite_code`: the address of its invitation page, which shows
    the venue and the link as they choose.

    `led_by_member`, `duties_by_office` and `duties_by_members` repeat what its duties say, so that who looks at many
    meetings need not look at the duties of each.
    """

    __table_args__ = (
        UniqueConstraint("network_id", "starts_at", name="one_meeting_at_a_time"),
        UniqueConstraint("invite_code", name="one_invitation_page"),
        Index("ix_meeting_sweep", "network_id", *SWEPT),
        CheckConstraint("attended BETWEEN 0 AND 300", name="attended_is_plausible"),
        CheckConstraint("status <> 'held' OR attended IS NOT NULL", name="held_has_attendance"),
    )

    id: UUID = key_field()
    network_id: UUID = Field(foreign_key="network.id")
    starts_at: datetime = Field(sa_type=UtcDateTime)
    status: MeetingStatus = Field(default=MeetingStatus.planned, sa_type=code(MeetingStatus))
    form: MeetingForm = Field(default=MeetingForm.in_person, sa_type=code(MeetingForm))
    minutes: int = 120
    venue: str | None = Field(default=None, sa_type=EncryptedText)
    topic: str | None = Field(default=None, sa_type=EncryptedText)
    link: str | None = Field(default=None, sa_type=EncryptedText)
    note: str | None = Field(default=None, sa_type=EncryptedText)
    words: str | None = Field(default=None, sa_type=EncryptedText)
    invite_code: str | None = Field(default_factory=new_invite_code, max_length=16)
    shows_venue: bool = True
    shows_link: bool = False
    convener_id: UUID = Field(foreign_key="person.id")
    attended: int | None = None
    non_members: int | None = None
    branches: int | None = None
    companies: int | None = None
    led_by_member: bool = False
    duties_by_office: int = 0
    duties_by_members: int = 0
    over_helped: bool = False
    booked_at: datetime = Field(sa_type=UtcDateTime)
    reported_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sequence: int = 0

    @property
    def duties_recorded(self) -> int:
        """Of how many of its duties it is known who carried them."""
        return self.duties_by_office + self.duties_by_members


class MeetingDuty(SQLModel, table=True):
    """Who carried one of a meeting's five duties: a member (as a keyed hash) or the office."""

    __tablename__ = "meeting_duty"
    __table_args__ = (
        UniqueConstraint("meeting_id", "duty", name="one_carrier_of_a_duty"),
        CheckConstraint("by_office = (organiser_key IS NULL)", name="member_or_office"),
        Index("ix_meeting_duty_sweep", "meeting_id", "duty", "organiser_key"),
    )

    id: UUID = key_field()
    meeting_id: UUID = Field(foreign_key="meeting.id")
    duty: Duty = Field(sa_type=code(Duty))
    by_office: bool
    organiser_key: str | None = Field(default=None, max_length=64)


class PlannedDuty(SQLModel, table=True):
    """Who is to carry one of the five duties of a meeting to come, by their code in the network (domain.md section 13).

    A plan is no telling: what was carried stands in MeetingDuty, and no score knows of this.
    """

    __tablename__ = "planned_duty"
    __table_args__ = (UniqueConstraint("meeting_id", "duty", name="one_planned_carrier_of_a_duty"),)

    id: UUID = key_field()
    meeting_id: UUID = Field(foreign_key="meeting.id")
    duty: Duty = Field(sa_type=code(Duty))
    carrier: str = Field(max_length=8)


class ReportEntry(SQLModel, table=True):
    """One telling of a meeting: the meeting keeps the latest, here each is kept (domain.md section 12)."""

    __tablename__ = "report_entry"

    id: UUID = key_field()
    meeting_id: UUID = Field(foreign_key="meeting.id", index=True)
    told_by: str = Field(max_length=8)
    at: datetime = Field(sa_type=UtcDateTime)
    status: MeetingStatus = Field(sa_type=code(MeetingStatus))
    attended: int | None = None
    branches: int | None = None
    companies: int | None = None
    duties_by_office: int | None = None
    duties_by_members: int | None = None
    flow_run_id: str | None = None


class PartnerKind(StrEnum):
    """What a company was to a meeting."""

    host = "host"
    speaker = "speaker"
    participant = "participant"


class Partner(SQLModel, table=True):
    """A company that a network met at or with: its name, never anybody who works there."""

    __table_args__ = (UniqueConstraint("network_id", "company", "kind", name="one_partner_of_a_kind"),)

    id: UUID = key_field()
    network_id: UUID = Field(foreign_key="network.id", index=True)
    company: str = Field(max_length=120)
    kind: PartnerKind = Field(sa_type=code(PartnerKind))


def is_kickoff(attended: int, organisers: int) -> bool:
    """Two who meet have met, but not started a network (domain.md sections 4 and 12)."""
    return attended >= KICKOFF_ATTENDING and organisers >= KICKOFF_ORGANISERS
