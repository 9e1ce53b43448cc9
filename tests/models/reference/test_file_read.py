"""Files as an office saves them: Swedish Excel's own, with headings in Swedish; and what a spreadsheet has spoiled."""

from pathlib import Path

import pytest

from models.errors import UserError
from models.reference.file_read import read_file
from models.reference.kinds import Values

ENGLISH = "member_number,name,email,membership,language,is_representative,is_employee\n"
LINE = "800101-01,Åke Öhman,ake.ohman@example.org,active,sv,no,no\n"


def read(folder: Path, content: str | bytes, kind: str = "members") -> list[Values]:
    file = folder / "f.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [values for _, values in read_file(kind, file).rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_register_is_read_with_any_delimiter_and_encoding_that_a_spreadsheet_writes(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    (ake,) = read(tmp_path, (ENGLISH + LINE).replace(",", delimiter).encode(encoding))
    assert (ake["member_number"], ake["name"], ake["is_employee"]) == ("800101-01", "Åke Öhman", False)


def test_a_column_that_the_file_does_not_have_says_nothing_and_an_empty_cell_says_what_its_column_means_by_it(
    tmp_path: Path,
) -> None:
    (few,) = read(tmp_path, "Medlemsnummer;Namn;E-post;Medlemskap\n800101-01;Åke Öhman;;aktiv\n")
    assert few == {"member_number": "800101-01", "name": "Åke Öhman", "email": None, "membership": "active"}
    (more,) = read(
        tmp_path,
        "Medlemsnummer;Förnamn;Efternamn;E-post;Medlemskap;Språk;Förtroendevald;Anställd;Telefon;Skyddad identitet\n"
        "800101-01;Åke;Öhman;;aktiv;;x;;;\n",
    )
    assert more == few | {"is_representative": True, "is_employee": False, "phone": None, "protected": False}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (ENGLISH + LINE.replace("800101-01", '"8,00101E+07"'), "rad 2, member_number: .*formatera kolumnen som text"),
        (ENGLISH.strip() + ",email\n" + LINE.strip() + ",other@example.org\n", "rad 1, email: kolumnen står två"),
    ],
)  # fmt: skip
def test_what_is_spoiled_is_refused_with_line_and_field(tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read(tmp_path, content)
