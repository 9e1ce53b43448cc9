"""The three ways a network ends: closed with honour, merged into another, split into several (domain.md section 4)."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlmodel import Session, col, func, select

from models.dates.local_time import local
from models.errors import UserError
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.meetings.booking import invite
from models.networks import lifecycle
from models.networks.contacts import Way, ask_to_organise
from models.networks.lookup import require_state
from models.networks.never_started import check_planned_long
from models.networks.rest import check_rested_long
from models.office.interventions import end_all
from models.people.roles import confirmed_organisers, organiser_by_code
from models.support.ledger import end_grants
from models.tables.mail import Template
from models.tables.meeting import Meeting, MeetingStatus
from models.tables.network import ACTIVE, TERMINAL, LinkKind, Network, NetworkLink, NetworkState, RoleKind
from models.tables.office import InterventionKind, TalkOutcome
from models.tables.request import SupportRequest
from models.tables.transition import Cause

FEWEST_CHILDREN = 2
Agreed = dict[int, str]
"""Which member (code) of which party (network number) agreed."""


def close(session: Session, network: Network, member: str, cause: Cause) -> bool:
    """Close a network with honour; the cause's signature confirms it. False when it is closed already.

    It closes because a confirmed organiser says so, at once and whatever it does; without one a resting or planned one
    does, because it was asked in vain. Raises UserError when that is not so.
    """
    if network.state == NetworkState.closed:
        return False
    require_state(network, (NetworkState.planned, NetworkState.resting, *ACTIVE))
    today = local(cause.at).date()
    if not member and network.state in ACTIVE:
        raise UserError(
            localized(
                "Medlem: välj den arrangör som sa det; ett nätverk som är igång avslutas bara av medlemmarna.",
                "Member: choose the organiser who said so; only its members close a network that is active.",
            )
        )
    if member:
        role = organiser_by_code(session, network, member, localized("Medlem", "Member"))
        why = f"members {role.code}"
    elif network.state == NetworkState.planned:
        check_planned_long(session, network, today)
        why = "never-met"
    else:
        check_rested_long(session, network, today)
        why = "rested-long"
    end(session, network, NetworkState.closed, replace(cause, why=f"{cause.why}:{why}"))
    return True


def end(session: Session, network: Network, target: NetworkState, cause: Cause) -> None:
    """What every end has in common: calendars, support, the list and the check-ins end, and those who built it hear.

    The thank-you goes with a close; who merges or splits goes on elsewhere.
    """
    lifecycle.advance(session, network, target, cause)
    network.check_in_due_on = None
    ahead = select(Meeting).where(
        col(Meeting.network_id) == network.id,
        col(Meeting.status) == MeetingStatus.planned,
        col(Meeting.starts_at) > cause.at,
    )
    for meeting in session.exec(ahead).all():
        meeting.status, meeting.sequence = MeetingStatus.cancelled, meeting.sequence + 1
        session.add(meeting)
        invite(session, network, meeting, "cancel", cause.at)
    end_grants(session, network.id, cause.at)
    end_all(session, network, tuple(InterventionKind), TalkOutcome.close, cause)
    if target == NetworkState.closed:
        _thank(session, network, cause)


def _thank(session: Session, network: Network, cause: Cause) -> None:
    held = select(func.count()).where(col(Meeting.network_id) == network.id, col(Meeting.status) == MeetingStatus.held)
    told = {"meetings": session.exec(held).one()}
    letters = [
        QueuedMail(Template.closed, role.person_id, str(network.id), network.id, context=told)
        for role in confirmed_organisers(session, network.id)
    ]
    enqueue(session, letters, cause.at)


def merge(session: Session, network: Network, into: Network, agreed: Agreed, cause: Cause) -> bool:
    """Let a network go on in another, as both their members agreed. False when it has.

    Its organisers are asked whether they will help there; nobody is moved by machine (section 12). Raises UserError
    when one of the two is not active, or nobody who carries it agreed.
    """
    if network.state == NetworkState.merged and _is_linked(session, LinkKind.merge, network, [into]):
        return False
    if network.id == into.id:
        raise UserError(localized("Andra nätverk: välj ett annat än nätverket.", "Other networks: choose another one."))
    for party in (network, into):
        require_state(party, ACTIVE)
    why = _agreement(session, (network, into), agreed, cause)
    end(session, network, NetworkState.merged, why)
    session.add(NetworkLink(kind=LinkKind.merge, from_network=network.id, to_network=into.id))
    carried = [role.person_id for role in confirmed_organisers(session, network.id)]
    ask_to_organise(session, into, carried, cause.at, Way.merged)
    return True


def split(session: Session, network: Network, children: Sequence[Network], agreed: Agreed, cause: Cause) -> bool:
    """Let a network go on as several, each asked for by an initiator of its own (S2). False when it has.

    Raises UserError when the network is not active, a child has ended or no request and initiator of its own, or
    nobody who carries one of them agreed.
    """
    if network.state == NetworkState.split and _is_linked(session, LinkKind.split, network, children):
        return False
    require_state(network, ACTIVE)
    _check_children(session, network, children)
    end(session, network, NetworkState.split, _agreement(session, (network, *children), agreed, cause))
    for child in children:
        session.add(NetworkLink(kind=LinkKind.split, from_network=network.id, to_network=child.id))
    return True


def _is_linked(session: Session, kind: LinkKind, network: Network, others: Sequence[Network]) -> bool:
    links = select(NetworkLink.to_network).where(
        col(NetworkLink.kind) == kind, col(NetworkLink.from_network) == network.id
    )
    return set(session.exec(links)) == {other.id for other in others}


def _check_children(session: Session, network: Network, children: Sequence[Network]) -> None:
    """Every child came from a request of its own and has its own initiator (domain.md section 4, S2)."""
    numbers = {child.number for child in children} - {network.number}
    if len(numbers) < FEWEST_CHILDREN or len(numbers) < len(children):
        raise UserError(
            localized(
                "Andra nätverk: ange minst två olika nätverk att dela upp i.",
                "Other networks: give at least two different networks to split into.",
            )
        )
    initiators: set[UUID] = set()
    for child in children:
        requested = select(SupportRequest.id).where(col(SupportRequest.network_id) == child.id)
        own = {
            role.person_id for role in confirmed_organisers(session, child.id) if role.kind == RoleKind.initiator
        } - initiators
        if child.state in TERMINAL or not own or not session.exec(requested).first():
            raise UserError(
                localized(
                    f"Andra nätverk: #{child.number} behöver en egen förfrågan och en egen initiativtagare, och får "
                    "inte vara avslutat.",
                    f"Other networks: #{child.number} needs a request and an initiator of its own, and must not have "
                    "ended.",
                )
            )
        initiators |= own


def _agreement(session: Session, parties: Sequence[Network], agreed: Agreed, cause: Cause) -> Cause:
    """The cause with who agreed for each party. Raises UserError when for one of them nobody did who carries it."""
    field = localized("Vilka som kommit överens", "Who agreed")
    for party in parties:
        if party.number not in agreed:
            raise UserError(
                localized(
                    f"{field}: ange en arrangör ur nätverk #{party.number}, till exempel {party.number}:m1.",
                    f"{field}: give an organiser of network #{party.number}, such as {party.number}:m1.",
                )
            )
        organiser_by_code(session, party, agreed[party.number], field)
    codes = " ".join(f"{party.number}:{agreed[party.number].lower()}" for party in parties)
    return replace(cause, why=f"{cause.why} {codes}")
