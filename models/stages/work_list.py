"""What waits on whom, and since when: the office's list, overdue first (domain.md section 8, work-list)."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.db.queries import IDS_AT_A_TIME
from models.i18n import localized
from models.inbox.bounce import BOUNCED
from models.mail.queue import QueuedMail, enqueue
from models.networks.lookup import networks_by_id
from models.office.contact_log import reminders_due
from models.office.labels import mail_label, rights_label
from models.operation import run_pulse
from models.privacy.rights_request import alarm_on, unanswered, who_answers
from models.requests.waiting_list import expires_on
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.network import TERMINAL, Network
from models.tables.office import Intervention, InterventionKind, Staff, StaffRole
from models.tables.place import Municipality, Region
from models.tables.request import RequestState, SupportRequest
from models.views.undelivered import SHOWN_FOR
from models.views.work_item import Link, ListContext, WorkItem, no_link
from models.vocabulary import CHANGE, MATTER, word

AT_ONCE = ("in_doubt", "not_sent", InterventionKind.hard_bounce, InterventionKind.mail_waits)
MOST_TOLD = 200
# What a talk does not settle, and the change that does.
BY_A_CHANGE = {InterventionKind.new_contact: "new_contact", InterventionKind.propose_close: "close"}


def what_waits(session: Session, at: datetime) -> list[WorkItem]:
    """Everything that waits on the office, overdue first, then by due date."""
    around = _around(session, at)
    found = [*_requests(session, around), *_interventions(session, around), *_mails(session, around, at)]
    found += [*_rights(session, around), *_interrupted(session, around, at), *_reminders(session, around)]
    return sorted(found, key=lambda one: (not one.overdue, one.due or date.max, one.since, one.subject))


def _around(session: Session, at: datetime) -> ListContext:
    rows = session.exec(select(Municipality.code, Municipality.name, Municipality.region)).all()
    signatures = dict(session.exec(select(Staff.id, Staff.signature)).all())
    return ListContext({code: (name, region) for code, name, region in rows}, signatures, local(at).date())


def _requests(session: Session, around: ListContext) -> Iterable[WorkItem]:
    open_ones = (RequestState.received, RequestState.incomplete, RequestState.talking, RequestState.waiting)
    for request in session.exec(select(SupportRequest).where(col(SupportRequest.state).in_(open_ones))):
        what: str = "decision"
        due: date | None = request.answer_due
        if request.state == RequestState.received:
            what, due = "talk", request.talk_due
        elif request.state == RequestState.waiting:  # without an offer it waits on hours, until it expires
            what, due = ("offer", request.offer_until) if request.offer_until else ("waiting", expires_on(request))
        elif request.appealed_at:
            what = "appeal"
        about = (request.municipality, request.nature, request.number)
        since = local(request.received_at).date()
        yield around.item(
            what, request.id, about, request.assigned_to, since, due, "needs-talk", request_number="{subject}"
        )


def _interventions(session: Session, around: ListContext) -> Iterable[WorkItem]:
    columns: Any = (Intervention, Network.municipality, Network.nature, Network.number)
    rows = session.execute(
        select(*columns)
        .join(Network, col(Network.id) == Intervention.network_id)
        .where(col(Intervention.ended_at).is_(None))
    )
    for one, *about in rows:
        if one.kind in BY_A_CHANGE:
            opens, filled = "network-change", {"change": word(CHANGE, BY_A_CHANGE[one.kind])}
            filled["network_number"] = "{subject}"
        else:
            opens, filled = "catch-up", {"network_number": "{subject}" + f" · {word(MATTER, one.kind)}"}
        since = local(one.opened_at).date()
        yield around.item(one.kind, one.id, tuple(about), one.owner, since, one.due_on, opens, **filled)


def _reminders(session: Session, around: ListContext) -> Iterable[WorkItem]:
    """What staff wanted to be reminded of when they tried to reach a network."""
    due = reminders_due(session, around.today)
    networks = networks_by_id(session, {one.network_id for one in due if one.network_id})
    change = {"change": word(CHANGE, "contact"), "network_number": "{subject}"}
    for one in due:
        network = networks[one.network_id] if one.network_id else None
        if network and network.state not in TERMINAL:
            about = (network.municipality, network.nature, network.number)
            yield around.item(
                "reminder", one.id, about, one.staff_id, one.on, one.remind_on, "network-change", **change
            )


def _rights(session: Session, around: ListContext) -> Iterable[WorkItem]:
    """What persons asked for about their own data, until it is answered. Names nobody: the alarm mail tells who."""
    for one in unanswered(session):
        told = around.item(
            f"rights_{one.kind}",
            one.id,
            None,
            None,
            local(one.received_at).date(),
            one.deadline,
            "data-protection",
            request=rights_label(one),
        )
        subject = localized(f"begäran {one.id.hex[:8]}", f"request {one.id.hex[:8]}")
        yield replace(told, subject=subject, person=one.person_id, urgent=alarm_on(one) <= around.today)


def _mails(session: Session, around: ListContext, at: datetime) -> Iterable[WorkItem]:
    """Mails in doubt until somebody settles them, and those that did not go, for two weeks.

    One that bounced is told of by its network's entry, if it has one.
    """
    bounces = select(Intervention.occasion).where(col(Intervention.kind) == InterventionKind.hard_bounce)
    told = {occasion.rpartition(":")[2] for occasion in session.exec(bounces)}
    columns = (
        OutgoingMail.id,
        OutgoingMail.status,
        OutgoingMail.reason,
        OutgoingMail.created_at,
        OutgoingMail.template,
    )
    rows = session.exec(
        select(*columns, Network, SupportRequest)  # type: ignore[call-overload]  # SQLModel's stubs end at four columns
        .outerjoin(Network, col(Network.id) == OutgoingMail.network_id)
        .outerjoin(SupportRequest, col(SupportRequest.id) == OutgoingMail.request_id)
        .where(
            (col(OutgoingMail.status) == MailStatus.in_doubt)
            | (col(OutgoingMail.status) == MailStatus.failed) & (col(OutgoingMail.settled_at) > at - SHOWN_FOR)
        )
        .where(col(OutgoingMail.template) != Template.staff_alarm)  # no alarm about an alarm
    )
    for key, status, reason, created_at, template, network, request in rows:
        if str(key) in told:
            continue
        thing = network or request
        about = (thing.municipality, thing.nature, thing.number) if thing else None
        owner = network.negotiator if network else request.assigned_to if request else None
        what, filled = "hard_bounce" if reason == BOUNCED else "not_sent", {}
        if status == MailStatus.in_doubt:
            what, filled = "in_doubt", {"mails": [mail_label(around.subject(about), template, key.hex[:8])]}
        yield around.item(what, key, about, owner, local(created_at).date(), None, "outbox", **filled)


def _interrupted(session: Session, around: ListContext, at: datetime) -> Iterable[WorkItem]:
    """Runs that died and that nobody has started again: a form that somebody sent in, or a sweep that gave up."""
    for pulse in run_pulse.interrupted(session, at):
        what = "interrupted_sweep" if pulse.restarts_itself else "interrupted_form"
        died = local(pulse.interrupted_at or at)
        told = around.item(what, pulse.flow_run_id, None, None, died.date(), None, "")
        hour = localized(f"kl. {died:%H:%M}", f"at {died:%H:%M}")
        yield replace(told, subject=f"{pulse.flow} {hour}", run=pulse.flow_run_id)


def to_alarm(session: Session, at: datetime) -> list[WorkItem]:
    """What is overdue or cannot wait, and nobody has been alarmed of yet."""
    urgent = [one for one in what_waits(session, at) if one.overdue or one.urgent or one.what in AT_ONCE]
    return _not_alarmed(session, urgent)


def _not_alarmed(session: Session, urgent: list[WorkItem]) -> list[WorkItem]:
    occasions = {letter.key: letter.occasion for letter in _alarms(urgent, _owners(session), no_link)}
    keys = list(occasions)
    for first in range(0, len(keys), IDS_AT_A_TIME):
        some = col(OutgoingMail.idempotency_key).in_(keys[first : first + IDS_AT_A_TIME])
        for known in session.exec(select(OutgoingMail.idempotency_key).where(some)):
            del occasions[known]
    new = set(occasions.values())
    return [one for one in urgent if one.occasion in new]


def alarm(session: Session, at: datetime, link: Link = no_link) -> int:
    """One mail to whoever owns a thing that is overdue or cannot wait; once a thing. Returns how many were queued."""
    return enqueue(session, _alarms(to_alarm(session, at), _owners(session), link), at)


def alarm_about_mails(session: Session, at: datetime) -> int:
    """`alarm` for mails alone: at once, not the next morning."""
    urgent = _not_alarmed(session, list(_mails(session, _around(session, at), at)))
    return enqueue(session, _alarms(urgent, _owners(session), no_link), at)


def _alarms(things: Iterable[WorkItem], owners: Callable[[WorkItem], list[UUID]], link: Link) -> list[QueuedMail]:
    letters = []
    for one in things:
        told = {"what": one.what, "subject": one.subject, "due": one.due and one.due.isoformat(), "link": link(one)}
        if one.person:
            told["other_person"] = str(one.person)
        for staff in owners(one):
            letters.append(QueuedMail(Template.staff_alarm, None, one.occasion, context=told, staff_id=staff))
    return letters


def digest(session: Session, at: datetime, link: Link = no_link) -> int:
    """The week's list to every negotiator (their region) and to the office (all); once a week, on its first run.

    A mail tells of the first two hundred things, and how many more there are.
    """
    year, week, _ = local(at).isocalendar()
    waiting = what_waits(session, at)
    names = dict(session.exec(select(Region.code, Region.name)).all())
    readers = select(Staff).where(col(Staff.active), col(Staff.role).in_((StaffRole.negotiator, StaffRole.office)))
    letters = []
    for staff in session.exec(readers):
        theirs = [one for one in waiting if staff.region in (None, one.region) or one.owner == staff.id]
        told = {
            "region": names.get(staff.region or "", localized("alla regioner", "all regions")),
            "rows": [one.row(link) for one in theirs[:MOST_TOLD]],
            "more": max(0, len(theirs) - MOST_TOLD),
        }
        letters.append(QueuedMail(Template.staff_digest, None, f"{year}-W{week:02}", context=told, staff_id=staff.id))
    return enqueue(session, letters, at)


def _owners(session: Session) -> Callable[[WorkItem], list[UUID]]:
    """Whom a thing waits on: its owner; else the region's negotiators; else the office.

    What a person asks for about their own data waits on who answers for that.
    """
    staff = session.exec(select(Staff).where(col(Staff.active))).all()
    active = {one.id for one in staff}
    office = [one.id for one in staff if one.role == StaffRole.office]
    regional: dict[str, list[UUID]] = {}
    for one in staff:
        if one.role == StaffRole.negotiator and one.region:
            regional.setdefault(one.region, []).append(one.id)

    answers = [one.id for one in who_answers(session)]

    def owners(one: WorkItem) -> list[UUID]:
        if one.person:
            return answers
        return [one.owner] if one.owner and one.owner in active else regional.get(one.region) or office

    return owners
