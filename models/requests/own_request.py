"""What a member may do with their own request: change its words, say how to reach them, take it back (section 13)."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from models.requests import ending
from models.requests.screening import dedupe_key
from models.tables.person import Person
from models.tables.request import OPEN, SupportRequest
from models.tables.support import Item
from models.tables.transition import Cause


def own_request(session: Session, key: UUID, person_id: UUID) -> tuple[SupportRequest, Person] | None:
    """The request and who asked; None once it is somebody else's, or they are forgotten."""
    request, person = session.get(SupportRequest, key), session.get(Person, person_id)
    if request is None or person is None or person.erased_at or request.initiator_id != person.id:
        return None
    return request, person


def change_words(
    session: Session, request: SupportRequest, need: str, wished: Sequence[Item], without_support: bool
) -> bool:
    """Ask for it in other words. False when it is not open any more."""
    if request.state not in OPEN:
        return False
    told = (str(request.initiator_id), request.municipality or "", request.place, request.nature, need)
    key = dedupe_key(*told)
    taken = select(SupportRequest.id).where(col(SupportRequest.dedupe_key) == key)
    if session.exec(taken).first() is None:
        request.dedupe_key = key
    request.need, request.wished, request.without_support = need, list(wished), without_support
    session.add(request)
    return True


def reach_me(session: Session, request: SupportRequest, person: Person, phone: str, suits: str) -> bool:
    """By which number and when they like to be called. False when the request is not open any more."""
    if request.state not in OPEN:
        return False
    person.phone, request.suits = phone or person.phone, suits or None
    session.add_all((person, request))
    return True


def take_back(session: Session, request: SupportRequest, cause: Cause) -> bool:
    """They want it no longer. False when it is over, or is taken back already."""
    if request.state not in OPEN:
        return False
    ending.withdraw(session, request, cause)
    return True
