"""A network that was created by mistake is annulled, and a decision that was one is opened again (section 13)."""

from sqlmodel import Session, col, delete, or_, select

from models.audit import Correction, log_correction
from models.dates.local_time import local
from models.errors import UserError
from models.i18n import localized
from models.mail.overtaking import overtake
from models.mail.queue import QueuedMail, enqueue
from models.networks.closing import end
from models.people.roles import confirmed_organisers, roles_of
from models.requests.reopening import check_reopening, talk_again
from models.tables.change_entry import ChangedField
from models.tables.mail import OutgoingMail, Template
from models.tables.meeting import Meeting, MeetingStatus
from models.tables.network import LinkKind, Network, NetworkLink, NetworkState, Role, RoleKind
from models.tables.request import NamedOrganiser, RequestState, SupportRequest
from models.tables.support import SupportGrant

NETWORK = ("Nätverk", "Network")
TOLD_NOW = (Template.correction, Template.calendar_invitation)  # that it is annulled, and its meetings called off


def annul(session: Session, network: Network, correction: Correction) -> bool:
    """Undo a network in which nothing has happened. False when it is annulled already.

    Its request is talked about again, its support ends and the hours go back, meetings ahead are called off, mail that
    waits is not sent, and its roles end; what it counted for, it counts for no more. What hours were used of it were
    given, and stay used. Raises UserError that says what to do instead.
    """
    if network.state == NetworkState.annulled:
        return False
    _check_nothing_happened(session, network)
    before, request = network.state, _request_of(session, network)
    organisers = {role.person_id for role in confirmed_organisers(session, network.id)}
    overtake(
        session, correction.at,
        col(OutgoingMail.network_id) == network.id, col(OutgoingMail.template).not_in(TOLD_NOW),
    )  # fmt: skip
    end(session, network, NetworkState.annulled, correction.cause("annulled"))
    _end_roles(session, network, request, correction)
    session.exec(delete(NetworkLink).where(col(NetworkLink.to_network) == network.id))
    log_correction(session, correction, ChangedField.annulled, before, network.state, network=network, request=request)
    if request:
        talk_again(session, request, correction, network)
        organisers.discard(request.initiator_id)
    about = {"about": "annulled", "answer_due": ""}
    letters = [QueuedMail(Template.correction, one, str(network.id), network.id, context=about) for one in organisers]
    enqueue(session, letters, correction.at)
    return True


def reopen(session: Session, request: SupportRequest, correction: Correction) -> bool:
    """Open a decision again within 21 days; what had followed of it is undone. False when it is open already.

    Raises UserError as `check_reopening` and `annul` do.
    """
    if request.state == RequestState.talking and request.reopened_at:
        return False
    check_reopening(session, request, local(correction.at).date())
    if request.network_id:
        return annul(session, session.get_one(Network, request.network_id), correction)
    before = request.state
    talk_again(session, request, correction, None)
    log_correction(session, correction, ChangedField.reopened, before, request.state, request=request)
    return True


def _request_of(session: Session, network: Network) -> SupportRequest | None:
    granted = select(SupportRequest).where(col(SupportRequest.network_id) == network.id)
    return session.exec(granted.where(col(SupportRequest.state) == RequestState.granted)).one_or_none()


def _check_nothing_happened(session: Session, network: Network) -> None:
    held = select(Meeting).where(col(Meeting.network_id) == network.id, col(Meeting.status) == MeetingStatus.held)
    if met := session.exec(held.order_by(col(Meeting.starts_at)).limit(1)).first():
        on = local(met.starts_at).date()
        raise _refused(
            network,
            f"träffades {on}. Rätta träffen först om den inte blev av; annars avsluta nätverket.",
            f"met on {on}. Correct the meeting first if it was not held; else close the network.",
        )
    paid = select(SupportGrant.id).where(
        col(SupportGrant.network_id) == network.id, col(SupportGrant.paid_on).is_not(None)
    )
    if session.exec(paid.limit(1)).first():
        raise _refused(
            network,
            "har fått ett bidrag utbetalt. Rätta utbetalningen först om den inte gjordes; annars avsluta nätverket.",
            "was paid money. Correct the payment first if it was not made; else close the network.",
        )
    linked = select(NetworkLink.id).where(
        or_(col(NetworkLink.from_network) == network.id, col(NetworkLink.to_network) == network.id),
        or_(col(NetworkLink.kind) != LinkKind.successor, col(NetworkLink.from_network) == network.id),
    )
    if session.exec(linked.limit(1)).first():
        raise _refused(
            network,
            "hör ihop med ett annat som delats, gått ihop eller tagit vid. Avsluta det i stället.",
            "belongs with another that split, merged or came after. Close it instead.",
        )


def _refused(network: Network, swedish: str, english: str) -> UserError:
    return UserError(
        localized(f"{NETWORK[0]}: #{network.number} {swedish}", f"{NETWORK[1]}: #{network.number} {english}")
    )


def _end_roles(session: Session, network: Network, request: SupportRequest | None, correction: Correction) -> None:
    """Nobody carries it; who said yes or no to helping has said so to the request, and is not asked twice."""
    if request:
        _keep_answers(session, network, request, correction)
    for role in roles_of(session, network.id):
        role.until = local(correction.at).date()
        session.add(role)


def _keep_answers(session: Session, network: Network, request: SupportRequest, correction: Correction) -> None:
    of_request = select(NamedOrganiser).where(col(NamedOrganiser.request_id) == request.id)
    named = {one.person_id: one for one in session.exec(of_request)}
    organisers = select(Role).where(col(Role.network_id) == network.id, col(Role.kind) == RoleKind.organiser)
    for role in session.exec(organisers.order_by(col(Role.code))):
        one = named.get(role.person_id)
        if role.is_confirmed:
            one = one or NamedOrganiser(request_id=request.id, person_id=role.person_id, place=len(named) + 1)
            one.asked_at, one.yes_at, one.no_at = role.asked_at, role.confirmed_at, None
            named[role.person_id] = one
        elif one and role.until:
            one.yes_at, one.no_at = None, one.no_at or correction.at
        if one:
            session.add(one)
    session.flush()
