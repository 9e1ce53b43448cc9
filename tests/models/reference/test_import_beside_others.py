"""A large file is taken in beside a working office: all of it or nothing, and nobody waits for it."""

import threading
import time
from pathlib import Path

import pytest
from sqlmodel import select

from models.db import engine
from models.errors import DatabaseFull, DatabaseUnavailable, UserError
from models.reference import file_import
from models.reference.file_import import import_beside_others
from models.settings import Settings
from models.tables.place import Branch, Region

LINES = 3000


def branches(path: Path, *, last: str = "") -> Path:
    lines = [f"9{number:05},Förening {number}" for number in range(LINES)]
    text = "\n".join(["code,name", *lines, *([last] if last else [])])
    path.write_text(text, encoding="utf-8")
    return path


def count() -> int:
    with engine.reading() as session:
        return len(session.exec(select(Branch.code)).all())


def test_others_get_their_turn_while_a_large_file_is_taken_in(office: Settings, tmp_path: Path) -> None:
    before, told, waits = count(), {}, []
    work = threading.Thread(
        target=lambda: told.update(import_beside_others("branches", branches(tmp_path / "m.csv")).numbers)
    )
    work.start()
    number = 0
    while work.is_alive():
        begun = time.monotonic()
        with engine.transaction() as session:
            session.add(Region(code=f"x{number}", name="Region"))
        waits.append(time.monotonic() - begun)
        number += 1
        time.sleep(0.05)
    assert told == {"read": LINES, "new": LINES, "changed": 0, "same": 0} and count() == before + LINES
    assert len(waits) > 3 and max(waits) < 2.5, "a page gives up after 2.5 s"
    again = import_beside_others("branches", tmp_path / "m.csv").numbers
    assert again == {"read": LINES, "new": 0, "changed": 0, "same": LINES}


@pytest.mark.parametrize(
    ("last", "field"),
    [("900000,Again", "code"), ("999999,www.example.org", "name")],
)
def test_a_wrong_last_line_leaves_everything_as_it_was(office: Settings, tmp_path: Path, last: str, field: str) -> None:
    before = count()
    with pytest.raises(UserError, match=rf"m.csv, rad {LINES + 2}, {field}: "):
        import_beside_others("branches", branches(tmp_path / "m.csv", last=last))
    assert count() == before


def test_one_that_is_broken_off_is_finished_by_the_same_call(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, file, save, turns = count(), branches(tmp_path / "m.csv"), file_import._save, []

    def full_at_the_third(*given: object) -> object:
        turns.append(1)
        if len(turns) == 3:
            raise DatabaseFull
        return save(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as away:
        away.setattr(file_import, "_save", full_at_the_third)
        with pytest.raises(DatabaseUnavailable, match=f"av {LINES} rader är inlästa: läs in samma fil igen"):
            import_beside_others("branches", file)
    stored = count() - before
    assert 0 < stored < LINES
    told = import_beside_others("branches", file).numbers
    assert told == {"read": LINES, "new": LINES - stored, "changed": 0, "same": stored}
    assert count() == before + LINES
