"""What a member tells of a meeting, and what is kept of it: figures, who carried it, companies, and every telling."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from models.audit import transition_refused
from models.dates.local_time import STOCKHOLM
from models.errors import UserError
from models.forms.kit.base import Form
from models.forms.meeting_report import OFFICE, MeetingReportForm
from models.i18n import localized
from models.meetings import booking
from models.meetings.booking import meeting_on
from models.meetings.details import MeetingDetails
from models.meetings.duties import judge_duties
from models.networks import rest
from models.networks.lookup import network_by_number
from models.people.roles import organiser_key, role_by_code, roles_of
from models.stages import kickoff
from models.tables.meeting import (
    EVENING,
    Meeting,
    MeetingDuty,
    MeetingStatus,
    Partner,
    ReportEntry,
)
from models.tables.network import TERMINAL, Network, Role
from models.tables.transition import Cause

PRESSED_TWICE = timedelta(minutes=10)


def check_report(session: Session, form: Form) -> None:
    """What only the database can tell about the form: the network lives, a member tells, the carriers are there.

    Raises UserError that names the field, TransitionRefused when the network has ended.
    """
    assert isinstance(form, MeetingReportForm)
    network = network_by_number(session, form.network_number, localized("Nätverk", "Network"))
    if network.state in TERMINAL:
        why = ("nätverket är avslutat; en ny förfrågan kan peka på det", "it has ended; a new request can point to it")
        raise transition_refused(network.state, "held", localized(*why))
    _teller(session, network, form)
    for duty, carrier in form.duties.items():
        if carrier.lower() != OFFICE:
            role_by_code(session, network, carrier, form.title_of(duty))


def _teller(session: Session, network: Network, form: MeetingReportForm) -> Role:
    """Who tells: one who said yes to a role that has not ended; they convene what they tell of (domain.md I2).

    Whose membership the register has just lost tells on for the 14 days until their role ends.
    """
    field = localized("Vem berättar", "Who tells")
    code = role_by_code(session, network, form.reported_by, field).code
    role = next((one for one in roles_of(session, network.id) if one.code == code and one.is_confirmed), None)
    if role is None:
        raise UserError(
            localized(
                f"{field}: {code} har inte sagt ja till sin roll än. Välj någon som har det.",
                f"{field}: {code} has not said yes to a role yet. Choose one who has.",
            )
        )
    return role


def save_report(session: Session, form: MeetingReportForm, cause: Cause) -> tuple[Network, Meeting]:
    """Write the report on the meeting of that day: one row however often it is told, the latest wins (section 12).

    Every telling is kept beside it. A network that has started stays started, also when its first meeting is taken
    back: what members and staff did since stands. Raises as `check_report` does.
    """
    check_report(session, form)
    network = network_by_number(session, form.network_number, localized("Nätverk", "Network"))
    moment = datetime.combine(form.on, EVENING, STOCKHOLM)
    meeting = meeting_on(session, network, moment)
    if meeting is None:
        convener = _teller(session, network, form).person_id
        meeting = Meeting(network_id=network.id, starts_at=moment, convener_id=convener, booked_at=cause.at)
    before, meeting.status = meeting.status, MeetingStatus(form.status)
    if before != meeting.status and MeetingStatus.cancelled in (before, meeting.status):
        meeting.sequence += 1  # what calendars show of it has changed (RFC 5546, 2.1.4)
    meeting.reported_at = cause.at
    held = meeting.status == MeetingStatus.held
    if held and form.meeting_form:
        meeting.form = form.meeting_form
    meeting.attended, meeting.non_members = (form.attended, form.non_members) if held else (None, None)
    # Nobody came from no branch or company at all: 0 is what is not known (domain.md section 7: never zero).
    meeting.branches, meeting.companies = (form.branches or None, form.companies or None) if held else (None, None)
    session.add(meeting)
    session.flush()
    _save_duties(session, network, meeting, form, cause)
    if held:
        _save_partners(session, network, form)
    _keep_telling(session, meeting, form, cause)
    return network, meeting


def report_meeting(
    session: Session, form: MeetingReportForm, cause: Cause, *, is_brief: bool = False,
    next_details: MeetingDetails | None = None,
) -> Meeting:  # fmt: skip
    """A member tells of a meeting, with all that follows from it. Raises as `save_report` and `book_meeting` do.

    A brief one says that they met and how many came: what it leaves out is unknown, never none. `next_details` goes
    with the next meeting that the form tells of.
    """
    network, meeting = save_report(session, form, cause)
    if is_brief:
        meeting.non_members = meeting.branches = meeting.companies = None
    follow_up(session, network, meeting, form, cause, next_details)
    return meeting


def is_fully_told(session: Session, meeting: Meeting) -> bool:
    """Whether a held meeting was told of with who carried it or who came from where, and not by a number alone."""
    duties = session.exec(select(MeetingDuty.id).where(col(MeetingDuty.meeting_id) == meeting.id)).first()
    counted = (meeting.branches, meeting.companies, meeting.non_members) != (None, None, None)
    return meeting.status == MeetingStatus.held and bool(duties or counted)


def is_told_by_another(session: Session, meeting: Meeting, role: Role) -> bool:
    """Whether somebody else has told of it too: what one takes back stands then."""
    others = (col(ReportEntry.meeting_id) == meeting.id, col(ReportEntry.told_by) != role.code)
    return session.exec(select(ReportEntry.id).where(*others)).first() is not None


@dataclass(frozen=True)
class Consequences:
    """What followed from a report: the network started, or woke; how many calendars got mail."""

    started: bool
    woke: bool
    invited: int


def follow_up(
    session: Session, network: Network, meeting: Meeting, form: MeetingReportForm, cause: Cause,
    next_details: MeetingDetails | None = None,
) -> Consequences:  # fmt: skip
    """All that follows from a meeting that was told of (domain.md sections 4 and 8); done again it changes nothing.

    The first starts the network, any held one wakes it; a cancelled one leaves the calendars, and the next that was
    told of goes into them.
    """
    started = kickoff.start_if_kickoff(session, network, meeting, cause)
    woke = rest.wake_if_resting(session, network, meeting, cause)
    cancelled = meeting.status == MeetingStatus.cancelled
    invited = booking.invite(session, network, meeting, "cancel", cause.at) if cancelled else 0
    if starts_at := form.next_meeting_at():
        teller = role_by_code(session, network, form.reported_by, localized("Vem berättar", "Who tells"))
        wanted = booking.Booking(starts_at, form.next_form or None, next_details)
        invited += kickoff.book(session, network, teller, wanted, cause)[1]
    return Consequences(started, woke, invited)


def _keep_telling(session: Session, meeting: Meeting, form: MeetingReportForm, cause: Cause) -> None:
    """Every telling is kept; the same one sent twice (a button pressed again) is one telling."""
    told = select(ReportEntry).where(col(ReportEntry.meeting_id) == meeting.id).order_by(col(ReportEntry.at).desc())
    last = session.exec(told).first()
    same = (form.reported_by.lower(), meeting.status, meeting.attended)
    if last and (last.told_by, last.status, last.attended) == same and abs(cause.at - last.at) < PRESSED_TWICE:
        return
    entry = ReportEntry(
        meeting_id=meeting.id,
        told_by=form.reported_by.lower(),
        at=cause.at,
        status=meeting.status,
        attended=meeting.attended,
        flow_run_id=cause.flow_run_id,
    )
    session.add(entry)


def _save_partners(session: Session, network: Network, form: MeetingReportForm) -> None:
    """The companies that a meeting was held at or with, each once a network and kind, however they are capitalised."""
    partners = session.exec(select(Partner).where(col(Partner.network_id) == network.id))
    known = {(partner.kind, partner.company.casefold()) for partner in partners}
    new = [(kind, company) for kind, company in form.partners if (kind, company.casefold()) not in known]
    session.add_all(Partner(network_id=network.id, company=company, kind=kind) for kind, company in new)


def _save_duties(session: Session, network: Network, meeting: Meeting, form: MeetingReportForm, cause: Cause) -> None:
    """Who carried it, and what that says of the meeting."""
    session.exec(delete(MeetingDuty).where(col(MeetingDuty.meeting_id) == meeting.id))
    for duty, carrier in form.duties.items():
        by_office = carrier.lower() == OFFICE
        role = None if by_office else role_by_code(session, network, carrier, form.title_of(duty))
        key = organiser_key(network.id, role.person_id) if role else None
        session.add(MeetingDuty(meeting_id=meeting.id, duty=duty, by_office=by_office, organiser_key=key))
    judge_duties(session, network, meeting, cause)
