"""Up to the first meeting: who said yes, when it is, the checklist and the calendar (domain.md sections 4 and 8)."""

from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from models import lifecycle
from models.check_in import first_due, next_due
from models.check_in_round import latest
from models.errors import UserError
from models.intervention import InterventionKind, Outcome, end_all, open_many
from models.language import say
from models.lifecycle import Actor, Cause
from models.mail import Letter, Template, queue
from models.meeting import (
    KICKOFF_ATTENDING,
    KICKOFF_ORGANISERS,
    Meeting,
    MeetingForm,
    MeetingStatus,
    is_kickoff,
    next_booked,
)
from models.network import (
    STEP_OF,
    TERMINAL,
    Network,
    NetworkState,
    Role,
    RoleKind,
    confirmed_organisers,
    confirmed_organisers_of,
    roles_of,
)
from models.quiet_days import STOCKHOLM, local
from models.support import support_ends_on

CHECKLIST_DAYS = 14


def role_by_code(session: Session, network: Network, code: str, field: str) -> Role:
    """The role that goes by `code` (m1, m2 …) in a network. Raises UserError that names the form's field."""
    for role in roles_of(session, network.id):
        if role.code == code.strip().lower():
            return role
    raise UserError(
        say(
            f"{field}: {code} finns inte i nätverk #{network.number}. Välj m1, m2 … ur nätverkets lista.",
            f"{field}: {code} is not in network #{network.number}. Choose m1, m2 … from its list.",
        )
    )


def confirm(session: Session, role: Role, at: datetime, flow_run_id: str | None = None) -> bool:
    """A co-organiser says yes, and gets the first meeting in their calendar if it is booked. False: had said so.

    When theirs was the yes that a first meeting already told of lacked, the network starts as of that meeting.
    """
    if role.is_confirmed:
        return False
    role.confirmed_at = at
    session.add(role)
    session.flush()
    network, cause = session.get_one(Network, role.network_id), Cause("confirmed", Actor.member, at, None, flow_run_id)
    booked = next_booked(session, network.id, at)
    if booked:
        invite(session, network, booked, "new", at)
    if len(confirmed_organisers(session, network.id)) >= KICKOFF_ORGANISERS:
        end_all(session, network, (InterventionKind.few_organisers,), Outcome.settled, cause)
    met = _first_that_enough_came_to(session, network)
    if met:
        start_if_kickoff(session, network, met, cause)
    return True


def _first_that_enough_came_to(session: Session, network: Network) -> Meeting | None:
    return session.exec(
        select(Meeting)
        .where(col(Meeting.network_id) == network.id, col(Meeting.status) == MeetingStatus.held)
        .where(col(Meeting.attended) >= KICKOFF_ATTENDING)
        .order_by(col(Meeting.starts_at))
    ).first()


def start_if_kickoff(session: Session, network: Network, meeting: Meeting, cause: Cause) -> bool:
    """The first meeting starts the network when at least two organisers have said yes and three came (section 4)."""
    if network.state != NetworkState.planned or meeting.status != MeetingStatus.held:
        return False
    if not is_kickoff(meeting.attended or 0, len(confirmed_organisers(session, network.id))):
        return False
    kickoff = local(meeting.starts_at).date()
    network.kickoff_on = kickoff
    target = NetworkState.independent if network.without_support else NetworkState.starting
    asked = latest(session, network.id)  # someone may have been asked already how it went
    network.check_in_due_on = next_due(asked.sent_on, STEP_OF[target]) if asked else first_due(kickoff)
    if not network.without_support:
        network.support_ends_on = support_ends_on(kickoff)
    lifecycle.advance(session, network, target, cause)
    return True


