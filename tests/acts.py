"""What people do, in one line each, so that tests can be read as their stories."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, TypeVar

from sqlalchemy import delete
from sqlmodel import Session, col, select

from models.audit import Correction
from models.dates.local_time import STOCKHOLM
from models.forms.check_in import CheckInForm
from models.forms.kit.base import Form
from models.forms.meeting_report import MeetingReportForm
from models.forms.needs_talk import GrantLine, NeedsTalkForm
from models.forms.network_change import NetworkChangeForm
from models.forms.support_request import SupportRequestForm
from models.i18n import Language
from models.meetings import booking
from models.networks import leavers
from models.office.staff import by_signature
from models.people.eligibility import GRACE
from models.people.person import known_by_number, written_down
from models.people.roles import roles_of
from models.requests import assignment, unconfirmed, waiting_list
from models.stages import check_in as check_in_round
from models.stages import kickoff, meeting_report, needs_talk, network_change, phase_out, support_request
from models.tables.check_in import CheckIn
from models.tables.mail import MailStatus, OutgoingMail
from models.tables.meeting import Meeting, MeetingForm
from models.tables.network import Network, Role, RoleKind
from models.tables.office import Intervention
from models.tables.person import Membership, Person
from models.tables.register import RegisterEntry, RegisterImport
from models.tables.request import NamedOrganiser, SupportRequest
from models.tables.transition import Actor, Cause
from models.tables.unconfirmed_request import UnconfirmedRequest

F = TypeVar("F", bound=Form)
AKE, MARIT, RENE, GOREL, ORJAN, EMPLOYEE = (f"80010{n}-0{n}" for n in range(1, 7))
SHARED = ("m1", "m2", "m3", "m1", "m2")
ALONE = ("m1",) * 5


def at(day: str | date, hour: int = 10) -> datetime:
    """That day at ten in Stockholm."""
    return datetime.combine(date.fromisoformat(str(day)), time(hour), STOCKHOLM)


def by(actor: Actor, day: str | date) -> Cause:
    return Cause("test", actor, at(day), "asj" if actor == Actor.staff else None)


def put_right(session: Session, day: str | date = "2026-11-20", reason: str = "Vi skrev fel.") -> Correction:
    """Staff put something right on that day."""
    return Correction(by_signature(session, "asj", ""), at(day), reason)


def request_form(**changes: Any) -> SupportRequestForm:
    form: dict[str, Any] = {
        "member_number": AKE,
        "place": "Luleå",
        "municipality": "Luleå",
        "nature": "town",
        "need": "Vi vill träffas.",
        "co_organisers": f"{MARIT}, {RENE}",
    }
    return SupportRequestForm.model_validate(form | changes)


def emptied(form: F) -> F:
    """The form as its run has it once it was kept."""
    return type(form).model_validate(type(form).redacted(form.model_dump(mode="json")))


def ask(session: Session, day: str = "2026-11-02", **changes: Any) -> SupportRequest:
    """A member asks for support."""
    form = request_form(**changes)
    support_request.check_request(session, form)
    request, _ = support_request.register_request(session, form, by(Actor.member, day))
    assignment.assign(session, request, at(day))
    session.flush()
    return request


def type_on_the_web(session: Session, day: str | datetime = "2026-11-02", **changes: Any) -> UnconfirmedRequest:
    """Somebody, whoever it is, types a request on the web; its mail waits."""
    moment = day if isinstance(day, datetime) else at(day)
    form = request_form(channel="web", **changes)
    unconfirmed.keep(session, form, False, Language.sv, moment)
    session.flush()
    typed = select(UnconfirmedRequest).order_by(col(UnconfirmedRequest.typed_at).desc())
    return next(one for one in session.exec(typed) if unconfirmed.form_of(one) == form)


def ask_for_a_receipt(session: Session, **changes: Any) -> SupportRequest:
    """A member asks, for tests of how mail goes: their receipt is the only mail there is, without that to staff."""
    request = ask(session, **{"co_organisers": ""} | changes)
    for mail in mails(session, "staff-case"):
        session.delete(mail)
    session.flush()
    return request


def grant_line(item: str = "send_out", signature: str = "asj", hours: float = 0, **changes: Any) -> GrantLine:
    line = {"item": item, "signature": signature, "from_on": "2026-11-05", "to_on": "2027-07-31", "reason": "Behövs."}
    return GrantLine.model_validate(line | {"hours": hours} | changes)


def talk(session: Session, request: SupportRequest, day: str = "2026-11-05", **changes: Any) -> Network | None:
    """Staff talk with the initiator and decide; by default one item is granted."""
    grants = {"grants": [grant_line()]} if changes.get("decision", "grant") == "grant" else {}
    form = NeedsTalkForm.model_validate(
        {"request_number": request.number, "signature": "asj", "talked_on": day} | grants | changes
    )
    form.check(date.fromisoformat(day))
    cause = replace(by(Actor.staff, day), signature=form.signature)
    needs_talk.check_talk(session, form)
    needs_talk.record_talk(session, form, cause)
    needs_talk.decide(session, request, form, cause)
    session.flush()
    return session.get(Network, request.network_id) if request.network_id else None


def named(session: Session, request: SupportRequest) -> list[NamedOrganiser]:
    """Whom the request names, in their order."""
    theirs = select(NamedOrganiser).where(col(NamedOrganiser.request_id) == request.id)
    return list(session.exec(theirs.order_by(col(NamedOrganiser.place))))


def member(session: Session, number: str = AKE) -> Person:
    """Somebody by their number, as the office knows them once they have turned to it."""
    person = known_by_number(session, number)
    assert person
    return written_down(session, person)


def no_register(session: Session) -> None:
    """No register was ever read in: nobody's membership is known."""
    for table in (RegisterEntry, RegisterImport):
        session.execute(delete(table))
    for person in session.exec(select(Person)):
        person.membership, person.is_representative = Membership.unknown, False
        session.add(person)
    session.flush()


