"""What changes in a living network besides its state: its cadence, size, name, place, negotiator, and a role that ends
for cause (domain.md sections 3, 5 and 8). Each is logged: from what, to what, on whose word, signed by whom; what an
organiser does on the network's own page is theirs, and nobody signs it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select, update

from models.dates.local_time import local
from models.db.column_types import nfc
from models.errors import UserError
from models.i18n import localized
from models.networks.contacts import look_after
from models.networks.lookup import require_state
from models.office.staff import by_signature
from models.people.roles import organiser_by_code, role_by_code, roles_of
from models.reference.places import find_municipality, is_whole_country
from models.requests import assignment
from models.support.ledger import lock_ledger, pass_on_grants
from models.tables.change_entry import ChangedField, ChangeEntry
from models.tables.network import TERMINAL, Network, NetworkState, Role
from models.tables.office import Intervention, Staff
from models.tables.place import Municipality
from models.tables.request import OPEN, SupportRequest
from models.tables.transition import Actor, Cause

LIVING = tuple(state for state in NetworkState if state not in TERMINAL)
MEMBER = ("Medlem", "Member")


@dataclass(frozen=True)
class Word:
    """On whose word a network is changed: a confirmed organiser's (a code), or none where the office decides."""

    cause: Cause
    member: str = ""


def change_cadence(session: Session, network: Network, days: int, word: Word) -> bool:
    """The network meets at another pace, against which its regularity is measured (S9). False when it does so now."""
    return _set(session, network, ChangedField.cadence, "cadence_days", days, word)


def change_target_size(session: Session, network: Network, size: int, word: Word) -> bool:
    """The network wants to be more, or fewer. False when it is so already."""
    return _set(session, network, ChangedField.target_size, "target_size", size, word)


def rename(session: Session, network: Network, name: str, word: Word) -> bool:
    """The network calls itself something else. False when it does already."""
    return _set(session, network, ChangedField.name, "name", nfc(name), word)


def move(session: Session, network: Network, place: str, municipality: str, word: Word) -> bool:
    """The network meets somewhere else, never in the whole country (I3). False when it is there already.

    Raises UserError for no place, or no municipality.
    """
    found = find_municipality(session, municipality or place)
    if is_whole_country(place):
        raise UserError(
            localized(
                "Plats: ett nätverk är lokalt. Skriv en ort eller ett område.",
                "Place: a network is local. Write a town or an area.",
            )
        )
    if found is None:
        raise UserError(
            localized(
                "Kommun: välj den. Platsen är inte namnet på en kommun.",
                "Municipality: choose it. The place is not the name of one.",
            )
        )
    before, after = _where(session, network), f"{nfc(place)} ({found.name})"
    asked = _asked_by(session, network, word)
    if (network.place, network.municipality) == (nfc(place), found.code):
        return False
    network.place, network.municipality = nfc(place), found.code
    log_change(session, network, ChangedField.place, (before, after), word.cause, asked_by=asked)
    return True


def _where(session: Session, network: Network) -> str:
    return f"{network.place} ({session.get_one(Municipality, network.municipality).name})"


def _set(session: Session, network: Network, what: ChangedField, name: str, value: object, word: Word) -> bool:
    asked, before = _asked_by(session, network, word), getattr(network, name)
    if before == value:
        return False
    setattr(network, name, value)
    log_change(session, network, what, (str(before), str(value)), word.cause, asked_by=asked)
    return True


def _asked_by(session: Session, network: Network, word: Word) -> str:
    """Its members decide how, where and how often they meet: the code of the one who said so."""
    require_state(network, LIVING)
    return organiser_by_code(session, network, word.member, localized(*MEMBER)).code


def log_change(
    session: Session, network: Network, what: ChangedField, values: tuple[str, str], cause: Cause, **more: Any
) -> None:
    """One line of what changed, from and to; `more`: who asked for it, why, and who approved it.

    Raises UserError when no member did it themselves, and nobody of the staff signs.
    """
    is_theirs = more.get("asked_by") and cause.actor == Actor.member and not cause.signature
    field = localized("Din signatur", "Your signature")
    signed = None if is_theirs else by_signature(session, cause.signature or "", field)
    before, after = values
    session.add(network)
    session.add(
        ChangeEntry(
            network_id=network.id,
            what=what,
            before=before,
            after=after,
            signed_by=signed.id if signed else None,
            flow_run_id=cause.flow_run_id,
            at=cause.at,
            **more,
        )
    )


