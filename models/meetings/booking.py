"""A meeting is booked, and goes into the organisers' calendars."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.errors import UserError
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.meetings.details import MeetingDetails, details_of, set_details
from models.people.roles import confirmed_organisers
from models.tables.mail import Template
from models.tables.meeting import Meeting, MeetingForm, MeetingStatus
from models.tables.network import TERMINAL, Network, Role

FIELD = ("Träffens tid", "Time of the meeting")
_AROUND = select(Meeting).where(
    col(Meeting.network_id) == bindparam("network"),
    col(Meeting.starts_at) > bindparam("after"),
    col(Meeting.starts_at) < bindparam("before"),
)
_NEXT = (
    select(Meeting)
    .where(col(Meeting.network_id) == bindparam("network"), col(Meeting.starts_at) > bindparam("after"))
    .where(col(Meeting.status) == MeetingStatus.planned)
    .order_by(col(Meeting.starts_at))
    .limit(1)
)


@dataclass(frozen=True)
class Booking:
    """A meeting as it is to be; without a `form` or `details` it keeps those that it was booked with, and a new one is
    in person. `moved` is the meeting that is moved there; without one it is that of the same local day, if there is.
    """

    starts_at: datetime
    form: MeetingForm | None = None
    details: MeetingDetails | None = None
    moved: Meeting | None = None


def book_meeting(
    session: Session, network: Network, convener: Role, wanted: Booking, at: datetime
) -> tuple[Meeting, str]:
    """Book a meeting, or change what is booked: (the meeting, "new" | "update" | "same").

    Raises UserError when the convener is not a confirmed member of the network (domain.md I2), when the time has
    passed, when the network has ended or has met on that day already, or when what is moved is no longer booked.
    """
    starts_at, moved = wanted.starts_at, wanted.moved
    _check_may_book(network, convener, starts_at, at)
    there = meeting_on(session, network.id, starts_at)
    if moved:
        _check_may_move(moved, there, at)
    meeting = moved or there
    form = wanted.form or (meeting.form if meeting else MeetingForm.in_person)
    if meeting is None:
        meeting = Meeting(
            network_id=network.id, starts_at=starts_at, form=form, convener_id=convener.person_id, booked_at=at
        )
        set_details(meeting, wanted.details or MeetingDetails())
        session.add(meeting)
        session.flush()
        return meeting, "new"
    if meeting.status == MeetingStatus.held:
        raise UserError(
            localized(
                f"{FIELD[0]}: nätverket har redan träffats den dagen.",
                f"{FIELD[1]}: the network has met on that day.",
            )
        )
    details = wanted.details or details_of(meeting)
    booked = (meeting.starts_at, meeting.form, details_of(meeting), meeting.status)
    if booked == (starts_at, form, details, MeetingStatus.planned):
        return meeting, "same"
    meeting.starts_at, meeting.form, meeting.sequence = starts_at, form, meeting.sequence + 1
    set_details(meeting, details)
    meeting.booked_at = at  # to move a meeting is a sign of life
    meeting.status = MeetingStatus.planned
    session.add(meeting)
    return meeting, "update"


def _check_may_book(network: Network, convener: Role, starts_at: datetime, at: datetime) -> None:
    if network.state in TERMINAL:
        raise UserError(
            localized(
                f"Nätverk: #{network.number} är avslutat; en ny förfrågan kan peka på det.",
                f"Network: #{network.number} has ended; a new request can point to it.",
            )
        )
    if starts_at <= at:
        raise UserError(
            localized(f"{FIELD[0]}: har redan varit. Ange en kommande.", f"{FIELD[1]}: has passed. Give one to come.")
        )
    if not convener.is_confirmed:
        raise UserError(
            localized(
                "Sammankallande medlem: har inte sagt ja än. Välj någon som har det.",
                "Convening member: has not said yes yet. Choose one who has.",
            )
        )


def _check_may_move(moved: Meeting, there: Meeting | None, at: datetime) -> None:
    if moved.status != MeetingStatus.planned or moved.starts_at <= at:
        raise UserError(
            localized(
                f"{FIELD[0]}: träffen har varit eller är inställd. Boka en ny i stället.",
                f"{FIELD[1]}: the meeting has been, or is cancelled. Book a new one instead.",
            )
        )
    if there and there.id != moved.id:
        raise UserError(
            localized(
                f"{FIELD[0]}: den dagen finns redan en träff. Välj en annan dag.",
                f"{FIELD[1]}: there is a meeting on that day already. Choose another.",
            )
        )


def meeting_on(session: Session, network_id: UUID, moment: datetime) -> Meeting | None:
    """The network's meeting on the local day of `moment`, whatever its hour."""
    days = {"network": network_id, "after": moment - timedelta(days=2), "before": moment + timedelta(days=2)}
    meetings = session.exec(_AROUND, params=days)
    return next((one for one in meetings if local(one.starts_at).date() == local(moment).date()), None)


def invite(
    session: Session, network: Network, meeting: Meeting, change: str, at: datetime, newcomer: Role | None = None
) -> int:
    """Send a meeting to the organisers' calendars, or to a newcomer's alone: new, update or cancel; once per version of
    it.
    """
    letters = [
        QueuedMail(
            Template.calendar_invitation,
            role.person_id,
            f"{meeting.id}:{meeting.sequence}:{change}",
            network.id,
            context={"meeting": str(meeting.id), "change": change, "first": network.kickoff_on is None},
        )
        for role in ([newcomer] if newcomer else confirmed_organisers(session, network.id))
    ]
    return enqueue(session, letters, at)


def next_booked(session: Session, network_id: UUID, after: datetime) -> Meeting | None:
    """The next meeting that a member has booked, if any."""
    return session.exec(_NEXT, params={"network": network_id, "after": after}).first()
