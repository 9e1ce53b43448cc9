"""How staff recognise a request, a network or a mail: by a label that names nobody.

It holds the municipality out of the register and not the place as a member typed it ("hemma hos Åke"), for Prefect
keeps it.
"""

from sqlmodel import Session

from models.i18n import localized
from models.tables.network import Network
from models.tables.person import RightsRequest
from models.tables.place import Municipality
from models.tables.request import SupportRequest
from models.vocabulary import MAIL, NATURE, RIGHTS, word


def rights_label(request: RightsRequest) -> str:
    """As staff choose it: "radering · senast 2027-04-02 · 3f2a1b9c". Names nobody."""
    until = localized(f"senast {request.deadline}", f"by {request.deadline}")
    return SEPARATOR.join((word(RIGHTS, request.kind), until, request.id.hex[:8]))


SEPARATOR = " · "


def label(municipality: str | None, nature: str, number: int, *more: str) -> str:
    """The label in words: "Luleå · ort · #12"."""
    where = municipality or localized("okänd kommun", "unknown municipality")
    return SEPARATOR.join((where, word(NATURE, nature), f"#{number}", *more))


def mail_label(subject: str, template: str, number: str) -> str:
    """A mail's: what it is about, which mail, and the number that settles it."""
    return SEPARATOR.join(part for part in (subject, word(MAIL, template), number) if part)


def label_of(session: Session, one: Network | SupportRequest) -> str:
    """The label of a request or network."""
    municipality = session.get(Municipality, one.municipality) if one.municipality else None
    return label(municipality.name if municipality else None, one.nature, one.number)
