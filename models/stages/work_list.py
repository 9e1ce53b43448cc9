"""What waits on whom, and since when: the office's list, overdue first (domain.md section 8, work-list)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select

from models.dates.local_time import local
from models.dates.working_days import add_working_days
from models.db.queries import IDS_AT_A_TIME
from models.i18n import localized
from models.inbox.bounce import BOUNCED
from models.mail.queue import QueuedMail, enqueue
from models.networks import second_signature
from models.networks.lookup import networks_by_id
from models.office.absence import absences_on
from models.office.contact_log import reminders_due
from models.office.labels import mail_label, rights_label
from models.operation import run_pulse
from models.privacy.rights_request import alarm_on, unanswered, who_answers
from models.requests.waiting_list import expires_on
from models.tables.contact_entry import ContactEntry
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.network import TERMINAL, Network
from models.tables.office import Intervention, InterventionKind, Staff, StaffRole
from models.tables.place import Municipality, Region
from models.tables.request import OPEN, RequestState, SupportRequest
from models.views.mails_that_wait import mails_that_wait
from models.views.work_item import EVERYTHING, About, Link, ListContext, Part, WorkItem, no_link
from models.vocabulary import CHANGE, MATTER, word

AT_ONCE = ("in_doubt", "not_sent", "must_call", InterventionKind.hard_bounce, InterventionKind.mail_waits)
MOST_TOLD = 200
# What a talk does not settle, and the change that does.
OF_EITHER: Any = (
    (Network.negotiator, SupportRequest.assigned_to),
    (Network.municipality, SupportRequest.municipality),
)
BY_A_CHANGE = {InterventionKind.new_contact: "new_contact", InterventionKind.propose_close: "close"}


def what_waits(session: Session, at: datetime, part: Part = EVERYTHING) -> list[WorkItem]:
    """Everything that waits on the office, or a part of it, overdue first, then by due date.

    What is about no network or request (what persons asked for, runs that broke off) is in every part but a region's.
    """
    return _listed(session, _around(session, at), at, part)


def overdue_in(session: Session, at: datetime, region: str, most: int) -> tuple[list[WorkItem], int]:
    """What has been overdue longest of what is about a region, at most so much, and how much is overdue in all.

    Of matters, which a region has by the hundred, the oldest alone are made rows of.
    """
    around, part = _around(session, at), Part(region=region)
    others = [one for one in _others(session, around, at, part) if one.overdue]
    late = select(func.count()).select_from(Intervention).join(Network, col(Network.id) == Intervention.network_id)
    count = session.exec(late.where(*_open_matters(part), col(Intervention.due_on) < around.today)).one()
    found = [*others, *_interventions(session, around, part, most)] if count else others
    return _in_order(one for one in found if one.overdue)[:most], len(others) + count


def _listed(session: Session, around: ListContext, at: datetime, part: Part) -> list[WorkItem]:
    found = [*_others(session, around, at, part), *_interventions(session, around, part)]
    if part.region is None:
        found += [*_rights(session, around), *_interrupted(session, around, at)]
    return _in_order(found)


def _others(session: Session, around: ListContext, at: datetime, part: Part) -> list[WorkItem]:
    """What waits about requests and networks besides matters."""
    found = [*_requests(session, around, part), *_mails(session, around, at, part)]
    return [*found, *_reminders(session, around, part), *_second_signatures(session, around, part)]


def _in_order(things: Iterable[WorkItem]) -> list[WorkItem]:
    return sorted(things, key=lambda one: (not one.overdue, one.due or date.max, one.since, one.subject))


def what_waits_on(session: Session, staff: Staff, at: datetime) -> list[WorkItem]:
    """What waits on one of the staff today: what they have or stand in for, and what nobody who is there has, where
    that falls to them.
    """
    around, owners = _around(session, at), _owners(session, at)
    part = Part({staff.id, *around.acting})  # what who is away has waits on somebody else, who may be this one
    return [one for one in _listed(session, around, at, part) if staff.id in owners(one)]


def _around(session: Session, at: datetime) -> ListContext:
    rows = session.exec(select(Municipality.code, Municipality.name, Municipality.region)).all()
    signatures = dict(session.exec(select(Staff.id, Staff.signature)).all())
    today = local(at).date()
    left = dict.fromkeys(session.exec(select(Staff.id).where(~col(Staff.active))))
    places = {code: (name, region) for code, name, region in rows}
    return ListContext(places, signatures, today, left | absences_on(session, today))


def _requests(session: Session, around: ListContext, part: Part) -> Iterable[WorkItem]:
    open_ones = (
        select(SupportRequest)
        .options(defer(cast(Any, SupportRequest.need)), defer(cast(Any, SupportRequest.talk_notes)))  # sealed, and long
        .where(col(SupportRequest.state).in_(OPEN))
        .where(*part.holds(SupportRequest.assigned_to, SupportRequest.municipality))
    )
    for request in session.exec(open_ones):
        what: str = "decision"
        due: date | None = request.answer_due
        if request.state == RequestState.received:
            what, due = "talk", request.talk_due
        elif request.state == RequestState.waiting:  # without an offer it waits on hours, until it expires
            what, due = ("offer", request.offer_until) if request.offer_until else ("waiting", expires_on(request))
        elif request.appealed_at:
            what = "appeal"
        about = About("request", request.municipality, request.nature, request.number)
        since = local(request.received_at).date()
        yield around.item(
            what, request.id, about, request.assigned_to, since, due, "needs-talk", request_number="{subject}"
        )


def _open_matters(part: Part) -> list[Any]:
    return [col(Intervention.ended_at).is_(None), *part.holds(Intervention.owner, Network.municipality)]


def _interventions(session: Session, around: ListContext, part: Part, most: int | None = None) -> Iterable[WorkItem]:
    """All of them, or those whose day comes first."""
    of_matter = (Intervention.id, Intervention.kind, Intervention.owner, Intervention.opened_at, Intervention.due_on)
    columns: Any = (*of_matter, Network.municipality, Network.nature, Network.number)
    rows = session.execute(
        select(*columns)
        .join(Network, col(Network.id) == Intervention.network_id)
        .where(*_open_matters(part))
        .order_by(col(Intervention.due_on).nulls_last(), col(Intervention.opened_at))
        .limit(most)
    )
    forms = {kind: _form_of_matter(kind) for kind in InterventionKind}  # a region has hundreds of matters of few kinds
    for key, kind, owner, opened_at, due, *about in rows:
        opens, filled = forms[kind]
        yield around.item(kind, key, About("network", *about), owner, local(opened_at).date(), due, opens, **filled)


def _form_of_matter(kind: InterventionKind) -> tuple[str, dict[str, str]]:
    """The form that deals with it, and what that starts with."""
    if kind in BY_A_CHANGE:
        return "network-change", {"change": word(CHANGE, BY_A_CHANGE[kind]), "network_number": "{subject}"}
    return "catch-up", {"network_number": "{subject}" + f" · {word(MATTER, kind)}"}


def _reminders(session: Session, around: ListContext, part: Part) -> Iterable[WorkItem]:
    """What staff wanted to be reminded of when they tried to reach who asks for a network or carries it."""
    due = [one for one in reminders_due(session, around.today) if part.owners is None or one.owner in part.owners]
    owners = {one.entry.id: one.owner for one in due}
    told = _about(session, [one.entry for one in due])
    entries = [(one, about) for one, about in told if part.region in (None, around.region(about))]
    change = {"change": word(CHANGE, "contact"), "network_number": "{subject}"}
    for one, about in entries:
        opens, filled = (
            ("network-change", change) if one.network_id else ("needs-talk", {"request_number": "{subject}"})
        )
        yield around.item("reminder", one.id, about, owners[one.id], one.on, one.remind_on, opens, **filled)


def _second_signatures(session: Session, around: ListContext, part: Part) -> Iterable[WorkItem]:
    """What somebody signed for a second person, who is to say so themselves on their own list."""
    for entry, network in second_signature.waiting(session):
        about = About("network", network.municipality, network.nature, network.number)
        if part.region not in (None, around.region(about)) or (
            part.owners is not None and entry.approved_by not in part.owners
        ):
            continue
        since = local(entry.at).date()
        due = add_working_days(since, second_signature.IN_WORKING_DAYS)
        yield around.item("second_signature", entry.id, about, entry.approved_by, since, due, "")


def _about(session: Session, entries: Sequence[ContactEntry]) -> Iterable[tuple[ContactEntry, About]]:
    """Each entry with the network or request that it is about, if that goes on."""
    networks = networks_by_id(session, {one.network_id for one in entries if one.network_id})
    asked = select(SupportRequest).where(col(SupportRequest.id).in_({one.request_id for one in entries}))
    requests = {one.id: one for one in session.exec(asked)}
    for one in entries:
        if network := networks.get(one.network_id) if one.network_id else None:
            if network.state not in TERMINAL:
                yield one, About("network", network.municipality, network.nature, network.number)
        elif (request := requests.get(one.request_id) if one.request_id else None) and request.state in OPEN:
            yield one, About("request", request.municipality, request.nature, request.number)


def _rights(session: Session, around: ListContext) -> Iterable[WorkItem]:
    """What persons asked for about their own data, until it is answered. Names nobody: the alarm mail tells who."""
    asked = unanswered(session)
    answers = who_answers(session, around.today) if asked else []
    sole = answers[0].id if len(answers) == 1 else None
    for one in asked:
        told = around.item(
            f"rights_{one.kind}",
            one.id,
            None,
            sole,
            local(one.received_at).date(),
            one.deadline,
            "data-protection",
            request=rights_label(one),
        )
        subject = localized(f"begäran {one.id.hex[:8]}", f"request {one.id.hex[:8]}")
        yield replace(told, subject=subject, person=one.person_id, urgent=alarm_on(one) <= around.today)


def _mails(session: Session, around: ListContext, at: datetime, part: Part = EVERYTHING) -> Iterable[WorkItem]:
    """Mails in doubt until somebody settles them, and those that did not go, for two weeks (`mails_that_wait`)."""
    held = part.holds(*(func.coalesce(*of) for of in OF_EITHER))
    for mail, network, request in mails_that_wait(session, at, held):
        about = None
        if thing := network or request:
            about = About("network" if network else "request", thing.municipality, thing.nature, thing.number)
        owner = network.negotiator if network else request.assigned_to if request else None
        what, opens, filled = "hard_bounce" if mail.reason == BOUNCED else "not_sent", "outbox", {}
        label = mail_label(around.subject(about), mail.template, mail.id.hex[:8])
        if mail.status == MailStatus.in_doubt:
            what, filled = "in_doubt", {"mails": [label]}
        elif mail.status == MailStatus.skipped:
            what, opens = "must_call", ""
        told = around.item(what, mail.id, about, owner, local(mail.created_at).date(), None, opens, **filled)
        yield told if about or what != "must_call" else replace(told, subject=label, mail=mail.id)


def _interrupted(session: Session, around: ListContext, at: datetime) -> Iterable[WorkItem]:
    """Runs that died and that nobody has started again: a form that somebody sent in, or a sweep that gave up."""
    for pulse in run_pulse.interrupted(session, at):
        what = "interrupted_sweep" if pulse.restarts_itself else "interrupted_form"
        died = local(pulse.interrupted_at or at)
        told = around.item(what, pulse.flow_run_id, None, None, died.date(), None, "")
        hour = localized(f"kl. {died:%H:%M}", f"at {died:%H:%M}")
        yield replace(told, subject=f"{pulse.flow} {hour}", run=pulse.flow_run_id)


def to_alarm(session: Session, at: datetime) -> list[WorkItem]:
    """What is overdue or cannot wait, and somebody who acts on it today has not been alarmed of."""
    urgent = [one for one in what_waits(session, at) if one.overdue or one.urgent or one.what in AT_ONCE]
    return _not_alarmed(session, urgent, at)


def _not_alarmed(session: Session, urgent: list[WorkItem], at: datetime) -> list[WorkItem]:
    occasions = {letter.key: letter.occasion for letter in _alarms(urgent, _owners(session, at), no_link)}
    keys = list(occasions)
    for first in range(0, len(keys), IDS_AT_A_TIME):
        some = col(OutgoingMail.idempotency_key).in_(keys[first : first + IDS_AT_A_TIME])
        for known in session.exec(select(OutgoingMail.idempotency_key).where(some)):
            del occasions[known]
    new = set(occasions.values())
    return [one for one in urgent if one.occasion in new]


def alarm(session: Session, at: datetime, link: Link = no_link) -> int:
    """One mail to whoever acts on what is overdue or cannot wait, once a thing to each. Returns how many there are."""
    return enqueue(session, _alarms(to_alarm(session, at), _owners(session, at), link), at)


def alarm_about_mails(session: Session, at: datetime) -> int:
    """`alarm` for mails alone: at once, not the next morning."""
    urgent = _not_alarmed(session, list(_mails(session, _around(session, at), at)), at)
    return enqueue(session, _alarms(urgent, _owners(session, at), no_link), at)


def _alarms(things: Iterable[WorkItem], owners: Callable[[WorkItem], list[UUID]], link: Link) -> list[QueuedMail]:
    letters = []
    for one in things:
        told = {"what": one.what, "subject": one.subject, "due": one.due and one.due.isoformat(), "link": link(one)}
        told["page_link"] = one.page
        if one.person:
            told["other_person"] = str(one.person)
        for staff in owners(one):
            letters.append(QueuedMail(Template.staff_alarm, None, one.occasion, context=told, staff_id=staff))
    return letters


def digest(
    session: Session, at: datetime, link: Link = no_link, lists: Mapping[str | None, str] = MappingProxyType({})
) -> int:
    """The week's list to every negotiator (their region) and to the office (all); once a week, on its first run.

    Who stands in for somebody reads theirs too, in the one mail. It tells of the first two hundred things, and how many
    more there are. `lists`: where the daily list of a region is shown, and by None those of all.
    """
    year, week, _ = local(at).isocalendar()
    waiting = what_waits(session, at)
    names = dict(session.exec(select(Region.code, Region.name)).all())
    readers = select(Staff).where(col(Staff.active), col(Staff.role).in_((StaffRole.negotiator, StaffRole.office)))
    absent = absences_on(session, local(at).date())
    read_by: dict[UUID, list[Staff]] = {}
    for staff in session.exec(readers.order_by(col(Staff.signature))):
        read_by.setdefault(staff.id, []).insert(0, staff)
        if acting := absent.get(staff.id):
            read_by.setdefault(acting, []).append(staff)
    letters = []
    for reader, whose in read_by.items():
        theirs = [one for one in waiting if any(_on_list_of(staff, one) for staff in whose)]
        told = {
            "region": _regions(whose, names),
            "rows": [one.row(link) for one in theirs[:MOST_TOLD]],
            "more": max(0, len(theirs) - MOST_TOLD),
            "list_link": lists.get(whose[0].region, ""),
        }
        letters.append(QueuedMail(Template.staff_digest, None, f"{year}-W{week:02}", context=told, staff_id=reader))
    return enqueue(session, letters, at)


def _on_list_of(staff: Staff, one: WorkItem) -> bool:
    return staff.region in (None, one.region) or one.owner == staff.id


def _regions(whose: list[Staff], names: dict[str, str]) -> str:
    """What a list is of: a region, that of who is stood in for too, or all."""
    if any(staff.region is None for staff in whose):
        return localized("alla regioner", "all regions")
    return ", ".join(dict.fromkeys(names.get(staff.region or "", staff.region or "") for staff in whose))


def _owners(session: Session, at: datetime) -> Callable[[WorkItem], list[UUID]]:
    """Whom a thing waits on: who acts for its owner; else the region's negotiators who are there; else the office.

    What a person asks for about their own data waits on who answers for that.
    """
    staff = session.exec(select(Staff.id, Staff.role, Staff.region).where(col(Staff.active))).all()
    absent = absences_on(session, local(at).date())
    office = [staff_id for staff_id, role, _ in staff if role == StaffRole.office]
    regional: dict[str, list[UUID]] = {}
    for staff_id, role, region in staff:
        if role == StaffRole.negotiator and region:
            regional.setdefault(region, []).append(staff_id)

    def there(ids: list[UUID]) -> list[UUID]:
        return list(dict.fromkeys(acting for one in ids if (acting := absent.get(one, one))))

    answers = [one.id for one in who_answers(session, local(at).date())]

    def owners(one: WorkItem) -> list[UUID]:
        if one.person:
            return answers
        return [one.acting] if one.acting else there(regional.get(one.region, [])) or there(office) or office

    return owners
