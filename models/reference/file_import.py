"""Files in: all or nothing, an error names file, line and field, and a second run changes nothing."""

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import Session, SQLModel, col, select

from models.db.engine import reading, transaction
from models.errors import DatabaseUnavailable
from models.i18n import localized
from models.reference.cell import as_text
from models.reference.file_read import ReadFile, Told, read_file
from models.reference.headings import AS_IT_IS, OfficeMapping
from models.reference.kinds import KINDS, Kind, Values
from models.reference.problems import FileRefused, Problem

DATA = Path(__file__).parent / "data"
# A web page waits 2.5 s for its turn, and SQLite looks for a free lock at least every tenth of a second.
CHUNK_SECONDS, PAUSE_SECONDS = 0.2, 0.15
MOST_IN_A_CHUNK, FLUSHED_TOGETHER = 500, 25


@dataclass
class Changes:
    """How many lines are new, changed and the same; and column → how many of the changed lines change it."""

    lines: Counter[str] = field(default_factory=Counter)
    columns: Counter[str] = field(default_factory=Counter)

    def count(self, change: str, columns: Sequence[str]) -> None:
        """One line more."""
        self.lines[change] += 1
        self.columns.update(columns)

    def add(self, more: "Changes") -> None:
        """What another part of the file changed."""
        self.lines += more.lines
        self.columns += more.columns


@dataclass(frozen=True)
class Outcome:
    """What a file changed, or with `is_trial` would change, and how it was understood. Counts, and nobody's data."""

    told: Told
    read: int
    changes: Changes
    is_trial: bool = False
    beside: Mapping[str, int] = field(default_factory=dict)
    """What else is counted, by its name."""

    @property
    def numbers(self) -> dict[str, int]:
        """How many lines were read, and what became of them."""
        return {"read": self.read} | {name: self.changes.lines[name] for name in ("new", "changed", "same")}

    def document(self) -> dict[str, object]:
        """All of it, for a program and for who looks before they let it in."""
        return {
            **self.numbers,
            **self.beside,
            "changed_columns": dict(self.changes.columns),
            "dry_run": self.is_trial,
            "read_as": self.told.read_as,
            "columns": self.told.columns,
            "not_used": list(self.told.not_used),
            "other_sheets": list(self.told.other_sheets),
        }


def import_file(session: Session, kind_name: str, path: Path, mapping: OfficeMapping = AS_IT_IS) -> Outcome:
    """Read a file into its table; members have a way of their own (`register_import`).

    Raises UserError when anything is wrong; the caller's transaction then holds nothing of the file.
    """
    read = read_file(kind_name, path, mapping)
    _check_codes(session, read)
    rows = [values for _, values in read.rows]
    return Outcome(read.told, len(rows), _save(session, read.kind, rows))


def _check_codes(session: Session, read: ReadFile) -> None:
    """Raises FileRefused where a cell names a row of another table that is not there, or a code of its own is one that
    is there without the zeros before it: a spreadsheet takes them away.
    """
    problems = []
    for name, table in read.kind.refers.items():
        known = _codes(session, table)
        what = localized("finns inte; läs in dem först, och skriv koden", "no such code; import those first")
        for line, values in read.rows:
            if (code := values.get(name)) is not None and code not in known:
                problems.append(Problem(line, read.told.columns[name], _without_zeros(code, known) or what))
    if read.kind.columns[0].name == "code":
        known = _codes(session, read.kind.table)
        for line, values in read.rows:
            if values["code"] not in known and (what := _without_zeros(values["code"], known)):
                problems.append(Problem(line, read.told.columns["code"], what))
    if problems:
        raise FileRefused(read.told.file, problems)


def _codes(session: Session, table: type[SQLModel]) -> set[str]:
    return set(session.exec(select(col(table.code))))  # type: ignore[attr-defined]


