"""The rows behind `/meeting/{token}`: who tells, what is planned, and the booking of a next meeting."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from deployments.web.request import LinkRefused
from models.dates.local_time import local, midnight
from models.db.engine import reading
from models.forms.meeting_report import OFFICE, MeetingReportForm
from models.meetings.booking import Booking, meeting_on
from models.meetings.details import MeetingDetails, details_of
from models.meetings.duties import planned_duties
from models.people.roles import organiser_key, roles_of
from models.people.signed_link import Purpose, make_link
from models.settings import settings
from models.stages import kickoff, meeting_report
from models.tables.meeting import CONFIRM_ABOVE, LATE_REPORT_DAYS, Meeting, MeetingDuty, MeetingForm, MeetingStatus
from models.tables.network import TERMINAL, Network, Role
from models.tables.person import Person
from models.tables.transition import Actor, Cause


@dataclass(frozen=True)
class Booked:
    """A meeting to come, as it is booked."""

    meeting_id: UUID
    starts_at: datetime
    form: MeetingForm
    details: MeetingDetails

    @property
    def on(self) -> date:
        """Its day on the clock in Stockholm."""
        return local(self.starts_at).date()


@dataclass(frozen=True)
class Teller:
    """What the page knows: the network, who tells, and who may have carried a duty (code and name).

    `planned`: who was to carry which duty of the meeting that nobody has told of yet.
    """

    role_id: UUID
    network_id: UUID
    number: int
    network: str
    place: str
    is_ended: bool
    code: str
    name: str
    organisers: list[tuple[str, str]]
    unreported_on: date | None
    planned: dict[str, str]
    booked: Sequence[Booked]
    taken: frozenset[date]

    @property
    def network_path(self) -> str:
        """Their network's page, that this one is a part of."""
        return make_link(Purpose.our_network, str(self.role_id)).removeprefix(settings().public_url)

    @property
    def next_at(self) -> datetime | None:
        return self.booked[0].starts_at if self.booked else None

    @property
    def next_on(self) -> date | None:
        return self.booked[0].on if self.booked else None


def load(role_id: UUID, at: datetime) -> Teller:
    """Raises LinkRefused when the member's role has ended, was never said yes to, or the member is gone."""
    with reading() as session:
        role = session.get(Role, role_id)
        if role is None or not role.is_confirmed:
            raise LinkRefused
        network, code = session.get_one(Network, role.network_id), role.code
        names = _names(session, _confirmed(session, network.id))
        if code not in names:
            raise LinkRefused
        unreported = _unreported(session, network.id, at)
        return Teller(
            role_id=role_id,
            network_id=network.id,
            number=network.number,
            network=network.name,
            place=network.place,
            is_ended=network.state in TERMINAL,
            code=code,
            name=next(iter(names[code].split()), ""),
            organisers=_told_apart(names),
            unreported_on=local(unreported.starts_at).date() if unreported else None,
            planned=planned_duties(session, unreported.id) if unreported else {},
            booked=_booked(session, network.id, at),
            taken=_taken(session, network.id),
        )


def told_on(teller: Teller, day: date) -> dict[str, str]:
    """The report of that day's meeting as it would have been typed; empty where nobody has told of one that was held.

    Companies are the network's, not one meeting's: what was named stays named.
    """
    with reading() as session:
        meeting = meeting_on(session, teller.network_id, midnight(day))
        if meeting is None or meeting.status != MeetingStatus.held:
            return {}
        counts = {"attended": meeting.attended, "non_members": meeting.non_members}
        counts |= {"branches": meeting.branches, "companies": meeting.companies}
        typed = {name: str(number) for name, number in counts.items() if number is not None}
        typed |= {"large": "yes"} if (meeting.attended or 0) > CONFIRM_ABOVE else {}
        return typed | {"meeting_form": meeting.form.value, **_carried(session, meeting)}


