"""A support request, and what lies near it (domain.md sections 3 and 4)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.db.column_types import EncryptedText, UtcDateTime, code, key_field
from models.tables.network import Nature


class NearNeighbour(SQLModel, table=True):
    """A request and an earlier request or network like it, and whether both sides want to be introduced."""

    __tablename__ = "near_neighbour"
    __table_args__ = (
        UniqueConstraint("request_id", "other_request_id", name="one_pair_of_requests"),
        UniqueConstraint("request_id", "other_network_id", name="one_pair_with_a_network"),
        CheckConstraint("(other_request_id IS NULL) <> (other_network_id IS NULL)", name="one_other_side"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_is_a_share"),
    )

    id: UUID = key_field()
    request_id: UUID = Field(foreign_key="support_request.id", index=True)
    other_request_id: UUID | None = Field(default=None, foreign_key="support_request.id", index=True)
    other_network_id: UUID | None = Field(default=None, foreign_key="network.id", index=True)
    score: int
    why: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    found_at: datetime = Field(sa_type=UtcDateTime)
    agreed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    other_agreed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    introduced_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def other_id(self) -> UUID | None:
        """The earlier request or the network."""
        return self.other_request_id or self.other_network_id


NEED_LENGTH = 500


class Channel(StrEnum):
    """How a request came in."""

    phone = "phone"
    mail = "mail"
    meeting = "meeting"
    web = "web"


class RequestState(StrEnum):
    """The stages of a support request (domain.md section 4)."""

    received = "received"
    incomplete = "incomplete"
    talking = "talking"
    waiting = "waiting"
    granted = "granted"
    declined = "declined"
    referred = "referred"
    expired = "expired"
    withdrawn = "withdrawn"


CAME_TO_NOTHING = (RequestState.declined, RequestState.referred, RequestState.expired, RequestState.withdrawn)
OPEN = (RequestState.received, RequestState.incomplete, RequestState.talking, RequestState.waiting)


class RefusalReason(StrEnum):
    """Why a request was declined or referred; the mail tells it in words."""

    none = ""
    not_a_member = "not_a_member"
    employee = "employee"
    no_place = "no_place"
    whole_country = "whole_country"
    other_network = "other_network"
    no_member_interest = "no_member_interest"
    outside_purpose = "outside_purpose"


_version = Column("version", Integer, nullable=False)


class SupportRequest(SQLModel, table=True):
    """What a member asked the office for. `need` is encrypted: free text can hold anything.

    `suits`: when they like to be called, in their own words.
    """

    __tablename__ = "support_request"
    __table_args__ = (CheckConstraint("state <> 'declined' OR reason <> ''", name="declined_has_a_reason"),)
    __mapper_args__ = {"version_id_col": _version}

    id: UUID = key_field()
    number: int = Field(unique=True)
    dedupe_key: str = Field(unique=True, max_length=64)
    received_at: datetime = Field(sa_type=UtcDateTime)
    channel: Channel = Field(sa_type=code(Channel))
    initiator_id: UUID = Field(foreign_key="person.id", index=True)
    place: str
    municipality: str | None = Field(default=None, foreign_key="municipality.code", index=True)
    nature: Nature = Field(sa_type=code(Nature))
    need: str = Field(sa_column=Column(EncryptedText, nullable=False))
    wished: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    without_support: bool = False
    assigned_to: UUID | None = Field(default=None, foreign_key="staff.id", index=True)
    talk_due: date
    answer_due: date
    talk_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    suits: str | None = Field(default=None, sa_column=Column(EncryptedText))
    talk_notes: str | None = Field(default=None, sa_column=Column(EncryptedText))
    state: RequestState = Field(default=RequestState.received, index=True, sa_type=code(RequestState))
    reason: RefusalReason = Field(default=RefusalReason.none, sa_type=code(RefusalReason))
    network_id: UUID | None = Field(default=None, foreign_key="network.id", index=True)
    predecessor: UUID | None = Field(default=None, foreign_key="network.id")
    waiting_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    queue_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    offer_until: date | None = None
    offers_lapsed: int = 0
    appealed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reopened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = Field(default=1, sa_column=_version)

    @property
    def is_a_strangers(self) -> bool:
        """Whether nobody knows yet who typed it: on the web anybody can write anybody's number (domain.md section 13).

        Versions before the link in confirm-request took such in. Until the talk, no mail repeats what was typed.
        """
        return self.channel == Channel.web and self.talk_at is None and self.confirmed_at is None


class NamedOrganiser(SQLModel, table=True):
    """Whom a request names to help carry the network: asked when it is granted or begins to wait, and what they said.

    `place` is their order in the request. Who said no, or was never asked, carries nothing.
    """

    __tablename__ = "named_organiser"
    __table_args__ = (
        UniqueConstraint("request_id", "person_id", name="named_once"),
        CheckConstraint("yes_at IS NULL OR no_at IS NULL", name="yes_or_no"),
    )

    id: UUID = key_field()
    request_id: UUID = Field(foreign_key="support_request.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    place: int
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    yes_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    no_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
