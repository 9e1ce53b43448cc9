"""Requests and networks that lie near each other: shown with the reasons, introduced with consent, never merged."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

from rapidfuzz import fuzz, utils
from sqlalchemy import or_
from sqlmodel import Session, col, select

from models.db.queries import insert_unless_there
from models.mail.queue import QueuedMail, enqueue
from models.people.roles import contacts_of
from models.reference.places import neighbouring
from models.tables.mail import Template
from models.tables.network import TERMINAL, Nature, Network
from models.tables.person import Person
from models.tables.request import OPEN, Channel, NearNeighbour, RequestState, SupportRequest

NEIGHBOUR_DAYS = timedelta(days=180)
SIMILAR_WORDS = 60
# Nobody's name is told to one whose membership is not known yet.
INTRODUCED = (*(state for state in OPEN if state != RequestState.incomplete), RequestState.granted)
# Of 100 points: where counts most, then what kind of network, then the words.
SAME_MUNICIPALITY, NEIGHBOURING = 40, 25
SAME_NATURE, SIMILAR_NATURE = 30, 15
WORDS = 30
ALIKE = (frozenset({Nature.town, Nature.business_park}), frozenset({Nature.role, Nature.theme}))


class RequestLike(Protocol):
    """What is asked for, where: a request, or one that is about to be written down."""

    @property
    def place(self) -> str:
        """Where, in the members' own words."""

    @property
    def municipality(self) -> str | None:
        """The municipality's code, None while it is not known."""

    @property
    def nature(self) -> Nature:
        """What kind of network (domain.md section 3)."""

    @property
    def need(self) -> str:
        """Why, in the members' own words."""


def find_neighbours(session: Session, request: SupportRequest, at: datetime) -> list[NearNeighbour]:
    """Keep and return what lies near an open request, nearest first (domain.md section 12).

    Others are open requests within 180 days and living networks, in the same municipality or one that borders it, of
    the same nature or a similar one. Same municipality and same nature always count; else the words must be alike.
    Each pair is kept once, as the later request and the earlier; a request that was granted is met as its network.
    """
    if request.state in OPEN and request.municipality:
        found = [*_requests_near(session, request), *_networks_near(session, request)]
        insert_unless_there(session, NearNeighbour, [row | {"found_at": at} for row in found])
    return neighbours_of(session, request)


def look_anew(session: Session, request: SupportRequest, at: datetime) -> None:
    """A request is about another place or kind: who lay near, and was not introduced, is forgotten with what was said
    of it, and looked for again."""
    for pair in neighbours_of(session, request):
        if pair.introduced_at is None:
            session.delete(pair)
    session.flush()
    find_neighbours(session, request, at)


def neighbours_of(session: Session, request: SupportRequest) -> list[NearNeighbour]:
    """What was found near a request, nearest first, whichever of the two came later."""
    either = or_(col(NearNeighbour.request_id) == request.id, col(NearNeighbour.other_request_id) == request.id)
    return list(session.exec(select(NearNeighbour).where(either).order_by(col(NearNeighbour.score).desc())))


def _requests_near(session: Session, request: SupportRequest) -> Iterator[dict[str, object]]:
    candidates = select(SupportRequest).where(
        col(SupportRequest.municipality).in_(_around(request)),
        col(SupportRequest.nature).in_(_natures_like(request.nature)),
        col(SupportRequest.state).in_(OPEN),
        col(SupportRequest.received_at).between(
            request.received_at - NEIGHBOUR_DAYS, request.received_at + NEIGHBOUR_DAYS
        ),
        col(SupportRequest.id) != request.id,
    )
    for other in session.exec(candidates):
        score, why = compare(request, other.municipality or "", other.nature, f"{other.place} {other.need}")
        if why:
            earlier, later = sorted((request, other), key=lambda one: one.number)
            yield _row(later.id, score, why, other_request_id=earlier.id)


def networks_near(session: Session, sought: RequestLike) -> list[Network]:
    """Living networks near what is asked for, nearest first; it need not be written down yet. Nothing is kept of it."""
    return [network for network, _, _ in sorted(_scored(session, sought), key=lambda found: -found[1])]


def _networks_near(session: Session, request: SupportRequest) -> Iterator[dict[str, object]]:
    for network, score, why in _scored(session, request):
        yield _row(request.id, score, why, other_network_id=network.id)


def _scored(session: Session, sought: RequestLike) -> Iterator[tuple[Network, int, list[str]]]:
    candidates = (
        select(Network, SupportRequest.need)
        .outerjoin(SupportRequest, col(SupportRequest.network_id) == Network.id)
        .where(col(Network.municipality).in_(_around(sought)))
        .where(col(Network.nature).in_(_natures_like(sought.nature)), col(Network.state).not_in(TERMINAL))
    )
    for network, need in session.exec(candidates):
        words = f"{network.place} {network.name} {need or ''}"
        score, why = compare(sought, network.municipality, network.nature, words)
        if why:
            yield network, score, why


