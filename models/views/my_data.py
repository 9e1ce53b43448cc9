"""Everything that is stored about one person, in words for a page and as data to take along (domain.md section 10)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, SQLModel, col, select

from models.dates.local_time import local
from models.forms.kit.base import Form
from models.people.roles import organiser_key
from models.reference.member_register import register_contents
from models.requests.unconfirmed import form_of, unconfirmed_by
from models.tables.check_in import ANSWERS, CheckIn, CheckInAnswer
from models.tables.mail import OutgoingMail
from models.tables.meeting import Meeting, MeetingDuty
from models.tables.network import Network, Role
from models.tables.office import Staff
from models.tables.person import Person, RightsRequest
from models.tables.request import NamedOrganiser, SupportRequest
from models.tables.staff_session import Look

WHO = ("name", "email", "phone", "member_number", "language", "membership", "is_representative", "is_employee")
PERSON = (*WHO, "email_status", "ineligible_since", "protected_at", "reminders_stopped_at")
REQUEST = (
    "received_at",
    "channel",
    "place",
    "municipality",
    "nature",
    "need",
    "suits",
    "talk_notes",
    "wished",
    "without_support",
    "state",
)
TYPED = ("place", "municipality", "nature", "need", "wished", "without_support")
CHECK_IN = ("answered_at", *ANSWERS)
ROLE = ("kind", "asked_at", "confirmed_at", "until")
MAIL = ("template", "created_at", "status")
RIGHTS = ("kind", "received_at", "deadline", "status")


def stored_about(session: Session, person: Person) -> dict[str, Any]:
    """All of it, by kind, as plain values (JSON). Other persons are left out of what they share with this one.

    `person` may be one whom only the member register knows.
    """
    roles = session.exec(select(Role).where(col(Role.person_id) == person.id)).all()
    names = {one.id: one.name for one in session.exec(select(Network).where(col(Network.id).in_(_networks(roles))))}
    meetings = select(Meeting).where(col(Meeting.convener_id) == person.id).order_by(col(Meeting.starts_at))
    mails = select(OutgoingMail).where(col(OutgoingMail.person_id) == person.id).order_by(col(OutgoingMail.created_at))
    rights = select(RightsRequest).where(col(RightsRequest.person_id) == person.id)
    return {
        "person": _row(person, PERSON),
        "member_register": register_contents(session, person.member_number or ""),
        "roles": [_row(one, ROLE, network=names[one.network_id]) for one in roles],
        "requests": [_row(one, REQUEST) for one in _asked(session, person.id)],
        "unconfirmed_requests": [
            _row(form_of(one), TYPED, typed_at=_plain(one.typed_at))
            for one in unconfirmed_by(session, person.member_hash or "")
        ],
        "named_in_requests": [_row(one, ("received_at", "place")) for one in _named(session, person.id)],
        "check_ins": list(_check_ins(session, person.id, names)),
        "meetings_called": [
            _row(one, ("starts_at", "status"), network=names.get(one.network_id)) for one in session.exec(meetings)
        ],
        "duties": list(_duties(session, person.id, names)),
        "mails": [_row(one, MAIL) for one in session.exec(mails)],
        "rights_requests": [_row(one, RIGHTS) for one in session.exec(rights)],
        "looks": list(looks_at(session, person.id)),
    }


def _networks(roles: Iterable[Role]) -> set[UUID]:
    return {role.network_id for role in roles}


def _asked(session: Session, person_id: UUID) -> Iterable[SupportRequest]:
    asked = select(SupportRequest).where(col(SupportRequest.initiator_id) == person_id)
    return session.exec(asked.order_by(col(SupportRequest.number))).all()


def _named(session: Session, person_id: UUID) -> Iterable[SupportRequest]:
    held = select(SupportRequest).join(NamedOrganiser, col(NamedOrganiser.request_id) == SupportRequest.id)
    theirs = held.where(col(NamedOrganiser.person_id) == person_id)
    return session.exec(theirs.order_by(col(SupportRequest.number))).all()


def _check_ins(session: Session, person_id: UUID, names: Mapping[UUID, str]) -> Iterable[dict[str, object]]:
    """Those this person was sent, and those they answered: with their own answers and nobody else's."""
    rows = session.exec(
        select(CheckIn, CheckInAnswer)
        .join(
            CheckInAnswer,
            (col(CheckInAnswer.check_in_id) == CheckIn.id) & (col(CheckInAnswer.person_id) == person_id),
            isouter=True,
        )
        .where(or_(col(CheckIn.person_id) == person_id, col(CheckInAnswer.id).is_not(None)))
        .order_by(col(CheckIn.sent_on))
    ).all()
    for check_in, own in rows:
        told = {name: _plain(getattr(own, name)) if own else None for name in CHECK_IN}
        yield {"network": names.get(check_in.network_id), "sent_on": _plain(check_in.sent_on)} | told


def looks_at(session: Session, person_id: UUID) -> Iterable[dict[str, object]]:
    """Who of the office opened a page that shows this person: by signature, when, which page, and why if asked."""
    rows = session.exec(
        select(Look, Staff.signature)
        .join(Staff, col(Staff.id) == Look.staff_id)
        .where(col(Look.person_id) == person_id)
        .order_by(col(Look.at).desc())
    )
    for look, signature in rows:
        yield _row(look, ("at", "page", "reason"), by=signature)


def looks_by_day(looks: Iterable[Mapping[str, Any]], alike: Sequence[str]) -> list[dict[str, Any]]:
    """What `looks_at` tells, one row for those of a day that are `alike`, with how many `times`."""
    rows: dict[tuple[object, ...], dict[str, Any]] = {}
    for look in looks:
        on = look["at"][: len("2026-11-27")]
        row = rows.setdefault((on, *(look[one] for one in alike)), {**look, "on": on, "times": 0})
        row["times"] += 1
    return list(rows.values())


def _duties(session: Session, person_id: UUID, names: Mapping[UUID, str]) -> Iterable[dict[str, object]]:
    """What this person carried: found by the key that tells nobody else who it was."""
    keys = [organiser_key(network_id, person_id) for network_id in names]
    carried = (
        select(MeetingDuty, Meeting)
        .join(Meeting, col(Meeting.id) == MeetingDuty.meeting_id)
        .where(col(MeetingDuty.organiser_key).in_(keys))
        .order_by(col(Meeting.starts_at), col(MeetingDuty.duty))
    )
    for duty, meeting in session.exec(carried):
        yield {"network": names[meeting.network_id], "on": _plain(local(meeting.starts_at).date()), "duty": duty.duty}


def _row(row: SQLModel | Form, columns: Iterable[str], **more: object) -> dict[str, object]:
    return {**more, **{name: _plain(getattr(row, name)) for name in columns}}


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return local(value).isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else value