# --- who of the office ----------------------------------------------------------------------------


def give_to(session: Session, network: Network, staff: Staff, cause: Cause) -> bool:
    """Another negotiator looks after the network, all that is open about it, and what the former was still to give.

    False when they do already.
    """
    require_state(network, LIVING)
    if network.negotiator == staff.id:
        return False
    _give(session, [network], staff, cause)
    _pass_on_matters(session, staff, col(Intervention.network_id) == network.id)
    return True


def hand_over(session: Session, former: Staff, staff: Staff, cause: Cause) -> dict[str, int]:
    """All that one member of staff looks after goes to another: living networks, open requests and matters (section 5).

    Returns how many of each. Raises UserError when both are the same.
    """
    if former.id == staff.id:
        raise UserError(
            localized(
                "Ny förhandlare: välj någon annan än den som lämnar över.",
                "New negotiator: choose somebody else than who hands over.",
            )
        )
    theirs = select(Network).where(col(Network.negotiator) == former.id, col(Network.state).in_(LIVING))
    networks = session.exec(theirs.order_by(col(Network.number))).all()
    _give(session, networks, staff, cause)
    asked = select(SupportRequest).where(
        col(SupportRequest.assigned_to) == former.id, col(SupportRequest.state).in_(OPEN)
    )
    requests = session.exec(asked).all()
    for request in requests:
        assignment.give(session, request, staff, cause.at, "handed_over")
    matters = _pass_on_matters(session, staff, col(Intervention.owner) == former.id)
    return {"networks": len(networks), "requests": len(requests), "matters": matters}


def _give(session: Session, networks: Collection[Network], staff: Staff, cause: Cause) -> None:
    lock_ledger(session)
    signatures = dict(session.exec(select(Staff.id, Staff.signature)).all())
    for network in networks:
        former, network.negotiator = network.negotiator, staff.id
        before = signatures.get(former, "") if former else ""
        log_change(session, network, ChangedField.negotiator, (before, staff.signature), cause)
        if former:
            pass_on_grants(session, network.id, former, staff, cause.at)


def _pass_on_matters(session: Session, staff: Staff, which: ColumnElement[bool]) -> int:
    open_ones = update(Intervention).where(which, col(Intervention.ended_at).is_(None))
    answer: Any = session.execute(open_ones.values(owner=staff.id))
    passed_on: int = answer.rowcount
    return passed_on


# --- a role that ends for cause -------------------------------------------------------------------


def end_role(session: Session, network: Network, code: str, reason: str, approver: Staff, cause: Cause) -> bool:
    """End all that somebody carries in the network, for a reason that two of the staff sign. Returns True.

    The network lives on: where its contact or its last organiser went, it is looked after as when somebody leaves the
    union. Raises UserError when nobody goes by the code, or when both signatures are one person's.
    """
    require_state(network, LIVING)
    field = localized("Vems roll", "Whose role")
    role = role_by_code(session, network, code, field)
    signed = by_signature(session, cause.signature or "", localized("Din signatur", "Your signature"))
    if approver.id == signed.id:
        raise UserError(
            localized(
                "Godkänd av: två personer skriver under. Välj en kollegas signatur.",
                "Approved by: two persons sign. Choose a colleague's signature.",
            )
        )
    end_all_of(session, network, role, cause)
    why = {"reason": nfc(reason), "approved_by": approver.id}
    log_change(session, network, ChangedField.role, (role.code, ""), cause, **why)
    session.flush()
    look_after(session, {network.id: role}, cause.at)
    return True


def end_all_of(session: Session, network: Network, role: Role, cause: Cause) -> None:
    """Whoever has the role carries nothing in the network from today."""
    for one in roles_of(session, network.id):
        if one.person_id == role.person_id:
            one.until = local(cause.at).date()
            session.add(one)
