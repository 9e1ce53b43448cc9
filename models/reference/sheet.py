"""A table as an office saves it: CSV of whatever kind a spreadsheet writes, or the first sheet of an xlsx file.

What is told about it (encoding, delimiter, sheet) is shown before anything is written, so that a wrong guess is seen.
"""

import codecs
import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, load_workbook

from models.errors import UserError
from models.i18n import localized
from models.reference.sheet_errors import cells_with_errors
from models.text import without_unseen

DELIMITERS: Final = (";", "\t", ",")
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 (BOM)"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.I)
OTHER_BLANKS = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace() and sign not in " \t\r\n")
MOST_EXACT = 10**15
"""Excel keeps fifteen figures of a number; what is longer has lost its last ones."""
Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Sheet:
    """What stands in a file: its rows with their line (or sheet row) numbers, and how it was read."""

    file: str
    rows: list[Row]
    read_as: str
    left_out: tuple[str, ...] = ()
    """Other sheets of the same file, which nobody read."""


def read_sheet(path: Path) -> Sheet:
    """The table in a file, told by its content and not by its name. Raises UserError when it is none.

    Cells are text without blanks around, composed (å is one sign); empty rows are left out.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path}: {localized('filen finns inte', 'there is no such file')}") from None
    except IsADirectoryError:
        raise UserError(f"{path}: {localized('är en mapp, ingen fil', 'is a folder, not a file')}") from None
    if content.startswith(OLD_OFFICE):
        what = localized(
            "filen är låst med lösenord eller av gammalt slag (.xls); spara den utan lösenord som .xlsx eller CSV",
            "the file has a password or is of an old kind (.xls); save it without a password as .xlsx or CSV",
        )
        raise UserError(f"{path.name}: {what}")
    sheet = _of_workbook(path.name, content) if content.startswith(ZIP) else _of_text(path.name, content)
    if not sheet.rows:
        raise UserError(f"{path.name}: {localized('filen är tom', 'the file is empty')}")
    return sheet


def _tidy(cells: Sequence[str]) -> list[str]:
    return [" ".join(cell.split()) for cell in cells]


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", without_unseen(text))


def _of_text(file: str, content: bytes) -> Sheet:
    text, encoding = _decoded(file, content)
    text = _clean(text)
    begins, lines_before = 0, 0
    if told := SEPARATOR_LINE.match(text):
        begins, lines_before = told.end(), 1
    delimiter = told[1] if told else _delimiter(text)
    rows = list(_numbered(file, text[begins:], delimiter, lines_before))
    names = {";": localized("semikolon", "semicolon"), "\t": localized("tabb", "tab"), ",": localized("komma", "comma")}
    return Sheet(file, rows, f"CSV, {names.get(delimiter, delimiter)}, {encoding}")


def _numbered(file: str, text: str, delimiter: str, lines_before: int) -> Iterator[Row]:
    """Each row with the number of the line on which it begins: a quoted cell may hold line breaks."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = lines_before + 1
    is_tidy = _is_tidy(text, delimiter)
    try:
        for cells in reader:
            ends = lines_before + reader.line_num
            if not is_tidy or ends > begins:
                cells = _tidy(cells)
            if any(cells):
                yield begins, cells
            begins = ends + 1
    except csv.Error:
        where = localized(f"rad {begins}", f"line {begins}")
        what = localized(
            "ett citattecken är inte avslutat eller står mitt i en cell; spara om filen ur Excel",
            "a quotation mark is not closed, or stands within a cell; save the file anew from Excel",
        )
        raise UserError(f"{file}, {where}: {what}") from None


def _is_tidy(text: str, delimiter: str) -> bool:
    """Whether no cell has blanks around it or two beside each other: asked of all at once, it need be asked of none."""
    edges = [delimiter, "\n", '"']
    untidy = ["  ", " \r", *(f" {edge}" for edge in edges), *(f"{edge} " for edge in edges), *OTHER_BLANKS]
    return not any(one in text for one in untidy) and ("\t" not in text or delimiter == "\t")


def _delimiter(text: str) -> str:
    """The sign that parts the first row into most cells."""

    def cells(delimiter: str) -> int:
        try:
            rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            return next((len(row) for row in rows if "".join(row).strip(" ;,\t")), 0)
        except csv.Error:
            return 0

    return max(DELIMITERS, key=cells)


def _decoded(file: str, content: bytes) -> tuple[str, str]:
    for mark, codec, name in BOMS:
        if content.startswith(mark):
            return _decode(file, content[len(mark) :], codec), name
    if b"\0" in content[:200]:  # UTF-16 that lacks its mark: Swedish headings are half zeros
        return _decode(file, content, "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"), "UTF-16"
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return _decode(file, content, "cp1252"), "Windows-1252"


def _decode(file: str, content: bytes, codec: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        what = localized(
            "tecknen går inte att läsa; spara filen som ”CSV UTF-8” eller .xlsx",
            "its letters cannot be read; save the file as “CSV UTF-8” or .xlsx",
        )
        raise UserError(f"{file}, {localized(f'rad {line}', f'line {line}')}: {what}") from None


def _of_workbook(file: str, content: bytes) -> Sheet:
    try:
        with load_workbook(io.BytesIO(content)) as book:
            return _first_sheet(file, content, book)
    except PasswordError:
        what = localized("filen är låst med lösenord; spara den utan", "the file has a password; save it without")
        raise UserError(f"{file}: {what}") from None
    except (CalamineError, zipfile.BadZipFile):
        what = localized(
            "filen går inte att läsa; öppna den i Excel och spara den som .xlsx eller CSV",
            "the file cannot be read; open it in Excel and save it as .xlsx or CSV",
        )
        raise UserError(f"{file}: {what}") from None


def _first_sheet(file: str, content: bytes, book: CalamineWorkbook) -> Sheet:
    sheet, *others = [book.get_sheet_by_name(name) for name in book.sheet_names]
    others = [other for other in others if other.start]
    if not sheet.start and others:
        what = localized(
            f"det första bladet är tomt; lägg bladet ”{others[0].name}” först",
            f"the first sheet is empty; put the sheet “{others[0].name}” first",
        )
        raise UserError(f"{file}: {what}")
    errors = cells_with_errors(content)
    rows: list[Row] = []
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), 1):
        texts = [_cell_text(cell) for cell in cells]
        for place, error in errors.get(number, {}).items():
            texts[place] = error
        if any(texts):
            rows.append((number, _tidy([_clean(text) for text in texts])))
    of_kind = "ods" if b"opendocument" in content[:100] else "xlsx"
    return Sheet(file, rows, f"{of_kind}, {localized('blad', 'sheet')} {sheet.name}", tuple(one.name for one in others))


def _cell_text(cell: object) -> str:
    """A cell as its reader would type it: whole numbers by their figures, days as 2027-03-02."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "ja" if cell else "nej"
    if isinstance(cell, float):
        if abs(cell) >= MOST_EXACT:
            return f"{cell:E}"
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ", "minutes")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
