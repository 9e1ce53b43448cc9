"""Files in: all or nothing, an error names file, line and field, and a second run changes nothing."""

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sqlmodel import Session, SQLModel, col, select

from models.db.engine import reading, transaction
from models.errors import DatabaseUnavailable
from models.i18n import localized
from models.reference.file_read import ReadFile, read_file
from models.reference.headings import AS_IT_IS, OfficeMapping
from models.reference.kinds import KINDS, Kind, Values
from models.reference.problems import FileRefused, Problem
from models.tables.person import EmailStatus, Membership, Person, member_hash

DATA = Path(__file__).parent / "data"
# A web page waits 2.5 s for its turn, and SQLite looks for a free lock at least every tenth of a second.
CHUNK_SECONDS, PAUSE_SECONDS = 0.2, 0.15
MOST_IN_A_CHUNK, FLUSHED_TOGETHER = 500, 25


def import_file(session: Session, kind_name: str, path: Path, mapping: OfficeMapping = AS_IT_IS) -> dict[str, int]:
    """Read a file into its table: {"read": lines, "new": …, "changed": …, "same": …}.

    Raises UserError on the first thing that is wrong; the caller's transaction then holds nothing of the file.
    """
    read = read_file(kind_name, path, mapping)
    _check_references(session, read)
    kind, rows = read.kind, [_columns(read.kind, values) for _, values in read.rows]
    key = _key(kind)
    known = {getattr(row, key): row for row in session.exec(select(kind.table))}
    counts = Counter(_save(session, kind, known.get(values[key]), values) for values in rows)
    session.flush()
    return _told(rows, counts)


def _check_references(session: Session, read: ReadFile) -> None:
    """Raises FileRefused where a cell names a row of another table that is not there."""
    problems = []
    for name, table in read.kind.refers.items():
        known = {None, *session.exec(select(col(table.code)))}  # type: ignore[attr-defined]
        what = localized("finns inte; läs in dem först, och skriv koden", "no such code; import those first")
        heading = read.told.columns.get(name, name)
        problems += [Problem(line, heading, what) for line, values in read.rows if values.get(name) not in known]
    if problems:
        raise FileRefused(read.told.file, problems)


def _columns(kind: Kind, values: Values) -> Values:
    """What the table keeps of a line."""
    if kind.table is not Person:
        return values
    kept = {name: value for name, value in values.items() if name != "protected"}
    found = member_hash(values["member_number"])
    return kept | {
        "member_hash": found,
        "email_status": EmailStatus.ok if values["email"] else EmailStatus.missing,
    }


def import_beside_others(kind_name: str, path: Path, mapping: OfficeMapping = AS_IT_IS) -> dict[str, int]:
    """`import_file` for a file of any size beside a busy office: nobody waits for it longer than a moment.

    Everything that can be refused is found before the first line is written, with nobody locked out. Then as many
    lines as fit in CHUNK_SECONDS are written at a time, each once: broken off in the middle it is finished by the same
    call. Raises UserError with nothing written, or DatabaseUnavailable that tells how far it came.
    """
    read = read_file(kind_name, path, mapping)
    with reading() as session:
        _check_references(session, read)
    kind, rows = read.kind, [_columns(read.kind, values) for _, values in read.rows]
    counts: Counter[str] = Counter()
    while (done := counts.total()) < len(rows):
        try:
            counts += _write_chunk(kind, rows[done : done + MOST_IN_A_CHUNK])
        except DatabaseUnavailable as error:
            if done:
                how_far = f"{done} of {len(rows)} lines are stored: run the same import again, it goes on from there"
                raise type(error)(f"{error} {path.name}: {how_far}.") from None
            raise
        time.sleep(PAUSE_SECONDS)
    return _told(rows, counts)


def _write_chunk(kind: Kind, rows: Sequence[Values]) -> Counter[str]:
    """Write the first of the rows, until their time is up."""
    counts: Counter[str] = Counter()
    with transaction() as session:
        begun = time.monotonic()
        key = _key(kind)
        wanted = col(getattr(kind.table, key)).in_([values[key] for values in rows])
        known = {getattr(row, key): row for row in session.exec(select(kind.table).where(wanted))}
        for values in rows:
            counts[_save(session, kind, known.get(values[key]), values)] += 1
            if counts.total() % FLUSHED_TOGETHER == 0:
                session.flush()
                if time.monotonic() - begun > CHUNK_SECONDS:
                    break
    return counts


def _key(kind: Kind) -> str:
    """The column of the table by which a line finds its row."""
    return "member_hash" if kind.table is Person else kind.columns[0].name


def _told(rows: Sequence[Values], counts: Counter[str]) -> dict[str, int]:
    return {"read": len(rows)} | {name: counts[name] for name in ("new", "changed", "same")}


def _save(session: Session, kind: Kind, row: SQLModel | None, values: dict[str, object]) -> str:
    if row is None:
        if values.get("membership") in (Membership.left, Membership.none):
            return "same"  # who left and is not known here is nobody we keep (domain.md section 10)
        session.add(kind.table(**values))
        return "new"
    if isinstance(row, Person) and row.email == values["email"]:
        values["email_status"] = row.email_status  # a bounce is not undone by the same address
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    session.add(row)
    return "changed" if changed else "same"


def load_reference_data(session: Session) -> None:
    """The regions, municipalities and branch associations that come with natverkslots, where they are missing."""
    for kind in ("regions", "municipalities", "branches"):
        if session.exec(select(col(KINDS[kind].table.code)).limit(1)).first() is None:  # type: ignore[attr-defined]
            import_file(session, kind, DATA / f"{kind}.csv")
