"""Who carries a network: its organisers, its contact, and the codes by which staff know them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.db.crypto import keyed_hash
from models.db.queries import some_at_a_time
from models.errors import UserError
from models.i18n import localized
from models.people.person import who_may_be_mailed
from models.tables.network import Network, Role, RoleKind


def member_by_code(session: Session, network: Network, code: str) -> Role:
    """The confirmed role of the member who asked or decided. Raises UserError that names the field."""
    role = role_by_code(session, network, code, localized("Medlem", "Member"))
    if not role.is_confirmed:
        raise _not_said_yes(localized("Medlem", "Member"))
    return role


def organiser_by_code(session: Session, network: Network, code: str, field: str) -> Role:
    """The confirmed organiser who goes by `code`. Raises UserError that names the field."""
    for role in confirmed_organisers(session, network.id):
        if role.code == code.strip().lower():
            return role
    role_by_code(session, network, code, field)
    raise _not_said_yes(field)


def _not_said_yes(field: str) -> UserError:
    return UserError(
        localized(
            f"{field}: har inte sagt ja till att arrangera. Välj någon som har det.",
            f"{field}: has not said yes to organising. Choose one who has.",
        )
    )


def role_by_code(session: Session, network: Network, code: str, field: str) -> Role:
    """The role that goes by `code` (m1, m2 …) in a network. Raises UserError that names the form's field."""
    return role_among(roles_of(session, network.id), network, code, field)


def role_among(roles: Iterable[Role], network: Network, code: str, field: str) -> Role:
    """`role_by_code` among the network's roles, read before."""
    for role in roles:
        if role.code == code.strip().lower():
            return role
    raise UserError(
        localized(
            f"{field}: {code} finns inte i nätverk #{network.number}. Välj m1, m2 … ur nätverkets lista.",
            f"{field}: {code} is not in network #{network.number}. Choose m1, m2 … from its list.",
        )
    )


ORGANISING = (RoleKind.initiator, RoleKind.organiser)
_LASTING = select(Role).where(
    col(Role.network_id).in_(bindparam("networks", expanding=True)), col(Role.until).is_(None)
)


def organiser_key(network_id: UUID, person_id: UUID) -> str:
    """Who carried a duty, without telling who: HMAC(network, person) (domain.md section 3)."""
    return keyed_hash("organiser", str(network_id), str(person_id))


def roles_of(session: Session, network_id: UUID) -> list[Role]:
    """The roles that have not ended, first come first."""
    return _roles_by_network(session, [network_id]).get(network_id, [])


def _roles_by_network(session: Session, network_ids: Iterable[UUID]) -> dict[UUID, list[Role]]:
    found: dict[UUID, list[Role]] = {}
    for some in some_at_a_time(network_ids):
        for role in session.exec(_LASTING, params={"networks": some}):
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
    """Whom mail goes to: the contact, or the first confirmed organiser who may be mailed where that one may not."""
    return contacts_of(session, [network_id]).get(network_id)


def contacts_of(session: Session, network_ids: Iterable[UUID]) -> dict[UUID, Role]:
    """`contact_of` for many networks at once; a network that nobody carries is left out. Where nobody may be mailed, it
    is the first: what does not go is on staff's list.
    """
    carriers = contacts_then_organisers(session, network_ids)
    reachable = who_may_be_mailed(session, {role.person_id for roles in carriers.values() for role in roles})
    return {
        network_id: next((role for role in roles if role.person_id in reachable), roles[0])
        for network_id, roles in carriers.items()
    }


def contacts_then_organisers(session: Session, network_ids: Iterable[UUID]) -> dict[UUID, list[Role]]:
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
