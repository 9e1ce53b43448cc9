"""A support request: an initiator, a place and a need in the initiator's own words (domain.md S2, S3, section 4)."""

from sqlmodel import Session, col, select

from models.db.column_types import nfc
from models.db.crypto import keyed_hash
from models.errors import UserError
from models.i18n import localized
from models.people.eligibility import works_at_the_office
from models.reference.places import is_whole_country
from models.tables.person import Membership, Person
from models.tables.request import RefusalReason, RequestState, SupportRequest


def dedupe_key(initiator: str, municipality: str, place: str, nature: str, need: str, *after: int) -> str:
    """The same form twice is the same request (domain.md section 12): equal for equal content, blanks aside.

    `after`: numbers of the network it comes back from, and of requests that came to nothing before it, if any.
    """
    content = (initiator, municipality, nfc(place).casefold(), nature, nfc(need).casefold())
    return keyed_hash("request", *content, *(str(number) for number in after if number))


def screen(
    session: Session, person: Person, place: str, municipality: str | None
) -> tuple[RequestState, RefusalReason]:
    """What the rules say of a request before any talk (domain.md sections 4 and 12).

    An unknown membership (register down, number unknown) is incomplete: retried, never granted.
    """
    if works_at_the_office(session, person):
        return RequestState.declined, RefusalReason.employee
    if person.membership == Membership.unknown and not person.is_representative:
        return RequestState.incomplete, RefusalReason.none
    if not person.may_initiate:
        return RequestState.declined, RefusalReason.not_a_member
    refused = refusal_of_place(place, municipality)
    return (RequestState.declined if refused else RequestState.received), refused


def refusal_of_place(place: str, municipality: str | None) -> RefusalReason:
    """Why no network can be there; none where one can."""
    if is_whole_country(place):
        return RefusalReason.whole_country
    return RefusalReason.none if place and municipality else RefusalReason.no_place


def request_by_number(session: Session, number: int, field: str) -> SupportRequest:
    """The request that staff know as #number. Raises UserError that names the form's field."""
    found = session.exec(select(SupportRequest).where(col(SupportRequest.number) == number)).one_or_none()
    if not found:
        raise UserError(
            localized(
                f"{field}: det finns ingen förfrågan #{number}. Välj ett nummer ur listan.",
                f"{field}: there is no request #{number}. Choose a number from the list.",
            )
        )
    return found
