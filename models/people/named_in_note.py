"""Who is named in what is written: in a note they are m2, never a name, and no company (domain.md section 10)."""

import re
from collections.abc import Iterable

from sqlmodel import Session, col, select

from models.errors import UserError
from models.i18n import localized
from models.tables.network import Network, Role
from models.tables.person import Person
from models.text import nfc

SHORTEST = 3  # a shorter part of a name is too many other words
WORD = re.compile(r"\w+(?:[-'’]\w+)*")

Known = Iterable[tuple[Person, str]]
"""Persons, and what is to be written instead of their names."""


def check_note(text: str, known: Known, field: str, place: str) -> None:
    """Raises UserError that names the field, and no person, when one of those known is named in a note.

    A part of a name counts where it is written with a capital; not where it is the place's name too.
    """
    written = _written(text, place)
    for person, instead in known:
        if written & _forms_of(person.name or ""):
            raise UserError(
                localized(
                    f"{field}: skriv {instead} i stället för namnet.", f"{field}: write {instead} instead of the name."
                )
            )


def _written(text: str, place: str) -> set[str]:
    """The words with a capital in a text, but for those of the place."""
    written = {word.casefold() for word in WORD.findall(nfc(text)) if word[:1].isupper()}
    return written - {word.casefold() for word in WORD.findall(nfc(place))}


def _forms_of(name: str) -> set[str]:
    """The parts of a name, each also as it is written of what is theirs."""
    parts = {word.casefold() for word in WORD.findall(name) if len(word) >= SHORTEST}
    return parts | {f"{part}s" for part in parts}


def check_network_note(session: Session, network: Network, text: str, field: str) -> None:
    """`check_note` of those who carry a network or did. A text without anything in it is not looked at."""
    if text.strip():
        check_note(text, _carried_by(session, network), field, network.place)


def check_company(session: Session, network: Network, company: str, field: str) -> None:
    """Raises UserError that names the field, and no person, when what is written as a company is one of those who carry
    the network or did: their name and nothing else, or more than one part of it. A company called after one is one.
    """
    written = _written(company.title(), network.place)  # a name of somebody is theirs without capitals too
    for person, _ in _carried_by(session, network):
        theirs = written & _forms_of(person.name or "")
        if theirs and (theirs == written or len(theirs) > 1):
            raise UserError(
                localized(
                    f"{field}: skriv företaget, ingen person. Heter företaget så, skriv hela dess namn (… AB).",
                    f"{field}: write the company, no person. If the company is called so, write all of its name "
                    "(… Ltd).",
                )
            )


def names_of_network(session: Session, network: Network, text: str) -> bool:
    """Whether a text that anybody may read names one of those who carry a network or did; its own name may be in it."""
    written = _written(text, f"{network.place} {network.name}")
    return any(written & _forms_of(person.name or "") for person, _ in _carried_by(session, network))


def _carried_by(session: Session, network: Network) -> Known:
    roles = select(Person, Role.code).join(Role, col(Role.person_id) == col(Person.id))
    return session.exec(roles.where(col(Role.network_id) == network.id).order_by(col(Role.code))).all()
