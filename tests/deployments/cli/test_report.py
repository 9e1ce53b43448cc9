"""`lots report`: one command, one folder, and whether its bytes are those."""

import json
import os
import time
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select, text, update

from models.db.engine import transaction
from models.settings import Settings
from models.tables.congress_report import CongressReport
from models.tables.meeting import Meeting
from models.tables.network import Network
from tests.acts import AKE, change, meet, network_in
from tests.deployments.cli.conftest import Lots

NOBODY_NAMED = (AKE, AKE[:6], "Åke", "Öhman", "Marit", "René", "@example", "Luleå")


@pytest.fixture
def living(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20")


@pytest.mark.each_database
def test_the_report_is_the_same_to_the_byte_in_another_zone_and_language(
    living: None, lots_here: Lots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = lots_here("report", "congress", "--cutoff", "2028-01-01", "--out", tmp_path / "a", "--json")
    monkeypatch.setitem(os.environ, "TZ", "America/New_York")
    monkeypatch.setitem(os.environ, "LOTS_LANGUAGE", "en")
    time.tzset()
    try:
        second = lots_here("report", "congress", "--cutoff", "2028-01-01", "--out", tmp_path / "b", "--json")
    finally:
        monkeypatch.undo()
        time.tzset()
    told, again = json.loads(first.out), json.loads(second.out)
    assert told | {"folder": ""} == again | {"folder": ""} and first.code == second.code == 0
    files = {one.relative_to(tmp_path / "a"): one.read_bytes() for one in (tmp_path / "a").rglob("*") if one.is_file()}
    assert len(files) == told["files"]
    for name, content in files.items():
        assert (tmp_path / "b" / name).read_bytes() == content, name
    assert not [name for name, content in files.items() for one in NOBODY_NAMED if one.encode() in content]


def test_verify_says_that_it_is_so_and_what_is_not(living: None, lots_here: Lots, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert lots_here("report", "congress", "--cutoff", "2028-01-01", "--out", out).code == 0
    whole = lots_here("report", "verify", out, "--json")
    assert whole.code == 0 and json.loads(whole.out) == {
        "ok": True, "cutoff": "2028-01-01", "in_database": True, "database": None, "same_facts": True,
        "differs": [],
    }  # fmt: skip
    (out / "tables" / "requests.csv").write_bytes(b"?")
    spoiled = lots_here("report", "verify", out)
    assert spoiled.code == 1 and "tables/requests.csv: är ändrad (enligt manifestet)" in spoiled.out


@pytest.fixture
def out(living: None, lots_here: Lots, tmp_path: Path) -> Path:
    """The folder of a report as it was written."""
    folder = tmp_path / "out"
    assert lots_here("report", "congress", "--cutoff", "2028-01-01", "--out", folder).code == 0
    return folder


@pytest.mark.parametrize(
    "change",
    [
        "frozen = replace(frozen, '2026', '2025')",
        *("sha256 = '0' || sha256", "data_sha256 = '0' || data_sha256", "model_version = '9'"),
    ],
)
def test_verify_says_that_what_is_frozen_was_tampered_with(
    change: str, out: Path, lots_here: Lots, tmp_path: Path
) -> None:
    with transaction() as session:
        session.execute(text(f"UPDATE congress_report SET {change}"))
    told = lots_here("report", "verify", out)
    assert told.code == 1 and "Det som frystes per 2028-01-01 stämmer inte med sin kontrollsumma" in told.out
    again = lots_here("report", "congress", "--cutoff", "2028-01-01", "--out", tmp_path / "again")
    assert again.code == 1 and "stämmer inte med sin kontrollsumma" in again.err


def test_a_report_that_was_moved_to_another_day_in_the_database_is_told(out: Path, lots_here: Lots) -> None:
    with transaction() as session:
        session.execute(update(CongressReport).values(cutoff=date(2027, 6, 1)))
    told = lots_here("report", "verify", out)
    assert told.code == 1 and "Det som frystes per 2027-06-01 stämmer inte med sin kontrollsumma" in told.out


def test_facts_that_were_changed_past_the_system_are_told_and_what_was_put_right_by_it_is_not(
    out: Path, lots_here: Lots
) -> None:
    with transaction() as session:
        network = session.exec(select(Network)).one()
        change(session, network, "place", "2028-02-01", place="Umeå", municipality="Umeå", member="m1")
    assert json.loads(lots_here("report", "verify", out, "--json").out)["same_facts"] is True
    with transaction() as session:
        session.execute(update(Meeting).values(branches=9))
    told = lots_here("report", "verify", out)
    assert told.code == 0 and "inte de som rapporten räknades på" in told.out


@pytest.mark.parametrize("kind", [".pdf", ".xlsx", ".html", ".md", ".csv", "report.json", "manifest.json"])
def test_one_byte_of_any_kind_of_file_is_told(kind: str, out: Path, lots_here: Lots) -> None:
    file = next(one for one in sorted(out.rglob("*")) if one.name.endswith(kind))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    told = lots_here("report", "verify", out)
    assert told.code == 1 and file.relative_to(out).as_posix() in told.out


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("congress", "--cutoff", "tomorrow", "--out", "x"), "--cutoff: write a date as 2027-03-02"),
        (("verify", "/nowhere/at/all"), "/nowhere/at/all: mappen finns inte"),
    ],
)
def test_a_call_that_is_wrong_ends_with_two_and_one_line(
    given: tuple[str, ...], sentence: str, office: Settings, lots_here: Lots
) -> None:
    ended = lots_here("report", *given)
    assert ended.code == 2 and sentence in ended.err and ended.err.count("\n") == 1
