"""The report's tables as one workbook, for a person who opens Excel: in their words, numbers as numbers.

Its parts are stored, not compressed: how small a compressor makes them differs between machines.
"""

from datetime import UTC, datetime, time
from io import BytesIO
from typing import Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from models.views.congress.report import Cell, Report, Table, Unit
from templates.rendering.report.chapters import tables_of
from templates.rendering.report.document import Document, Grid, Sentences
from templates.rendering.report.words import ReportWords, words

FORMATS: Final = {
    Unit.NUMBER: "#,##0", Unit.DECIMAL: "0.0", Unit.SHARE: "0%", Unit.DAYS: "0", Unit.HOURS: "#,##0.0",
    Unit.MONTHS: "0.0",
}  # fmt: skip
LONGEST_SHEET_NAME: Final = 31
EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
WIDE, NARROW, TEXT = 30, 13, 60
FIRST_ROW: Final = 3


class _Book:
    """A workbook and how its cells look."""

    def __init__(self, report: Report, document: Document) -> None:
        self.file = BytesIO()
        self.book = Workbook(self.file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self.book.set_properties({
            "title": document.title, "author": document.organisation,
            "created": datetime.combine(report.cutoff, time(), UTC),
        })  # fmt: skip
        self.title = self.book.add_format({"bold": True, "font_size": 14, "font_color": "#12455a"})
        self.head = self.book.add_format({"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 2})
        self.faint = self.book.add_format({"italic": True, "font_color": "#5a5648", "align": "right"})
        self.text = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.numbers = {unit: self.book.add_format({"num_format": shown}) for unit, shown in FORMATS.items()}

    def sheet(self, name: str, title: str, note: str) -> Worksheet:
        """A sheet with its title and a line under it."""
        sheet = self.book.add_worksheet(name[:LONGEST_SHEET_NAME].strip())
        sheet.write_string(0, 0, title, self.title)
        sheet.write_string(1, 0, note)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return sheet

    def bytes(self) -> bytes:
        """The file, its parts stored as they are."""
        self.book.close()
        stored = BytesIO()
        with ZipFile(self.file) as made, ZipFile(stored, "w", ZIP_STORED) as kept:
            for name in made.namelist():
                kept.writestr(ZipInfo(name, EARLIEST), made.read(name))
        return stored.getvalue()


def as_xlsx(report: Report, document: Document) -> bytes:
    """The first page, a sheet a table, and how it was counted."""
    w, book = words(document.language), _Book(report, document)
    _first(book, document, w)
    for key, table in tables_of(report).items():
        _table(book, report, key, table, w)
    _counted(book, document, w)
    return book.bytes()


def _first(book: _Book, document: Document, w: ReportWords) -> None:
    sheet = book.sheet(w("page.first"), document.title, document.subtitle)
    sheet.set_column(0, 0, TEXT)
    sheet.set_column(4, 4, TEXT)
    sheet.set_column(1, 3, 20)
    row = FIRST_ROW
    for part in document.first:
        if isinstance(part, Sentences):
            quote, now, before, plain = part.headings
            sheet.write_row(row, 0, [f"{part.by} ({quote.lower()})", w("page.figure"), now, before, plain], book.head)
            for down, one in enumerate(part.said, row + 1):
                sheet.write_row(
                    down, 0, [one.quote, one.name, one.now, one.before, f"{one.plain} {one.rule}"], book.text
                )
            row += len(part.said) + 2


def _table(book: _Book, report: Report, key: str, table: Table, w: ReportWords) -> None:
    sheet = book.sheet(w(f"table.{key}"), w(f"table.{key}"), w("page.hidden_note"))
    for across, column in enumerate(table.columns):
        sheet.write_string(FIRST_ROW, across, w.column(table.key, column.key), book.head)
        sheet.set_column(across, across, WIDE if column.unit in (Unit.WORD, Unit.REGION) else NARROW)
    for down, row in enumerate(table.rows, FIRST_ROW + 1):
        for across, cell in enumerate(row):
            _cell(book, sheet, (down, across), cell, w.cell(report, table.columns[across], cell, table.key))
            unit = table.columns[across].unit
            if isinstance(cell, int | float):
                sheet.write_number(down, across, cell, book.numbers.get(unit))
    sheet.freeze_panes(FIRST_ROW + 1, 0)
    if table.rows:
        sheet.autofilter(FIRST_ROW, 0, FIRST_ROW + len(table.rows), len(table.columns) - 1)


def _cell(book: _Book, sheet: Worksheet, place: tuple[int, int], cell: Cell, shown: str) -> None:
    """A cell that is no number: words as words, a hidden one as such, nothing as nothing."""
    if isinstance(cell, str):
        sheet.write_string(*place, shown)
    elif cell is not None:
        sheet.write_string(*place, shown, book.faint)


def _counted(book: _Book, document: Document, w: ReportWords) -> None:
    title = w("chapter.counted.title")
    sheet = book.sheet(title, title, w("page.cause"))
    grid = next(part for part in document.parts if isinstance(part, Grid) and part.key == "definitions")
    sheet.write_row(FIRST_ROW, 0, list(grid.headings), book.head)
    for down, row in enumerate(grid.rows, FIRST_ROW + 1):
        sheet.write_row(down, 0, list(row), book.text)
    sheet.set_column(0, 1, TEXT)
    sheet.set_column(2, 3, WIDE)
