"""The weekly round: who is due, who is reminded, who else is asked, and what answers ask of staff (section 6)."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from models.check_in import (
    ANSWERS,
    CHANGEABLE_DAYS,
    FIRST_AFTER_WORKING_DAYS,
    CheckIn,
    CheckInAnswer,
    Wish,
    next_due,
)
from models.columns import UtcDateTime
from models.errors import UserError
from models.forms.check_in import MET_ON, NEXT_ON, CheckInAnswers
from models.forms.form import parse_day
from models.intervention import InterventionKind, open_many, open_once
from models.language import say
from models.mail import Letter, OutgoingMail, Template, queue
from models.meeting import Meeting, MeetingStatus
from models.network import ACTIVE, IDS_AT_A_TIME, Network, NetworkState
from models.numbers import numbers
from models.quiet_days import active_days_between, local, next_check_in_day, working_days_between
from models.reach import reached_of, who_may_be_reminded


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
    reached = reached_of(session, [network.id for network in networks])
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
        letters.append(_letter(check_in, Template.check_in if network.id in asked else Template.first_meeting))
    session.flush()
    open_many(session, by_phone, InterventionKind.phone_only, at)
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
    reported_last = col(Meeting.reported_at) > col(Meeting.booked_at)
    sign: Any = case((reported_last, col(Meeting.reported_at)), else_=col(Meeting.booked_at))
    last_sign = func.max(sign, type_=UtcDateTime)
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
    """One reminder after seven active days without any sign of life. Returns how many.

    Whoever may not be reminded gets none, and the turn comes to another organiser as if they had been.
    """
    today = local(at).date()
    due = [
        check_in
        for check_in, _ in silent(session)
        if check_in.reminders == 0 and active_days_between(check_in.sent_on, today) >= numbers().reminder_active_days
    ]
    reachable = who_may_be_reminded(session, {check_in.person_id for check_in in due})
    for check_in in due:
        check_in.reminders, check_in.reminded_on = 1, today
        session.add(check_in)
    letters = [_letter(one, Template.check_in_reminder) for one in due if one.person_id in reachable]
    return queue(session, letters, at)


def ask_second(session: Session, at: datetime) -> int:
    """Silence after the reminder: ask another organiser before anything changes by it. Returns how many."""
    today = local(at).date()
    quiet = [
        (check_in, network)
        for check_in, network in silent(session)
        if check_in.reminded_on and active_days_between(check_in.reminded_on, today) >= numbers().reminder_active_days
    ]
    reached = reached_of(session, [network.id for _, network in quiet])
    letters = []
    for check_in, network in quiet:
        check_in.second_asked_on = today
        session.add(check_in)
        others = [role for role in reached.get(network.id, []) if role.person_id != check_in.person_id]
        if others:
            letters.append(_letter(check_in, Template.second_organiser, others[0].person_id))
        else:
            open_once(session, network, InterventionKind.unreachable, str(check_in.id), at)
    return queue(session, letters, at)


def ask_another(session: Session, check_in: CheckIn, at: datetime) -> bool:
    """Pass an open check-in on from someone who cannot be asked any more (left, bounced) to one not yet asked.

    Nobody's silence counts by it. Returns whether there is anybody else to write to.
    """
    asked = {person for one, person in asked_besides(session, [check_in.network_id]) if one == check_in.id}
    reached = reached_of(session, [check_in.network_id]).get(check_in.network_id, [])
    other = next((role for role in reached if role.person_id not in asked | {check_in.person_id}), None)
    if other is None:
        return False
    queue(session, [_letter(check_in, Template.second_organiser, other.person_id)], at)
    return True


def asked_besides(session: Session, network_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Who else was asked when whoever a check-in first went to was silent or gone: (check-in, person)."""
    second = select(OutgoingMail.idempotency_key).where(col(OutgoingMail.template) == Template.second_organiser)
    wanted, found = list(network_ids), set[tuple[UUID, UUID]]()
    for first in range(0, len(wanted), IDS_AT_A_TIME):
        some = second.where(col(OutgoingMail.network_id).in_(wanted[first : first + IDS_AT_A_TIME]))
        for key in session.exec(some):
            _, check_in, person = key.split(":")
            found.add((UUID(check_in), UUID(person)))
    return found


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


def answer_of(session: Session, check_in_id: UUID, person_id: UUID) -> CheckInAnswer | None:
    """What this person has answered, whatever others have."""
    theirs = (col(CheckInAnswer.check_in_id) == check_in_id, col(CheckInAnswer.person_id) == person_id)
    return session.exec(select(CheckInAnswer).where(*theirs)).one_or_none()


def answer(
    session: Session, check_in: CheckIn, form: CheckInAnswers, at: datetime, person_id: UUID | None = None
) -> None:
    """Record a person's five answers, by default those of whom the check-in was sent to; the latest given count.

    Each changes their own alone, for 14 days. Raises UserError after that.
    """
    person_id = person_id or check_in.person_id
    own = answer_of(session, check_in.id, person_id)
    if own and local(at).date() > local(own.answered_at).date() + timedelta(days=CHANGEABLE_DAYS):
        raise UserError(
            say(
                f"Svaret går att ändra i {CHANGEABLE_DAYS} dagar; de har gått.",
                f"An answer can be changed for {CHANGEABLE_DAYS} days; they have passed.",
            )
        )
    if own is None:
        own = CheckInAnswer(
            check_in_id=check_in.id,
            network_id=check_in.network_id,
            person_id=person_id,
            q4=form.motivation,
            answered_at=at,
            given_at=at,
        )
    own.q1_met = form.met
    own.q1_on = parse_day(form.met_on, say(*MET_ON)) if form.met else None
    own.q1_attended = form.met_attended if form.met else None
    own.q2_next_on = parse_day(form.next_on, say(*NEXT_ON))
    own.q3_sharing, own.q4, own.q5_wish = form.sharing, form.motivation, form.wish
    own.given_at, own.settled_at = at, None
    for name in ANSWERS:
        setattr(check_in, name, getattr(own, name))
    check_in.answered_at, check_in.settled_at = check_in.answered_at or at, None
    session.add_all([own, check_in])


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
