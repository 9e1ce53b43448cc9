"""`lots import`: the office's files as they are, looked at before they are let in, and told in the office's words."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from xlsxwriter import Workbook

from models.db.engine import reading
from models.i18n import Language
from models.people.person import known_by_number
from models.settings import Settings, settings
from models.tables.office import Staff
from models.tables.place import Region
from tests.deployments.cli.conftest import Lots

LIBREOFFICE = Path(__file__).parents[2] / "data" / "libreoffice"
STAFF = "Signatur;Namn;E-post;Roll;Region;Aktiv\n"


def file(folder: Path, content: str | bytes, name: str = "f.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def workbook(*sheets: list[list[Any]]) -> bytes:
    content = BytesIO()
    book = Workbook(content)
    for rows in sheets:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    book.close()
    return content.getvalue()


@pytest.mark.parametrize("name", ["medlemmar.xlsx", "medlemmar-windows-1252.csv", "medlemmar-utf-8.csv"])
def test_what_libreoffice_calc_saved_with_swedish_settings_is_taken_as_it_is(
    office: Settings, lots_here: Lots, name: str
) -> None:
    done = lots_here("import", "members", LIBREOFFICE / name, "--json")
    told = json.loads(done.out)
    assert (done.code, told["read"], told["new"], told["not_used"]) == (0, 4, 3, ["Inträdd", "Årsavgift"])
    with reading() as session:
        zoe = known_by_number(session, "80010119")
        assert zoe and (zoe.name, zoe.language, zoe.membership) == ("Zoë D’Arcy", Language.en, "passive")
    again = json.loads(lots_here("import", "members", LIBREOFFICE / name, "--json").out)
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 4)


def test_a_dry_run_shows_how_the_file_was_read_and_what_would_change_and_writes_nothing(
    office: Settings, lots_here: Lots, tmp_path: Path
) -> None:
    content = STAFF.replace("Aktiv", "Aktiv;Rum") + (
        "asj;Åsa Sjöström;asa.ny@kansliet.example.org;förhandlare;25;ja;3\n"
        "nyk;Ny Kollega;ny@kansliet.example.org;kansli;;ja;4\n"
        "gol;Göran Ölund;goran.olund@kansliet.example.org;negotiator;14;ja;5\n"
    )
    path = file(tmp_path, content.encode("cp1252"), "personal.csv")
    done = lots_here("import", "staff", path, "--dry-run")
    assert done.out.splitlines() == [
        "           fil  personal.csv (CSV, semikolon, Windows-1252)",
        "      kolumner  signature ← Signatur, name ← Namn, email ← E-post, role ← Roll, region ← Region, "
        "active ← Aktiv",
        "  används inte  Rum",
        "         rader  3",
        "           nya  1",
        "       ändrade  1 (email 1)",
        "          lika  1",
        "     --dry-run  inget skrevs; så här skulle det bli",
    ]
    with reading() as session:
        assert session.exec(select(Staff.email).where(Staff.signature == "asj")).one().startswith("asa.sjostrom@")
        assert len(session.exec(select(Staff)).all()) == 4
    written = json.loads(lots_here("import", "staff", path, "--json").out)
    assert (written["changed"], written["changed_columns"], written["dry_run"]) == (1, {"email": 1}, False)


def test_a_file_without_a_column_leaves_what_is_stored_alone_and_one_with_it_decides(
    office: Settings, lots_here: Lots, tmp_path: Path
) -> None:
    line = "asj;Åsa Sjöström;asa.sjostrom@kansliet.example.org;förhandlare;{}ja\n"
    for heading, cell, region in (("", "", "25"), ("Region;", "14;", "14"), ("Region;", ";", None)):
        content = STAFF.replace("Region;", heading) + line.format(cell)
        assert lots_here("import", "staff", file(tmp_path, content)).code == 0
        with reading() as session:
            assert session.exec(select(Staff.region).where(Staff.signature == "asj")).one() == region


@pytest.mark.parametrize(
    ("kind", "swedish", "read"),
    [
        ("regions", "Länskod;Namn;Aktiv\n26;Ny region;ja\n", "code"),
        ("municipalities", "Kommunkod;Kommun;Region\n2599;Ny kommun;25\n", "code"),
        ("branches", "Kod;Branschförening;Gäller från;Gäller till\nny;Ny förening;2027-01-01;\n", "code"),
        ("staff", f"{STAFF}nyk;Ny Kollega;ny@example.org;Dataskyddsombud;;x\n", "signature"),
        ("members", "MEDLEMS NR;Namn;e_post;MEDLEM SKAP\n1-2;Ny;;Utträdd\n", "member_number"),
    ],
)
def test_every_kind_is_read_by_swedish_headings_and_words(
    office: Settings, lots_here: Lots, tmp_path: Path, kind: str, swedish: str, read: str
) -> None:
    done = lots_here("import", kind, file(tmp_path, swedish), "--json")
    assert done.code == 0, done.err
    assert (json.loads(done.out)["read"], read in json.loads(done.out)["columns"]) == (1, True)


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("8,00101E+07", "exponent; formatera kolumnen som text"),
        ("8.00101E+07", "exponent"),
        ("80010101.0", "decimaler"),
        ("80010101,00", "decimaler"),
        ("1980-01-01", "datum; formatera kolumnen som text"),
        ("########", "för smal när filen sparades"),
        ('"=""00123"""', "börjar med =, som en formel; formatera kolumnen som text"),
        ("'00123", "börjar med en apostrof; formatera kolumnen som text"),
        ("#SAKNAS!", "cellen har ett fel"),
        ("#N/A", "cellen har ett fel"),
        ("---", "ett nummer eller en kod"),
    ],
)
def test_a_number_that_excel_spoiled_is_refused_with_line_and_field_and_what_to_do(
    office: Settings, lots_here: Lots, tmp_path: Path, cell: str, what: str
) -> None:
    content = f"Medlemsnummer;Namn;E-post;Medlemskap\n1;Ny;;aktiv\n{cell};Åke;;aktiv\n"
    done = lots_here("import", "members", file(tmp_path, content))
    assert done.code == 2 and done.err.startswith("lots: f.csv, rad 3, Medlemsnummer: ") and what in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("kind", "content", "field"),
    [
        ("regions", "Kod;Namn;Aktiv\n1;Stockholms län;ja\n", "Kod"),
        ("municipalities", "Kod;Namn;Region\n0114;Upplands Väsby;1\n", "Region"),
        ("members", "Medlemsnummer;Namn;E-post;Medlemskap;Telefon\n1;Ny;;aktiv;701234567\n", "Telefon"),
    ],
)
def test_a_code_that_lost_its_zeros_is_refused(
    office: Settings, lots_here: Lots, tmp_path: Path, kind: str, content: str, field: str
) -> None:
    done = lots_here("import", kind, file(tmp_path, content))
    assert done.err.startswith(
        f"lots: f.csv, rad 2, {field}: nollan i början har försvunnit; formatera kolumnen som text"
    )


