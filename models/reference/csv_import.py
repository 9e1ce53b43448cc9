"""CSV files in: all or nothing, an error names file, line and field, and a second run changes nothing."""

import csv
import io
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from models.db.column_types import nfc
from models.db.engine import reading, transaction
from models.errors import DatabaseUnavailable, UserError
from models.i18n import Language
from models.reference.csv_cell import Cell
from models.tables.office import Staff, StaffRole
from models.tables.person import EmailStatus, Membership, Person, member_hash
from models.tables.place import Branch, Municipality, Region

DATA = Path(__file__).parent / "data"
# A web page waits 2.5 s for its turn, and SQLite looks for a free lock at least every tenth of a second.
CHUNK_SECONDS, PAUSE_SECONDS = 0.2, 0.15
MOST_IN_A_CHUNK, FLUSHED_TOGETHER = 500, 25


Line = dict[str, Cell]
Values = dict[str, object]


@dataclass(frozen=True)
class Kind:
    """How one kind of file becomes rows: its columns (those after `optional` may be missing), key and reader."""

    columns: tuple[str, ...]
    optional: tuple[str, ...]
    table: type[SQLModel]
    key: str
    read: Callable[[Session, Line], dict[str, Any]]


def _region(session: Session, line: Line) -> dict[str, object]:
    return {"code": line["code"].required(), "name": line["name"].name(), "active": line["active"].yes()}


def _municipality(session: Session, line: Line) -> dict[str, object]:
    return {
        "code": line["code"].digits(4),
        "name": line["name"].name(),
        "region": _known_region(session, line["region"]),
    }


def _known_region(session: Session, cell: Cell) -> str:
    if session.get(Region, cell.text) is None:
        raise cell.wrong("no such region; import regions first")
    return cell.text


def _branch(session: Session, line: Line) -> dict[str, object]:
    begins, ends = line["valid_from"].day(), line["valid_to"].day()
    if begins and ends and ends < begins:
        raise line["valid_to"].wrong("lies before valid_from")
    return {"code": line["code"].required(), "name": line["name"].name(), "valid_from": begins, "valid_to": ends}


def _staff(session: Session, line: Line) -> dict[str, object]:
    signature = line["signature"].required().lower()
    if not 2 <= len(signature) <= 5 or not signature.isalpha():
        raise line["signature"].wrong("must be 2 to 5 letters")
    return {
        "signature": signature,
        "name": line["name"].name(),
        "email": line["email"].address(),
        "role": line["role"].one_of(StaffRole),
        "region": _known_region(session, line["region"]) if line["region"].text else None,
        "active": line["active"].yes(),
    }


def _member(session: Session, line: Line) -> dict[str, object]:
    number, language = line["member_number"].required(), line["language"]
    email = line["email"].address() if line["email"].text else None
    return {
        "member_hash": member_hash(number),
        "member_number": number,
        "name": line["name"].name(),
        "email": email,
        "email_status": EmailStatus.ok if email else EmailStatus.missing,
        "membership": line["membership"].one_of(Membership),
        "is_representative": line["is_representative"].yes(),
        "is_employee": line["is_employee"].yes(),
        **({"language": language.one_of(Language)} if language.text else {}),  # else the person's own stays
    }


KINDS: dict[str, Kind] = {
    "regions": Kind(("code", "name", "active"), (), Region, "code", _region),
    "municipalities": Kind(("code", "name", "region"), (), Municipality, "code", _municipality),
    "branches": Kind(("code", "name"), ("valid_from", "valid_to"), Branch, "code", _branch),
    "staff": Kind(("signature", "name", "email", "role", "active"), ("region",), Staff, "signature", _staff),
    "members": Kind(
        ("member_number", "name", "email", "membership"),
        ("language", "is_representative", "is_employee"),
        Person,
        "member_hash",
        _member,
    ),
}


def import_file(session: Session, kind_name: str, path: Path) -> dict[str, int]:
    """Read a CSV file into its table: {"read": lines, "new": …, "changed": …, "same": …}.

    Raises UserError on the first thing that is wrong; the caller's transaction then holds nothing of the file.
    """
    kind, rows = read_file(session, kind_name, path)
    known = {getattr(row, kind.key): row for row in session.exec(select(kind.table))}
    counts = Counter(_save(session, kind, known.get(values[kind.key]), values) for values in rows)
    session.flush()
    return _told(rows, counts)


def read_file(session: Session, kind_name: str, path: Path) -> tuple[Kind, list[Values]]:
    """What stands in a CSV file, line by line; writes nothing. Raises UserError on the first thing that is wrong."""
    if kind_name not in KINDS:
        raise UserError(f"KIND: {kind_name} is not one of {', '.join(KINDS)}")
    kind = KINDS[kind_name]
    seen: dict[str, int] = {}
    rows: list[Values] = []
    for number, line in _lines(kind, path):
        values = kind.read(session, line)
        key = values[kind.key]
        if key in seen:
            raise UserError(f"{path.name}, line {number}, {kind.columns[0]}: stands already on line {seen[key]}")
        seen[key] = number
        rows.append(values)
    return kind, rows


def import_beside_others(kind_name: str, path: Path) -> dict[str, int]:
    """`import_file` for a file of any size beside a busy office: nobody waits for it longer than a moment.

    Everything that can be refused is found before the first line is written, with nobody locked out. Then as many
    lines as fit in CHUNK_SECONDS are written at a time, each once: broken off in the middle it is finished by the same
    call. Raises UserError with nothing written, or DatabaseUnavailable that tells how far it came.
    """
    with reading() as session:
        kind, rows = read_file(session, kind_name, path)
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
        key = getattr(kind.table, kind.key)
        known = {
            getattr(row, kind.key): row
            for row in session.exec(select(kind.table).where(col(key).in_([values[kind.key] for values in rows])))
        }
        for values in rows:
            counts[_save(session, kind, known.get(values[kind.key]), values)] += 1
            if counts.total() % FLUSHED_TOGETHER == 0:
                session.flush()
                if time.monotonic() - begun > CHUNK_SECONDS:
                    break
    return counts


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


def _lines(kind: Kind, path: Path) -> Iterator[tuple[int, Line]]:
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = [nfc(name).lower() for name in next(reader, [])]
        for name in kind.columns:
            if name not in header:
                raise UserError(f"{path.name}, line 1, {name}: this column is missing")
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise UserError(
                    f"{path.name}, line {reader.line_num}, {header[0]}: {len(cells)} fields, not {len(header)}"
                )
            values = dict(zip(header, (nfc(cell) for cell in cells), strict=True))
            yield (
                reader.line_num,
                {
                    name: Cell(path.name, reader.line_num, name, values.get(name, ""))
                    for name in (*kind.columns, *kind.optional)
                },
            )
    except csv.Error as error:
        raise UserError(f"{path.name}, line {reader.line_num}, {kind.columns[0]}: not CSV ({error})") from None


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise UserError(f"{path}: is a folder, not a file") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise UserError(f"{path.name}, line {line}: the file is not UTF-8; save it as UTF-8") from None


def load_reference_data(session: Session) -> None:
    """The regions, municipalities and branch associations that come with natverkslots, where they are missing."""
    for kind in ("regions", "municipalities", "branches"):
        if session.exec(select(col(KINDS[kind].table.code)).limit(1)).first() is None:  # type: ignore[attr-defined]
            import_file(session, kind, DATA / f"{kind}.csv")
