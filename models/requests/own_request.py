"""What a member may do with their own request: change it, say how to reach them, take it back (section 13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from models.db.column_types import nfc
from models.people.person import get_or_create_person
from models.reference.places import find_municipality
from models.requests import assignment, ending, near_neighbour
from models.requests.named_organisers import all_named, ask_named, name_organisers, take_out_unasked
from models.requests.screening import dedupe_key, refusal_of_place
from models.tables.change_entry import ASKER, WITHOUT_SUPPORT, ChangedField, ChangeEntry
from models.tables.network import Nature
from models.tables.person import Person
from models.tables.place import Municipality
from models.tables.request import OPEN, RequestState, SupportRequest
from models.tables.support import Item
from models.tables.transition import Cause


@dataclass(frozen=True)
class Asked:
    """What is asked for, where. `municipality`: by name or code."""

    place: str
    municipality: str
    nature: Nature
    need: str
    wished: Sequence[Item]
    without_support: bool


def own_request(session: Session, key: UUID, person_id: UUID) -> tuple[SupportRequest, Person] | None:
    """The request and who asked; None once it is somebody else's, or they are forgotten."""
    request, person = session.get(SupportRequest, key), session.get(Person, person_id)
    if request is None or person is None or person.erased_at or request.initiator_id != person.id:
        return None
    return request, person


def change(session: Session, request: SupportRequest, asked: Asked, cause: Cause) -> bool:
    """Ask for something else, or in other words. False when it is not open any more, or no network can be there.

    The rules are those of a new request: another place or kind has other neighbours, and another region other staff
    while nobody has talked with them.
    """
    where = find_municipality(session, asked.municipality)
    if request.state not in OPEN or where is None or refusal_of_place(asked.place, where.code):
        return False
    before, was = _told(request), session.get(Municipality, request.municipality or "")
    request.place, request.municipality, request.nature = nfc(asked.place), where.code, asked.nature
    request.need, request.wished, request.without_support = asked.need, list(asked.wished), asked.without_support
    _be_the_same_when_typed_again(session, request)
    session.add(request)
    session.flush()
    after = _told(request)
    if before[ChangedField.asked_place] != after[ChangedField.asked_place]:
        _log(session, request, ChangedField.asked_place, was.name if was else "", where.name, cause)
    for what in (ChangedField.nature, ChangedField.wished):
        if before[what] != after[what]:
            _log(session, request, what, before[what], after[what], cause)
    if before[ChangedField.need] != after[ChangedField.need]:
        _log(session, request, ChangedField.need, "", "", cause)
    if any(before[what] != after[what] for what in (ChangedField.asked_place, ChangedField.nature)):
        near_neighbour.look_anew(session, request, cause.at)
    if was is None or was.region != where.region:
        assignment.give_by_region(session, request, cause.at)
    return True


def name_others(
    session: Session, request: SupportRequest, numbers: Sequence[str], cause: Cause, *, anew: bool = False
) -> bool:
    """Name more members who would help, `anew`: in place of those who were named and not asked. False when not open.

    They are asked as all are, once each: after the talk, or at once where the request waits already (section 5).
    """
    if request.state not in OPEN:
        return False
    before = len(all_named(session, request))
    if anew:
        take_out_unasked(session, request)
    name_organisers(session, request, [get_or_create_person(session, one).id for one in numbers])
    if request.state == RequestState.waiting:
        ask_named(session, request, cause.at)
    after = len(all_named(session, request))
    if numbers or after != before:
        _log(session, request, ChangedField.named, str(before), str(after), cause)
    return True


def reach_me(session: Session, request: SupportRequest, person: Person, phone: str, suits: str) -> bool:
    """By which number and when they like to be called. False when the request is not open any more."""
    if request.state not in OPEN:
        return False
    person.phone, request.suits = phone or person.phone, suits or None
    session.add_all((person, request))
    return True


def introduce_us(session: Session, request: SupportRequest, cause: Cause) -> bool:
    """They want to be introduced to who lies near. False when the request is not open any more."""
    if request.state not in OPEN:
        return False
    near_neighbour.agree_for_request(session, request, cause.at)
    return True


def take_back(session: Session, request: SupportRequest, cause: Cause) -> bool:
    """They want it no longer. False when it is over, or is taken back already."""
    if request.state not in OPEN:
        return False
    ending.withdraw(session, request, cause)
    return True


def _told(request: SupportRequest) -> dict[ChangedField, str]:
    wished = WITHOUT_SUPPORT if request.without_support else " ".join(sorted(request.wished))
    return {
        ChangedField.asked_place: f"{request.municipality} {request.place}",
        ChangedField.nature: request.nature,
        ChangedField.wished: wished,
        ChangedField.need: request.need,
    }


def _be_the_same_when_typed_again(session: Session, request: SupportRequest) -> None:
    told = (str(request.initiator_id), request.municipality or "", request.place, request.nature, request.need)
    key = dedupe_key(*told)
    if session.exec(select(SupportRequest.id).where(col(SupportRequest.dedupe_key) == key)).first() is None:
        request.dedupe_key = key


def _log(session: Session, request: SupportRequest, what: ChangedField, before: str, after: str, cause: Cause) -> None:
    entry = ChangeEntry(
        request_id=request.id, what=what, before=before, after=after, asked_by=ASKER, flow_run_id=cause.flow_run_id,
        at=cause.at,
    )  # fmt: skip
    session.add(entry)