@pytest.mark.parametrize("name", ["’t Hooft", "'Ndrangheta", "René O'Neill", "Åsa (vik.)", "Ærø Ñandú", "Li"])
def test_names_as_they_are_are_taken(office: Settings, lots_here: Lots, tmp_path: Path, name: str) -> None:
    done = lots_here("import", "regions", file(tmp_path, f"Kod;Namn;Aktiv\n26;{name};ja\n"))
    assert done.code == 0, done.err
    with reading() as session:
        assert session.get_one(Region, "26").name == name


def test_an_xlsx_file_is_read_by_what_its_cells_hold(office: Settings, lots_here: Lots, tmp_path: Path) -> None:
    head = ["Medlemsnummer", "Namn", "E-post", "Medlemskap"]
    good = workbook([head, [80010117, "Åsa", "", "aktiv"], [], ["0042", "Örjan", "", "passiv"]], [["Annat"]])
    done = json.loads(lots_here("import", "members", file(tmp_path, good, "m.xlsx"), "--json").out)
    assert (done["new"], done["read_as"], done["other_sheets"]) == (2, "xlsx, blad Sheet1", ["Sheet2"])
    for cell, told in ((12.5, "decimaler"), (1e16, "exponent"), ("=1/0", "cellen har ett fel")):
        spoiled = workbook([head, [1, "Ny", "", "aktiv"], [cell, "Åke", "", "aktiv"]])
        if cell == "=1/0":
            spoiled = _with_error(head)
        refused = lots_here("import", "members", file(tmp_path, spoiled, "m.xlsx"))
        assert refused.code == 2 and "m.xlsx, rad 3, Medlemsnummer: " in refused.err and told in refused.err


