"""What waits on whom, and since when: the office's list, overdue first (domain.md section 8, work-list)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from models.bounce import BOUNCED
from models.intervention import Intervention, InterventionKind
from models.language import say
from models.mail import Letter, MailStatus, OutgoingMail, Template, queue
from models.network import Network
from models.place import Municipality, Region
from models.quiet_days import local
from models.staff import Staff, StaffRole
from models.support_request import RequestState, SupportRequest

NOT_SENT_SHOWN = timedelta(days=14)
AT_ONCE = ("in_doubt", "not_sent", InterventionKind.hard_bounce, InterventionKind.mail_waits)


@dataclass(frozen=True)
class Waiting:
    """One thing that waits on the office. `subject` names a request or network without a person."""

    what: str
    key: UUID
    subject: str
    region: str
    owner: UUID | None
    since: date
    due: date | None
    today: date

    @property
    def overdue(self) -> bool:
        return self.due is not None and self.due < self.today

    def row(self) -> dict[str, Any]:
        """As the Monday digest tells it."""
        due = self.due.isoformat() if self.due else None
        told = {"what": self.what, "subject": self.subject, "since": self.since.isoformat(), "due": due}
        return told | {"overdue": self.overdue, "link": ""}


def what_waits(session: Session, at: datetime) -> list[Waiting]:
    """Everything that waits on the office, overdue first, then by due date."""
    regions = dict(session.exec(select(Municipality.code, Municipality.region)).all())
    today = local(at).date()
    found = [*_requests(session, regions, today), *_interventions(session, regions, today)]
    found += _mails(session, regions, at)
    return sorted(found, key=lambda one: (not one.overdue, one.due or date.max, one.since, one.subject))


def _requests(session: Session, regions: dict[str, str], today: date) -> Iterable[Waiting]:
    open_ones = (RequestState.received, RequestState.incomplete, RequestState.talking, RequestState.waiting)
    for request in session.exec(select(SupportRequest).where(col(SupportRequest.state).in_(open_ones))):
        what, due = "decision", request.answer_due
        if request.state == RequestState.received:
            what, due = "talk", request.talk_due
        elif request.state == RequestState.waiting:
            if request.offer_until is None:
                continue  # waits on hours, not on anybody
            what, due = "offer", request.offer_until
        region = regions.get(request.municipality or "", "")
        since = local(request.received_at).date()
        yield Waiting(what, request.id, request.label, region, request.assigned_to, since, due, today)


def _interventions(session: Session, regions: dict[str, str], today: date) -> Iterable[Waiting]:
    rows = session.exec(
        select(Intervention, Network)
        .join(Network, col(Network.id) == Intervention.network_id)
        .where(col(Intervention.ended_at).is_(None))
    )
    for one, network in rows:
        since = local(one.opened_at).date()
        region = regions.get(network.municipality, "")
        yield Waiting(one.kind, one.id, network.label, region, one.owner, since, one.due_on, today)


def _mails(session: Session, regions: dict[str, str], at: datetime) -> Iterable[Waiting]:
    """Mails in doubt until somebody settles them, and those that did not go, for two weeks.

    One that bounced is told of by its network's entry, if it has one.
    """
    bounces = select(Intervention.occasion).where(col(Intervention.kind) == InterventionKind.hard_bounce)
    told = {occasion.rpartition(":")[2] for occasion in session.exec(bounces)}
    columns = (OutgoingMail.id, OutgoingMail.status, OutgoingMail.reason, OutgoingMail.created_at, Network)
    rows = session.exec(
        select(*columns, SupportRequest)  # type: ignore[call-overload]  # SQLModel's stubs end at four columns
        .outerjoin(Network, col(Network.id) == OutgoingMail.network_id)
        .outerjoin(SupportRequest, col(SupportRequest.id) == OutgoingMail.request_id)
        .where(
            (col(OutgoingMail.status) == MailStatus.in_doubt)
            | (col(OutgoingMail.status) == MailStatus.failed) & (col(OutgoingMail.settled_at) > at - NOT_SENT_SHOWN)
        )
        .where(col(OutgoingMail.template) != Template.staff_alarm)  # no alarm about an alarm
    )
    for key, status, reason, created_at, network, request in rows:
        if str(key) in told:
            continue
        about = network or request
        what = "in_doubt" if status == MailStatus.in_doubt else "hard_bounce" if reason == BOUNCED else "not_sent"
        owner = network.negotiator if network else request.assigned_to if request else None
        region = regions.get(about.municipality or "", "") if about else ""
        since = local(created_at).date()
        yield Waiting(what, key, about.label if about else "", region, owner, since, None, local(at).date())


def alarm(session: Session, at: datetime) -> int:
    """One mail to whoever owns a thing that is overdue or cannot wait; once a thing. Returns how many were queued."""
    urgent = [one for one in what_waits(session, at) if one.overdue or one.what in AT_ONCE]
    return _alarm(session, urgent, at)


def alarm_about_mails(session: Session, at: datetime) -> int:
    """`alarm` for mails alone: at once, not the next morning."""
    regions = dict(session.exec(select(Municipality.code, Municipality.region)).all())
    return _alarm(session, _mails(session, regions, at), at)


def _alarm(session: Session, things: Iterable[Waiting], at: datetime) -> int:
    letters = []
    owners = _owners(session)
    for one in things:
        for staff in owners(one):
            told = {"what": one.what, "subject": one.subject, "due": one.due and one.due.isoformat(), "link": ""}
            letters.append(Letter(Template.staff_alarm, None, f"{one.what}:{one.key}", context=told, staff_id=staff))
    return queue(session, letters, at)


def digest(session: Session, at: datetime) -> int:
    """The week's list to every negotiator (their region) and to the office (all); once a week, on its first run."""
    year, week, _ = local(at).isocalendar()
    waiting = what_waits(session, at)
    names = dict(session.exec(select(Region.code, Region.name)).all())
    readers = select(Staff).where(col(Staff.active), col(Staff.role).in_((StaffRole.negotiator, StaffRole.office)))
    letters = [
        Letter(
            Template.staff_digest,
            None,
            f"{year}-W{week:02}",
            context={
                "region": names.get(staff.region or "", say("alla regioner", "all regions")),
                "rows": [one.row() for one in waiting if staff.region in (None, one.region) or one.owner == staff.id],
            },
            staff_id=staff.id,
        )
        for staff in session.exec(readers)
    ]
    return queue(session, letters, at)


def _owners(session: Session) -> Callable[[Waiting], list[UUID]]:
    """Whom a thing waits on: its owner; else the region's negotiators; else the office."""
    staff = session.exec(select(Staff).where(col(Staff.active))).all()
    active = {one.id for one in staff}
    office = [one.id for one in staff if one.role == StaffRole.office]
    regional: dict[str, list[UUID]] = {}
    for one in staff:
        if one.role == StaffRole.negotiator and one.region:
            regional.setdefault(one.region, []).append(one.id)

    def owners(one: Waiting) -> list[UUID]:
        return [one.owner] if one.owner and one.owner in active else regional.get(one.region) or office

    return owners
