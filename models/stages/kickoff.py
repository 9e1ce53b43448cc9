"""Up to the first meeting: who said yes, when it is, the checklist and the calendar (domain.md sections 4 and 8)."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from models.check_ins.questions import latest
from models.check_ins.schedule import first_due, next_due
from models.dates.local_time import local, midnight
from models.forms.kickoff import NETWORK, KickoffForm
from models.forms.kit.base import YOUR_SIGNATURE
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.meetings.booking import Booking, book_meeting, invite, next_booked
from models.networks import lifecycle, rest
from models.networks.lookup import network_by_number
from models.office.interventions import end_all, open_many
from models.office.staff import by_signature
from models.people.roles import confirmed_organisers, confirmed_organisers_of, role_by_code
from models.support.ladder import nine_months_after
from models.tables.mail import Template
from models.tables.meeting import KICKOFF_ATTENDING, KICKOFF_ORGANISERS, Meeting, MeetingStatus, is_kickoff
from models.tables.network import STEP_OF, Network, NetworkState, Role, RoleKind
from models.tables.office import InterventionKind, Staff, TalkOutcome
from models.tables.transition import Actor, Cause

CHECKLIST_DAYS = 14


def confirm(
    session: Session, role: Role, at: datetime, flow_run_id: str | None = None, noted_by: Staff | None = None
) -> bool:
    """A co-organiser says yes, and gets the next meeting in their calendar if it is booked. False: had said so.

    `noted_by`: who of the staff writes it down, when it was not told on the page.

    When theirs was the yes that a first meeting already told of lacked, the network starts as of that meeting.
    """
    if role.is_confirmed:
        return False
    role.confirmed_at, role.noted_by = at, noted_by.id if noted_by else None
    session.add(role)
    session.flush()
    network = session.get_one(Network, role.network_id)
    cause = Cause("confirmed", Actor.member, at, noted_by.signature if noted_by else None, flow_run_id)
    booked = next_booked(session, network.id, at)
    if booked:
        invite(session, network, booked, "new", at, role)
    if len(confirmed_organisers(session, network.id)) >= KICKOFF_ORGANISERS:
        end_all(session, network, (InterventionKind.few_organisers,), TalkOutcome.settled, cause)
    met = _first_that_enough_came_to(session, network)
    if met:
        start_if_kickoff(session, network, met, cause)
    return True


def confirm_told(session: Session, form: KickoffForm, at: datetime, flow_run_id: str | None = None) -> int:
    """Record who said yes, as staff were told. Returns how many are new. Raises UserError for a code of nobody's."""
    network = network_by_number(session, form.network_number, localized(*NETWORK))
    signer = by_signature(session, form.signature, localized(*YOUR_SIGNATURE)) if form.signature else None
    field = localized("Har sagt ja", "Said yes")
    roles = [role_by_code(session, network, code, field) for code in form.confirmed]
    return sum(confirm(session, role, at, flow_run_id, signer) for role in roles)


def book_told(session: Session, form: KickoffForm, at: datetime, flow_run_id: str | None = None) -> int:
    """Book the first meeting, if one was told. Returns how many calendars got it. Raises as `book_meeting` does."""
    starts_at = form.starts_at()
    if starts_at is None:
        return 0
    network = network_by_number(session, form.network_number, localized(*NETWORK))
    convener = role_by_code(session, network, form.convener, localized("Sammankallande", "Convener"))
    signer = by_signature(session, form.signature, localized(*YOUR_SIGNATURE))
    cause = Cause("meeting-booked", Actor.member, at, signer.signature, flow_run_id)
    return book(session, network, convener, Booking(starts_at, form.meeting_form), cause)[1]


def decline(session: Session, role: Role, at: datetime) -> None:
    """A co-organiser says no: the role ends before it began. One who said yes leaves the network another way."""
    if role.confirmed_at is None and role.until is None:
        role.until = local(at).date()
        session.add(role)


def _first_that_enough_came_to(session: Session, network: Network) -> Meeting | None:
    return session.exec(
        select(Meeting)
        .where(col(Meeting.network_id) == network.id, col(Meeting.status) == MeetingStatus.held)
        .where(col(Meeting.attended) >= KICKOFF_ATTENDING)
        .order_by(col(Meeting.starts_at))
    ).first()


def book(session: Session, network: Network, convener: Role, wanted: Booking, cause: Cause) -> tuple[str, int]:
    """Book or move a meeting and send it to the organisers' calendars; a resting network wakes by it (section 4).

    Returns "new", "update" or "same", and how many mails go. Raises as `book_meeting` does.
    """
    meeting, change = book_meeting(session, network, convener, wanted, cause.at)
    sent = 0 if change == "same" else invite(session, network, meeting, change, cause.at)
    rest.wake_if_resting(session, network, meeting, cause)
    return change, sent


def start_if_kickoff(session: Session, network: Network, meeting: Meeting, cause: Cause) -> bool:
    """The first meeting starts the network when at least two organisers have said yes and three came (section 4). How
    many had said yes by its day stands in the log: who is asked anew later has not said yes since.
    """
    if network.state != NetworkState.planned or meeting.status != MeetingStatus.held:
        return False
    organisers = confirmed_organisers(session, network.id)
    if not is_kickoff(meeting.attended or 0, len(organisers)):
        return False
    kickoff = local(meeting.starts_at).date()
    network.kickoff_on = kickoff
    target = NetworkState.independent if network.without_support else NetworkState.starting
    asked = latest(session, network.id)  # someone may have been asked already how it went
    network.check_in_due_on = next_due(asked.sent_on, STEP_OF[target]) if asked else first_due(kickoff)
    if not network.without_support:
        network.support_ends_on = nine_months_after(kickoff)
    said_yes = {one.code for one in organisers if one.confirmed_at and local(one.confirmed_at).date() <= kickoff}
    lifecycle.advance(session, network, target, replace(cause, why=f"{cause.why}:{len(said_yes)}"))
    return True


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
    until = midnight(last_day + timedelta(days=1))
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
        QueuedMail(
            Template.kickoff_checklist,
            role.person_id,
            str(meeting.id),
            meeting.network_id,
            context={"meeting": str(meeting.id)},
        )
        for meeting, role in rows
    ]
    return enqueue(session, letters, at)
