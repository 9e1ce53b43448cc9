"""The member register, read by number (domain.md section 3): what it says of one member, and whether there is one."""

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ScalarSelect, delete
from sqlmodel import Session, col, func, select

from models.db.crypto import seal, unseal
from models.i18n import Language
from models.tables.person import EmailStatus, Membership, Person, member_hash
from models.tables.register import RegisterEntry, RegisterImport

Contents = dict[str, Any]
"""What stands of one member, by column as its file has them; a column that no file ever had is not there."""


def newest_number() -> ScalarSelect[int]:
    """The number of the import that counts."""
    finished = col(RegisterImport.finished_at).is_not(None)
    return select(func.max(col(RegisterImport.number))).where(finished).scalar_subquery()


def newest_import(session: Session) -> RegisterImport | None:
    """The import that counts; None while no register was ever taken in."""
    return session.exec(select(RegisterImport).where(col(RegisterImport.number) == newest_number())).one_or_none()


def register_is_loaded(session: Session) -> bool:
    """Whether a member register was ever taken in: only then does a missing number mean "not a member"."""
    return session.exec(select(newest_number())).one() is not None


def person_in_register(session: Session, member_number: str) -> Person | None:
    """The member with this number as the register has them, as a person who is not written down yet."""
    told, taken_in_at = _found(session, member_number)
    if told is None:
        return None
    email = told["email"]
    return Person(
        member_hash=member_hash(member_number),
        member_number=told["member_number"],
        name=told["name"],
        email=email,
        email_status=EmailStatus.ok if email else EmailStatus.missing,
        phone=told.get("phone"),
        language=Language(told.get("language") or Language.sv),
        membership=Membership(told["membership"]),
        is_representative=bool(told.get("is_representative")),
        is_employee=bool(told.get("is_employee")),
        protected_at=taken_in_at if told.get("protected") else None,
    )


def register_contents(session: Session, member_number: str) -> Contents | None:
    """What the register says of the member with this number; None for whom it does not know."""
    return _found(session, member_number)[0]


def stored_register(session: Session) -> dict[str, bytes]:
    """The register that counts, by hash: what stands of each, opened."""
    newest = newest_import(session)
    if newest is None:
        return {}
    columns = select(RegisterEntry.member_hash, RegisterEntry.sealed).where(col(RegisterEntry.since) <= newest.number)
    in_order = columns.order_by(col(RegisterEntry.member_hash), col(RegisterEntry.since))
    found: dict[str, bytes | None] = {}
    for key, sealed in session.connection().execute(in_order).all():
        found[key] = sealed and unseal(sealed)
    return {key: plain for key, plain in found.items() if plain}


def forget_in_register(session: Session, hashed: str) -> int:
    """Take the member out of the register, until it is taken in the next time. Returns how many there were: 1 or 0."""
    answer: Any = session.execute(delete(RegisterEntry).where(col(RegisterEntry.member_hash) == hashed))
    gone: int = answer.rowcount
    return min(gone, 1)


def _found(session: Session, member_number: str) -> tuple[Contents | None, datetime | None]:
    """What stands of them, and when that was taken in; one question, whether they are known or not."""
    newest = select(RegisterImport.finished_at).where(col(RegisterImport.number) == newest_number())
    entries = select(RegisterEntry.sealed, newest.scalar_subquery()).where(
        col(RegisterEntry.member_hash) == member_hash(member_number), col(RegisterEntry.since) <= newest_number()
    )
    found = session.exec(entries.order_by(col(RegisterEntry.since).desc()).limit(1)).first()
    sealed, taken_in_at = found or (None, None)
    return (orjson.loads(unseal(sealed)) if sealed else None), taken_in_at


def is_kept(contents: Contents) -> bool:
    """Members and representatives: who has left, or never was one, is nobody whom we keep (section 10)."""
    return contents["membership"] not in (Membership.left, Membership.none) or bool(contents.get("is_representative"))


def entry(contents: Contents, since: int) -> RegisterEntry:
    """A row of the register."""
    hashed = member_hash(contents["member_number"])
    return RegisterEntry(member_hash=hashed, since=since, sealed=seal(orjson.dumps(contents)))
