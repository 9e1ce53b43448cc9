"""`lots export`: files that Excel in Sweden opens as they are, that begin no formula, and hold nobody unless asked."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from python_calamine import load_workbook

from models.db.engine import transaction
from models.settings import Settings
from models.tables.place import Branch
from tests.acts import meet, network_in
from tests.deployments.cli.conftest import Lots

MEMBERS = ("Åke", "Öhman", "Märit", "Sjöö", "@example.org", "800101")


def rows(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    assert content.startswith("\ufeff".encode()), "without its mark Excel breaks å ä ö"
    return list(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", ["regions", "municipalities", "branches", "staff", "members"])
def test_what_was_taken_out_is_taken_in_again_and_nothing_changes(
    office: Settings, lots_here: Lots, tmp_path: Path, kind: str, ending: str
) -> None:
    with transaction() as session:
        session.add(Branch(code="007", name="- Övriga"))
    path = tmp_path / f"{kind}.{ending}"
    out = json.loads(lots_here("export", kind, path, "--json").out)
    back = lots_here("import", kind, path, "--json")
    told = json.loads(back.out)
    assert (told["same"], told["new"], told["changed"]) == (out["rows"], 0, 0) and out["rows"] > 3, back.err
    assert told["not_used"] == []


def test_a_file_that_holds_persons_is_its_owners_alone(office: Settings, lots_here: Lots, tmp_path: Path) -> None:
    assert lots_here("export", "members", tmp_path / "m.csv").code == 0
    assert (tmp_path / "m.csv").stat().st_mode & 0o077 == 0


def test_no_cell_begins_a_formula_and_swedish_letters_and_headings_stand_as_they_are(
    office: Settings, lots_here: Lots, tmp_path: Path
) -> None:
    with transaction() as session:
        session.add(Branch(code="=1+1", name="@Åäö"))
    assert lots_here("export", "branches", tmp_path / "b.csv").code == 0
    heading, *lines = rows(tmp_path / "b.csv")
    assert heading == ["Kod", "Namn", "Gäller från", "Gäller till"]
    assert ["'=1+1", "'@Åäö", "", ""] in lines
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_networks_meetings_and_mails_are_taken_along_without_persons(
    office: Settings, lots_here: Lots, tmp_path: Path
) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20", attended=9, branches=3, companies=5)
    found = {}
    for kind in ("networks", "meetings", "mails"):
        assert lots_here("export", kind, tmp_path / f"{kind}.csv").code == 0
        found[kind] = rows(tmp_path / f"{kind}.csv")
        text = (tmp_path / f"{kind}.csv").read_text()
        assert len(found[kind]) > 1 and not [name for name in MEMBERS if name in text]
        assert lots_here("export", kind, tmp_path / f"{kind}.xlsx").code == 0
        assert len(load_workbook(tmp_path / f"{kind}.xlsx").get_sheet_by_index(0).to_python()) == len(found[kind])
    assert found["networks"][0][:7] == ["Nummer", "Namn", "Plats", "Kommun", "Region", "Gemensamt", "Läge"]
    assert found["networks"][1][:4] == ["1", "Nätverket Luleå", "Luleå", "Luleå"]
    assert [found["meetings"][-1][n] for n in (2, 4, 6, 8, 9, 10)] == ["2027-01-20", "hållen", "9", "3", "5", "ja"]
    assert "kvitto" in [line[1] for line in found["mails"]]


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        ("history", "h.csv", "KIND: history är ingen av regions"),
        ("boats", "b.csv", "KIND: boats är ingen av regions"),
        ("regions", "r.pdf", "FILE: filens namn ska sluta på .csv eller .xlsx"),
    ],
)
def test_what_is_not_taken_out_is_refused_in_one_line(
    office: Settings, lots_here: Lots, tmp_path: Path, kind: str, name: str, sentence: str
) -> None:
    done = lots_here("export", kind, tmp_path / name)
    assert done.code == 2 and done.err.startswith(f"lots: {sentence}") and done.err.count("\n") == 1
    assert not (tmp_path / name).exists()
