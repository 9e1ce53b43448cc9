"""A support request as staff see it on its page: who asks, what for, how to reach them, and what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.office.absence import absences_on
from models.office.contact_log import entries_about
from models.office.labels import label_of
from models.office.sight import Sight, sight_of, with_reason
from models.requests.named_organisers import all_named
from models.tables.contact_entry import ContactEntry
from models.tables.mail import OutgoingMail
from models.tables.network import Network, Role, RoleKind
from models.tables.office import Staff
from models.tables.person import Person
from models.tables.place import Municipality
from models.tables.request import OPEN, NamedOrganiser, NearNeighbour, SupportRequest
from models.views.cases.asked import Asked, answers_of, question_of, questions
from models.views.cases.mail_history import MailLine, mail_history


@dataclass(frozen=True)
class Neighbour:
    """A request or network near by, how alike they are (0–100) and why."""

    label: str
    path: str
    score: int
    why: Sequence[str]
    both_agreed: bool


@dataclass(frozen=True)
class RequestCase:
    """All that its page shows. Without sight of persons there is none in it, nor anything that they or staff wrote."""

    request: SupportRequest
    label: str
    sight: Sight
    is_open: bool
    municipality: str
    assigned: Staff | None
    acting: Staff | None
    initiator: Person | None
    named: Sequence[tuple[NamedOrganiser, Person | None, Asked]]
    network: Network | None
    predecessor: Network | None
    neighbours: Sequence[Neighbour]
    log: Sequence[tuple[ContactEntry, str]]
    mails: Sequence[MailLine]
    persons: Sequence[UUID]
    """Whom the page shows to who may see persons."""


def request_case(session: Session, number: int, me: Staff, since: datetime, at: datetime) -> RequestCase | None:
    """The request with that number as `me` may see it; None when there is none. `since`: when they signed in."""
    request = session.exec(select(SupportRequest).where(col(SupportRequest.number) == number)).one_or_none()
    if request is None:
        return None
    municipality = session.get(Municipality, request.municipality) if request.municipality else None
    assigned, acting = owner_and_acting(session, request.assigned_to, local(at).date())
    sight = request_sight(session, request, me, since, at)
    sees = sight is Sight.all
    named = all_named(session, request)
    asked = _asked(session, request, named, at)
    known = _people(session, [request.initiator_id, *(one.person_id for one in named)])
    people = known if sees else {}
    readers = {request.initiator_id: "initiator"} | {one.person_id: f"named-{one.place}" for one in named}
    return RequestCase(
        request=request,
        label=label_of(session, request),
        sight=sight,
        is_open=request.state in OPEN,
        municipality=municipality.name if municipality else "",
        assigned=assigned,
        acting=acting,
        initiator=people.get(request.initiator_id),
        named=[(one, people.get(one.person_id), asked[one.person_id]) for one in named],
        network=session.get(Network, request.network_id) if request.network_id else None,
        predecessor=session.get(Network, request.predecessor) if request.predecessor else None,
        neighbours=_neighbours(session, request.id),
        log=entries_about(session, col(ContactEntry.request_id) == request.id),
        mails=mail_history(session, col(OutgoingMail.request_id) == request.id, at, readers),
        persons=list(known),
    )


def _asked(
    session: Session, request: SupportRequest, named: Sequence[NamedOrganiser], at: datetime
) -> dict[UUID, Asked]:
    """What each says: in the network that the request became, else to the request."""
    carried = select(Role).where(col(Role.network_id) == request.network_id, col(Role.kind) == RoleKind.organiser)
    roles = session.exec(carried).all() if request.network_id else []
    said = answers_of(session, request.network_id, roles, at) if request.network_id else {}
    told = {role.person_id: said[role.id] for role in roles}
    mails = questions(session, col(OutgoingMail.request_id) == request.id)
    for one in named:
        if one.person_id in told:
            continue
        if answered := one.yes_at or one.no_at:
            told[one.person_id] = Asked("yes" if one.yes_at else "no", answered)
        else:
            told[one.person_id] = question_of(session, mails, one.person_id, one.asked_at, at)
    return told


def request_sight(session: Session, request: SupportRequest, me: Staff, since: datetime, at: datetime) -> Sight:
    """How much of persons `me` sees of a request, with the reason they gave since they signed in, if any."""
    municipality = session.get(Municipality, request.municipality) if request.municipality else None
    theirs = owner_and_acting(session, request.assigned_to, local(at).date())
    sight = sight_of(me, municipality.region if municipality else None, [one.id for one in theirs if one])
    return with_reason(session, sight, me, page_of(request.number), since)


def page_of(number: int) -> str:
    """What a look at it is written down as."""
    return f"request/{number}"


def owner_and_acting(session: Session, owner_id: UUID | None, today: date) -> tuple[Staff | None, Staff | None]:
    """Whose a case is, and who acts for them that day, if that is somebody else."""
    owner = session.get(Staff, owner_id) if owner_id else None
    acting_id = absences_on(session, today).get(owner.id) if owner else None
    return owner, session.get(Staff, acting_id) if acting_id else None


def _people(session: Session, ids: Sequence[UUID]) -> dict[UUID, Person]:
    known = select(Person).where(col(Person.id).in_(ids), col(Person.erased_at).is_(None))
    return {one.id: one for one in session.exec(known)}


def _neighbours(session: Session, request_id: UUID) -> list[Neighbour]:
    found = select(NearNeighbour).where(
        (col(NearNeighbour.request_id) == request_id) | (col(NearNeighbour.other_request_id) == request_id)
    )
    told = []
    for one in session.exec(found.order_by(col(NearNeighbour.score).desc())):
        other: Network | SupportRequest | None
        if one.other_network_id:
            other, kind = session.get(Network, one.other_network_id), "network"
        else:
            other_id = one.request_id if one.other_request_id == request_id else one.other_request_id
            other, kind = session.get(SupportRequest, other_id), "request"
        if other:
            agreed = bool(one.agreed_at and one.other_agreed_at)
            told.append(
                Neighbour(label_of(session, other), f"/staff/{kind}/{other.number}", one.score, one.why, agreed)
            )
    return told
