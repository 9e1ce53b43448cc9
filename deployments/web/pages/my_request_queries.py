"""The rows behind `/my-request/{token}`: where the request is, what was asked, who was named and what lies near."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from deployments.web.request import LinkRefused
from models.db.engine import reading
from models.people.roles import roles_of
from models.people.signed_link import Purpose, make_link
from models.reference.places import municipality_names
from models.requests.named_organisers import all_named
from models.requests.own_request import own_request
from models.tables.network import TERMINAL, Network, RoleKind
from models.tables.person import Person
from models.tables.place import Municipality
from models.tables.request import OPEN, NearNeighbour, RequestState, SupportRequest


@dataclass(frozen=True)
class Named:
    """How many the request names: who said yes, who was asked and has not answered, who was not asked yet. By number
    alone: whom a link shows who was named, it shows to whoever it was passed on to.
    """

    yes: int
    asked: int
    unasked: int


@dataclass(frozen=True)
class Mine:
    """What the page shows of the request. `near`: where networks lie that they have not asked to be introduced to."""

    number: int
    state: RequestState
    is_open: bool
    place: str
    municipality: str
    nature: str
    need: str
    wished: list[str]
    without_support: bool
    named: Named
    near: Sequence[str]
    talk_due: date
    answer_due: date
    offer_until: date | None
    phone: str
    suits: str
    network_link: str


def load(key: UUID, person_id: UUID) -> Mine:
    """Raises LinkRefused when the request is somebody else's, or they are forgotten."""
    with reading() as session:
        found, person = own(session, key, person_id)
        where = session.get(Municipality, found.municipality) if found.municipality else None
        return Mine(
            number=found.number,
            state=found.state,
            is_open=found.state in OPEN,
            place=found.place,
            municipality=where.name if where else "",
            nature=found.nature,
            need=found.need,
            wished=found.wished,
            without_support=found.without_support,
            named=_named(session, found),
            near=_near(session, found),
            talk_due=found.talk_due,
            answer_due=found.answer_due,
            offer_until=found.offer_until,
            phone=person.phone or "",
            suits=found.suits or "",
            network_link=_network_link(session, found),
        )


def own(session: Session, key: UUID, person_id: UUID) -> tuple[SupportRequest, Person]:
    """The request and who asked. Raises LinkRefused as `load` does."""
    found = own_request(session, key, person_id)
    if found is None:
        raise LinkRefused
    return found


def municipalities() -> list[str]:
    """Those there are to choose from."""
    with reading() as session:
        return municipality_names(session)


def _named(session: Session, request: SupportRequest) -> Named:
    named = [one for one in all_named(session, request) if one.no_at is None]
    yes = sum(one.yes_at is not None for one in named)
    unasked = sum(one.asked_at is None and one.yes_at is None for one in named)
    return Named(yes, len(named) - yes - unasked, unasked)


def _near(session: Session, request: SupportRequest) -> list[str]:
    if request.state not in OPEN:
        return []
    found = (
        select(Network.place)
        .join(NearNeighbour, col(NearNeighbour.other_network_id) == Network.id)
        .where(col(NearNeighbour.request_id) == request.id, col(NearNeighbour.agreed_at).is_(None))
        .where(col(Network.state).not_in(TERMINAL))
        .order_by(col(NearNeighbour.score).desc())
    )
    return list(session.exec(found))


def _network_link(session: Session, request: SupportRequest) -> str:
    """The page of the network that it became, for whom it is theirs to carry still; empty otherwise."""
    roles = roles_of(session, request.network_id) if request.network_id else []
    mine = [role for role in roles if role.person_id == request.initiator_id and role.kind != RoleKind.contact]
    return make_link(Purpose.our_network, str(mine[0].id)) if mine else ""