def _carried(session: Session, meeting: Meeting) -> dict[str, str]:
    """Who carried which duty, by code, or the office; whoever carries the network no more is left out."""
    roles = roles_of(session, meeting.network_id)
    codes = {organiser_key(meeting.network_id, role.person_id): role.code for role in roles}
    duties = session.exec(select(MeetingDuty).where(col(MeetingDuty.meeting_id) == meeting.id))
    carried = {one.duty.value: OFFICE if one.by_office else codes.get(one.organiser_key or "", "") for one in duties}
    return {duty: code for duty, code in carried.items() if code}


def save_report(
    session: Session, teller: Teller, form: MeetingReportForm, is_brief: bool, next_details: MeetingDetails | None,
    at: datetime,
) -> None:  # fmt: skip
    """Save what the teller tells of a meeting, and do what follows from it."""
    role = session.get(Role, teller.role_id)
    if role is None or not role.is_confirmed:
        raise LinkRefused
    cause = Cause("meeting-report", Actor.member, at)
    meeting_report.report_meeting(session, form, cause, is_brief=is_brief, next_details=next_details)


def book(session: Session, teller: Teller, wanted: Booking, at: datetime) -> str:
    """Book the next meeting with the teller as convener and send it to calendars: "new", "update" or "same".

    A resting network wakes by it (domain.md section 4). Raises UserError as `book_meeting` does.
    """
    network = session.get_one(Network, teller.network_id)
    convener = next((one for one in _confirmed(session, network.id) if one.id == teller.role_id), None)
    if convener is None:
        raise LinkRefused
    return kickoff.book(session, network, convener, wanted, Cause("meeting-booked", Actor.member, at))[0]


def move(session: Session, teller: Teller, meeting_id: UUID, wanted: Booking, at: datetime) -> str:
    """`book` for a meeting that is booked already."""
    return book(session, teller, replace(wanted, moved=session.get_one(Meeting, meeting_id)), at)


def _confirmed(session: Session, network_id: UUID) -> list[Role]:
    return [role for role in roles_of(session, network_id) if role.is_confirmed]


def _names(session: Session, roles: Sequence[Role]) -> dict[str, str]:
    """The name of who goes by each code; empty where it is not known (any more)."""
    persons = session.exec(select(Person).where(col(Person.id).in_({role.person_id for role in roles})))
    names = {person.id: person.name or "" for person in persons if not person.erased_at}
    return {role.code: names[role.person_id] for role in roles if role.person_id in names}


def _told_apart(names: dict[str, str]) -> list[tuple[str, str]]:
    """(code, name) for a list to choose from; who shares a name, or has none, is told apart by code."""
    often = Counter(names.values())
    return [(code, name if name and often[name] == 1 else f"{name} ({code})".strip()) for code, name in names.items()]


def _booked(session: Session, network_id: UUID, at: datetime) -> list[Booked]:
    planned = select(Meeting).where(col(Meeting.network_id) == network_id, col(Meeting.status) == MeetingStatus.planned)
    coming = planned.where(col(Meeting.starts_at) > at).order_by(col(Meeting.starts_at))
    return [Booked(one.id, one.starts_at, one.form, details_of(one)) for one in session.exec(coming)]


def _unreported(session: Session, network_id: UUID, at: datetime) -> Meeting | None:
    """The latest planned meeting that has begun, that nobody has told of and that is not too old for it."""
    lately = col(Meeting.starts_at).between(at - timedelta(days=LATE_REPORT_DAYS), at)
    planned = select(Meeting).where(col(Meeting.network_id) == network_id, col(Meeting.status) == MeetingStatus.planned)
    return session.exec(planned.where(lately).order_by(col(Meeting.starts_at).desc())).first()


def _taken(session: Session, network_id: UUID) -> frozenset[date]:
    """Days with a meeting that was held or cancelled: booking that day again would move it, not make a new one."""
    told = select(Meeting.starts_at).where(
        col(Meeting.network_id) == network_id, col(Meeting.status) != MeetingStatus.planned
    )
    return frozenset(local(starts_at).date() for starts_at in session.exec(told))
