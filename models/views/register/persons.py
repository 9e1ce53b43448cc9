"""Persons found by name, address or member number, by those of staff who see them (domain.md sections 10 and 13).

Names and addresses are sealed, so no database can look into them: they are opened once a process and kept in memory.
Each search first looks which seals are new or gone, and opens the new ones alone.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Text, func, type_coerce
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from models.db.columnar import as_key
from models.db.engine import reading
from models.db.queries import some_at_a_time
from models.errors import DatabaseUnavailable
from models.office.absence import absences_on
from models.office.sight import Sight, sight_of
from models.tables.network import Network, Role
from models.tables.office import Staff, StaffRole
from models.tables.person import Person, member_hash
from models.views.cases.persons_cases import PersonsCase, cases_of, keys_near, sight_of_person
from models.views.register.listing import NUMBER, code_in, number_in

KEY_LENGTH: Final = 32
SEAL_LENGTH: Final = 16
"""So much of a sealed text's end is never the same twice."""
BETWEEN: Final = "\n"
"""What stands in no seal."""
LEAST_LETTERS: Final = 2
MOST_SHOWN: Final = 10
FEW: Final = 100
"""So many are looked at one by one, and no more are read."""


class OpenedNames:
    """Everybody's name and address in small letters, as this process has opened them. Nothing is ever shown from here:
    it only tells whose row to read.
    """

    def __init__(self, fresh_for: float = 30, empty_for: float = 2) -> None:
        """`fresh_for`: seconds for which nobody looks again whether there is anything new; `empty_for`: the same for a
        search that finds nobody, as that for somebody who has just come would.
        """
        self.fresh_for, self.empty_for = fresh_for, empty_for
        self._seals = ""
        self._by_seal: dict[str, str] = {}
        self._by_text: list[tuple[str, str]] = []
        self._lock = Lock()
        self._looked_at = -float("inf")

    def refresh(self, session: Session, fresh_for: float = 0) -> bool:
        """Open what is new since last time and forget what is gone, if that is more than `fresh_for` seconds ago.
        Returns whether there was anything.
        """
        came = time.monotonic()
        with self._lock:
            if self._looked_at + fresh_for > came:  # fresh, or looked at by another for whom we waited
                return False
            began = time.monotonic()
            # As one text: as long as it is the same, which is told at once, tens of thousands need not be looked at.
            told = session.execute(_seals(session)).scalar() or ""
            if told == self._seals:
                self._looked_at = began
                return False
            seals = set(told.split(BETWEEN)) - {""}
            kept = {seal: text for seal, text in self._by_seal.items() if seal in seals}
            new = {UUID(seal[:KEY_LENGTH]): seal for seal in seals.difference(kept)}
            for some in some_at_a_time(new):
                names = select(Person.id, Person.name, Person.email).where(col(Person.id).in_(some))
                for person_id, name, email in session.exec(names):
                    kept[new[person_id]] = _text(name, email)
            self._by_text = sorted((text, seal[:KEY_LENGTH]) for seal, text in kept.items())
            self._seals, self._by_seal, self._looked_at = told, kept, began
            return True

    def open_ahead(self) -> None:
        """`refresh` before anybody asks; where the database does not answer yet, whoever asks first waits for it."""
        with suppress(DatabaseUnavailable), reading() as session:
            self.refresh(session)

    def holding(self, session: Session, words: Sequence[str]) -> list[str]:
        """The keys of those whose name or address holds all the words, by name."""
        self.refresh(session, self.fresh_for)
        found = self._held(words)
        if not found and self.refresh(session, min(self.fresh_for, self.empty_for)):
            found = self._held(words)
        return [key for _, key in found]

    def _held(self, words: Sequence[str]) -> list[tuple[str, str]]:
        found = self._by_text
        for word in sorted(words, key=len, reverse=True):  # a long word leaves few for the next
            found = [one for one in found if word in one[0]]
        return found


@dataclass(frozen=True)
class FoundPersons:
    """Persons whom the reader may see, each with their cases; `more`: not all that were found are among them."""

    shown: Sequence[tuple[Person, Sequence[PersonsCase]]] = ()
    more: bool = False
    sight = Sight.all

    @property
    def persons(self) -> list[UUID]:
        """Whom the page shows."""
        return [person.id for person, _ in self.shown]


NOBODY: Final = FoundPersons()


def find_persons(session: Session, opened: OpenedNames, words: Sequence[str], me: Staff, today: date) -> FoundPersons:
    """Who is meant by the words, as far as `me` may see them: name, address, member number, or "#12 m2"."""
    if me.role == StaffRole.reader or not words:
        return NOBODY
    meant, by_name = _meant(session, opened, words)
    absent = absences_on(session, today)
    if len(meant) > FEW and sight_of(me, None, ()) is not Sight.all:
        near = keys_near(session, me, absent)
        meant = [key for key in meant if key in near]
    some = [UUID(key) for key in meant[:FEW]]
    cases = cases_of(session, some)
    seen = [one for one in some if sight_of_person(me, cases.get(one, []), absent) is Sight.all]
    rows = select(Person).where(col(Person.id).in_(seen[: 2 * MOST_SHOWN]), col(Person.erased_at).is_(None))
    persons = {one.id: one for one in session.exec(rows) if not by_name or _holds(one, words)}
    shown = [(persons[one], cases.get(one, [])) for one in seen if one in persons]
    more = len(meant) > FEW or len(seen) > 2 * MOST_SHOWN or len(shown) > MOST_SHOWN
    return FoundPersons(shown[:MOST_SHOWN], more)


def _meant(session: Session, opened: OpenedNames, words: Sequence[str]) -> tuple[list[str], bool]:
    """The keys of whom the words may mean, and whether by name or address: else it is by number, or by code in a
    network.
    """
    numbers = {member_hash(one) for one in (*words, "".join(words)) if any(letter.isdecimal() for letter in one)}
    found = list(session.exec(select(Person.id).where(col(Person.member_hash).in_(numbers)))) if numbers else []
    number, code = number_in(words), code_in(words)
    if number and code:
        held = select(Role.person_id).join(Network, col(Network.id) == Role.network_id)
        found += session.exec(held.where(col(Network.number) == number, col(Role.code) == code).distinct()).all()
    if found or not any(len(word) >= LEAST_LETTERS and not NUMBER.fullmatch(word) for word in words):
        return [one.hex for one in found], False
    return opened.holding(session, words), True


def _holds(person: Person, words: Sequence[str]) -> bool:
    """Whether it is still so, now that the row is read."""
    return all(word in _text(person.name, person.email) for word in words)


def _seals(session: Session) -> Any:
    """Everybody who is not erased, with the ends of their seals: it changes whenever a name or address does."""
    name, email = (
        func.coalesce(func.substr(text, func.length(text) - SEAL_LENGTH + 1), "")
        for text in (_as_kept(Person.name), _as_kept(Person.email))
    )
    seal = as_key(session, col(Person.id)).concat(name).concat(email)
    return sql_select(func.aggregate_strings(seal, BETWEEN)).where(col(Person.erased_at).is_(None))


def _as_kept(column: object) -> Any:
    return type_coerce(column, Text)


def _text(name: str | None, email: str | None) -> str:
    return f"{name or ''}\n{email or ''}".lower()