def _without_zeros(code: str, known: Collection[str]) -> str:
    """What to do about a code that lost the zeros before it; nothing to say of any other."""
    if not any(one.lstrip("0") == code for one in known if one.startswith("0")):
        return ""
    why = localized("nollan i början har försvunnit", "the zero at its beginning is lost")
    return f"{why}; {as_text()}"


def import_beside_others(
    kind_name: str, path: Path, mapping: OfficeMapping = AS_IT_IS, *, is_trial: bool = False
) -> Outcome:
    """`import_file` for a file of any size beside a busy office: nobody waits for it longer than a moment.

    Everything that can be refused is found before the first line is written, with nobody locked out; with `is_trial`
    that is all. Then as many lines as fit in CHUNK_SECONDS are written at a time, each once: broken off in the middle
    it is finished by the same call. Raises UserError with nothing written, or DatabaseUnavailable that tells how far it
    came.
    """
    read = read_file(kind_name, path, mapping)
    rows = [values for _, values in read.rows]
    with reading() as session:
        _check_codes(session, read)
        if is_trial:
            return Outcome(read.told, len(rows), _foreseen(session, read.kind, rows), is_trial)
    changes = Changes()
    while (done := changes.lines.total()) < len(rows):
        try:
            with transaction() as session:
                written = _save(session, read.kind, rows[done : done + MOST_IN_A_CHUNK], CHUNK_SECONDS)
        except DatabaseUnavailable as error:
            if done:
                how_far = localized(
                    f"{done} av {len(rows)} rader är inlästa: läs in samma fil igen, så fortsätter det därifrån",
                    f"{done} of {len(rows)} lines are stored: run the same import again, it goes on from there",
                )
                raise type(error)(f"{error} {path.name}: {how_far}.") from None
            raise
        changes.add(written)
        time.sleep(PAUSE_SECONDS)
    return Outcome(read.told, len(rows), changes)


def _save(session: Session, kind: Kind, rows: Sequence[Values], seconds: float = float("inf")) -> Changes:
    """Write the rows, or the first of them until their time is up."""
    begun, changes = time.monotonic(), Changes()
    for number, (row, values) in enumerate(_beside_stored(session, kind, rows), 1):
        change, columns = _change(row, values)
        if change == "new":
            session.add(kind.table(**values))
        for name in columns:
            setattr(row, name, values[name])
        changes.count(change, columns)
        if number % FLUSHED_TOGETHER == 0:
            session.flush()
            if time.monotonic() - begun > seconds:
                break
    session.flush()
    return changes


def _foreseen(session: Session, kind: Kind, rows: Sequence[Values]) -> Changes:
    """What would change."""
    changes = Changes()
    for row, values in _beside_stored(session, kind, rows):
        changes.count(*_change(row, values))
    return changes


def _beside_stored(session: Session, kind: Kind, rows: Sequence[Values]) -> Iterator[tuple[SQLModel | None, Values]]:
    """Each of the rows with what is stored of the same."""
    key = kind.columns[0].name
    for begins in range(0, len(rows), MOST_IN_A_CHUNK):
        chunk = rows[begins : begins + MOST_IN_A_CHUNK]
        wanted = col(getattr(kind.table, key)).in_([values[key] for values in chunk])
        stored = {getattr(row, key): row for row in session.exec(select(kind.table).where(wanted))}
        yield from ((stored.get(values[key]), values) for values in chunk)


def _change(row: SQLModel | None, values: Values) -> tuple[str, list[str]]:
    """What becomes of a line, and which columns it changes."""
    if row is None:
        return "new", []
    columns = [name for name, value in values.items() if getattr(row, name) != value]
    return ("changed" if columns else "same"), columns


def load_reference_data(session: Session) -> None:
    """The regions, municipalities and branch associations that come with natverkslots, where they are missing."""
    for kind in ("regions", "municipalities", "branches"):
        if session.exec(select(col(KINDS[kind].table.code)).limit(1)).first() is None:  # type: ignore[attr-defined]
            import_file(session, kind, DATA / f"{kind}.csv")
