"""The rows behind `/network/{token}`: what is ahead and what was, who carries what, and the office's support."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlmodel import Session, col, select

from deployments.web.pages import meeting_queries
from deployments.web.pages.meeting_queries import Teller
from deployments.web.request import LinkRefused
from models.dates.local_time import local
from models.db.engine import reading
from models.meetings.details import MeetingDetails, details_of
from models.meetings.duties import planned_duties
from models.meetings.invitation import Invitation, invitation_of
from models.networks.own_acts import contact_code, contacts_asked
from models.people.roles import confirmed_organisers, roles_of
from models.support.ladder import support_end
from models.support.network_hours import hours_used
from models.support.pauses import pauses_of
from models.tables.meeting import LATE_REPORT_DAYS, Duty, Meeting, MeetingForm, MeetingStatus
from models.tables.network import ACTIVE, Network, NetworkState, Role
from models.tables.support import GrantStatus, Item, SupportGrant
from models.views.network_page import Rung, next_rung

MOST_PAST = 6


@dataclass(frozen=True)
class Ahead:
    """A meeting that is booked, as it is booked, and by duty the code of who is to carry it."""

    meeting_id: UUID
    starts_at: datetime
    form: MeetingForm
    details: MeetingDetails
    duties: dict[str, str]
    invitation: Invitation

    @property
    def on(self) -> date:
        """Its day on the clock in Stockholm."""
        return local(self.starts_at).date()


@dataclass(frozen=True)
class Past:
    """A meeting that was told of; `can_correct`: it is not too old for being told of anew."""

    on: date
    is_held: bool
    attended: int | None
    can_correct: bool


@dataclass(frozen=True)
class Support:
    """What the office still helps with, until when, and the hours that are left of it."""

    item: Item
    to_on: date
    left: Decimal


@dataclass(frozen=True)
class OurNetwork:
    """All that the page shows its reader. `contact`: the code of who is; `asked`: how many have not answered yet;
    `offered_to`: whom the contact asked to take over. `free`: the duties of the next meeting that nobody took.
    """

    teller: Teller
    state: NetworkState
    cadence_days: int
    ahead: Sequence[Ahead]
    past: Sequence[Past]
    contact: str
    asked: int
    offered_to: str
    is_last: bool
    support: Sequence[Support] = ()
    ends_on: date | None = None
    rung: Rung | None = None
    free: Sequence[Duty] = field(default=())

    @property
    def is_resting(self) -> bool:
        """Whether it rests, so that it can be woken."""
        return self.state == NetworkState.resting

    @property
    def is_active(self) -> bool:
        """Whether it can go to rest."""
        return self.state in ACTIVE

    @property
    def others(self) -> list[tuple[str, str]]:
        """Code and name of the reader's fellow organisers."""
        return [one for one in self.teller.organisers if one[0] != self.teller.code]

    @property
    def names(self) -> dict[str, str]:
        """By code."""
        return dict(self.teller.organisers)


def load(role_id: UUID, at: datetime) -> OurNetwork:
    """Raises LinkRefused as the meeting's page does."""
    with reading() as session:
        carried = _carried(session, role_id)
    teller, today = meeting_queries.load(carried, at), local(at).date()
    with reading() as session:
        network = session.get_one(Network, teller.network_id)
        ahead = _ahead(session, network, at)
        offered = contacts_asked(session, network)
        taken = ahead[0].duties if ahead else {}
        return OurNetwork(
            teller=teller,
            state=network.state,
            cadence_days=network.cadence_days,
            ahead=ahead,
            past=_past(session, network, today),
            contact=contact_code(session, network),
            asked=sum(role.confirmed_at is None for role in roles_of(session, network.id)) - len(offered),
            offered_to=offered[0].code if offered else "",
            is_last=len({role.person_id for role in confirmed_organisers(session, network.id)}) < 2,
            support=_support(session, network, today),
            ends_on=support_end(network, pauses_of(session, network)) if network.state in ACTIVE else None,
            rung=next_rung(session, network, today),
            free=[duty for duty in Duty if duty.value not in taken],
        )


def _carried(session: Session, role_id: UUID) -> UUID:
    """The reader's role, or what else they carry in the network: who handed over the contact is still an organiser."""
    role = session.get(Role, role_id)
    if role is None or role.is_confirmed:
        return role_id
    theirs = (one for one in roles_of(session, role.network_id) if one.person_id == role.person_id)
    return next((one.id for one in theirs if one.is_confirmed), role_id)


def organiser(session: Session, ours: OurNetwork) -> tuple[Network, Role]:
    """The network, and the reader's role in it, for what they do. Raises LinkRefused when they carry it no more."""
    role = session.get(Role, ours.teller.role_id)
    if role is None or not role.is_confirmed:
        raise LinkRefused
    return session.get_one(Network, role.network_id), role


def _ahead(session: Session, network: Network, at: datetime) -> list[Ahead]:
    booked = select(Meeting).where(
        col(Meeting.network_id) == network.id,
        col(Meeting.status) == MeetingStatus.planned,
        col(Meeting.starts_at) > at,
    )
    return [
        Ahead(
            one.id,
            one.starts_at,
            one.form,
            details_of(one),
            planned_duties(session, one.id),
            invitation_of(session, one, at),
        )
        for one in session.exec(booked.order_by(col(Meeting.starts_at)))
    ]


def _past(session: Session, network: Network, today: date) -> list[Past]:
    told = select(Meeting).where(
        col(Meeting.network_id) == network.id,
        col(Meeting.status) != MeetingStatus.planned,
        col(Meeting.reported_at).is_not(None) | (col(Meeting.status) == MeetingStatus.held),
    )
    oldest = today - timedelta(days=LATE_REPORT_DAYS)
    newest = told.order_by(col(Meeting.starts_at).desc()).limit(MOST_PAST)
    return [
        Past(on, one.status == MeetingStatus.held, one.attended, oldest <= on <= today)
        for one in session.exec(newest)
        if (on := local(one.starts_at).date())
    ]


def _support(session: Session, network: Network, today: date) -> list[Support]:
    granted = select(SupportGrant).where(
        col(SupportGrant.network_id) == network.id,
        col(SupportGrant.status) == GrantStatus.granted,
        col(SupportGrant.to_on) >= today,
    )
    return [
        Support(one.item, one.to_on, max(Decimal(0), one.hours - hours_used(session, one.id)))
        for one in session.exec(granted.order_by(col(SupportGrant.to_on), col(SupportGrant.item)))
    ]
