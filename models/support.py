"""The support menu, what is granted from it, and the ladder that the office steps down (domain.md section 5)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Numeric
from sqlmodel import Field, Session, SQLModel, col, func, select

from models.columns import EncryptedText, code, key_field
from models.errors import UserError
from models.language import say
from models.network import Nature, Network
from models.numbers import numbers
from models.quiet_days import add_months, local


class Item(StrEnum):
    talk = "talk"
    starter_kit = "starter_kit"
    send_out = "send_out"
    negotiator_at_meeting = "negotiator_at_meeting"
    sounding_board = "sounding_board"
    speaker = "speaker"
    grant_money = "grant_money"
    company_contact = "company_contact"
    digital_room = "digital_room"
    handover_talk = "handover_talk"
    restart_talk = "restart_talk"


@dataclass(frozen=True)
class MenuLine:
    """What an item costs the office in hours each time, and how often a network may have it."""

    hours: Decimal
    per_network: int | None = None
    sek: int = 0


MENU: dict[Item, MenuLine] = {
    Item.talk: MenuLine(Decimal(1)),
    Item.starter_kit: MenuLine(Decimal(0)),
    Item.send_out: MenuLine(Decimal("1.5")),
    Item.negotiator_at_meeting: MenuLine(Decimal(6), per_network=2),
    Item.sounding_board: MenuLine(Decimal(3)),
    Item.speaker: MenuLine(Decimal(2)),
    Item.grant_money: MenuLine(Decimal("0.5"), per_network=2, sek=3000),
    Item.company_contact: MenuLine(Decimal(2)),
    Item.digital_room: MenuLine(Decimal(0)),
    Item.handover_talk: MenuLine(Decimal(1)),
    Item.restart_talk: MenuLine(Decimal(2)),
}
SUGGESTED: dict[Nature, tuple[Item, ...]] = {
    Nature.town: (Item.starter_kit, Item.send_out, Item.negotiator_at_meeting),
    Nature.business_park: (Item.starter_kit, Item.company_contact),
    Nature.role: (Item.sounding_board, Item.speaker, Item.digital_room),
    Nature.theme: (Item.sounding_board, Item.speaker, Item.digital_room),
    Nature.other: (Item.starter_kit,),
}
# How many of a meeting's five duties the office may carry at each step; `invitation` never.
OFFICE_DUTIES = {0: 3, 1: 3, 2: 2, 3: 1, 4: 0}
FIRST_YEAR_MONTHS = 12
SUPPORT_MONTHS = 9
ABSOLUTE_MONTHS = 12
SHARING_AFTER_DAYS = 90
TRIAL_AFTER_DAYS = 180
NOTICE_DAYS = (60, 30)


class GrantStatus(StrEnum):
    granted = "granted"
    used = "used"
    ended = "ended"


class SupportGrant(SQLModel, table=True):
    """One item granted for one occasion: hours, a person, from and to, a reason; every grant ends (S4, S7)."""

    __tablename__ = "support_grant"
    __table_args__ = (
        CheckConstraint("to_on >= from_on", name="grant_ends_after_it_begins"),
        CheckConstraint("hours >= 0", name="hours_are_not_negative"),
        CheckConstraint("sek BETWEEN 0 AND 3000", name="sek_within_the_cap"),
    )

    id: UUID = key_field()
    network_id: UUID = Field(foreign_key="network.id", index=True)
    item: Item = Field(sa_type=code(Item))
    hours: Decimal = Field(sa_column=Column(Numeric(6, 2), nullable=False))
    sek: int = 0
    staff_id: UUID = Field(foreign_key="staff.id")
    from_on: date
    to_on: date
    occasion: int = 1
    reason: str = Field(sa_column=Column(EncryptedText, nullable=False))
    status: GrantStatus = Field(default=GrantStatus.granted, sa_type=code(GrantStatus))


class SupportTime(SQLModel, table=True):
    """Hours of a grant that were used, on a day."""

    __tablename__ = "support_time"
    __table_args__ = (CheckConstraint("hours > 0", name="time_used_is_positive"),)

    id: UUID = key_field()
    grant_id: UUID = Field(foreign_key="support_grant.id", index=True)
    on: date
    hours: Decimal = Field(sa_column=Column(Numeric(6, 2), nullable=False))


def suggest(nature: Nature, without_support: bool) -> tuple[Item, ...]:
    """Items that the network's nature suggests; staff choose (S5)."""
    return (Item.starter_kit,) if without_support else SUGGESTED[nature]


def hours_used(session: Session, grant_id: UUID) -> Decimal:
    """Hours of a grant that were used so far."""
    used = session.exec(select(func.sum(SupportTime.hours)).where(col(SupportTime.grant_id) == grant_id)).one()
    return Decimal(str(used or 0))


def first_year_ends_on(network: Network) -> date:
    """The day on which a network's first 12 months are over, counted from the day it was created."""
    return add_months(local(network.created_at).date(), FIRST_YEAR_MONTHS)


def first_year_hours(session: Session, network: Network) -> Decimal:
    """Hours granted to a network for its first 12 months, or used where more was used than granted."""
    used: Any = (
        select(col(SupportTime.grant_id), func.sum(col(SupportTime.hours)).label("hours"))
        .group_by(col(SupportTime.grant_id))
        .subquery()
    )
    rows = session.exec(
        select(col(SupportGrant.hours), used.c.hours)
        .outerjoin(used, used.c.grant_id == SupportGrant.id)
        .where(col(SupportGrant.network_id) == network.id, col(SupportGrant.from_on) < first_year_ends_on(network))
    ).all()
    return sum((max(granted, Decimal(str(spent or 0))) for granted, spent in rows), Decimal(0))


def check_network_hours(session: Session, grant: SupportGrant, more: Decimal) -> None:
    """Raises UserError when `more` hours used of a grant take its network beyond its first year's hours (section 5)."""
    network = session.get_one(Network, grant.network_id)
    beyond = max(Decimal(0), hours_used(session, grant.id) + more - grant.hours)
    if not beyond or grant.from_on >= first_year_ends_on(network):
        return
    if first_year_hours(session, network) + min(beyond, more) > (most := numbers().network_hours):
        raise UserError(
            say(
                f"Timmar: nätverk #{network.number} får högst {most} timmar första året. Ange färre.",
                f"Hours: network #{network.number} gets at most {most} hours in its first year. Give fewer.",
            )
        )


def support_ends_on(kickoff: date) -> date:
    """The limit: nine months after kickoff (domain.md section 5)."""
    return add_months(kickoff, SUPPORT_MONTHS)


def over_helps(step: int, office_duties: list[str]) -> bool:
    """Whether the office carried more of a meeting than the step allows: saved, flagged, talked about."""
    return len(office_duties) > OFFICE_DUTIES[step] or "invitation" in office_duties
