"""A network is created by what a needs talk has granted, and its co-organisers are asked (domain.md section 5); or it
lived before this system, and is told of (origin historic_office, section 3).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from slugify import slugify
from sqlmodel import Session, col, select

from models import audit
from models.audit import transition_refused
from models.db.queries import next_number
from models.forms.needs_talk import NeedsTalkForm
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.office.menu import MENU
from models.requests.named_organisers import named_in
from models.tables.mail import Template
from models.tables.network import LinkKind, Nature, Network, NetworkLink, NetworkState, Origin, Role, RoleKind
from models.tables.office import Staff
from models.tables.person import Person
from models.tables.request import SupportRequest
from models.tables.transition import Actor, Cause

NOT_ENTITLED = (
    "initiativtagaren är inte en aktiv medlem eller företrädare",
    "the initiator is no active member or representative",
)
NO_PLACE = ("plats och kommun saknas", "there is no place or municipality")


IMPORT = "import"
"""Why a network of before is what it is: the log tells it with the signature of whoever let the file in."""


@dataclass(frozen=True)
class ToldNetwork:
    """What an office's own file tells of a network that lived before this system."""

    name: str
    place: str
    municipality: str
    nature: Nature
    cadence_days: int
    target_size: int
    negotiator: UUID | None


@dataclass(frozen=True)
class Import:
    """Who lets a file in, and when."""

    by: Staff
    at: datetime


def create_network(session: Session, request: SupportRequest, form: NeedsTalkForm, cause: Cause) -> Network:
    """Create the network that a request asked for: the only place where one is created (domain.md S2, I1, I3).

    Raises TransitionRefused when the initiator may not start one or there is no place.
    """
    initiator = session.get_one(Person, request.initiator_id)
    if not initiator.may_initiate:
        raise transition_refused(request.state, "granted", localized(*NOT_ENTITLED))
    if not request.place or not request.municipality:
        raise transition_refused(request.state, "granted", localized(*NO_PLACE))
    network = _add_network(
        session,
        cause,
        cause.at,
        name=form.network_name.strip() or f"{localized('Nätverket', 'The network')} {request.place}",
        place=request.place,
        municipality=request.municipality,
        nature=request.nature,
        cadence_days=form.cadence_days,
        target_size=form.target_size,
        origin=Origin.representative if initiator.is_representative else Origin.member,
        without_support=request.without_support and all(MENU[line.item].is_free for line in form.grants),
        negotiator=request.assigned_to,
    )
    _begin_roles(session, network, initiator, cause.at)
    for place, named in enumerate(named_in(session, [request.id]).get(request.id, []), start=2):
        session.add(
            Role(
                # A link and a mail from while the request waited go on to the role; not to one of an annulled network.
                id=uuid4() if session.get(Role, named.id) else named.id,
                network_id=network.id,
                person_id=named.person_id,
                kind=RoleKind.organiser,
                code=f"m{place}",
                asked_at=named.asked_at or cause.at,
                confirmed_at=named.yes_at,
            )
        )
    if request.predecessor:
        session.add(NetworkLink(kind=LinkKind.successor, from_network=request.predecessor, to_network=network.id))
    session.flush()
    return network


def create_historic(
    session: Session,
    told: ToldNetwork,
    initiator: Person,
    organisers: Sequence[Person],
    imported: Import,
    began: datetime,
) -> Network:
    """Create a network that lived before this system, as the office's file tells of it; nobody is mailed.

    It needs what every network needs (I1, I3). That its organisers carry it is noted by whoever signs.

    Raises TransitionRefused when the initiator may not start one.
    """
    if not initiator.may_initiate:
        raise transition_refused("", NetworkState.planned, localized(*NOT_ENTITLED))
    cause = Cause(IMPORT, Actor.staff, began, imported.by.signature)
    network = _add_network(
        session, cause, imported.at, **asdict(told), origin=Origin.historic_office, without_support=True
    )
    _begin_roles(session, network, initiator, began)
    for place, person in enumerate(organisers, start=2):
        session.add(
            Role(
                network_id=network.id,
                person_id=person.id,
                kind=RoleKind.organiser,
                code=f"m{place}",
                confirmed_at=began,
                noted_by=imported.by.id,
            )
        )
    session.flush()
    return network


def _add_network(session: Session, cause: Cause, at: datetime, **told: Any) -> Network:
    """The row of a new network, with its number, and the first line of its log."""
    number = next_number(session, col(Network.number))
    slug = slugify(f"{told['place']} {told['nature']} {number}")
    network = Network(number=number, slug=slug, created_at=at, **told)
    audit.log_creation(session, network, cause)
    return network


def _begin_roles(session: Session, network: Network, initiator: Person, at: datetime) -> None:
    """Who asked is initiator, and contact until somebody else is."""
    for kind in (RoleKind.initiator, RoleKind.contact):
        session.add(Role(network_id=network.id, person_id=initiator.id, kind=kind, code="m1", confirmed_at=at))


def ask_co_organisers(session: Session, network: Network, at: datetime) -> int:
    """One mail to each named co-organiser who has not answered; only their own yes makes them organiser."""
    asked = select(Role).where(col(Role.network_id) == network.id, col(Role.kind) == RoleKind.organiser)
    letters = [
        QueuedMail(Template.co_organiser, role.person_id, str(role.id), network.id, context={"role": str(role.id)})
        for role in session.exec(asked.where(col(Role.confirmed_at).is_(None), col(Role.until).is_(None)))
    ]
    return enqueue(session, letters, at)
