"""How staff recognise a request, a network or a mail: by a label that names nobody.

It holds the municipality out of the register and not the place as a member typed it ("hemma hos Åke"), for Prefect
keeps it.
"""

from sqlmodel import Session

from models.language import say
from models.network import Network
from models.place import Municipality
from models.support_request import SupportRequest
from models.words import MAIL, NATURE, word

SEPARATOR = " · "


def label(municipality: str | None, nature: str, number: int, *more: str) -> str:
    """The label in words: "Luleå · ort · #12"."""
    where = municipality or say("okänd kommun", "unknown municipality")
    return SEPARATOR.join((where, word(NATURE, nature), f"#{number}", *more))


def mail_label(subject: str, template: str, number: str) -> str:
    """A mail's: what it is about, which mail, and the number that settles it."""
    return SEPARATOR.join(part for part in (subject, word(MAIL, template), number) if part)


def label_of(session: Session, one: Network | SupportRequest) -> str:
    """The label of a request or network."""
    municipality = session.get(Municipality, one.municipality) if one.municipality else None
    return label(municipality.name if municipality else None, one.nature, one.number)