def book_meeting(
    session: Session, network: Network, convener: Role, starts_at: datetime, form: MeetingForm, at: datetime
) -> tuple[Meeting, str]:
    """Book the meeting of that local day, or move it: (the meeting, "new" | "update" | "same").

    Raises UserError when the convener is not a confirmed member of the network (domain.md I2), when the time has
    passed, or when the network has ended or has met on that day already.
    """
    field = say("Träffens tid", "Time of the meeting")
    if network.state in TERMINAL:
        raise UserError(
            say(
                f"Nätverk: #{network.number} är avslutat; en ny förfrågan kan peka på det.",
                f"Network: #{network.number} has ended; a new request can point to it.",
            )
        )
    if starts_at <= at:
        raise UserError(say(f"{field}: har redan varit. Ange en kommande.", f"{field}: has passed. Give one to come."))
    if not convener.is_confirmed:
        raise UserError(
            say(
                "Sammankallande medlem: har inte sagt ja än. Välj någon som har det.",
                "Convening member: has not said yes yet. Choose one who has.",
            )
        )
    meeting = meeting_on(session, network, starts_at)
    if meeting is None:
        meeting = Meeting(
            network_id=network.id, starts_at=starts_at, form=form, convener_id=convener.person_id, booked_at=at
        )
        session.add(meeting)
        session.flush()
        return meeting, "new"
    if meeting.status == MeetingStatus.held:
        raise UserError(
            say(f"{field}: nätverket har redan träffats den dagen.", f"{field}: the network has met on that day.")
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
        Letter(
            Template.calendar_invitation,
            role.person_id,
            f"{meeting.id}:{meeting.sequence}:{change}",
            network.id,
            context={"meeting": str(meeting.id), "change": change, "first": network.kickoff_on is None},
        )
        for role in confirmed_organisers(session, network.id)
    ]
    return queue(session, letters, at)


def check_dates(session: Session, at: datetime, only: int = 0) -> int:
    """Put planned networks on staff's list that meet within 14 days with fewer than two who said yes; once a meeting.

    `only` is the number of the one network to look at; 0 is all. Returns how many are new.
    """
    rows = session.exec(
        select(Network, Meeting.id)
        .join(Meeting, col(Meeting.network_id) == Network.id)
        .where(*_first_meeting_is_near(at, only))
    ).all()
    organisers = confirmed_organisers_of(session, (network.id for network, _ in rows))
    few = [(network, str(meeting)) for network, meeting in rows if _too_few(organisers.get(network.id, []))]
    return open_many(session, few, InterventionKind.few_organisers, at)


def _too_few(organisers: list[Role]) -> bool:
    return len({role.person_id for role in organisers}) < KICKOFF_ORGANISERS


def _first_meeting_is_near(at: datetime, only: int) -> tuple[ColumnElement[bool], ...]:
    last_day = local(at).date() + timedelta(days=CHECKLIST_DAYS)
    until = datetime.combine(last_day + timedelta(days=1), time(), STOCKHOLM)
    return (
        col(Network.state) == NetworkState.planned,
        col(Meeting.status) == MeetingStatus.planned,
        col(Meeting.starts_at) > at,
        col(Meeting.starts_at) < until,
        *((col(Network.number) == only,) if only else ()),
    )


def checklists(session: Session, at: datetime, only: int = 0) -> int:
    """Queue the checklist for first meetings within the coming 14 days, one to each confirmed organiser.

    `only` is the number of the one network to look at; 0 is all.
    """
    rows = session.exec(
        select(Meeting, Role)
        .join(Network, col(Network.id) == Meeting.network_id)
        .join(Role, col(Role.network_id) == Network.id)
        .where(*_first_meeting_is_near(at, only))
        .where(col(Role.kind).in_((RoleKind.initiator, RoleKind.organiser)))
        .where(col(Role.confirmed_at).is_not(None), col(Role.until).is_(None))
    ).all()
    letters = [
        Letter(
            Template.kickoff_checklist,
            role.person_id,
            str(meeting.id),
            meeting.network_id,
            context={"starts_at": meeting.starts_at.isoformat()},
        )
        for meeting, role in rows
    ]
    return queue(session, letters, at)
