"""What a member tells of a meeting, and what is kept of it: figures, who carried it, companies, and every telling."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, select

from models.audit import transition_refused
from models.dates.local_time import STOCKHOLM
from models.errors import UserError
from models.forms.kit.base import Form
from models.forms.meeting_report import COMPANY_FIELDS, OFFICE, MeetingReportForm
from models.i18n import localized
from models.meetings import booking
from models.meetings.booking import meeting_on
from models.meetings.details import MeetingDetails
from models.meetings.duties import judge_carried
from models.networks import rest
from models.networks.lookup import network_by_number
from models.people.named_in_note import check_company
from models.people.roles import organiser_key, role_among, role_by_code, roles_of
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
_LAST_TOLD = (
    select(ReportEntry)
    .where(col(ReportEntry.meeting_id) == bindparam("meeting"))
    .order_by(col(ReportEntry.at).desc())
    .limit(1)
)


@dataclass(frozen=True)
class Telling:
    """Who tells of a meeting of which network, among whom, and the meeting itself if it stands there already."""

    network: Network
    roles: Sequence[Role]
    teller: Role
    meeting: Meeting | None


def check_report(session: Session, form: Form) -> None:
    """What only the database can tell about the form: the network lives, a member tells, the carriers are there, and
    the companies are none of its members.

    Raises UserError that names the field, TransitionRefused when the network has ended.
    """
    assert isinstance(form, MeetingReportForm)
    _look_up(session, form)


def _look_up(session: Session, form: MeetingReportForm) -> Telling:
    """What the form is about. Raises as `check_report` does."""
    network = network_by_number(session, form.network_number, localized("Nätverk", "Network"))
    if network.state in TERMINAL:
        why = ("nätverket är avslutat; en ny förfrågan kan peka på det", "it has ended; a new request can point to it")
        raise transition_refused(network.state, "held", localized(*why))
    roles = roles_of(session, network.id)
    teller = _teller(roles, network, form)
    for duty, carrier in form.duties.items():
        if carrier.lower() != OFFICE:
            role_among(roles, network, carrier, form.title_of(duty))
    for kind, company in form.partners:
        check_company(session, network, company, form.title_of(COMPANY_FIELDS[kind]))
    return Telling(network, roles, teller, meeting_on(session, network.id, _evening(form)))


def _evening(form: MeetingReportForm) -> datetime:
    return datetime.combine(form.on, EVENING, STOCKHOLM)


def _teller(roles: Sequence[Role], network: Network, form: MeetingReportForm) -> Role:
    """Who tells: one who said yes to a role that has not ended; they convene what they tell of (domain.md I2).

    Whose membership the register has just lost tells on for the 14 days until their role ends.
    """
    field = localized("Vem berättar", "Who tells")
    code = role_among(roles, network, form.reported_by, field).code
    role = next((one for one in roles if one.code == code and one.is_confirmed), None)
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
    telling = _look_up(session, form)
    return telling.network, _save(session, telling, form, cause)


def _save(
    session: Session, telling: Telling, form: MeetingReportForm, cause: Cause, *, is_brief: bool = False
) -> Meeting:
    meeting, network = telling.meeting, telling.network
    last = _last_told(session, meeting) if meeting else None
    if meeting is None:
        starts_at, convener = _evening(form), telling.teller.person_id
        meeting = Meeting(network_id=network.id, starts_at=starts_at, convener_id=convener, booked_at=cause.at)
    before, meeting.status = meeting.status, MeetingStatus(form.status)
    if before != meeting.status and MeetingStatus.cancelled in (before, meeting.status):
        meeting.sequence += 1  # what calendars show of it has changed (RFC 5546, 2.1.4)
    meeting.reported_at = cause.at
    held = meeting.status == MeetingStatus.held
    if held and form.meeting_form:
        meeting.form = form.meeting_form
    meeting.attended = form.attended if held else None
    is_counted = held and not is_brief
    meeting.non_members = form.non_members if is_counted else None
    # Nobody came from no branch or company at all: 0 is what is not known (domain.md section 7: never zero).
    meeting.branches, meeting.companies = (
        (form.branches or None, form.companies or None) if is_counted else (None, None)
    )
    session.add(meeting)
    _save_duties(session, telling, meeting, form, cause)
    if held:
        _save_partners(session, network, form)
    _keep_telling(session, meeting, last, form, cause)
    session.flush()
    return meeting


def report_meeting(
    session: Session, form: MeetingReportForm, cause: Cause, *, is_brief: bool = False,
    next_details: MeetingDetails | None = None, telling: Telling | None = None,
) -> Meeting:  # fmt: skip
    """A member tells of a meeting, with all that follows from it. Raises as `save_report` and `book_meeting` do.

    A brief one says that they met and how many came: what it leaves out is unknown, never none. `next_details` goes
    with the next meeting that the form tells of. `telling` is what the form is about, by whoever has looked already.
    """
    telling = telling or _look_up(session, form)
    meeting = _save(session, telling, form, cause, is_brief=is_brief)
    follow_up(session, telling.network, meeting, form, cause, next_details)
    return meeting


def is_fully_told(meeting: Meeting) -> bool:
    """Whether a held meeting was told of with who carried it or who came from where, and not by a number alone."""
    counted = (meeting.branches, meeting.companies, meeting.non_members) != (None, None, None)
    return meeting.status == MeetingStatus.held and (meeting.duties_recorded > 0 or counted)


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


def _last_told(session: Session, meeting: Meeting) -> ReportEntry | None:
    with session.no_autoflush:  # every telling is written when it is told
        return session.exec(_LAST_TOLD, params={"meeting": meeting.id}).first()


def _keep_telling(
    session: Session, meeting: Meeting, last: ReportEntry | None, form: MeetingReportForm, cause: Cause
) -> None:
    """Every telling is kept; the same one sent twice (a button pressed again) is one telling."""
    same = (form.reported_by.lower(), meeting.status, meeting.attended)
    if last and (last.told_by, last.status, last.attended) == same and abs(cause.at - last.at) < PRESSED_TWICE:
        return
    entry = ReportEntry(
        meeting_id=meeting.id,
        told_by=form.reported_by.lower(),
        at=cause.at,
        status=meeting.status,
        attended=meeting.attended,
        branches=meeting.branches,
        companies=meeting.companies,
        duties_by_office=meeting.duties_by_office,
        duties_by_members=meeting.duties_by_members,
        flow_run_id=cause.flow_run_id,
    )
    session.add(entry)


def _save_partners(session: Session, network: Network, form: MeetingReportForm) -> None:
    """The companies that a meeting was held at or with, each once a network and kind, however they are capitalised."""
    if not form.partners:
        return
    partners = session.exec(select(Partner).where(col(Partner.network_id) == network.id))
    known = {(partner.kind, partner.company.casefold()) for partner in partners}
    new = [(kind, company) for kind, company in form.partners if (kind, company.casefold()) not in known]
    session.add_all(Partner(network_id=network.id, company=company, kind=kind) for kind, company in new)


def _save_duties(session: Session, telling: Telling, meeting: Meeting, form: MeetingReportForm, cause: Cause) -> None:
    """Who carried it, and what that says of the meeting."""
    network, by_office = telling.network, {duty: one.lower() == OFFICE for duty, one in form.duties.items()}
    if meeting.duties_recorded:
        session.exec(delete(MeetingDuty).where(col(MeetingDuty.meeting_id) == meeting.id))
    for duty, carrier in form.duties.items():
        key = None
        if not by_office[duty]:
            role = role_among(telling.roles, network, carrier, form.title_of(duty))
            key = organiser_key(network.id, role.person_id)
        session.add(MeetingDuty(meeting_id=meeting.id, duty=duty, by_office=by_office[duty], organiser_key=key))
    judge_carried(session, network, meeting, by_office, cause)
