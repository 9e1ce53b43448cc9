"""The two lifecycles as tables, and the one way through them (domain.md section 4, I7)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, SQLModel, col, func, select

from models.columns import UtcDateTime, code, key_field
from models.errors import TransitionRefused
from models.language import say
from models.meeting import Meeting, MeetingStatus, is_kickoff
from models.network import ACTIVE, STEP_OF, TERMINAL, Network, NetworkState, confirmed_organisers
from models.support_request import RequestState, SupportRequest
from models.words import ACTOR, word


class Actor(StrEnum):
    member = "member"
    staff = "staff"
    rule = "rule"


N = NetworkState
MEMBER, STAFF, RULE = (frozenset({actor}) for actor in (Actor.member, Actor.staff, Actor.rule))
_REST_OR_END = {N.resting: MEMBER | STAFF, N.closed: STAFF, N.merged: STAFF, N.split: STAFF}
# From, to, and who moves it there. Members decide on an end and staff confirm it: the signature says who.
ALLOWED: dict[NetworkState, dict[NetworkState, frozenset[Actor]]] = {
    N.planned: {N.starting: MEMBER, N.independent: MEMBER, N.closed: STAFF},
    N.starting: {N.sharing: RULE} | _REST_OR_END,
    N.sharing: {N.trial: RULE} | _REST_OR_END,
    N.trial: {N.independent: RULE} | _REST_OR_END,
    N.independent: {**_REST_OR_END},
    N.resting: {N.trial: MEMBER, N.independent: MEMBER, N.closed: STAFF},
    N.closed: {},
    N.merged: {},
    N.split: {},
}

R = RequestState
_JUDGED = MEMBER | STAFF | RULE  # by the rules at once, whoever handed it in
_BEFORE_TALK = {R.declined: _JUDGED, R.referred: _JUDGED, R.withdrawn: MEMBER | STAFF}
REQUEST_ALLOWED: dict[RequestState, dict[RequestState, frozenset[Actor]]] = {
    R.received: {R.incomplete: _JUDGED, R.talking: STAFF} | _BEFORE_TALK,
    R.incomplete: {R.received: _JUDGED} | _BEFORE_TALK,
    R.talking: {R.granted: STAFF, R.waiting: STAFF, R.declined: STAFF, R.referred: STAFF, R.withdrawn: MEMBER | STAFF},
    R.waiting: {R.granted: STAFF, R.expired: RULE, R.withdrawn: MEMBER | STAFF},
    R.granted: {},
    R.declined: {},
    R.referred: {},
    R.expired: {},
    R.withdrawn: {},
}


class Transition(SQLModel, table=True):
    """One change of state: from, to, why, by whom, in which flow run, when. Written by `advance` alone."""

    __table_args__ = (
        CheckConstraint("(network_id IS NULL) <> (request_id IS NULL)", name="a_network_or_a_request"),
        CheckConstraint(
            "network_id IS NULL OR to_state NOT IN ('closed', 'merged', 'split') OR signature IS NOT NULL",
            name="staff_confirm_an_end",
        ),
    )

    id: UUID = key_field()
    network_id: UUID | None = Field(default=None, foreign_key="network.id", index=True)
    request_id: UUID | None = Field(default=None, foreign_key="support_request.id", index=True)
    from_state: str | None = None
    to_state: str
    cause: str
    actor: Actor = Field(sa_type=code(Actor))
    signature: str | None = None
    flow_run_id: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True)
class Cause:
    """Why something changes: a short reason code, who acts (staff by signature), the flow run, the moment."""

    why: str
    actor: Actor
    at: datetime
    signature: str | None = None
    flow_run_id: str | None = None


SIGNED = ("en medarbetare bekräftar med sin signatur", "somebody at the office confirms it with their signature")
NEVER_DOWN = ("trappsteget får aldrig sjunka", "the ladder's step never falls")
NO_KICKOFF = (
    "det krävs en första träff med minst tre på plats, två som sagt ja till att arrangera och en slutdag för stödet",
    "it takes a first meeting of at least three, two who said yes to organising and a day on which the support ends",
)
OTHER_START = (
    "utan stöd från kansliet är ett nätverk självständigt från början, annars inte",
    "a network without the office's support is independent from its start, and no other is",
)
NO_ORGANISER = ("ingen har sagt ja till att arrangera", "nobody has said yes to organising")
NO_REASON = ("skäl saknas", "there is no reason")
NO_TALK = ("inget behovssamtal är antecknat", "no needs talk is recorded")


def _not_by(who: frozenset[Actor], actor: Actor) -> str:
    allowed = say(" eller ", " or ").join(word(ACTOR, one) for one in sorted(who))
    return say(f"görs av {allowed}, inte {word(ACTOR, actor)}", f"done by {allowed}, not by {word(ACTOR, actor)}")


def _log(session: Session, cause: Cause, current: str | None, target: str, **subject: UUID) -> None:
    session.add(
        Transition(
            from_state=current,
            to_state=target,
            cause=cause.why,
            actor=cause.actor,
            signature=cause.signature,
            flow_run_id=cause.flow_run_id,
            at=cause.at,
            **subject,
        )
    )


def begin(session: Session, subject: Network | SupportRequest, cause: Cause) -> None:
    """Log the first state of a network or request that is being created."""
    session.add(subject)
    session.flush()
    _log(session, cause, None, subject.state, **_key(subject))


def advance(session: Session, network: Network, target: NetworkState, cause: Cause) -> None:
    """Move a network to `target`, set its step and log it (domain.md section 4).

    Raises TransitionRefused when the table does not have it, when another should do it, when nobody signs for an end
    (I4), when what the table asks for is lacking, or when the step would fall (I6): what once was independent never
    wakes at trial. Nothing has changed then.
    """
    current = NetworkState(network.state)
    who = ALLOWED[current].get(target)
    if who is None:
        raise TransitionRefused(current, target)
    if cause.actor not in who:
        raise TransitionRefused(current, target, _not_by(who, cause.actor))
    if target in TERMINAL and not cause.signature:
        raise TransitionRefused(current, target, say(*SIGNED))
    if lacking := _lacking(session, network, target):
        raise TransitionRefused(current, target, say(*lacking))
    step = STEP_OF.get(target, network.step)
    if step < network.step:
        raise TransitionRefused(current, target, say(*NEVER_DOWN))
    network.state, network.step = target, step
    session.add(network)
    _log(session, cause, current, target, network_id=network.id)


def _lacking(session: Session, network: Network, target: NetworkState) -> tuple[str, str] | None:
    """What a network needs before it becomes active: a kickoff at first, and somebody who carries it at any time."""
    if target not in ACTIVE or network.state in ACTIVE:
        return None
    organisers = {role.person_id for role in confirmed_organisers(session, network.id)}
    if network.state == N.resting:
        return None if organisers else NO_ORGANISER
    if network.without_support != (target == N.independent):
        return OTHER_START
    most = select(func.max(col(Meeting.attended))).where(
        col(Meeting.network_id) == network.id, col(Meeting.status) == MeetingStatus.held
    )
    has_end = network.without_support or network.support_ends_on
    kicked_off = network.kickoff_on and has_end and is_kickoff(session.exec(most).one() or 0, len(organisers))
    return None if kicked_off else NO_KICKOFF


def advance_request(session: Session, request: SupportRequest, target: RequestState, cause: Cause) -> None:
    """Move a request to `target` and log it (domain.md section 4).

    Raises TransitionRefused when the table does not have it, when another should do it (only staff grant: I4), or when
    a grant lacks its talk or a refusal its reason. Nothing has changed then.
    """
    current = RequestState(request.state)
    who = REQUEST_ALLOWED[current].get(target)
    if who is None:
        raise TransitionRefused(current, target)
    if cause.actor not in who:
        raise TransitionRefused(current, target, _not_by(who, cause.actor))
    if target == R.declined and not request.reason:
        raise TransitionRefused(current, target, say(*NO_REASON))
    if target == R.granted and request.talk_at is None:
        raise TransitionRefused(current, target, say(*NO_TALK))
    request.state = target
    session.add(request)
    _log(session, cause, current, target, request_id=request.id)


def _key(subject: Network | SupportRequest) -> dict[str, UUID]:
    return {"network_id": subject.id} if isinstance(subject, Network) else {"request_id": subject.id}


def since(session: Session, state: NetworkState) -> list[tuple[Network, datetime]]:
    """Every network that is in `state` now, with the moment at which it last came there; by number."""
    came: Any = (
        select(col(Transition.network_id), func.max(col(Transition.at), type_=UtcDateTime).label("at"))
        .where(col(Transition.to_state) == state, col(Transition.network_id).is_not(None))
        .group_by(col(Transition.network_id))
        .subquery()
    )
    rows: Any = (
        select(Network, came.c.at)
        .join(came, came.c.network_id == col(Network.id))
        .where(col(Network.state) == state)
        .order_by(col(Network.number))
    )
    return [(network, at) for network, at in session.execute(rows)]
