"""A meeting is booked, and goes into the organisers' calendars."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.errors import UserError
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.people.roles import confirmed_organisers
from models.tables.mail import Template
from models.tables.meeting import Meeting, MeetingForm, MeetingStatus
from models.tables.network import TERMINAL, Network, Role


def book_meeting(
    session: Session, network: Network, convener: Role, starts_at: datetime, form: MeetingForm | None, at: datetime
) -> tuple[Meeting, str]:
    """Book the meeting of that local day, or move it: (the meeting, "new" | "update" | "same").

    Without a `form` it keeps the one that it was booked in; a new one is in person.

    Raises UserError when the convener is not a confirmed member of the network (domain.md I2), when the time has
    passed, or when the network has ended or has met on that day already.
    """
    field = localized("Träffens tid", "Time of the meeting")
    if network.state in TERMINAL:
        raise UserError(
            localized(
                f"Nätverk: #{network.number} är avslutat; en ny förfrågan kan peka på det.",
                f"Network: #{network.number} has ended; a new request can point to it.",
            )
        )
    if starts_at <= at:
        raise UserError(
            localized(f"{field}: har redan varit. Ange en kommande.", f"{field}: has passed. Give one to come.")
        )
    if not convener.is_confirmed:
        raise UserError(
            localized(
                "Sammankallande medlem: har inte sagt ja än. Välj någon som har det.",
                "Convening member: has not said yes yet. Choose one who has.",
            )
        )
    meeting = meeting_on(session, network, starts_at)
    form = form or (meeting.form if meeting else MeetingForm.in_person)
    if meeting is None:
        meeting = Meeting(
            network_id=network.id, starts_at=starts_at, form=form, convener_id=convener.person_id, booked_at=at
        )
        session.add(meeting)
        session.flush()
        return meeting, "new"
    if meeting.status == MeetingStatus.held:
        raise UserError(
            localized(f"{field}: nätverket har redan träffats den dagen.", f"{field}: the network has met on that day.")
        )
    if (meeting.starts_at, meeting.form, meeting.status) == (starts_at, form, MeetingStatus.planned):
        return meeting, "same"
    meeting.starts_at, meeting.form, meeting.sequence = starts_at, form, meeting.sequence + 1
    meeting.booked_at = at  # to move a meeting is a sign of life
    meeting.status = MeetingStatus.planned
    session.add(meeting)
    return meeting, "update"


def meeting_on(session: Session, network: Network, moment: datetime) -> Meeting | None:
    """The network's meeting on the local day of `moment`, whatever its hour."""
    meetings = session.exec(
        select(Meeting).where(
            col(Meeting.network_id) == network.id,
            col(Meeting.starts_at) > moment - timedelta(days=2),
            col(Meeting.starts_at) < moment + timedelta(days=2),
        )
    )
    return next((one for one in meetings if local(one.starts_at).date() == local(moment).date()), None)


def invite(session: Session, network: Network, meeting: Meeting, change: str, at: datetime) -> int:
    """Send a meeting to the organisers' calendars: new, update or cancel; once per version of it."""
    letters = [
        QueuedMail(
            Template.calendar_invitation,
            role.person_id,
            f"{meeting.id}:{meeting.sequence}:{change}",
            network.id,
            context={"meeting": str(meeting.id), "change": change, "first": network.kickoff_on is None},
        )
        for role in confirmed_organisers(session, network.id)
    ]
    return enqueue(session, letters, at)


def next_booked(session: Session, network_id: UUID, after: datetime) -> Meeting | None:
    """The next meeting that a member has booked, if any."""
    return session.exec(
        select(Meeting)
        .where(col(Meeting.network_id) == network_id, col(Meeting.starts_at) > after)
        .where(col(Meeting.status) == MeetingStatus.planned)
        .order_by(col(Meeting.starts_at))
    ).first()
