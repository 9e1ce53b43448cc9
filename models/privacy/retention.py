"""What nobody needs any more is forgotten, night by night (domain.md section 10); what was counted stays.

Ties are loosened one by one. What somebody did in a network, or asked for in vain, is left to a nobody: a row of a
person that is erased from the start, one for each, so that not even a nobody can be followed from one to another. Whom
nothing ties any more is erased; a member once nothing at all points at them, as the register knows them by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from models.dates.local_time import add_months, local, midnight
from models.db.column_types import UtcDateTime
from models.people.signed_link import VALID_FOR, Purpose
from models.privacy.erasure import (
    empty_mails,
    empty_mails_about,
    empty_persons,
    empty_request,
    rekey_duties,
    rekey_mails,
)
from models.requests.unconfirmed import forget_old
from models.tables.change_entry import ChangedField, ChangeEntry
from models.tables.check_in import CheckIn, CheckInAnswer
from models.tables.contact_entry import ContactEntry
from models.tables.intake import Intake
from models.tables.mail import UNSETTLED, OutgoingMail
from models.tables.meeting import Meeting
from models.tables.need_signal import NeedSignal
from models.tables.network import TERMINAL, Network, Role
from models.tables.office import Intervention
from models.tables.person import Membership, Person, RightsRequest, RightsStatus
from models.tables.request import CAME_TO_NOTHING, OPEN, NamedOrganiser, RefusalReason, SupportRequest
from models.tables.staff_session import Look, SignIn, StaffSession
from models.tables.support import SupportGrant
from models.tables.transition import Transition

REQUEST_MONTHS = 6
ROLE_MONTHS = 3
TEXT_MONTHS = 12
NOT_A_MEMBER = timedelta(days=30)
FORM_DAYS = timedelta(days=30)
SIGN_IN_DAYS = timedelta(days=30)
OF_A_ROLE = col(ChangeEntry.what) == ChangedField.role
OF_A_MEETING: Any = (Meeting.venue, Meeting.topic, Meeting.link, Meeting.note, Meeting.words)
LEFT_EMPTY = (ContactEntry, ChangeEntry, Meeting)  # what can be empty is: then a question in SQL sees that it is


@dataclass(frozen=True)
class Forgotten:
    """How much one night forgot."""

    requests: int
    roles: int
    persons: int
    texts: int


def forget(session: Session, at: datetime) -> Forgotten:
    """Forget all whose time is over on that day. Done twice it changes nothing more."""
    requests, roles, texts = _requests(session, at), _roles(session, at), _texts(session, at)
    requests += forget_old(session, at)
    return Forgotten(requests, roles, _persons(session, at), texts)  # last: what was just forgotten ties nobody


# --- ties -----------------------------------------------------------------------------------------


def _requests(session: Session, at: datetime) -> int:
    """Requests that came to nothing lose their words and whose they were: after six months, a non-member's or leaver's
    after 30 days.
    """
    today = local(at).date()
    ended: Any = (
        sql_select(col(Transition.request_id), func.max(col(Transition.at), type_=UtcDateTime).label("at"))
        .where(col(Transition.request_id).is_not(None))
        .group_by(col(Transition.request_id))
        .subquery()
    )
    rows: Any = (
        select(SupportRequest, Person, ended.c.at)
        .join(ended, ended.c.request_id == col(SupportRequest.id))
        .join(Person, col(Person.id) == SupportRequest.initiator_id)
        .where(col(SupportRequest.state).in_(CAME_TO_NOTHING), col(Person.erased_at).is_(None))
        .where(ended.c.at < midnight(today - NOT_A_MEMBER + timedelta(days=1)))
    )
    due = [
        request
        for request, person, moment in session.execute(rows).all()
        if request.reason == RefusalReason.not_a_member
        or not person.is_member
        or add_months(local(moment).date(), REQUEST_MONTHS) <= today
    ]
    for request in due:
        nobody, person_id = anonymous_person(session, at), request.initiator_id
        _leave_request(session, request, nobody)
        about = (col(OutgoingMail.request_id) == request.id) & (col(OutgoingMail.person_id) == person_id)
        leave_mails(session, about, nobody, at)
    return len(due)


def _roles(session: Session, at: datetime) -> int:
    """What somebody was in a network is nobody's three months after their last role or the network ended; 30 days after
    for one who is no member any more.
    """
    today = local(at).date()
    due = [
        (network_id, person)
        for network_id, person, ended in _ended_roles(session)
        if add_months(ended, ROLE_MONTHS) <= today or (not person.is_member and ended + NOT_A_MEMBER <= today)
    ]
    for network_id, person in due:
        nobody = anonymous_person(session, at)
        rekey_duties(session, network_id, person.id)
        theirs_granted = (SupportRequest.network_id == network_id, SupportRequest.initiator_id == person.id)
        granted = session.exec(select(SupportRequest).where(*theirs_granted)).all()
        for request in granted:
            _leave_request(session, request, nobody)
        _unname(session, network_id, person.id)
        theirs: tuple[tuple[Any, Any, Any], ...] = (
            (Role, Role.person_id, Role.network_id),
            (Meeting, Meeting.convener_id, Meeting.network_id),
            (CheckIn, CheckIn.person_id, CheckIn.network_id),
            (CheckInAnswer, CheckInAnswer.person_id, CheckInAnswer.network_id),
        )
        for table, who, where in theirs:
            session.execute(update(table).where(who == person.id, where == network_id).values({who: nobody}))
        about_it = col(OutgoingMail.request_id).in_([request.id for request in granted])
        about = and_(
            col(OutgoingMail.person_id) == person.id, or_(col(OutgoingMail.network_id) == network_id, about_it)
        )
        leave_mails(session, about, nobody, at)
    if due:
        settled = col(OutgoingMail.status).not_in(UNSETTLED)  # they may still be told of elsewhere
        empty_mails_about(session, [person.id for _, person in due], at, settled)
    return len(due)


def _unname(session: Session, network_id: UUID, person_id: UUID) -> None:
    """That the request behind a network named them."""
    behind = sql_select(col(SupportRequest.id)).where(col(SupportRequest.network_id) == network_id)
    named = col(NamedOrganiser.person_id) == person_id, col(NamedOrganiser.request_id).in_(behind)
    session.execute(delete(NamedOrganiser).where(*named))


def _ended_roles(session: Session) -> Iterable[tuple[UUID, Person, date]]:
    """Each network and person whose roles there are over, and since when."""
    over: Any = (
        sql_select(col(Transition.network_id), func.max(col(Transition.at), type_=UtcDateTime).label("at"))
        .where(col(Transition.network_id).is_not(None), col(Transition.to_state).in_(TERMINAL))
        .group_by(col(Transition.network_id))
        .subquery()
    )
    held: Any = (
        sql_select(
            col(Role.network_id), col(Role.person_id), func.max(col(Role.until)).label("until"),
            (func.count() - func.count(col(Role.until))).label("unended"),
        )
        .group_by(col(Role.network_id), col(Role.person_id))
        .subquery()
    )  # fmt: skip
    rows: Any = (
        sql_select(held.c.network_id, Person, held.c.until, held.c.unended, over.c.at)
        .join(Person, col(Person.id) == held.c.person_id)
        .join(over, over.c.network_id == held.c.network_id, isouter=True)
        .where(col(Person.erased_at).is_(None), or_(held.c.unended == 0, over.c.at.is_not(None)))
    )
    for network_id, person, until, unended, closed_at in session.execute(rows).all():
        days = [until] if not unended else []
        yield network_id, person, min([*days, local(closed_at).date()] if closed_at else days)


def anonymous_person(session: Session, at: datetime) -> UUID:
    """A nobody, to whom one thing is left that somebody did."""
    nobody = Person(membership=Membership.none, erased_at=at)
    session.add(nobody)
    session.flush()
    return nobody.id


def _leave_request(session: Session, request: SupportRequest, nobody: UUID) -> None:
    empty_request(session, request)
    request.initiator_id = nobody
    session.execute(delete(NamedOrganiser).where(col(NamedOrganiser.request_id) == request.id))
    session.flush()


def leave_mails(session: Session, theirs: ColumnElement[bool], nobody: UUID, at: datetime) -> None:
    """Nobody knows any more whom these mails were to, nor what they said."""
    empty_mails(session, theirs, at)
    session.execute(update(OutgoingMail).where(theirs).values(person_id=nobody, message_id=None))


# --- persons --------------------------------------------------------------------------------------


def _persons(session: Session, at: datetime) -> int:
    """Erase whom nothing ties any more. An open request ties whom it names too; a member is tied by everything that
    points at them, mail of the last twelve months too, and by what staff know and no register may: that they are
    protected.
    """
    is_open = sql_select(col(SupportRequest.id)).where(col(SupportRequest.state).in_(OPEN))
    _forget_named(session, at)
    ties: tuple[tuple[Any, Any], ...] = (
        (Role.person_id, True),
        (SupportRequest.initiator_id, True),
        (NamedOrganiser.person_id, col(NamedOrganiser.request_id).in_(is_open)),
        (RightsRequest.person_id, col(RightsRequest.status) == RightsStatus.received),
        (OutgoingMail.person_id, col(OutgoingMail.status).in_(UNSETTLED)),
    )
    untied = [~sql_select(who).where(who == Person.id, holds).exists() for who, holds in ties]
    points: tuple[Any, ...] = (
        NamedOrganiser.person_id, RightsRequest.person_id, OutgoingMail.person_id, Look.person_id, CheckIn.person_id,
        CheckInAnswer.person_id, Meeting.convener_id,
    )  # fmt: skip
    unmarked = [~sql_select(who).where(who == Person.id).exists() for who in points]
    left = col(Person.membership).in_((Membership.left, Membership.none, Membership.unknown))
    is_no_member = and_(left, col(Person.is_representative).is_(False))
    is_left_alone = and_(col(Person.protected_at).is_(None), *unmarked)
    which = and_(col(Person.erased_at).is_(None), *untied, or_(is_no_member, is_left_alone))
    theirs = col(OutgoingMail.person_id).in_(sql_select(col(Person.id)).where(which))
    empty_mails(session, theirs, at)
    return empty_persons(session, which, at)


def _forget_named(session: Session, at: datetime) -> None:
    """Who was named and came to carry nothing: once the request is over or granted, or the link they were asked by."""
    over = sql_select(col(SupportRequest.id)).where(col(SupportRequest.state).in_(CAME_TO_NOTHING))
    unanswered = (
        col(NamedOrganiser.yes_at).is_(None),
        col(NamedOrganiser.asked_at) < at - VALID_FOR[Purpose.organiser],
        col(NamedOrganiser.request_id).in_(
            sql_select(col(SupportRequest.id)).where(col(SupportRequest.state).in_(OPEN))
        ),
    )
    granted = sql_select(col(SupportRequest.id)).where(col(SupportRequest.network_id).is_not(None))
    carries = (
        sql_select(col(Role.id))
        .join(SupportRequest, col(SupportRequest.network_id) == col(Role.network_id))
        .where(
            col(SupportRequest.id) == col(NamedOrganiser.request_id),
            col(Role.person_id) == col(NamedOrganiser.person_id),
        )
        .exists()
    )
    without_role = and_(col(NamedOrganiser.request_id).in_(granted), ~carries)
    gone = or_(col(NamedOrganiser.request_id).in_(over), and_(*unanswered), without_role)
    session.execute(delete(NamedOrganiser).where(gone))


# --- words ----------------------------------------------------------------------------------------


def _texts(session: Session, at: datetime) -> int:
    """After twelve months: what people and staff wrote, and what mails were sent to whom."""
    before = midnight(add_months(local(at).date(), -TEXT_MONTHS))
    emptied = _mails(session, before) + _forms(session, at)
    _sign_ins(session, at, before)
    answered = (col(RightsRequest.deadline) < before.date(), col(RightsRequest.status) != RightsStatus.received)
    session.execute(update(RightsRequest).where(*answered).values(person_id=None))
    written: tuple[tuple[Any, Any, Any], ...] = (
        (NeedSignal, NeedSignal.words, col(NeedSignal.noted_at) < before),
        (Intervention, Intervention.agreement, col(Intervention.ended_at) < before),
        (ContactEntry, ContactEntry.note, col(ContactEntry.noted_at) < before),
        (ChangeEntry, ChangeEntry.reason,
         (col(ChangeEntry.at) < midnight(add_months(local(at).date(), -ROLE_MONTHS))) & OF_A_ROLE),
        (ChangeEntry, ChangeEntry.reason, (col(ChangeEntry.at) < before) & ~OF_A_ROLE),
        *((Meeting, words, (col(Meeting.starts_at) < before) & col(words).is_not(None)) for words in OF_A_MEETING),
        (SupportGrant, SupportGrant.reason, col(SupportGrant.to_on) < before.date()),
        (Network, Network.extension_reason, col(Network.support_ends_on) < before.date()),
        (SupportRequest, SupportRequest.need,
         (col(SupportRequest.received_at) < before) & col(SupportRequest.state).not_in(OPEN)),
        (SupportRequest, SupportRequest.suits,
         (col(SupportRequest.received_at) < before) & col(SupportRequest.state).not_in(OPEN)),
        (SupportRequest, SupportRequest.talk_notes,
         (col(SupportRequest.talk_at) < before) & col(SupportRequest.state).not_in(OPEN)),
    )  # fmt: skip
    for table, words, old in written:
        full = sum(bool(text) for (text,) in session.execute(sql_select(words).where(old)))
        if full:
            session.execute(update(table).where(old).values({words: None if table in LEFT_EMPTY else ""}))
        emptied += full
    return emptied


def _mails(session: Session, before: datetime) -> int:
    """What went to whom, of mails so old that nobody asks any more."""
    old = and_(
        col(OutgoingMail.created_at) < before,
        col(OutgoingMail.status).not_in(UNSETTLED),
        or_(col(OutgoingMail.person_id).is_not(None), col(OutgoingMail.staff_id).is_not(None)),
    )
    rekey_mails(session, old)
    nothing: dict[str, Any] = dict.fromkeys(("person_id", "staff_id", "message_id", "body"))
    answer: Any = session.execute(update(OutgoingMail).where(old).values(**nothing, context="{}"))
    emptied: int = answer.rowcount
    return emptied


def _sign_ins(session: Session, at: datetime, before: datetime) -> None:
    """Who of staff came in and when, after thirty days; whom they looked at, after twelve months."""
    session.execute(delete(SignIn).where(col(SignIn.asked_at) < at - SIGN_IN_DAYS))
    session.execute(delete(StaffSession).where(col(StaffSession.ends_at) < at - SIGN_IN_DAYS))
    session.execute(delete(Look).where(col(Look.at) < before))


def _forms(session: Session, at: datetime) -> int:
    """What was typed in forms that nobody worked off: the run is gone by now, and no Retry comes."""
    old = (col(Intake.received_at) < at - FORM_DAYS, col(Intake.form).is_not(None))
    answer: Any = session.execute(update(Intake).where(*old).values(form=None))
    emptied: int = answer.rowcount
    return emptied
