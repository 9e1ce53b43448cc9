"""The weekly round: who is due, who is reminded, who else is asked, and what answers ask of staff (section 6)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from models.check_in import (
    CHANGEABLE_DAYS,
    FIRST_AFTER_WORKING_DAYS,
    CheckIn,
    Wish,
    next_due,
)
from models.columns import UtcDateTime
from models.errors import UserError
from models.forms.check_in import MET_ON, NEXT_ON, CheckInForm
from models.forms.form import parse_day
from models.intervention import InterventionKind, open_once
from models.language import say
from models.mail import Letter, Template, queue
from models.meeting import Meeting, MeetingStatus
from models.network import ACTIVE, Network, NetworkState, confirmed_organisers_of, contacts_of
from models.numbers import numbers
from models.quiet_days import active_days_between, local, next_check_in_day, working_days_between


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
    """A new check-in and its mail for each network that has somebody to ask; its first asks how the meeting was."""
    contacts = contacts_of(session, [network.id for network in networks])
    letters = []
    for network in networks:
        if not (contact := contacts.get(network.id)):
            continue
        check_in = CheckIn(network_id=network.id, person_id=contact.person_id, sent_on=local(at).date())
        session.add(check_in)
        letters.append(_letter(check_in, Template.check_in if network.id in asked else Template.first_meeting))
    session.flush()
    return queue(session, letters, at)


def _letter(check_in: CheckIn, template: Template, person_id: UUID | None = None) -> Letter:
    return Letter(
        template,
        person_id or check_in.person_id,
        str(check_in.id),
        check_in.network_id,
        context={"check_in": str(check_in.id)},
    )


def silent(session: Session, *, second_asked: bool = False) -> list[tuple[CheckIn, Network]]:
    """The latest check-in of each active network, where nothing was heard since: no answer, report or booking."""
    last_sign = func.max(func.coalesce(Meeting.reported_at, Meeting.booked_at), type_=UtcDateTime)
    query: Any = select(Meeting.network_id, last_sign).group_by(col(Meeting.network_id))
    signs: dict[UUID, datetime] = dict(session.execute(query).all())
    was_asked = col(CheckIn.second_asked_on).is_not(None)
    unanswered = session.exec(
        select(CheckIn, Network)
        .join(Network, col(Network.id) == CheckIn.network_id)
        .where(col(Network.state).in_(ACTIVE), col(CheckIn.answered_at).is_(None), _is_latest())
        .where(was_asked if second_asked else ~was_asked)
    )
    return [
        (check_in, network)
        for check_in, network in unanswered
        if not (sign := signs.get(network.id)) or local(sign).date() < check_in.sent_on
    ]


def remind(session: Session, at: datetime) -> int:
    """One reminder after seven active days without any sign of life. Returns how many."""
    today = local(at).date()
    letters = []
    for check_in, _ in silent(session):
        if check_in.reminders == 0 and active_days_between(check_in.sent_on, today) >= numbers().reminder_active_days:
            check_in.reminders, check_in.reminded_on = 1, today
            session.add(check_in)
            letters.append(_letter(check_in, Template.check_in_reminder))
    return queue(session, letters, at)


def ask_second(session: Session, at: datetime) -> int:
    """Silence after the reminder: ask another organiser before anything changes by it. Returns how many."""
    today = local(at).date()
    quiet = [
        (check_in, network)
        for check_in, network in silent(session)
        if check_in.reminded_on and active_days_between(check_in.reminded_on, today) >= numbers().reminder_active_days
    ]
    organisers = confirmed_organisers_of(session, [network.id for _, network in quiet])
    letters = []
    for check_in, network in quiet:
        check_in.second_asked_on = today
        session.add(check_in)
        others = [role for role in organisers.get(network.id, []) if role.person_id != check_in.person_id]
        if others:
            letters.append(_letter(check_in, Template.second_organiser, others[0].person_id))
        else:
            open_once(session, network, InterventionKind.unreachable, str(check_in.id), at)
    return queue(session, letters, at)


def give_up_asking(session: Session, at: datetime) -> int:
    """The other organiser is silent too, seven active days on: staff try by phone, and only they change anything."""
    today = local(at).date()
    return sum(
        open_once(session, network, InterventionKind.unreachable, str(check_in.id), at)
        for check_in, network in silent(session, second_asked=True)
        if check_in.second_asked_on
        and active_days_between(check_in.second_asked_on, today) >= numbers().reminder_active_days
    )


def _is_latest() -> ColumnElement[bool]:
    later = aliased(CheckIn)
    return ~exists().where(col(later.network_id) == col(CheckIn.network_id), col(later.sent_on) > col(CheckIn.sent_on))


def latest_of(session: Session, networks: ColumnElement[bool]) -> dict[UUID, CheckIn]:
    """The check-in that was sent last, by network, of the networks that the condition holds for."""
    rows = select(CheckIn).join(Network, col(Network.id) == CheckIn.network_id).where(networks, _is_latest())
    return {check_in.network_id: check_in for check_in in session.exec(rows)}


def latest(session: Session, network_id: UUID) -> CheckIn | None:
    """The check-in that was sent last."""
    return latest_of(session, col(Network.id) == network_id).get(network_id)


def answer(session: Session, check_in: CheckIn, form: CheckInForm, at: datetime) -> None:
    """Record the five answers; they can be changed for 14 days. Raises UserError after that."""
    if check_in.answered_at and local(at).date() > local(check_in.answered_at).date() + timedelta(days=CHANGEABLE_DAYS):
        raise UserError(
            say(
                f"Svaret går att ändra i {CHANGEABLE_DAYS} dagar; de har gått.",
                f"An answer can be changed for {CHANGEABLE_DAYS} days; they have passed.",
            )
        )
    check_in.q1_met = form.met
    check_in.q1_on = parse_day(form.met_on, say(*MET_ON)) if form.met else None
    check_in.q1_attended = form.met_attended if form.met else None
    check_in.q2_next_on = parse_day(form.next_on, say(*NEXT_ON))
    check_in.q3_sharing, check_in.q4, check_in.q5_wish = form.sharing, form.motivation, form.wish
    check_in.answered_at, check_in.settled_at = check_in.answered_at or at, None
    session.add(check_in)


def follow_up_answers(session: Session, at: datetime) -> int:
    """What answers ask of staff: a wish for help or for an end goes on the negotiator's list. Returns how many."""
    rows = session.exec(
        select(CheckIn, Network)
        .join(Network, col(Network.id) == CheckIn.network_id)
        .where(col(CheckIn.answered_at).is_not(None), col(CheckIn.settled_at).is_(None))
    ).all()
    opened = 0
    for check_in, network in rows:
        check_in.settled_at = at
        session.add(check_in)
        if check_in.q5_wish in (None, Wish.nothing):
            continue
        leaving = check_in.q5_wish in (Wish.pause, Wish.close)
        kind = InterventionKind.pause_or_close if leaving else InterventionKind.wish
        opened += open_once(session, network, kind, f"{check_in.id}:{check_in.q5_wish}", at)
    return opened
