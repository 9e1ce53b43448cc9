"""A local network and the members who carry it. One code path creates a network (domain.md S2)."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlmodel import Field, Session, SQLModel, col, func, select

from models.columns import EncryptedText, UtcDateTime, code, key_field, keyed_hash
from models.errors import UserError
from models.language import say
from models.locking import one_at_a_time
from models.words import NETWORK_STATE, word


class Nature(StrEnum):
    town = "town"
    business_park = "business_park"
    role = "role"
    theme = "theme"
    other = "other"


class NetworkState(StrEnum):
    planned = "planned"
    starting = "starting"
    sharing = "sharing"
    trial = "trial"
    independent = "independent"
    resting = "resting"
    closed = "closed"
    merged = "merged"
    split = "split"  # type: ignore[assignment]  # a state, and a method of str that nobody calls on it


STEP_OF = {
    NetworkState.planned: 0,
    NetworkState.starting: 1,
    NetworkState.sharing: 2,
    NetworkState.trial: 3,
    NetworkState.independent: 4,
}
TERMINAL = (NetworkState.closed, NetworkState.merged, NetworkState.split)
ACTIVE = (NetworkState.starting, NetworkState.sharing, NetworkState.trial, NetworkState.independent)


class Origin(StrEnum):
    member = "member"
    representative = "representative"
    historic_office = "historic_office"


MOST_EXTENDED_DAYS = 90
IDS_AT_A_TIME = 5000  # a database takes only so many values in one question
_version = Column("version", Integer, nullable=False)


class Network(SQLModel, table=True):
    """A network that members started in a place, with a cadence of its own choice (domain.md section 3)."""

    __table_args__ = (
        CheckConstraint("length(place) > 0", name="network_has_a_place"),
        CheckConstraint("cadence_days IN (30, 60, 90, 180)", name="cadence_is_known"),
        CheckConstraint("target_size > 0", name="target_size_is_positive"),
        CheckConstraint("step BETWEEN 0 AND 4", name="step_is_on_the_ladder"),
        CheckConstraint(f"extended_days BETWEEN 0 AND {MOST_EXTENDED_DAYS}", name="extension_within_its_limit"),
        CheckConstraint(
            "extended_days = 0 OR (extension_reason IS NOT NULL AND extension_approved_by IS NOT NULL)",
            name="extension_has_reason_and_approver",
        ),
        CheckConstraint("extension_approved_by <> negotiator", name="extension_approved_by_another"),
    )

    id: UUID = key_field()
    number: int = Field(unique=True)
    slug: str = Field(unique=True)
    name: str
    place: str
    municipality: str = Field(foreign_key="municipality.code", index=True)
    nature: Nature = Field(sa_type=code(Nature))
    cadence_days: int = 60
    target_size: int = 8
    open_to_all: bool = True
    origin: Origin = Field(sa_type=code(Origin))
    without_support: bool = False
    state: NetworkState = Field(default=NetworkState.planned, index=True, sa_type=code(NetworkState))
    step: int = 0
    kickoff_on: date | None = None
    support_ends_on: date | None = None
    extended_days: int = 0
    extension_reason: str | None = Field(default=None, sa_column=Column(EncryptedText))
    extension_approved_by: UUID | None = Field(default=None, foreign_key="staff.id")
    negotiator: UUID | None = Field(default=None, foreign_key="staff.id", index=True)
    check_in_due_on: date | None = Field(default=None, index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    version: int = Field(default=1, sa_column=_version)
    __mapper_args__ = {"version_id_col": _version}


class RoleKind(StrEnum):
    initiator = "initiator"
    organiser = "organiser"
    contact = "contact"


ORGANISING = (RoleKind.initiator, RoleKind.organiser)


class Role(SQLModel, table=True):
    """What a member carries in a network. `code` (m1, m2 …) names the person inside the network, without a name."""

    __table_args__ = (UniqueConstraint("network_id", "person_id", "kind", name="one_role_of_a_kind"),)

    id: UUID = key_field()
    network_id: UUID = Field(foreign_key="network.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    kind: RoleKind = Field(sa_type=code(RoleKind))
    code: str = Field(max_length=8)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    until: date | None = None

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None and self.until is None


class LinkKind(StrEnum):
    split = "split"  # type: ignore[assignment]  # as in NetworkState
    merge = "merge"
    successor = "successor"


class NetworkLink(SQLModel, table=True):
    """Where a network came from or went: split into, merged into, or succeeded by another."""

    __tablename__ = "network_link"
    __table_args__ = (
        UniqueConstraint("kind", "from_network", "to_network", name="linked_once"),
        CheckConstraint("from_network <> to_network", name="no_link_to_itself"),
    )

    id: UUID = key_field()
    kind: LinkKind = Field(sa_type=code(LinkKind))
    from_network: UUID = Field(foreign_key="network.id", index=True)
    to_network: UUID = Field(foreign_key="network.id", index=True)


def organiser_key(network_id: UUID, person_id: UUID) -> str:
    """Who carried a duty, without telling who: HMAC(network, person) (domain.md section 3)."""
    return keyed_hash("organiser", str(network_id), str(person_id))


def roles_of(session: Session, network_id: UUID) -> list[Role]:
    """The roles that have not ended, first come first."""
    return _roles_by_network(session, [network_id]).get(network_id, [])


def _roles_by_network(session: Session, network_ids: Iterable[UUID]) -> dict[UUID, list[Role]]:
    found: dict[UUID, list[Role]] = {}
    wanted = list(set(network_ids))
    for first in range(0, len(wanted), IDS_AT_A_TIME):
        some = wanted[first : first + IDS_AT_A_TIME]
        for role in session.exec(select(Role).where(col(Role.network_id).in_(some), col(Role.until).is_(None))):
            found.setdefault(role.network_id, []).append(role)
    for roles in found.values():
        roles.sort(key=lambda role: (len(role.code), role.code, role.kind))
    return found


def confirmed_organisers(session: Session, network_id: UUID) -> list[Role]:
    """Those who said yes to carrying the network: the initiator counts (domain.md section 4)."""
    return _organising(roles_of(session, network_id))


def confirmed_organisers_of(session: Session, network_ids: Iterable[UUID]) -> dict[UUID, list[Role]]:
    """`confirmed_organisers` of many networks at once; a network without any is left out."""
    by_network = _roles_by_network(session, network_ids).items()
    return {network_id: organisers for network_id, roles in by_network if (organisers := _organising(roles))}


def _organising(roles: list[Role]) -> list[Role]:
    return [role for role in roles if role.kind in ORGANISING and role.is_confirmed]


def contact_of(session: Session, network_id: UUID) -> Role | None:
    """Whom mail goes to: the contact, else the first confirmed organiser."""
    return contacts_of(session, [network_id]).get(network_id)


def contacts_of(session: Session, network_ids: Iterable[UUID]) -> dict[UUID, Role]:
    """`contact_of` for many networks at once; a network that nobody can be written to for is left out."""
    return {network_id: roles[0] for network_id, roles in whom_to_ask_of(session, network_ids).items()}


def whom_to_ask_of(session: Session, network_ids: Iterable[UUID]) -> dict[UUID, list[Role]]:
    """Who may be asked about each network, a person once, in order: the contact, then the confirmed organisers."""
    found: dict[UUID, list[Role]] = {}
    for network_id, roles in _roles_by_network(session, network_ids).items():
        contacts = [role for role in roles if role.kind == RoleKind.contact and role.is_confirmed]
        asked: dict[UUID, Role] = {}
        for role in (*contacts, *_organising(roles)):
            asked.setdefault(role.person_id, role)
        if asked:
            found[network_id] = list(asked.values())
    return found


def next_code(session: Session, network_id: UUID) -> str:
    """The next free code (m1, m2 …) in a network; one that had a role once keeps its code for good."""
    codes = session.exec(select(Role.code).where(col(Role.network_id) == network_id))
    return f"m{max((int(one[1:]) for one in codes), default=0) + 1}"


def by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Network]:
    """Many networks at once."""
    wanted = list(ids)
    found: dict[UUID, Network] = {}
    for first in range(0, len(wanted), IDS_AT_A_TIME):
        rows = session.exec(select(Network).where(col(Network.id).in_(wanted[first : first + IDS_AT_A_TIME])))
        found |= {network.id: network for network in rows}
    return found


def by_number(session: Session, number: int, field: str) -> Network:
    """The network that staff know as #number. Raises UserError that names the form's field."""
    found = session.exec(select(Network).where(col(Network.number) == number)).one_or_none()
    if not found:
        raise UserError(
            say(
                f"{field}: det finns inget nätverk #{number}. Välj ett nummer ur listan.",
                f"{field}: there is no network #{number}. Choose a number from the list.",
            )
        )
    return found


def must_be(network: Network, states: Collection[NetworkState]) -> None:
    """Raises UserError when the network is not in one of these states, so that the change cannot be made."""
    if network.state not in states:
        state = word(NETWORK_STATE, network.state)
        raise UserError(
            say(
                f"Ändring: går inte, för nätverk #{network.number} är {state}. Välj en annan ändring.",
                f"Change: not possible, as network #{network.number} is {state}. Choose another change.",
            )
        )


def next_number(session: Session, numbers: Mapped[int]) -> int:
    """The next number that staff will know a request or network by; `numbers` is the column that holds them.

    Nobody else is given one until the transaction ends.
    """
    one_at_a_time(session, str(numbers))
    return (session.exec(select(func.max(numbers))).one() or 0) + 1
