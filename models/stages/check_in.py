"""The weekly round: who is due, who is reminded, who else is asked, and what answers ask of staff (section 6)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case
from sqlmodel import Session, col, func, select

from models.check_ins.questions import check_in_mail, is_latest, latest, latest_of, record_answers
from models.check_ins.recipients import reachable_roles, who_may_be_reminded
from models.check_ins.schedule import FIRST_AFTER_WORKING_DAYS, next_due
from models.dates.active_days import active_days_between
from models.dates.local_time import STOCKHOLM, local
from models.dates.send_window import next_check_in_day
from models.dates.working_days import working_days_between
from models.db.column_types import UtcDateTime
from models.errors import UserError
from models.forms.check_in import MET_ON, CheckInAnswers, CheckInForm
from models.forms.kit.base import parse_day
from models.forms.meeting_report import MeetingReportForm
from models.i18n import localized
from models.mail.queue import enqueue
from models.meetings.booking import meeting_on
from models.networks.lookup import network_by_number
from models.office.interventions import open_many, open_once
from models.office.policy import office_policy
from models.people.roles import roles_of
from models.stages.meeting_report import Telling, is_fully_told, is_told_by_another, report_meeting, save_report
from models.tables.check_in import CheckIn, CheckInAnswer, Wish
from models.tables.mail import Template
from models.tables.meeting import CONFIRM_ABOVE, EVENING, LATE_REPORT_DAYS, Meeting, MeetingStatus
from models.tables.network import ACTIVE, TERMINAL, Network, NetworkState, Origin, Role
from models.tables.office import InterventionKind
from models.tables.transition import Cause


def who_is_due(session: Session, today: date) -> list[Network]:
    """Active networks whose check-in may go by `today`: the first Tuesday after it fell due that quiet days allow."""
    due = session.exec(
        select(Network)
        .where(col(Network.state).in_(ACTIVE), col(Network.check_in_due_on) <= today)
        .order_by(col(Network.number))
    )
    return [
        network for network in due if network.check_in_due_on and next_check_in_day(network.check_in_due_on) <= today
    ]


def send_due(session: Session, at: datetime) -> int:
    """One check-in to the contact of every network that is due, and the date of its next. Returns how many."""
    today = local(at).date()
    due = who_is_due(session, today)
    for network in due:
        network.check_in_due_on = next_due(today, network.step)
        session.add(network)
    asked = latest_of(session, col(Network.state).in_(ACTIVE))
    return _begin(session, due, asked, at)


def ask_unreported(session: Session, at: datetime) -> int:
    """Ask the contact how a first meeting went that nobody has told of after three working days; once."""
    planned = col(Network.state) == NetworkState.planned
    rows = session.exec(
        select(Network, Meeting)
        .join(Meeting, col(Meeting.network_id) == Network.id)
        .where(planned, col(Meeting.status) == MeetingStatus.planned, col(Meeting.starts_at) < at)
    ).all()
    asked, today = latest_of(session, planned), local(at).date()
    waiting = {
        network.id: network
        for network, meeting in rows
        if network.id not in asked
        and working_days_between(local(meeting.starts_at).date(), today) >= FIRST_AFTER_WORKING_DAYS
    }
    return _begin(session, list(waiting.values()), asked, at)


def _begin(session: Session, networks: list[Network], asked: Mapping[UUID, CheckIn], at: datetime) -> int:
    """A new check-in and its mail for each network that has somebody to ask; its first asks how the meeting was.

    It goes to the contact, or else to another organiser who may be written to; where nobody may, staff phone.
    """
    reached = reachable_roles(session, [network.id for network in networks])
    letters, by_phone = [], []
    for network in networks:
        if network.id not in reached:
            continue
        if not (people := reached[network.id]):
            by_phone.append(
                (network, f"check-in:{network.check_in_due_on}")
            )  # by now the next one's date: once a round
            continue
        check_in = CheckIn(network_id=network.id, person_id=people[0].person_id, sent_on=local(at).date())
        session.add(check_in)
        is_first = network.id not in asked and network.origin != Origin.historic_office
        letters.append(check_in_mail(check_in, Template.first_meeting if is_first else Template.check_in))
    session.flush()
    open_many(session, by_phone, InterventionKind.phone_only, at)
    return enqueue(session, letters, at)


def silent(session: Session, *, second_asked: bool = False) -> list[tuple[CheckIn, Network]]:
    """The latest check-in of each active network, where nothing was heard since: no answer to any check-in, report or
    booking.
    """
    reported_last = col(Meeting.reported_at) > col(Meeting.booked_at)
    sign: object = case((reported_last, col(Meeting.reported_at)), else_=col(Meeting.booked_at))
    last_sign = func.max(sign, type_=UtcDateTime)
    told: Any = select(Meeting.network_id, last_sign).group_by(col(Meeting.network_id))
    given: Any = select(CheckInAnswer.network_id, func.max(CheckInAnswer.given_at)).group_by(
        col(CheckInAnswer.network_id)
    )
    signs: dict[UUID, datetime] = dict(session.execute(told).all())
    for network_id, moment in session.execute(given):
        signs[network_id] = max(moment, signs.get(network_id, moment))
    was_asked = col(CheckIn.second_asked_on).is_not(None)
    unanswered = session.exec(
        select(CheckIn, Network)
        .join(Network, col(Network.id) == CheckIn.network_id)
        .where(col(Network.state).in_(ACTIVE), col(CheckIn.answered_at).is_(None), is_latest())
        .where(was_asked if second_asked else ~was_asked)
    )
    return [
        (check_in, network)
        for check_in, network in unanswered
        if not (sign := signs.get(network.id)) or local(sign).date() < check_in.sent_on
    ]


def remind(session: Session, at: datetime) -> int:
    """One reminder after seven active days without any sign of life. Returns how many.

    Whoever may not be reminded gets none, and the turn comes to another organiser as if they had been.
    """
    today = local(at).date()
    due = [
        check_in
        for check_in, _ in silent(session)
        if check_in.reminders == 0
        and active_days_between(check_in.sent_on, today) >= office_policy().reminder_active_days
    ]
    reachable = who_may_be_reminded(session, {check_in.person_id for check_in in due})
    for check_in in due:
        check_in.reminders, check_in.reminded_on = 1, today
        session.add(check_in)
    letters = [check_in_mail(one, Template.check_in_reminder) for one in due if one.person_id in reachable]
    return enqueue(session, letters, at)


def ask_second(session: Session, at: datetime) -> int:
    """Silence after the reminder: ask another organiser before anything changes by it. Returns how many."""
    today = local(at).date()
    quiet = [
        (check_in, network)
        for check_in, network in silent(session)
        if check_in.reminded_on
        and active_days_between(check_in.reminded_on, today) >= office_policy().reminder_active_days
    ]
    reached = reachable_roles(session, [network.id for _, network in quiet])
    letters = []
    for check_in, network in quiet:
        check_in.second_asked_on = today
        session.add(check_in)
        others = [role for role in reached.get(network.id, []) if role.person_id != check_in.person_id]
        if others:
            letters.append(check_in_mail(check_in, Template.second_organiser, others[0].person_id))
        else:
            open_once(session, network, InterventionKind.unreachable, str(check_in.id), at)
    return enqueue(session, letters, at)


def give_up_asking(session: Session, at: datetime) -> int:
    """The other organiser is silent too, seven active days on: staff try by phone, and only they change anything."""
    today = local(at).date()
    return sum(
        open_once(session, network, InterventionKind.unreachable, str(check_in.id), at)
        for check_in, network in silent(session, second_asked=True)
        if check_in.second_asked_on
        and active_days_between(check_in.second_asked_on, today) >= office_policy().reminder_active_days
    )


def follow_up_answers(session: Session, at: datetime) -> int:
    """What answers ask of staff: a wish for help or for an end goes on the negotiator's list. Returns how many."""
    rows = session.exec(
        select(CheckInAnswer, CheckIn, Network)
        .join(CheckIn, col(CheckIn.id) == CheckInAnswer.check_in_id)
        .join(Network, col(Network.id) == CheckIn.network_id)
        .where(col(CheckInAnswer.settled_at).is_(None))
        .order_by(col(CheckInAnswer.given_at))
    ).all()
    opened = 0
    for own, check_in, network in rows:
        own.settled_at = check_in.settled_at = at
        session.add_all([own, check_in])
        if own.q5_wish in (None, Wish.nothing):
            continue
        leaving = own.q5_wish in (Wish.pause, Wish.close)
        kind = InterventionKind.pause_or_close if leaving else InterventionKind.wish
        opened += open_once(session, network, kind, f"{check_in.id}:{own.q5_wish}", at)
    return opened


