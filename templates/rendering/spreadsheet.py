"""A table as a file for Excel: CSV that shows å ä ö, or xlsx. No cell begins a formula, whatever somebody typed."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO, StringIO
from typing import Final

from xlsxwriter import Workbook

Cell = str | int | float | date | None
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
NARROWEST, WIDEST = 8, 40


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """With a byte order mark and semicolons, as Excel in Sweden opens it by itself."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """One sheet of that title, its headings kept in sight and with filters; days are days, numbers numbers."""
    file = BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, day = book.add_worksheet(title), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, headings, book.add_format({"bold": True}))
    for place, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(place, column, cell, day)
            else:
                sheet.write(place, column, _harmless(cell))
    for column, heading in enumerate(headings):
        longest = max((len(str(row[column])) for row in rows), default=0)
        sheet.set_column(column, column, min(max(longest, len(heading), NARROWEST) + 2, WIDEST))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(headings) - 1)
    book.close()
    return file.getvalue()


def _harmless(cell: Cell) -> Cell:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it: then it is read as text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
