"""What an organiser does to their network by themselves, on its own page (domain.md section 13).

The rules are those that hold when staff do it for them; it is logged as the organiser's, and nobody signs it.
"""

from contextlib import suppress

from sqlmodel import Session

from models.dates.local_time import local
from models.errors import UserError
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.networks.changes import LIVING, end_all_of, log_change
from models.networks.contacts import Way, ask_to_organise, look_after, new_contact, role_of_kind
from models.networks.lookup import require_state
from models.office.interventions import open_once
from models.people.eligibility import who_may_carry, works_at_the_office
from models.people.link_renewal import can_be_queued
from models.people.nobody import nobody
from models.people.person import written_down
from models.people.roles import confirmed_organisers, organiser_by_code, roles_of
from models.tables.change_entry import ChangedField
from models.tables.mail import Template
from models.tables.network import Network, NetworkState, Role, RoleKind
from models.tables.office import InterventionKind
from models.tables.person import Person
from models.tables.transition import Cause


def ask_by_number(session: Session, network: Network, asker: Role, member_number: str, cause: Cause) -> bool:
    """Ask a member to help carry the network; only their own yes makes them organiser. False: asked before.

    Raises UserError when nobody who may carry a network has the number.
    """
    require_state(network, LIVING)
    return _ask(session, network, asker, who_may_carry(session, member_number), Way.number, cause)


def ask_by_link(session: Session, network: Network, asker: Role, member_number: str, cause: Cause) -> None:
    """`ask_by_number` for whoever has the link that an organiser passed on. They are told nothing of whose number it
    is, nor by how long it takes: for nobody's there is as much work.
    """
    require_state(network, LIVING)
    with suppress(UserError):
        _ask(session, network, asker, who_may_carry(session, member_number), Way.link, cause)
        return
    with nobody(session, member_number) as person:
        works_at_the_office(session, person)
        _ask(session, network, asker, written_down(session, person), Way.link, cause)
    can_be_queued(session)


def _ask(session: Session, network: Network, asker: Role, person: Person, way: Way, cause: Cause) -> bool:
    if not ask_to_organise(session, network, [person.id], cause.at, way, asker):
        return False
    log_change(session, network, ChangedField.asked, ("", ""), cause, asked_by=asker.code)
    return True


def contacts_asked(session: Session, network: Network) -> list[Role]:
    """Who was asked to be contact, and has not said yes or no."""
    roles = roles_of(session, network.id)
    return [role for role in roles if role.kind == RoleKind.contact and not role.is_confirmed]


def contact_code(session: Session, network: Network) -> str:
    """The code of who said yes to being contact; empty where nobody did."""
    roles = roles_of(session, network.id)
    return next((role.code for role in roles if role.kind == RoleKind.contact and role.is_confirmed), "")


def offer_contact(session: Session, network: Network, giver: Role, code: str, cause: Cause) -> bool:
    """Ask another organiser to take over as contact; until they say yes all is as it was. False: asked already.

    Raises UserError when somebody else is contact, or when nobody who said yes goes by the code.
    """
    require_state(network, LIVING)
    field = localized("Ny kontakt", "New contact")
    organiser, contact = organiser_by_code(session, network, code, field), contact_code(session, network)
    if contact not in ("", giver.code) or organiser.code == contact:
        raise UserError(
            localized(
                f"{field}: det är kontakten som lämnar över, till någon annan.",
                f"{field}: it is the contact who hands over, to somebody else.",
            )
        )
    asked = contacts_asked(session, network)
    if [one.person_id for one in asked] == [organiser.person_id]:
        return False
    for one in asked:
        one.until = local(cause.at).date()
        session.add(one)
    role = role_of_kind(session, network, organiser.person_id, RoleKind.contact, organiser.code)
    role.until, role.confirmed_at, role.asked_at = None, None, cause.at
    session.add(role)
    session.flush()
    occasion = f"{role.id}:{cause.at:%Y%m%dT%H%M}"
    letter = QueuedMail(Template.contact_question, role.person_id, occasion, network.id)
    enqueue(session, [letter], cause.at)
    return True


def answer_as_contact(session: Session, network: Network, organiser: Role, cause: Cause, *, is_yes: bool) -> bool:
    """Whoever was asked to be contact says yes, and is; or no. False: nobody asks them (any more)."""
    theirs = [role for role in contacts_asked(session, network) if role.person_id == organiser.person_id]
    if not theirs:
        return False
    if is_yes:
        before = contact_code(session, network)
        new_contact(session, network, organiser.code, cause)
        log_change(session, network, ChangedField.contact, (before, organiser.code), cause, asked_by=organiser.code)
        return True
    for role in theirs:
        role.until = local(cause.at).date()
        session.add(role)
    return True


def leave(session: Session, network: Network, organiser: Role, cause: Cause) -> None:
    """An organiser carries the network no more, from today. It lives on, and is looked after as when somebody leaves
    the union (section 12): where the contact or the last organiser went, it stands on staff's list.
    """
    require_state(network, LIVING)
    end_all_of(session, network, organiser, cause)
    log_change(session, network, ChangedField.left, (organiser.code, ""), cause, asked_by=organiser.code)
    session.flush()
    look_after(session, {network.id: organiser}, cause.at)
    if network.state == NetworkState.resting and not confirmed_organisers(session, network.id):
        open_once(session, network, InterventionKind.few_organisers, str(organiser.id), cause.at)
