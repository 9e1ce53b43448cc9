"""A network as staff see it on its page: who carries it and how to reach them, how it fares, and what was done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel import Session, col, func, select

from models.dates.local_time import local
from models.health import assessment
from models.office.contact_log import entries_about
from models.office.labels import label_of
from models.office.sight import Sight, sight_of, with_reason
from models.people.roles import organiser_key
from models.support.network_hours import first_year_hours
from models.tables.check_in import CheckIn
from models.tables.contact_entry import ContactEntry
from models.tables.mail import OutgoingMail
from models.tables.meeting import Meeting, MeetingDuty, Partner
from models.tables.network import Network, Role, RoleKind
from models.tables.office import Intervention, Staff
from models.tables.person import Person
from models.tables.place import Municipality
from models.tables.request import SupportRequest
from models.tables.support import SupportGrant, SupportTime
from models.views.cases.asked import Asked, answers_of
from models.views.cases.mail_history import MailLine, mail_history
from models.views.cases.request_case import owner_and_acting
from models.views.network_page import NetworkPage, network_page

MOST_SHOWN = 24


@dataclass(frozen=True)
class Carrier:
    """Somebody by the code they have in the network, and what they carry; `person` only for who may see persons."""

    code: str
    kinds: Sequence[RoleKind]
    confirmed_at: datetime | None
    asked: Asked
    until: date | None
    person: Person | None


@dataclass(frozen=True)
class Granted:
    """A grant with the hours used of it and who gives it."""

    grant: SupportGrant
    used: Decimal
    signature: str


@dataclass(frozen=True)
class ShownMeeting:
    """A meeting and its duties: by duty, the code of who carried it, "office", or "?" for who is not known any more."""

    meeting: Meeting
    duties: Mapping[str, str]


@dataclass(frozen=True)
class NetworkCase:
    """All that its page shows. Without sight of persons there is none in it."""

    network: Network
    label: str
    sight: Sight
    municipality: str
    negotiator: Staff | None
    acting: Staff | None
    carriers: Sequence[Carrier]
    former: Sequence[Carrier]
    grants: Sequence[Granted]
    first_year: Decimal
    page: NetworkPage
    meetings: Sequence[ShownMeeting]
    partners: Sequence[Partner]
    check_ins: Sequence[CheckIn]
    matters: Sequence[tuple[Intervention, str]]
    requests: Sequence[SupportRequest]
    log: Sequence[tuple[ContactEntry, str]]
    mails: Sequence[MailLine]
    persons: Sequence[UUID]
    """Whom the page shows to who may see persons."""


def network_case(session: Session, number: int, me: Staff, since: datetime, at: datetime) -> NetworkCase | None:
    """The network with that number as `me` may see it; None when there is none. `since`: when they signed in."""
    network = session.exec(select(Network).where(col(Network.number) == number)).one_or_none()
    if network is None:
        return None
    today = local(at).date()
    municipality = session.get_one(Municipality, network.municipality)
    negotiator, acting = owner_and_acting(session, network.negotiator, today)
    sight = network_sight(session, network, me, since, at)
    roles = session.exec(select(Role).where(col(Role.network_id) == network.id)).all()
    codes = {role.person_id: role.code for role in roles}
    known = _people(session, codes)
    asked = answers_of(session, network.id, roles, at)
    carriers = _carriers(roles, known if sight is Sight.all else {}, asked)
    health = next((found for _, found in assessment.assess(session, [network], today)), None)
    return NetworkCase(
        network=network,
        label=label_of(session, network),
        sight=sight,
        municipality=municipality.name,
        negotiator=negotiator,
        acting=acting,
        carriers=[one for one in carriers if one.until is None],
        former=[one for one in carriers if one.until is not None],
        grants=_grants(session, network.id),
        first_year=first_year_hours(session, network),
        page=network_page(session, network, health, today),
        meetings=_meetings(session, network.id, codes),
        partners=session.exec(select(Partner).where(col(Partner.network_id) == network.id)).all(),
        check_ins=_check_ins(session, network.id),
        matters=_matters(session, network.id),
        requests=session.exec(select(SupportRequest).where(col(SupportRequest.network_id) == network.id)).all(),
        log=entries_about(session, col(ContactEntry.network_id) == network.id),
        mails=mail_history(session, col(OutgoingMail.network_id) == network.id, at, codes),
        persons=list(known),
    )


def network_sight(session: Session, network: Network, me: Staff, since: datetime, at: datetime) -> Sight:
    """How much of persons `me` sees of a network, with the reason they gave since they signed in, if any."""
    theirs = owner_and_acting(session, network.negotiator, local(at).date())
    region = session.get_one(Municipality, network.municipality).region
    sight = sight_of(me, region, [one.id for one in theirs if one])
    return with_reason(session, sight, me, page_of(network.number), since)


def page_of(number: int) -> str:
    """What a look at it is written down as."""
    return f"network/{number}"


def _people(session: Session, ids: Iterable[UUID]) -> dict[UUID, Person]:
    known = select(Person).where(col(Person.id).in_(list(ids)), col(Person.erased_at).is_(None))
    return {one.id: one for one in session.exec(known)}


def _carriers(roles: Sequence[Role], people: Mapping[UUID, Person], asked: Mapping[UUID, Asked]) -> list[Carrier]:
    """Each person once, with all that they carry; one who carries nothing any more has the day of the last."""
    by_person: dict[UUID, list[Role]] = {}
    for role in sorted(roles, key=lambda one: (len(one.code), one.code, one.kind)):
        by_person.setdefault(role.person_id, []).append(role)
    return [_carrier(theirs, people.get(person_id), asked) for person_id, theirs in by_person.items()]


def _carrier(roles: Sequence[Role], person: Person | None, asked: Mapping[UUID, Asked]) -> Carrier:
    now = [one for one in roles if one.until is None]
    shown = now or roles
    return Carrier(
        code=shown[0].code,
        kinds=[one.kind for one in shown],
        confirmed_at=min((one.confirmed_at for one in shown if one.confirmed_at), default=None),
        asked=asked[shown[0].id],
        until=None if now else max(one.until for one in roles if one.until),
        person=person,
    )


def _grants(session: Session, network_id: UUID) -> list[Granted]:
    used = dict(
        session.exec(
            select(SupportTime.grant_id, func.sum(SupportTime.hours))
            .join(SupportGrant, col(SupportGrant.id) == SupportTime.grant_id)
            .where(col(SupportGrant.network_id) == network_id)
            .group_by(col(SupportTime.grant_id))
        ).all()
    )
    rows = session.exec(
        select(SupportGrant, Staff.signature)
        .join(Staff, col(Staff.id) == SupportGrant.staff_id)
        .where(col(SupportGrant.network_id) == network_id)
        .order_by(col(SupportGrant.to_on).desc(), col(SupportGrant.item))
    )
    return [Granted(grant, Decimal(str(used.get(grant.id, 0))), signature) for grant, signature in rows]


def _meetings(session: Session, network_id: UUID, codes: Mapping[UUID, str]) -> list[ShownMeeting]:
    """The latest meetings, those to come first of all."""
    latest = select(Meeting).where(col(Meeting.network_id) == network_id).order_by(col(Meeting.starts_at).desc())
    meetings = session.exec(latest.limit(MOST_SHOWN)).all()
    keys = {organiser_key(network_id, person_id): code for person_id, code in codes.items()}
    duties: dict[UUID, dict[str, str]] = {}
    carried = select(MeetingDuty).where(col(MeetingDuty.meeting_id).in_([one.id for one in meetings]))
    for one in session.exec(carried):
        who = "office" if one.by_office else keys.get(one.organiser_key or "", "?")
        duties.setdefault(one.meeting_id, {})[one.duty] = who
    return [ShownMeeting(one, duties.get(one.id, {})) for one in meetings]


def _check_ins(session: Session, network_id: UUID) -> Sequence[CheckIn]:
    latest = select(CheckIn).where(col(CheckIn.network_id) == network_id).order_by(col(CheckIn.sent_on).desc())
    return session.exec(latest.limit(MOST_SHOWN)).all()


def _matters(session: Session, network_id: UUID) -> list[tuple[Intervention, str]]:
    """What the office has to do about it, the open first, each with whose it is."""
    rows = session.exec(
        select(Intervention, Staff.signature)
        .outerjoin(Staff, col(Staff.id) == Intervention.owner)
        .where(col(Intervention.network_id) == network_id)
        .order_by(col(Intervention.ended_at).is_not(None), col(Intervention.opened_at).desc())
        .limit(MOST_SHOWN)
    )
    return [(one, signature or "") for one, signature in rows]
