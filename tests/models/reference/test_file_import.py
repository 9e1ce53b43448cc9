"""Files in: all or nothing, errors that name file, line and field, and a second run that changes nothing."""

from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import select

from models.db.engine import transaction
from models.errors import UserError
from models.reference.file_import import DATA, import_file
from models.settings import Settings
from models.tables.office import Staff
from models.tables.place import Branch, Municipality, Region

# Statistics Sweden's number of municipalities in each county.
PER_COUNTY = {
    "01": 26, "03": 8, "04": 9, "05": 13, "06": 13, "07": 8, "08": 12, "09": 1, "10": 5, "12": 33, "13": 6,
    "14": 49, "17": 16, "18": 12, "19": 10, "20": 15, "21": 10, "22": 7, "23": 8, "24": 15, "25": 14,
}  # fmt: skip


def test_all_290_municipalities_lie_in_their_21_counties(office: Settings) -> None:
    with transaction() as session:
        municipalities = session.exec(select(Municipality)).all()
        assert Counter(one.region for one in municipalities) == PER_COUNTY
        assert (len(municipalities), len(session.exec(select(Region)).all())) == (290, 21)
        assert all(one.code[:2] == one.region for one in municipalities)
        names = {one.code: one.name for one in municipalities}
        assert (names["2580"], names["0114"], names["1438"]) == ("Luleå", "Upplands Väsby", "Dals-Ed")
        assert len(session.exec(select(Branch)).all()) > 10


@pytest.mark.parametrize("kind", ["regions", "municipalities", "branches"])
def test_a_second_run_changes_nothing(office: Settings, kind: str) -> None:
    with transaction() as session:
        counts = import_file(session, kind, DATA / f"{kind}.csv").numbers
    assert counts["new"] == counts["changed"] == 0 < counts["same"] == counts["read"]


def test_what_is_new_is_added_and_what_differs_is_changed(office: Settings, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    file.write_text(
        "signature,name,email,role,region,active\nasj,Åsa Ny,asa@example.org,negotiator,25,ja\n"
        "nyk,Ny Kollega,ny@example.org,office,,yes\n"
    )
    with transaction() as session:
        assert import_file(session, "staff", file).numbers == {"read": 2, "new": 1, "changed": 1, "same": 0}
        assert session.exec(select(Staff.name).where(Staff.signature == "asj")).one() == "Åsa Ny"


@pytest.mark.parametrize(
    ("kind", "content", "sentence"),
    [
        ("regions", "code,name\n25,Norrbotten\n", "f.csv, rad 1, active: kolumnen saknas; ge den rubriken Aktiv"),
        ("regions", "code,name,active\n25,Norrbotten,maybe\n", "f.csv, rad 2, active: skriv ja eller nej"),
        ("regions", "code,name,active\n25,Norrbotten\n", "f.csv, rad 2, code: 2 fält, inte 3"),
        ("regions", "code,name,active\n26,X,yes\n26,Y,yes\n", "f.csv, rad 3, code: står redan på rad 2"),
        ("municipalities", "code,name,region\n258,Luleå,25\n", "f.csv, rad 2, code: måste vara 4 siffror"),
        ("municipalities", "code,name,region\n2580,Luleå,99\n", "f.csv, rad 2, region: finns inte; läs in"),
        ("branches", "code,name,valid_from\nx,X,i går\n", "f.csv, rad 2, valid_from: skriv datum"),
        ("staff", "signature,name,email,role,active\na,X,x@example.org,office,yes\n", "rad 2, signature: måste vara 2"),
        (
            "staff",
            "signature,name,email,role,active\nab,X,x@example.org,boss,yes\n",
            "rad 2, role: skriv någon av office \\(kansli\\)",
        ),
        ("staff", "signature,name,email,role,active\nab,X,secret,office,yes\n", "rad 2, email: är ingen e-postadress"),
        ("members", "member_number,name,email,membership\n,X,,active\n", "rad 2, member_number: får inte vara tom"),
        ("regions", 'code,name,active\n"25,Norrbotten,yes\n', "f.csv, rad 2: ett citattecken är inte avslutat"),
    ],
)
def test_a_mistake_is_told_by_file_line_and_field_and_nothing_is_written(
    office: Settings, tmp_path: Path, kind: str, content: str, sentence: str
) -> None:
    file = tmp_path / "f.csv"
    file.write_text(content)
    with pytest.raises(UserError, match=sentence) as refused, transaction() as session:
        import_file(session, kind, file)
    assert "secret" not in str(refused.value)
    with transaction() as session:
        assert len(session.exec(select(Region)).all()) == 21
        assert len(session.exec(select(Staff)).all()) == 4


def test_a_good_line_before_a_bad_one_is_not_kept(office: Settings, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text("code,name,active\n26,Ny region,yes\n27,Till,kanske\n")
    with pytest.raises(UserError), transaction() as session:
        import_file(session, "regions", file)
    with transaction() as session:
        assert session.get(Region, "26") is None


def test_a_file_that_is_not_there_is_told_of(office: Settings, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none.csv: filen finns inte"), transaction() as session:
        import_file(session, "regions", tmp_path / "none.csv")


def test_a_file_saved_by_a_spreadsheet_is_read(office: Settings, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_bytes("Code,Name,Active\r\n26,Norrbo\u0308tten,YES\r\n\r\n".encode("utf-8-sig"))
    with transaction() as session:
        assert import_file(session, "regions", file).numbers["new"] == 1
        assert session.get_one(Region, "26").name == "Norrbötten"
