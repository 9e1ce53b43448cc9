"""The congress report as files: the same bytes anywhere, nothing hidden in any of them, nothing asked of any host."""

import csv
import hashlib
import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from zipfile import ZIP_STORED, ZipFile

import pytest
from python_calamine import CalamineWorkbook

from models.views.congress.report import HIDDEN, Report
from templates.rendering.report.chapters import document
from templates.rendering.report.files_out import report_files
from templates.rendering.report.pdf import laid_out
from templates.rendering.report.words import words
from tests.congress_sample import sample_report

LANGUAGES = ("sv", "en")
KINDS = ("md", "html", "pdf", "xlsx")
TELLING = 73519
HASHES = """
import hashlib
from templates.rendering.report.chapters import document
from templates.rendering.report.files_out import report_files
from templates.rendering.report.pdf import laid_out
from tests.congress_sample import sample_report
for language in ("sv", "en"):
    for name, content in report_files(sample_report(), language).items():
        print(name, hashlib.sha256(content).hexdigest())
"""


@pytest.fixture(scope="module")
def files() -> dict[str, dict[str, bytes]]:
    return {language: report_files(sample_report(), language) for language in LANGUAGES}


def _of_kind(files: dict[str, bytes], kind: str) -> bytes:
    (found,) = (content for name, content in files.items() if name.endswith(f".{kind}"))
    return found


def test_the_bytes_are_the_same_in_another_time_zone_locale_and_order_of_hashes(
    files: dict[str, dict[str, bytes]],
) -> None:
    elsewhere = os.environ | {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "1"}
    told = subprocess.run([sys.executable, "-c", HASHES], env=elsewhere, check=True, capture_output=True, text=True)
    here = [
        f"{name} {hashlib.sha256(content).hexdigest()}" for made in files.values() for name, content in made.items()
    ]
    assert told.stdout.splitlines() == here


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_file_is_made(files: dict[str, dict[str, bytes]], language: str) -> None:
    name = words(language)("file")
    assert {f"{name}.{language}.{kind}" for kind in KINDS} == {one for one in files[language] if "/" not in one}


def _with_cell(cell: object) -> Report:
    """The report with that in one cell of the last year's, which every kind of file shows."""
    report = sample_report()
    table = report.table("natures")
    last = (*table.rows[-1][:-1], cell)
    changed = replace(table, rows=(*table.rows[:-1], last))  # type: ignore[arg-type]
    return replace(report, tables=tuple(changed if one is table else one for one in report.tables))


def _texts(report: Report) -> dict[str, str]:
    """What stands in each file, without the blanks and marks between thousands; the PDF by its letters' numbers."""
    told = {}
    for name, content in report_files(report, "en").items():
        if name.endswith(".xlsx"):
            content = b"".join(
                ZipFile(io.BytesIO(content)).read(one) for one in ZipFile(io.BytesIO(content)).namelist()
            )
        if not name.endswith(".pdf"):
            told[name] = content.decode().replace(",", "").replace("\N{NO-BREAK SPACE}", "")
    return told


def test_a_hidden_cell_says_so_and_its_number_stands_nowhere() -> None:
    shown, hidden = _texts(_with_cell(TELLING)), _texts(_with_cell(HIDDEN))
    where = {name for name, text in shown.items() if str(TELLING) in text}
    assert {name.split(".")[-1] for name in where} == {"md", "html", "xlsx", "csv"}, "it would have been seen"
    for name in where:
        assert str(TELLING) not in hidden[name]
    assert "theother" not in hidden["tables/natures.csv"] and "2028other.." in hidden["tables/natures.csv"]
    assert words("en")("page.hidden_note").split(":")[0] in hidden["congress-report.en.md"]