def compare(request: RequestLike, municipality: str, nature: Nature, words: str) -> tuple[int, list[str]]:
    """How near something lies to a request, 0–100, and why; no reasons when it is not near enough to be shown."""
    same_place, same_nature = municipality == request.municipality, nature == request.nature
    likeness = fuzz.token_sort_ratio(f"{request.place} {request.need}", words, processor=utils.default_process)
    if likeness < SIMILAR_WORDS and not (same_place and same_nature):
        return 0, []
    score = SAME_MUNICIPALITY if same_place else NEIGHBOURING
    score += SAME_NATURE if same_nature else SIMILAR_NATURE
    why = ["same_municipality" if same_place else "neighbouring_municipality"]
    why += ["same_nature"] if same_nature else []
    why += ["similar_words"] if likeness >= SIMILAR_WORDS else []
    return score + round(WORDS * likeness / 100), why


def agree_for_request(session: Session, request: SupportRequest, at: datetime) -> int:
    """The initiator wants to be introduced to who is near: recorded on every pair. Returns how many were not before."""
    return _agree(session, [request.id], [], at)


def agree_for_network(session: Session, network: Network, at: datetime) -> int:
    """A network wants to be introduced, also where it is still known as its request. Returns how many are new."""
    requests = session.exec(select(SupportRequest.id).where(col(SupportRequest.network_id) == network.id))
    return _agree(session, list(requests), [network.id], at)


def _agree(session: Session, requests: list[UUID], networks: list[UUID], at: datetime) -> int:
    mine = col(NearNeighbour.request_id).in_(requests)
    theirs = or_(col(NearNeighbour.other_request_id).in_(requests), col(NearNeighbour.other_network_id).in_(networks))
    pairs = session.exec(select(NearNeighbour).where(mine, col(NearNeighbour.agreed_at).is_(None))).all()
    others = session.exec(select(NearNeighbour).where(theirs, col(NearNeighbour.other_agreed_at).is_(None))).all()
    for pair in pairs:
        pair.agreed_at = at
    for pair in others:
        pair.other_agreed_at = at
    session.add_all([*pairs, *others])
    session.flush()
    return len(pairs) + len(others)


def introduce(session: Session, at: datetime) -> int:
    """Give the two sides of every pair that both said yes each other's name and address, once. Returns how many pairs.

    A pair waits while either side cannot be written to: who has a protected identity is introduced to nobody by mail.
    """
    agreed = select(NearNeighbour).where(
        col(NearNeighbour.introduced_at).is_(None),
        col(NearNeighbour.agreed_at).is_not(None),
        col(NearNeighbour.other_agreed_at).is_not(None),
    )
    pairs = session.exec(agreed).all()
    sides = _sides(session, pairs)
    letters = []
    for pair in pairs:
        one, other = (sides.get(side) for side in (pair.request_id, pair.other_id))
        if one and other and one[0] != other[0]:
            letters += [_letter(pair, one, other), _letter(pair, other, one)]
            pair.introduced_at = at
            session.add(pair)
    enqueue(session, letters, at)
    return len(letters) // 2


def _sides(session: Session, pairs: Sequence[NearNeighbour]) -> dict[UUID | None, tuple[UUID, str]]:
    """(person to write to, place) of each request and network that can be introduced now."""
    request_ids = {one for pair in pairs for one in (pair.request_id, pair.other_request_id) if one}
    requests = session.exec(
        select(SupportRequest.id, SupportRequest.initiator_id, SupportRequest.place)
        .where(col(SupportRequest.id).in_(request_ids))
        .where(col(SupportRequest.state).in_(INTRODUCED))
        # On the web anybody can write anybody's number: only in the talk do staff hear who it was that wanted it.
        .where(or_(col(SupportRequest.channel) != Channel.web, col(SupportRequest.talk_at).is_not(None)))
    ).all()
    network_ids = {pair.other_network_id for pair in pairs if pair.other_network_id}
    contacts = contacts_of(session, network_ids)
    networks = session.exec(
        select(Network.id, Network.place)
        .where(col(Network.id).in_(network_ids), col(Network.state).not_in(TERMINAL))
    ).all()  # fmt: skip
    sides: dict[UUID | None, tuple[UUID, str]] = {request_id: (person, place) for request_id, person, place in requests}
    sides |= {one: (contacts[one].person_id, place) for one, place in networks if one in contacts}
    people = session.exec(select(Person).where(col(Person.id).in_({person for person, _ in sides.values()})))
    reachable = {person.id for person in people if person.may_be_mailed and not person.erased_at}
    return {one: side for one, side in sides.items() if side[0] in reachable}


def _letter(pair: NearNeighbour, to: tuple[UUID, str], other: tuple[UUID, str]) -> QueuedMail:
    told = {"other_person": str(other[0]), "other_place": other[1], "why": pair.why}
    return QueuedMail(Template.introduction, to[0], str(pair.id), request_id=pair.request_id, context=told)


def _around(request: RequestLike) -> set[str]:
    return {request.municipality or "", *neighbouring(request.municipality or "")}


def _natures_like(nature: Nature) -> set[Nature]:
    """The nature itself and those like it; what calls itself something else may be like anything."""
    if nature == Nature.other:
        return set(Nature)
    return {nature, Nature.other}.union(*(pair for pair in ALIKE if nature in pair))


def _row(request_id: UUID, score: int, why: list[str], **other: UUID) -> dict[str, object]:
    sides = {"other_request_id": None, "other_network_id": None} | other
    return {"id": uuid4(), "request_id": request_id, "score": score, "why": why, **sides}
