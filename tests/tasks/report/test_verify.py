"""A report's folder: the same bytes each time, and every way of tampering with it is told."""

import json
from collections.abc import Collection
from pathlib import Path

import pytest

from models.errors import UserError
from models.views.congress.figures import report_of
from models.views.congress.report import Report
from tasks.report import folder
from tasks.report.folder import FROZEN, MANIFEST, as_bytes, hash_of, write_folder
from tasks.report.verify import Difference, differences, manifest_to_verify
from tests.congress_facts import small_office


@pytest.fixture(scope="module")
def report() -> Report:
    return report_of(small_office(5, 40, 3))


@pytest.fixture
def written(report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As `write_folder` writes it, with two files besides the figures: how they are drawn is tried elsewhere."""
    drawn = {"report.sv.md": b"# Rapport\n", "tables/requests.csv": b"year,received\n"}
    monkeypatch.setattr(folder, "report_files", lambda _report, language: drawn if language == "sv" else {})
    write_folder(report, tmp_path / "out")
    return tmp_path / "out"


def told(written: Path, report: Report | None, known: Collection[str] = ()) -> list[Difference]:
    return differences(written, manifest_to_verify(written), report, known)


def test_what_was_written_is_as_it_was_written(written: Path, report: Report) -> None:
    assert told(written, report) == [] and told(written, None) == []


def test_written_again_it_is_the_same_and_nothing_of_the_last_is_left(written: Path, report: Report) -> None:
    before = {one: one.read_bytes() for one in written.rglob("*") if one.is_file()}
    (written / "tables" / "old.csv").write_bytes(b"old")  # as a version before this one wrote it
    manifest = manifest_to_verify(written)
    assert manifest
    manifest["files"]["tables/old.csv"] = hash_of(b"old")
    (written / MANIFEST).write_bytes(as_bytes(manifest))
    write_folder(report, written)
    assert {one: one.read_bytes() for one in written.rglob("*") if one.is_file()} == before


def test_a_file_that_was_changed_taken_away_or_put_there_is_named(written: Path) -> None:
    (written / "tables" / "requests.csv").write_bytes(b"year,received\n2027,1\n")
    (written / "report.sv.md").unlink()
    (written / "besides.txt").write_bytes(b"?")
    assert told(written, None) == [
        Difference("besides.txt", "manifest", "added"),
        Difference("report.sv.md", "manifest", "missing"),
        Difference("tables/requests.csv", "manifest", "changed"),
    ]


def test_a_file_changed_together_with_its_manifest_differs_from_what_is_frozen(written: Path, report: Report) -> None:
    (written / "report.sv.md").write_bytes(b"# Allt gick bra\n")
    manifest = manifest_to_verify(written)
    assert manifest
    manifest["files"]["report.sv.md"] = hash_of(b"# Allt gick bra\n")
    (written / MANIFEST).write_bytes(as_bytes(manifest))
    assert told(written, None) == []
    assert told(written, report) == [
        Difference("report.sv.md", "database", "changed"),
        Difference(MANIFEST, "database", "changed"),
    ]


def test_figures_changed_together_with_their_manifest_are_another_report(written: Path, report: Report) -> None:
    content = (written / FROZEN).read_bytes().replace(b"2026", b"2025")
    (written / FROZEN).write_bytes(content)
    manifest = manifest_to_verify(written)
    assert manifest
    manifest["report"] = manifest["files"][FROZEN] = hash_of(content)
    (written / MANIFEST).write_bytes(as_bytes(manifest))
    assert told(written, report) == [Difference(FROZEN, "database", "other_report")]


@pytest.mark.parametrize(
    "change", [{"report": "0" * 64}, {"data": "0" * 64}, {"cutoff": "2031-01-01"}, {"model_version": "9"}]
)
def test_a_manifest_that_was_changed_is_told(change: dict[str, str], written: Path, report: Report) -> None:
    manifest = json.loads((written / MANIFEST).read_bytes()) | change
    (written / MANIFEST).write_bytes(as_bytes(manifest))
    assert told(written, report) and Difference(MANIFEST, "manifest", "changed") in told(written, None)


def test_a_manifest_that_names_another_version_is_told(written: Path, report: Report) -> None:
    manifest = json.loads((written / MANIFEST).read_bytes()) | {"made_by": "somebody"}
    (written / MANIFEST).write_bytes(as_bytes(manifest))
    assert told(written, report)


def test_what_another_version_drew_is_known_by_the_manifest_that_was_noted_then(written: Path, report: Report) -> None:
    earlier = json.loads((written / MANIFEST).read_bytes()) | {"made_by": "natverkslots 0.1.0"}
    (written / MANIFEST).write_bytes(as_bytes(earlier))
    assert told(written, report, [hash_of(as_bytes(earlier))]) == []
    assert told(written, report) == [Difference(MANIFEST, "database", "changed")]


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"files": 3}'])
def test_what_is_no_manifest_is_told(content: bytes, written: Path, report: Report) -> None:
    (written / MANIFEST).write_bytes(content)
    assert told(written, report) == [Difference(MANIFEST, "manifest", "unreadable")]


def test_a_folder_without_a_report_is_left_alone(tmp_path: Path, report: Report) -> None:
    (tmp_path / "thesis.odt").write_bytes(b"years of work")
    with pytest.raises(UserError, match="innehåller annat än en kongressrapport"):
        write_folder(report, tmp_path)
    with pytest.raises(UserError, match="mappen finns inte"):
        manifest_to_verify(tmp_path / "nowhere")
    (tmp_path / MANIFEST).write_bytes(b'{"name": "somebody\'s web page"}')
    with pytest.raises(UserError, match=r"innehåller annat än en kongressrapport \(manifest.json\)"):
        write_folder(report, tmp_path)
    assert {one.name for one in tmp_path.iterdir()} == {"thesis.odt", MANIFEST}


def test_what_somebody_keeps_beside_a_report_is_not_taken_away(written: Path, report: Report) -> None:
    (written / "notes.txt").write_bytes(b"for my speech")
    with pytest.raises(UserError, match=r"\(notes.txt\)"):
        write_folder(report, written)
    assert (written / "notes.txt").exists() and (written / "report.sv.md").exists()
