"""A support request: an initiator, a place and a need in the initiator's own words (domain.md S2, S3, section 4)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Integer
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import EncryptedText, UtcDateTime, code, key_field, keyed_hash, nfc
from models.errors import UserError
from models.language import say
from models.network import Nature
from models.person import Membership, Person
from models.place import is_whole_country

NEED_LENGTH = 500


class Channel(StrEnum):
    phone = "phone"
    mail = "mail"
    meeting = "meeting"
    web = "web"


class RequestState(StrEnum):
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


class Reason(StrEnum):
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
    """What a member asked the office for. `need` is encrypted: free text can hold anything."""

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
    co_organisers: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    without_support: bool = False
    assigned_to: UUID | None = Field(default=None, foreign_key="staff.id")
    talk_due: date
    answer_due: date
    talk_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    talk_notes: str | None = Field(default=None, sa_column=Column(EncryptedText))
    state: RequestState = Field(default=RequestState.received, index=True, sa_type=code(RequestState))
    reason: Reason = Field(default=Reason.none, sa_type=code(Reason))
    network_id: UUID | None = Field(default=None, foreign_key="network.id")
    predecessor: UUID | None = Field(default=None, foreign_key="network.id")
    waiting_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    queue_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    offer_until: date | None = None
    offers_lapsed: int = 0
    version: int = Field(default=1, sa_column=_version)

    @property
    def is_a_strangers(self) -> bool:
        """Whether nobody knows yet who typed it: on the web anybody can write anybody's number (domain.md section 13).

        Until the talk, nothing that was typed is repeated in a mail.
        """
        return self.channel == Channel.web and self.talk_at is None


def dedupe_key(initiator: str, municipality: str, place: str, nature: str, need: str, *after: int) -> str:
    """The same form twice is the same request (domain.md section 12): equal for equal content, blanks aside.

    `after`: numbers of the network it comes back from, and of requests that came to nothing before it, if any.
    """
    content = (initiator, municipality, nfc(place).casefold(), nature, nfc(need).casefold())
    return keyed_hash("request", *content, *(str(number) for number in after if number))


def judge(person: Person, place: str, municipality: str | None) -> tuple[RequestState, Reason]:
    """What the rules say of a request before any talk (domain.md sections 4 and 12).

    An unknown membership (register down, number unknown) is incomplete: retried, never granted.
    """
    if person.is_employee:
        return RequestState.declined, Reason.employee
    if person.membership == Membership.unknown and not person.is_representative:
        return RequestState.incomplete, Reason.none
    if not person.may_initiate:
        return RequestState.declined, Reason.not_a_member
    if is_whole_country(place):
        return RequestState.declined, Reason.whole_country
    if not place or not municipality:
        return RequestState.declined, Reason.no_place
    return RequestState.received, Reason.none


def by_number(session: Session, number: int, field: str) -> SupportRequest:
    """The request that staff know as #number. Raises UserError that names the form's field."""
    found = session.exec(select(SupportRequest).where(col(SupportRequest.number) == number)).one_or_none()
    if not found:
        raise UserError(
            say(
                f"{field}: det finns ingen förfrågan #{number}. Välj ett nummer ur listan.",
                f"{field}: there is no request #{number}. Choose a number from the list.",
            )
        )
    return found
