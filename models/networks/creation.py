"""A network is created by what a needs talk has granted, and its co-organisers are asked (domain.md section 5)."""

from datetime import datetime
from uuid import uuid4

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
from models.tables.network import LinkKind, Network, NetworkLink, Origin, Role, RoleKind
from models.tables.person import Person
from models.tables.request import SupportRequest
from models.tables.transition import Cause

NOT_ENTITLED = (
    "initiativtagaren är inte en aktiv medlem eller företrädare",
    "the initiator is no active member or representative",
)
NO_PLACE = ("plats och kommun saknas", "there is no place or municipality")


def create_network(session: Session, request: SupportRequest, form: NeedsTalkForm, cause: Cause) -> Network:
    """Create the network that a request asked for: the only place where one is created (domain.md S2, I1, I3).

    Raises TransitionRefused when the initiator may not start one or there is no place.
    """
    initiator = session.get_one(Person, request.initiator_id)
    if not initiator.may_initiate:
        raise transition_refused(request.state, "granted", localized(*NOT_ENTITLED))
    if not request.place or not request.municipality:
        raise transition_refused(request.state, "granted", localized(*NO_PLACE))
    number = next_number(session, col(Network.number))
    network = Network(
        number=number,
        slug=slugify(f"{request.place} {request.nature} {number}"),
        name=form.network_name.strip() or f"{localized('Nätverket', 'The network')} {request.place}",
        place=request.place,
        municipality=request.municipality,
        nature=request.nature,
        cadence_days=form.cadence_days,
        target_size=form.target_size,
        origin=Origin.representative if initiator.is_representative else Origin.member,
        without_support=request.without_support and all(MENU[line.item].is_free for line in form.grants),
        negotiator=request.assigned_to,
        created_at=cause.at,
    )
    audit.log_creation(session, network, cause)
    for kind in (RoleKind.initiator, RoleKind.contact):
        session.add(Role(network_id=network.id, person_id=initiator.id, kind=kind, code="m1", confirmed_at=cause.at))
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


def ask_co_organisers(session: Session, network: Network, at: datetime) -> int:
    """One mail to each named co-organiser who has not answered; only their own yes makes them organiser."""
    asked = select(Role).where(col(Role.network_id) == network.id, col(Role.kind) == RoleKind.organiser)
    letters = [
        QueuedMail(Template.co_organiser, role.person_id, str(role.id), network.id, context={"role": str(role.id)})
        for role in session.exec(asked.where(col(Role.confirmed_at).is_(None), col(Role.until).is_(None)))
    ]
    return enqueue(session, letters, at)
