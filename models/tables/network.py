"""A local network and the members who carry it. One code path creates a network (domain.md S2)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.db.column_types import EncryptedText, UtcDateTime, code, key_field


class Nature(StrEnum):
    """What members of a network have in common (domain.md section 3)."""

    town = "town"
    business_park = "business_park"
    role = "role"
    theme = "theme"
    other = "other"


class NetworkState(StrEnum):
    """The stages of a network's life (domain.md section 4)."""

    planned = "planned"
    starting = "starting"
    sharing = "sharing"
    trial = "trial"
    independent = "independent"
    resting = "resting"
    closed = "closed"
    merged = "merged"
    split = "split"  # type: ignore[assignment]  # a state, and a method of str that nobody calls on it
    annulled = "annulled"


STEP_OF = {
    NetworkState.planned: 0,
    NetworkState.starting: 1,
    NetworkState.sharing: 2,
    NetworkState.trial: 3,
    NetworkState.independent: 4,
}
ENDED = (NetworkState.closed, NetworkState.merged, NetworkState.split)
"""How a network that was one ends: with honour."""
TERMINAL = (*ENDED, NetworkState.annulled)
"""Nothing happens in it any more. What was annulled was created by mistake and counts nowhere (section 13)."""
ACTIVE = (NetworkState.starting, NetworkState.sharing, NetworkState.trial, NetworkState.independent)


class Origin(StrEnum):
    """Where a network came from: members alone, or before there was this system (domain.md section 3)."""

    member = "member"
    representative = "representative"
    historic_office = "historic_office"


MOST_EXTENDED_DAYS = 90
_version = Column("version", Integer, nullable=False)


class Network(SQLModel, table=True):
    """A network that members started in a place, with a cadence of its own choice (domain.md section 3)."""

    __table_args__ = (
        CheckConstraint("length(place) > 0", name="network_has_a_place"),
        Index("ix_network_state", "state", "municipality", "id"),  # what lives where is counted without a visit to each
        CheckConstraint("cadence_days IN (30, 60, 90, 180)", name="cadence_is_known"),
        CheckConstraint("target_size > 0", name="target_size_is_positive"),
        CheckConstraint("step BETWEEN 0 AND 4", name="step_is_on_the_ladder"),
        CheckConstraint(f"extended_days BETWEEN 0 AND {MOST_EXTENDED_DAYS}", name="extension_within_its_limit"),
        CheckConstraint(
            "extended_days = 0 OR (extension_reason IS NOT NULL AND extension_approved_by IS NOT NULL)",
            name="extension_has_reason_and_approver",
        ),
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
    state: NetworkState = Field(default=NetworkState.planned, sa_type=code(NetworkState))
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
    """What somebody carries in a network."""

    initiator = "initiator"
    organiser = "organiser"
    contact = "contact"


class Role(SQLModel, table=True):
    """What a member carries in a network. `code` (m1, m2 …) names the person inside the network, without a name.

    `noted_by`: who of the staff wrote down a yes that was given by phone.
    """

    __table_args__ = (UniqueConstraint("network_id", "person_id", "kind", name="one_role_of_a_kind"),)

    id: UUID = key_field()
    network_id: UUID = Field(foreign_key="network.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    kind: RoleKind = Field(sa_type=code(RoleKind))
    code: str = Field(max_length=8)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    noted_by: UUID | None = Field(default=None, foreign_key="staff.id")
    until: date | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether they have said yes to it, and still carry it."""
        return self.confirmed_at is not None and self.until is None


class LinkKind(StrEnum):
    """How one network became another."""

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
