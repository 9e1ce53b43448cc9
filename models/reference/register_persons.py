"""Persons who are written down follow the member register when a new one is taken in (domain.md sections 3 and 10)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Text, bindparam, type_coerce, update
from sqlmodel import Session, col, select

from models.db.crypto import decrypt, encrypt
from models.i18n import Language
from models.reference.member_register import Contents
from models.tables.person import EmailStatus, Membership, Person

SEALED = ("member_number", "name", "email", "phone")
PLAIN = ("email_status", "language", "membership", "is_representative", "is_employee", "protected_at")
GONE = {"membership": Membership.left, "is_representative": False}
Row = dict[str, Any]


@dataclass
class Seals:
    """What was opened and sealed once is not again: the moment in which all persons follow is short."""

    plain: dict[str, str] = field(default_factory=dict)
    sealed: dict[str, str] = field(default_factory=dict)

    def open(self, sealed: str | None) -> str | None:
        """The text, None for none."""
        if sealed is None:
            return None
        if sealed not in self.plain:
            self.plain[sealed] = decrypt(sealed.encode()).decode()
        return self.plain[sealed]

    def close(self, text: str | None) -> str | None:
        """The text as it is kept."""
        if text is None:
            return None
        if text not in self.sealed:
            self.sealed[text] = encrypt(text.encode()).decode()
        return self.sealed[text]


@dataclass(frozen=True)
class Told:
    """What a file says, by the hash of the member's number; what the register said before; who is in it no more."""

    given: Mapping[str, Contents]
    before: Mapping[str, bytes]
    is_complete: bool
    at: datetime


def follow(session: Session, told: Told, seals: Seals) -> set[str]:
    """Bring everybody who is written down up to what the register says. Returns whose hashes something changed of."""
    rows = list(changed_rows(session, told, seals))
    if rows:
        new: Row = {name: bindparam(f"new_{name}") for name in PLAIN}
        new |= {name: type_coerce(bindparam(f"new_{name}"), Text) for name in SEALED}
        one = update(Person).where(col(Person.id) == bindparam("new_id")).values(new)
        kept = ("id", *PLAIN, *SEALED)
        session.connection().execute(one, [{f"new_{name}": row[name] for name in kept} for row in rows])
    return {row["member_hash"] for row in rows}


def changed_rows(session: Session, told: Told, seals: Seals) -> Iterator[Row]:
    """Those whom something changes of, as they are to be; sealed as they are kept."""
    for row in _persons(session):
        plain = row | {name: seals.open(row[name]) for name in SEALED}
        changes = _changes(plain, told)
        if changes:
            yield row | {name: seals.close(value) if name in SEALED else value for name, value in changes.items()}


def _persons(session: Session) -> Iterator[Row]:
    """Everybody with a number, sealed; nobody else changes them until the transaction ends."""
    columns: Iterable[Any] = (
        col(Person.id), col(Person.member_hash), *(getattr(Person, name) for name in PLAIN),
        *(type_coerce(getattr(Person, name), Text).label(name) for name in SEALED),
    )  # fmt: skip
    everybody: Any = select(*columns).where(col(Person.member_hash).is_not(None), col(Person.erased_at).is_(None))
    for row in session.execute(everybody.with_for_update(key_share=True)).mappings():
        yield dict(row)


def _changes(person: Row, told: Told) -> Row:
    given = told.given.get(person["member_hash"])
    if given is None:
        wanted = _gone(person) if told.is_complete else {}
    else:
        stood = told.before.get(person["member_hash"])
        wanted = _as_told(person, given, orjson.loads(stood) if stood else {}, told.at)
    return {name: value for name, value in wanted.items() if value != person[name]}


def _gone(person: Row) -> Row:
    """A whole register does not have them: they have left, or never were a member."""
    if person["membership"] == Membership.unknown and not person["is_representative"]:
        return {"membership": Membership.none}
    is_member = person["membership"] in (Membership.active, Membership.passive) or person["is_representative"]
    return GONE if is_member else {}


def _as_told(person: Row, given: Contents, before: Contents, at: datetime) -> Row:
    """What they are to be by the columns that the file has. A bounce is not undone by the same address, and a language
    that the register does not know is their own.
    """
    wanted: Row = {name: given[name] for name in ("member_number", "name", "email")}
    wanted["membership"] = Membership(given["membership"])
    wanted |= {name: given[name] for name in ("is_representative", "is_employee") if name in given}
    if given["email"] != person["email"]:
        wanted["email_status"] = EmailStatus.ok if given["email"] else EmailStatus.missing
    if given.get("language"):
        wanted["language"] = Language(given["language"])
    # What they gave us themselves goes before the register's: it follows only as far as it was the register's own.
    if "phone" in given and person["phone"] in (None, before.get("phone")):
        wanted["phone"] = given["phone"]
    # The register can say that somebody is protected, and take back what it said; not what staff know.
    if given.get("protected"):
        wanted["protected_at"] = person["protected_at"] or at
    elif given.get("protected") is False and before.get("protected"):
        wanted["protected_at"] = None
    return wanted