class _Page(HTMLParser):
    """What a page asks for, and what it lacks for who cannot see it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.tags: list[str] = []
        self.without_scope = 0
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        self.asked += [str(values[one]) for one in ("src", "href", "srcset", "action", "data") if one in values]
        self.without_scope += tag == "th" and "scope" not in values
        self.ids += [str(values["id"])] if "id" in values else []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_needs_nothing_but_itself(files: dict[str, dict[str, bytes]], language: str) -> None:
    text = _of_kind(files[language], "html").decode()
    page = _Page(text)
    assert all(one.startswith("#") and one[1:] in page.ids for one in page.asked) and page.asked
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert "url(" not in text and "@import" not in text
    assert set(re.findall(r"https?://[^\s\"'<]+", text)) == {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_told_to_who_cannot_see_it(files: dict[str, dict[str, bytes]], language: str) -> None:
    page = _Page(_of_kind(files[language], "html").decode())
    assert f'<html lang="{language}">' in _of_kind(files[language], "html").decode()
    assert page.without_scope == 0 and page.tags.count("h1") == 1
    assert len(page.ids) == len(set(page.ids))
    assert page.tags.count("svg") == page.tags.count("desc") == 3 and page.tags.count("caption") == page.tags.count(
        "table"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_carries_its_letters_its_language_and_an_outline(
    files: dict[str, dict[str, bytes]], language: str
) -> None:
    pdf = _of_kind(files[language], "pdf")
    assert pdf.count(b"/FontFile2") == 3 and f"/Lang ({language})".encode() in pdf
    assert b"/Outlines" in pdf and b"/CreationDate (D:20290101" in pdf
    assert b"/FlateDecode" not in pdf, "packed, its bytes would be those of one machine's packer"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_tells_its_headings_rows_and_pictures_in_order(
    files: dict[str, dict[str, bytes]], language: str
) -> None:
    pdf, told = _of_kind(files[language], "pdf"), document(sample_report(), language)
    assert b"/MarkInfo" in pdf and b"/DisplayDocTitle true" in pdf
    assert pdf.count(b"/S /Figure") == pdf.count(b"/Alt ") == 3
    assert pdf.count(b"/S /H1") == 1 and pdf.count(b"/S /H2") == len(told.chapters) + 3
    assert pdf.count(b" BDC") == pdf.count(b"/Type /StructElem") - 1, "but for the document itself"
    assert pdf.count(b"EMC") == pdf.count(b" BDC") + pdf.count(b"/Artifact BMC")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_of_the_pdf_is_one_page(language: str) -> None:
    told = document(sample_report(), language)
    assert laid_out(told, sample_report().cutoff, {}).chapters["motion"] == 2


FIRST_THEN = {"board_from_below": "started_by_members", "board_resources": "share_waited"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_that_an_earlier_version_counted_is_written_again(language: str) -> None:
    """Its first page had other figures, and it had neither differences nor the hours beside the queue."""
    now = sample_report()
    answers = tuple(
        replace(one, figures=(replace(one.figures[0], key=FIRST_THEN.get(one.key, one.figures[0].key)),))
        for one in now.answers
        if one.key != "board_vigorous"
    )
    then = replace(now, answers=answers, differences=(), outlook=replace(now.outlook, capacity=None))
    files = report_files(then, language)
    assert "tables/outlook_capacity.csv" not in files and len(files) == len(report_files(now, language)) - 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_opens_and_its_numbers_are_numbers(files: dict[str, dict[str, bytes]], language: str) -> None:
    content = _of_kind(files[language], "xlsx")
    assert {one.compress_type for one in ZipFile(io.BytesIO(content)).infolist()} == {ZIP_STORED}
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = book.get_sheet_by_name(words(language)("table.natures")[:31]).to_python()
    table = sample_report().table("natures")
    told = [row[-1] for row in rows if row[0] in (2026, 2027, 2028)]
    assert told == [words(language)("hidden") if row[-1] == HIDDEN else row[-1] for row in table.rows]


def test_csv_files_are_the_same_in_both_languages_and_every_key_is_explained(
    files: dict[str, dict[str, bytes]],
) -> None:
    swedish, english = ({n: c for n, c in files[one].items() if n.startswith("tables/")} for one in LANGUAGES)
    assert swedish == english
    explained = {(row["table"], row["column"]) for row in _rows(swedish["tables/columns.csv"])}
    for table in sample_report().tables:
        assert {(table.key, column.key) for column in table.columns} <= explained
        assert len(_rows(swedish[f"tables/{table.key}.csv"])) == len(table.rows)


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))
