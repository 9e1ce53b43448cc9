"""Who carries a network: when they change, and when one leaves (section 12)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, or_, select

from models.check_ins.questions import ask_another, latest
from models.dates.local_time import local
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.office.interventions import end_all, open_many, open_once
from models.people.eligibility import GRACE, who_may_carry
from models.people.roles import (
    ORGANISING,
    confirmed_organisers_of,
    next_code,
    organiser_by_code,
    roles_of,
)
from models.people.signed_link import VALID_FOR, Purpose
from models.tables.mail import Template
from models.tables.network import ACTIVE, TERMINAL, Network, NetworkState, Role, RoleKind
from models.tables.office import Intervention, InterventionKind, TalkOutcome
from models.tables.person import Person
from models.tables.transition import Cause

NEW_CONTACT_DAYS = timedelta(days=30)


def new_contact(session: Session, network: Network, code: str, cause: Cause) -> bool:
    """Make a confirmed organiser the one contact; the former ones stay organisers. False when it is so already."""
    organiser = organiser_by_code(session, network, code, localized("Ny kontakt", "New contact"))
    today = local(cause.at).date()
    contacts = [role for role in roles_of(session, network.id) if role.kind == RoleKind.contact]
    if [role.person_id for role in contacts if role.is_confirmed] == [organiser.person_id]:
        return False
    for role in contacts:
        role.until = today
        session.add(role)
    role = role_of_kind(session, network, organiser.person_id, RoleKind.contact, organiser.code)
    role.until, role.confirmed_at = None, cause.at
    session.add(role)
    end_all(session, network, (InterventionKind.new_contact,), TalkOutcome.settled, cause)
    letter = QueuedMail(Template.new_contact, role.person_id, f"{network.id}:{today}", network.id)
    enqueue(session, [letter], cause.at)
    return True


def role_of_kind(session: Session, network: Network, person_id: UUID, kind: RoleKind, code: str) -> Role:
    """The person's role of a kind, also one that has ended, else a new one: a person has one of a kind."""
    found = session.exec(
        select(Role).where(col(Role.network_id) == network.id, col(Role.person_id) == person_id, col(Role.kind) == kind)
    ).one_or_none()
    return found or Role(network_id=network.id, person_id=person_id, kind=kind, code=code)


def new_organiser(session: Session, network: Network, member_number: str, at: datetime) -> bool:
    """Ask a member to help carry the network; only their own yes makes them organiser. False: asked before.

    Raises UserError when the number is not in the register or the person may not carry a network.
    """
    return ask_to_organise(session, network, [who_may_carry(session, member_number).id], at, Way.office) == 1


class Way(StrEnum):
    """How somebody came to be asked: their mail says where we have their number from. Without one the request's
    initiator named them.
    """

    number = "number"  # an organiser gave it
    link = "link"  # it was written on a page that an organiser passed on
    office = "office"  # staff, on somebody's word
    merged = "merged"  # they carried a network that goes on in this one


def ask_to_organise(
    session: Session, network: Network, persons: Iterable[UUID], at: datetime, way: Way, asker: Role | None = None
) -> int:
    """A role that awaits its yes, and one mail, for each who carries nothing here. Returns how many were asked."""
    there = {role.person_id for role in roles_of(session, network.id) if role.kind in ORGANISING}
    asked = [person for person in dict.fromkeys(persons) if person not in there]
    letters = []
    for person in asked:
        role = role_of_kind(session, network, person, RoleKind.organiser, next_code(session, network.id))
        occasion = f"{role.id}:{local(at).date()}" if role.until else str(role.id)  # who left once is asked anew
        role.until, role.confirmed_at, role.asked_at = None, None, at
        session.add(role)
        session.flush()
        told = {"role": str(role.id), "way": way.value, "asked_by": str(asker.id) if asker else ""}
        letters.append(QueuedMail(Template.co_organiser, person, occasion, network.id, context=told))
    enqueue(session, letters, at)
    return len(asked)


def end_roles_of_leavers(session: Session, at: datetime) -> int:
    """End the roles of who left the union or came to work at the office, 14 days on in case the register was wrong, and
    of who was erased; the network lives on (section 12). Returns how many.

    Where the contact went, staff have 30 days to find a new one with the organisers who remain; where nobody remains,
    rest is proposed.
    """
    gone = or_(col(Person.ineligible_since) <= at - GRACE, col(Person.erased_at).is_not(None))
    roles = session.exec(
        select(Role).join(Person, col(Person.id) == Role.person_id).where(gone, col(Role.until).is_(None))
    ).all()
    for role in roles:
        role.until = local(at).date()
        session.add(role)
    session.flush()
    left = {role.network_id: role for role in sorted(roles, key=lambda role: role.kind != RoleKind.organiser)}
    look_after(session, left, at)
    return len(roles)


def end_unanswered(session: Session, at: datetime) -> int:
    """Who was asked to organise and never answered is asked no more once their link has run out. Returns how many."""
    unanswered = select(Role).where(col(Role.confirmed_at).is_(None), col(Role.until).is_(None))
    roles = session.exec(unanswered.where(col(Role.asked_at) <= at - VALID_FOR[Purpose.organiser])).all()
    for role in roles:
        role.until = local(at).date()
        session.add(role)
    return len(roles)


def look_after(session: Session, left: dict[UUID, Role], at: datetime) -> None:
    """What staff do about networks that somebody left; a network that has ended needs nothing."""
    remaining = confirmed_organisers_of(session, left)
    contacted = with_contact(session)
    living = select(Network).where(col(Network.state).not_in(TERMINAL))
    for network in session.exec(living.where(col(Network.id).in_(left))).all():
        others = remaining.get(network.id, [])
        if not others and network.state in ACTIVE:
            open_once(session, network, InterventionKind.propose_rest, str(left[network.id].id), at)
        elif network.id not in contacted and (others or network.state == NetworkState.planned):
            due = local(at).date() + NEW_CONTACT_DAYS
            open_once(session, network, InterventionKind.new_contact, str(left[network.id].id), at, due)
            _pass_on_check_in(session, network, others, at)


def _pass_on_check_in(session: Session, network: Network, others: list[Role], at: datetime) -> None:
    """A check-in that went to whoever left and waits for its answer: another organiser is asked."""
    asked = latest(session, network.id)
    if asked is None or asked.answered_at or not others or asked.person_id in {role.person_id for role in others}:
        return
    ask_another(session, asked, at)


def with_contact(session: Session) -> set[UUID]:
    """The networks that have a contact of their own, and not just an organiser in their place."""
    contacts = select(Role.network_id).where(col(Role.kind) == RoleKind.contact, col(Role.until).is_(None))
    return set(session.exec(contacts.where(col(Role.confirmed_at).is_not(None))))


def propose_rest_without_contact(session: Session, at: datetime) -> int:
    """Propose rest for active networks that found no new contact within 30 days. Returns how many are new."""
    contacted = with_contact(session)
    overdue = session.exec(
        select(Intervention, Network)
        .join(Network, col(Network.id) == Intervention.network_id)
        .where(col(Intervention.kind) == InterventionKind.new_contact, col(Intervention.ended_at).is_(None))
        .where(col(Intervention.due_on) < local(at).date(), col(Network.state).in_(ACTIVE))
    )
    due = [(network, str(one.id)) for one, network in overdue if network.id not in contacted]
    return open_many(session, due, InterventionKind.propose_rest, at)