def morning(session: Session, day: str | date) -> int:
    """The daily look at who may carry or ask for a network no more. How many roles ended."""
    ended = leavers.part_with_leavers(session, by(Actor.rule, day))
    session.flush()
    session.expire_all()
    return ended


def queue_morning(session: Session, day: str | date) -> None:
    """The daily look at the queue."""
    waiting_list.lapse_offers(session, at(day))
    waiting_list.expire(session, by(Actor.rule, day))
    waiting_list.make_offers(session, at(day))
    session.flush()


def leave_union(session: Session, *numbers: str, day: str | date) -> int:
    """The register says that they left, seen so early that their 14 days are over on `day`. How many roles ended."""
    for number in numbers:
        person = member(session, number)
        person.membership, person.is_representative = Membership.left, False
        session.add(person)
    session.flush()
    morning(session, date.fromisoformat(str(day)) - GRACE)
    return morning(session, day)


def say_yes(session: Session, network: Network, day: str = "2026-11-09") -> None:
    """Every named co-organiser says yes."""
    for role in roles_of(session, network.id):
        kickoff.confirm(session, role, at(day))
    session.flush()


def first_meeting_booked(session: Session) -> Network:
    """A planned network, whose organisers have said yes and whose first meeting is on 25 November 2026."""
    network = talk(session, ask(session))
    assert network
    say_yes(session, network)
    convener = roles_of(session, network.id)[0]
    first = at("2026-11-25", 17)
    booking.book_meeting(session, network, convener, booking.Booking(first, MeetingForm.in_person), at("2026-11-09"))
    session.flush()
    return network


def meet(
    session: Session, network: Network, day: str, attended: int = 9, carriers: tuple[str, ...] = SHARED, **changes: Any
) -> Meeting:
    """The network meets and its contact tells of it the same evening."""
    return tell(session, network, day, at(day, 21), attended, carriers, **changes)


def tell(
    session: Session,
    network: Network,
    day: str,
    told: datetime,
    attended: int,
    carriers: tuple[str, ...],
    **changes: Any,
) -> Meeting:
    """A member tells at `told` of a meeting on `day`, with all that follows from it; of a cancelled one no figures."""
    duties = dict(zip(("invitation", "host", "programme", "lead", "follow_up"), carriers, strict=True))
    figures = {} if changes.get("status") == "cancelled" else {"attended": attended, "branches": 3, "companies": 5}
    form = MeetingReportForm.model_validate({"network_number": network.number, "on": day} | figures | duties | changes)
    form.check(told.date())
    cause = Cause("meeting-report", Actor.member, told)
    meeting = meeting_report.report_meeting(session, form, cause)
    session.flush()
    return meeting


def network_in(session: Session, day: str = "2026-11-25", **changes: Any) -> Network:
    """A network that met for the first time on `day`, with three organisers who said yes."""
    network = talk(session, ask(session), **changes)
    assert network
    say_yes(session, network)
    meet(session, network, day)
    return network


def network_of(
    session: Session, initiator: str, helpers: str = "", place: str = "Umeå", day: str = "2026-11-25"
) -> Network:
    """Another network, of other members and in another place, that met for the first time on `day`."""
    asked = ask(session, member_number=initiator, place=place, municipality=place, co_organisers=helpers)
    network = talk(session, asked)
    assert network
    say_yes(session, network)
    meet(session, network, day, carriers=ALONE)
    return network


def change(session: Session, network: Network, what: str, day: str, **changes: Any) -> bool:
    """Staff carry out a change to a network; whether anything changed."""
    form = NetworkChangeForm.model_validate(
        {"network_number": network.number, "signature": "asj", "change": what} | changes
    )
    form.check(date.fromisoformat(day))
    network_change.check_change(session, form, by(Actor.staff, day))
    _, changed = network_change.change(session, form, by(Actor.staff, day))
    session.flush()
    return changed


def answer(session: Session, check_in: CheckIn, day: str, **changes: Any) -> None:
    """The five answers, in good spirits unless told otherwise."""
    form = CheckInForm.model_validate({"sharing": "3", "motivation": 4} | changes)
    check_in_round.take_answer(session, check_in, form, Cause("check-in", Actor.member, at(day)))
    session.flush()


def step_down(session: Session, day: str) -> dict[str, int]:
    """The Monday look at who has come a step further."""
    moved = phase_out.step_down(session, Cause("phase-out", Actor.rule, at(day)))
    session.flush()
    return moved


def mails(session: Session, template: str) -> list[OutgoingMail]:
    """What was queued of one kind, in its order."""
    of_kind = select(OutgoingMail).where(col(OutgoingMail.template) == template)
    return list(session.exec(of_kind.order_by(col(OutgoingMail.created_at))))


def all_sent(session: Session) -> None:
    """What waits in the outbox has gone."""
    for mail in session.exec(select(OutgoingMail)):
        mail.status = MailStatus.sent
        session.add(mail)
    session.flush()


def organisers(session: Session, network: Network) -> list[Role]:
    return [role for role in roles_of(session, network.id) if role.kind != RoleKind.contact]


def all_open(session: Session) -> list[tuple[Intervention, Network]]:
    """All that is open, with its network; what is due first comes first. One past its `due_on` is overdue."""
    rows = session.exec(
        select(Intervention, Network)
        .join(Network, col(Network.id) == Intervention.network_id)
        .where(col(Intervention.ended_at).is_(None))
        .order_by(col(Intervention.due_on), col(Network.number), col(Intervention.kind), col(Intervention.occasion))
    )
    return list(rows)