def _with_error(head: list[str]) -> bytes:
    content = BytesIO()
    book = Workbook(content)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, head)
    sheet.write_row(1, 0, ["1", "Ny", "", "aktiv"])
    sheet.write_formula(2, 0, "=1/0", None, "#DIV/0!")
    sheet.write_row(2, 1, ["Åke", "", "aktiv"])
    book.close()
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "låst med lösenord eller av gammalt slag"),
        (b"PK\x03\x04 and nothing more", "filen går inte att läsa"),
        (b"\n\n;;\n", "filen är tom"),
        (workbook([], [["Medlemsnummer"]]), "det första bladet är tomt; lägg bladet ”Sheet2” först"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(
    office: Settings, lots_here: Lots, tmp_path: Path, content: bytes, sentence: str
) -> None:
    done = lots_here("import", "members", file(tmp_path, content, "m.xlsx"))
    assert done.code == 2 and sentence in done.err and done.err.count("\n") == 1


def test_what_else_swedish_excel_writes_is_read(office: Settings, lots_here: Lots, tmp_path: Path) -> None:
    content = (
        'sep=;\r\n\r\nSignatur;"Nam-\nn";E-POST;Roll;Aktiv;;\r\n'
        'nyk;"Ny\r\nKollega";ny@example.org;kansli;ja;;\r\n;;;;;;\r\n'
    )
    done = lots_here("import", "staff", file(tmp_path, content), "--json")
    assert json.loads(done.out)["new"] == 1, done.err
    with reading() as session:
        assert session.exec(select(Staff.name).where(Staff.signature == "nyk")).one() == "Ny Kollega"
    wrong = lots_here("import", "staff", file(tmp_path, content.replace("kansli", "kung")))
    assert "f.csv, rad 5, Roll: skriv någon av office (kansli), negotiator (förhandlare)" in wrong.err


def test_an_offices_own_headings_and_words_are_mapped(office: Settings, lots_here: Lots, tmp_path: Path) -> None:
    content = "Medl;Kontaktnamn;E-post;Arbetsmejl;Kategori\n1;Ny;ny@example.org;jobb@example.org;A\n"
    mapping = file(
        tmp_path,
        '[columns]\nMedl = "member_number"\nKontaktnamn = "Namn"\nKategori = "membership"\nArbetsmejl = ""\n'
        '[values.membership]\nA = "aktiv"\n',
        "map.toml",
    )
    done = lots_here("import", "members", file(tmp_path, content), "--map", mapping, "--json")
    assert json.loads(done.out)["not_used"] == ["Arbetsmejl"], done.err
    for wrong, told in (
        ('[columns]\nMedl = "boat"\n', "map.toml, columns: boat är ingen av kolumnerna member_number, name"),
        ("columns = 3", "map.toml: skriv [columns] med"),
        ("[columns", "map.toml: är ingen TOML-fil"),
        ('[columns]\n"Båt" = "name"\n', "rubriken i --map finns inte i filen"),
    ):
        mapping.write_text(wrong)
        refused = lots_here("import", "members", tmp_path / "f.csv", "--map", mapping)
        assert refused.code == 2 and told in refused.err and refused.err.count("\n") == 1


def test_two_headings_that_mean_the_same_are_refused(office: Settings, lots_here: Lots, tmp_path: Path) -> None:
    content = "Medlemsnummer;Namn;E-post;Medlemskap;E-postadress\n1;Ny;;aktiv;ny@example.org\n"
    done = lots_here("import", "members", file(tmp_path, content))
    assert "f.csv, rad 1, E-postadress: kolumnen står två gånger (E-post, E-postadress)" in done.err


def test_all_that_is_wrong_is_told_at_once_by_line_and_a_program_gets_it_as_a_list(
    office: Settings, lots_here: Lots, tmp_path: Path
) -> None:
    content = f"{STAFF}a;X;x@example.org;kansli;;ja\nab;X;hemlig;kung;99;ja\nab;Y;y@example.org;kansli;;ja\n"
    done = lots_here("import", "staff", file(tmp_path, content), "--json")
    document = json.loads(done.out)
    assert [(one["line"], one["field"]) for one in document["errors"]] == [
        (2, "Signatur"), (3, "E-post"), (3, "Roll"), (4, "Signatur"),
    ]  # fmt: skip
    assert document["error_count"] == 4 and "hemlig" not in done.out + done.err
    assert (
        done.code == 2
        and "f.csv, rad 2, Signatur: måste vara 2 till 5 bokstäver (3 fel till: rad 3, E-post" in done.err
    )
    many = lots_here("import", "staff", file(tmp_path, STAFF + "a;X;x@example.org;kansli;;ja\n" * 50), "--json")
    assert (len(json.loads(many.out)["errors"]), json.loads(many.out)["error_count"]) == (20, 50)


def test_an_english_office_reads_english(
    office: Settings, lots_here: Lots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTS_LANGUAGE", "en")
    settings.cache_clear()
    done = lots_here("import", "regions", file(tmp_path, "code,name,active\n26,X,perhaps\n"))
    assert done.err == "lots: f.csv, line 2, active: write yes or no\n"


def test_letters_that_were_broken_on_the_way_are_refused(office: Settings, lots_here: Lots, tmp_path: Path) -> None:
    broken = "Länskod;Namn;Aktiv\n26;Västra;ja\n".replace("Västra", "VÃ¤stra")
    done = lots_here("import", "regions", file(tmp_path, broken))
    assert "rad 2, Namn: bokstäver gick sönder när filen sparades" in done.err
    with reading() as session:
        assert session.get(Region, "26") is None
