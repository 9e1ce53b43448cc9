"""The lifecycle of a network as a table, and the one way through it (domain.md section 4, I7)."""

from sqlmodel import Session, col, func, select

from models.audit import log_step, transition_refused
from models.i18n import localized
from models.people.roles import confirmed_organisers
from models.tables.meeting import KICKOFF_ATTENDING, Meeting, MeetingStatus, is_kickoff
from models.tables.network import ACTIVE, STEP_OF, TERMINAL, Network, NetworkState
from models.tables.transition import MEMBER, RULE, SIGNED, STAFF, Actor, Cause, not_by

N = NetworkState
_END = {N.closed: STAFF, N.annulled: STAFF}
_REST_OR_END = {N.resting: MEMBER | STAFF, N.merged: STAFF, N.split: STAFF} | _END
# From, to, and who moves it there. Members decide on an end and staff confirm it: the signature says who.
ALLOWED: dict[NetworkState, dict[NetworkState, frozenset[Actor]]] = {
    N.planned: {N.starting: MEMBER, N.independent: MEMBER} | _END,
    N.starting: {N.sharing: RULE, N.planned: STAFF} | _REST_OR_END,  # back: it never met, as a correction tells
    N.sharing: {N.trial: RULE} | _REST_OR_END,
    N.trial: {N.independent: RULE} | _REST_OR_END,
    N.independent: {N.planned: STAFF} | _REST_OR_END,
    N.resting: {N.trial: MEMBER, N.independent: MEMBER} | _END,
    N.closed: {},
    N.merged: {},
    N.split: {},
    N.annulled: {},
}
NEVER_DOWN = ("trappsteget får aldrig sjunka", "the ladder's step never falls")
NO_KICKOFF = (
    "det krävs en första träff med minst tre på plats, två som sagt ja till att arrangera och en slutdag för stödet",
    "it takes a first meeting of at least three, two who said yes to organising and a day on which the support ends",
)
OTHER_START = (
    "utan stöd från kansliet står ett nätverk på egna ben från början, annars inte",
    "a network without the office's support is independent from its start, and no other is",
)
HAS_STARTED = ("det har startat", "it has started")
HAS_MET = ("det har hållit en träff", "it has held a meeting")
NO_ORGANISER = ("ingen har sagt ja till att arrangera", "nobody has said yes to organising")


def advance(session: Session, network: Network, target: NetworkState, cause: Cause) -> None:
    """Move a network to `target`, set its step and log it (domain.md section 4).

    Raises TransitionRefused when the table does not have it, when another should do it, when nobody signs for an end
    (I4), when what the table asks for is lacking, or when the step would fall (I6): what once was independent never
    wakes at trial. Nothing has changed then. What goes back to planned never met, so that it was never active.
    """
    current = NetworkState(network.state)
    who = ALLOWED[current].get(target)
    if who is None:
        raise transition_refused(current, target)
    if cause.actor not in who:
        raise transition_refused(current, target, not_by(who, cause.actor))
    if target in TERMINAL and not cause.signature:
        raise transition_refused(current, target, localized(*SIGNED))
    if lacking := _lacking(session, network, target):
        raise transition_refused(current, target, localized(*lacking))
    step = STEP_OF.get(target, network.step)
    if step < network.step and target != N.planned:
        raise transition_refused(current, target, localized(*NEVER_DOWN))
    network.state, network.step = target, step
    session.add(network)
    log_step(session, cause, current, target, network_id=network.id)


def _lacking(session: Session, network: Network, target: NetworkState) -> tuple[str, str] | None:
    """What a network needs before it becomes active: a kickoff at first, and somebody who carries it at any time.

    What is annulled has held no meeting, and what goes back to planned none that starts a network.
    """
    if target == N.annulled:
        return None if _most_who_came(session, network) is None else HAS_MET
    if target == N.planned:
        is_first_step = network.state == N.starting or network.without_support
        has_met = (_most_who_came(session, network) or 0) >= KICKOFF_ATTENDING
        return HAS_STARTED if has_met or not is_first_step else None
    if target not in ACTIVE or network.state in ACTIVE:
        return None
    organisers = {role.person_id for role in confirmed_organisers(session, network.id)}
    if network.state == N.resting:
        return None if organisers else NO_ORGANISER
    if network.without_support != (target == N.independent):
        return OTHER_START
    has_end = network.without_support or network.support_ends_on
    came = _most_who_came(session, network) or 0
    kicked_off = network.kickoff_on and has_end and is_kickoff(came, len(organisers))
    return None if kicked_off else NO_KICKOFF


def _most_who_came(session: Session, network: Network) -> int | None:
    """How many came to the largest meeting that was held; None before one was."""
    most = select(func.max(col(Meeting.attended))).where(
        col(Meeting.network_id) == network.id, col(Meeting.status) == MeetingStatus.held
    )
    return session.exec(most).one()
