"""The member register is taken in beside a busy office: all of it or nothing, and nobody waits for it.

What changes is written beside what counts, a moment's worth at a time; then one short transaction makes the new
register the one that counts, and persons follow it. A register that is broken off leaves the old one whole, and what
it left is cleared away by the next, which also sends one that is still under way home.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import orjson
from sqlalchemy import bindparam, delete
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, func, select

from models.db.crypto import keyed_hash, seal
from models.db.engine import reading, transaction
from models.db.locks import one_at_a_time
from models.errors import UserError
from models.i18n import localized
from models.reference.file_import import Changes, Outcome
from models.reference.file_read import read_file
from models.reference.headings import AS_IT_IS, OfficeMapping
from models.reference.member_register import Contents, is_kept, newest_import, stored_register
from models.reference.register_persons import Seals, Told, changed_rows, follow
from models.tables.person import member_hash
from models.tables.register import RegisterEntry, RegisterImport

# SQLite has one writer: while a turn lasts a page waits, and it looks for a free lock every tenth of a second at least.
TURN_SECONDS, PAUSE_SECONDS, TOGETHER = 0.03, 0.03, 200
MOST_GONE = 0.1
T = TypeVar("T")


@dataclass(frozen=True)
class How:
    """How a file is taken in. `complete`: it is the whole register, and who is not in it has left; more than a tenth of
    it only when staff say `yes`. `is_trial`: nothing is written.
    """

    complete: bool = False
    yes: bool = False
    is_trial: bool = False


AS_A_PART: Final = How()


@dataclass
class Plan:
    """What a file would change in the register that counts, and for persons; nothing is written."""

    told: Told
    written: dict[str, bytes | None] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)
    gone: int = 0
    members: int = 0

    def with_persons(self, changed: Iterable[str]) -> Changes:
        """A line is changed also where the register said so already, and its person only now follows it."""
        also = sum(one in self.told.given and one not in self.written for one in changed)
        lines = self.changes.lines + Counter(changed=also)
        lines["same"] -= also
        return Changes(lines, self.changes.columns)


def plan_import(rows: Sequence[Contents], at: datetime, how: How) -> Plan:
    """What these lines of a file would change. Raises UserError where too many would be gone."""
    given = {member_hash(str(row["member_number"])): row for row in rows}
    with reading() as session:
        before = stored_register(session)
    plan = Plan(Told(given, before, how.complete, at))
    for key, row in given.items():
        stands = before.get(key)
        now = orjson.loads(stands) | row if stands else row
        plain = orjson.dumps(now) if is_kept(now) else None  # who has left is nobody we keep (domain.md section 10)
        plan.members += plain is not None
        if plain == stands:
            plan.changes.count("same", [])
            continue
        plan.written[key] = plain
        before_it = orjson.loads(stands) if stands else {}
        columns = [name for name, value in row.items() if before_it.get(name) != value] if stands else []
        plan.changes.count("changed" if stands else "new", columns)
    missing = [key for key in before if key not in given]
    if how.complete:
        _refuse_many(len(missing), len(before), how.yes)
        plan.written |= dict.fromkeys(missing)
        plan.gone = len(missing)
    else:
        plan.members += len(missing)
    return plan


def _refuse_many(missing: int, of: int, yes: bool) -> None:
    if missing <= of * MOST_GONE or yes:
        return
    share = f"{missing / of:.0%}".replace("%", " %")
    raise UserError(
        localized(
            f"--complete: {missing} av {of} i registret ({share}) saknas i filen och skulle räknas som utträdda. Är "
            "det rätt, kör om med --yes; är filen bara en del av registret, kör utan --complete.",
            f"--complete: {missing} of {of} in the register ({share}) are not in the file and would count as having "
            "left. If that is right, run it again with --yes; if the file is a part of the register, without "
            "--complete.",
        )
    )


def import_members(path: Path, at: datetime, mapping: OfficeMapping = AS_IT_IS, how: How = AS_A_PART) -> Outcome:
    """Make a file of members the member register: what it has no column for stays, and persons follow.

    Raises UserError for what is wrong in it, when too many would be gone, or another began to take one in meanwhile;
    nothing has changed then.
    """
    read = read_file("members", path, mapping)
    rows = [values for _, values in read.rows]
    if how.is_trial:
        plan = plan_import(rows, at, how)
        with reading() as session:
            changed = {row["member_hash"] for row in changed_rows(session, plan.told, Seals())}
    else:
        plan, changed = _import(rows, at, how, hash_of(path, how))
    beside = {"gone": plan.gone} if how.complete else {}
    return Outcome(read.told, len(rows), plan.with_persons(changed), how.is_trial, beside)


def hash_of(path: Path, how: How) -> str:
    """By which one file, taken in in one way, is known again; it tells nothing of what is in it."""
    return keyed_hash("register file", hashlib.sha256(path.read_bytes()).hexdigest(), str(how.complete))


def _import(rows: Sequence[Contents], at: datetime, how: How, file_hash: str) -> tuple[Plan, set[str]]:
    """What was planned and done, and of whose persons something changed."""
    with transaction() as session:
        number = _begin(session, at, file_hash)
    try:
        plan = plan_import(rows, at, how)
        _in_turns(_stale(number), number, _delete_rows)
        sealed = [(key, plain and seal(plain)) for key, plain in sorted(plan.written.items())]
        _in_turns(sealed, number, lambda session, some: _write(session, number, some))
        seals = Seals()
        with reading() as session:
            list(changed_rows(session, plan.told, seals))
        with transaction() as session:
            session.add(_finished(session, number, plan, at))
            changed = follow(session, plan.told, seals)
    except UserError:
        with transaction() as session:
            session.execute(delete(RegisterImport).where(*_unfinished(number)))
        raise
    if not plan.told.before.keys().isdisjoint(plan.written):
        _in_turns(_stale(number), number, _delete_rows)
    return plan, changed


def _begin(session: Session, at: datetime, file_hash: str) -> int:
    """A number of its own; any other that is not finished has had its turn."""
    one_at_a_time(session, RegisterImport.__name__)
    number = (session.exec(select(func.max(col(RegisterImport.number)))).one() or 0) + 1
    session.execute(delete(RegisterImport).where(col(RegisterImport.finished_at).is_(None)))
    session.add(RegisterImport(number=number, begun_at=at, file_hash=file_hash))
    return number


def _unfinished(number: int) -> tuple[Any, Any]:
    return col(RegisterImport.number) == number, col(RegisterImport.finished_at).is_(None)


def _own(session: Session, number: int) -> RegisterImport:
    own = session.get(RegisterImport, number, with_for_update=True)
    if own is None:
        raise UserError(
            localized(
                "Registret: en annan inläsning började under tiden, och den gäller. Den här ändrade ingenting.",
                "The register: another import began meanwhile, and counts. This one changed nothing.",
            )
        )
    return own


def _finished(session: Session, number: int, plan: Plan, at: datetime) -> RegisterImport:
    own = _own(session, number)
    own.finished_at, own.members = at, plan.members
    return own


def _in_turns(things: Sequence[T], number: int, work: Callable[[Session, Sequence[T]], None]) -> None:
    """Do the work for all, in transactions that are so short that pages that write get theirs between them."""
    done = 0
    while done < len(things):
        with transaction() as session:
            _own(session, number)
            ends = time.monotonic() + TURN_SECONDS
            while done < len(things):
                work(session, things[done : done + TOGETHER])
                done += TOGETHER
                if time.monotonic() > ends:
                    break
            has_one_writer = session.connection().dialect.name == "sqlite"
        if has_one_writer:
            time.sleep(PAUSE_SECONDS)


def _write(session: Session, number: int, some: Sequence[tuple[str, bytes | None]]) -> None:
    """As each database takes many rows quickest."""
    connection = session.connection()
    rows = [(key, number, sealed) for key, sealed in some]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO register_entry (member_hash, since, sealed) VALUES (?, ?, ?)", rows)
        return
    copy_in = "COPY register_entry (member_hash, since, sealed) FROM STDIN"
    driver: Any = connection.connection
    with driver.cursor() as cursor, cursor.copy(copy_in) as copy:
        for row in rows:
            copy.write_row(row)


def _delete_rows(session: Session, some: Sequence[tuple[str, int]]) -> None:
    table: Any = RegisterEntry.__table__  # type: ignore[attr-defined]
    one = delete(table).where(table.c.member_hash == bindparam("key"), table.c.since == bindparam("number"))
    session.connection().execute(one, [{"key": key, "number": since} for key, since in some])


def _stale(number: int) -> list[tuple[str, int]]:
    """What counts no more, or never will: entries replaced or taken out, and those of imports that were broken off.

    An older entry stands before the newer one of the same member: it must not come back for a moment.
    """
    entry, newer = aliased(RegisterEntry), aliased(RegisterEntry)
    with reading() as session:
        newest = newest_import(session)
        counts = newest.number if newest else 0
        replaced = exists().where(
            col(newer.member_hash) == entry.member_hash, col(newer.since) > entry.since, col(newer.since) <= counts
        )
        is_broken_off = (col(entry.since) > counts) & (col(entry.since) != number)
        is_over = (col(entry.since) <= counts) & (col(entry.sealed).is_(None) | replaced)
        rows = select(entry.member_hash, entry.since).where(is_broken_off | is_over)
        return list(session.exec(rows.order_by(entry.member_hash, col(entry.since))).all())