def take_told_answer(session: Session, form: CheckInForm, cause: Cause) -> int:
    """Record what a member told staff in answer to their network's latest check-in. Returns the network's number.

    Raises UserError that names the field when there is no such network or nothing was asked, and as `take_answer` does.
    """
    network = network_by_number(session, form.network_number, localized("Nätverk", "Network"))
    check_in = latest(session, network.id)
    if check_in is None:
        raise UserError(
            localized(
                f"Nätverk: ingen avstämning har skickats till #{network.number} än.",
                f"Network: no check-in has been sent to #{network.number} yet.",
            )
        )
    take_answer(session, check_in, form, cause)
    return network.number


def take_answer(
    session: Session, check_in: CheckIn, form: CheckInAnswers, cause: Cause, person_id: UUID | None = None
) -> None:
    """Record a person's answers, by default of whom the check-in was sent to. Raises as `record_answers` does.

    That they met is a report of that meeting, with all that follows from one (domain.md section 6); told on another day
    than before, it was not on the first.
    """
    person_id = person_id or check_in.person_id
    network, roles = session.get_one(Network, check_in.network_id), roles_of(session, check_in.network_id)
    told_before = record_answers(session, check_in, form, cause.at, person_id)
    role = next((one for one in roles if one.person_id == person_id and one.is_confirmed), None)
    if role is None or network.state in TERMINAL:
        return
    met_on = parse_day(form.met_on, localized(*MET_ON)) if form.met else None
    if told_before and told_before != met_on:
        _take_back(session, network, role, told_before, cause)
    if met_on and (local(cause.at).date() - met_on).days <= LATE_REPORT_DAYS:
        telling = Telling(network, roles, role, _meeting_then(session, network, met_on))
        _report(session, telling, met_on, form.met_attended, cause)


def _meeting_then(session: Session, network: Network, on: date) -> Meeting | None:
    with session.no_autoflush:  # no answer says which meetings there are: what is new is written at one time
        return meeting_on(session, network.id, datetime.combine(on, EVENING, STOCKHOLM))


def _take_back(session: Session, network: Network, role: Role, on: date, cause: Cause) -> None:
    """It was another day than they told: one that nobody else tells of was not held then."""
    there = _meeting_then(session, network, on)
    if there is None or there.status != MeetingStatus.held or is_fully_told(there):
        return
    if not is_told_by_another(session, there, role):
        form = MeetingReportForm(network_number=network.number, reported_by=role.code, on=on, status="cancelled")
        save_report(session, form, cause)


def _report(session: Session, telling: Telling, on: date, attended: int, cause: Cause) -> None:
    """What one number tells of a meeting. A report that says who carried it stands."""
    if telling.meeting and is_fully_told(telling.meeting):
        return
    form = MeetingReportForm(
        network_number=telling.network.number,
        reported_by=telling.teller.code,
        on=on,
        attended=attended,
        large=attended > CONFIRM_ABOVE,
    )
    report_meeting(session, form, cause, is_brief=True, telling=telling)
