"""The report's tables as CSV, for a program: commas, points in numbers, and keys as headings that stay when a word is
changed. The files are the same whatever the reader's language; `columns.csv` says what each key means in both.

A hidden cell is two points, as in official statistics; what there was nothing to measure of is empty.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

from models.i18n import Language
from models.views.congress.report import Cell, Hidden, Report
from templates.rendering.report.chapters import tables_of
from templates.rendering.report.words import words

DIGITS: Final = 6
SUPPRESSED: Final = ".."
POINT_COLUMNS: Final = ("split", "group", "networks", "month", "at_risk", "survival", "low", "high")
DIFFERENCE_COLUMNS: Final = ("split", "groups", "month", "apart", "low", "high")
LOG_RANK_COLUMNS: Final = ("split", "groups", "statistic", "degrees", "p")
ANSWER_COLUMNS: Final = ("answer", "figure", "unit", "now", "last_year")


def csv_files(report: Report) -> dict[str, bytes]:
    """Name → bytes: each table, the first page, the curves and what each key means."""
    files = {key: _csv([c.key for c in table.columns], table.rows) for key, table in tables_of(report).items()}
    files["answers"] = _csv(
        ANSWER_COLUMNS,
        (
            (answer.key, one.key, one.unit, one.now, one.last_year)
            for answer in report.answers
            for one in answer.figures
        ),
    )
    files["survival"] = _csv(
        POINT_COLUMNS,
        (
            (c.split, c.group, c.networks, p.month, p.at_risk, p.survival, p.low, p.high)
            for c in report.curves
            for p in c.points
        ),
    )
    files["survival_difference"] = _csv(
        DIFFERENCE_COLUMNS, ((d.split, " ".join(d.groups), d.month, d.apart, d.low, d.high) for d in report.differences)
    )
    files["log_rank"] = _csv(
        LOG_RANK_COLUMNS, ((r.split, " ".join(r.groups), r.statistic, r.degrees, r.p) for r in report.log_ranks)
    )
    files["regions"] = _csv(("region", "name"), sorted(report.regions.items()))
    files["columns"] = _csv(("table", "column", "unit", "sv", "en"), _meanings(report))
    return files


def _csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _plain(cell: Cell) -> str:
    if isinstance(cell, Hidden):
        return SUPPRESSED
    if isinstance(cell, float):
        shown = f"{cell:.{DIGITS}f}".rstrip("0").rstrip(".")
        return "0" if shown == "-0" else shown
    return "" if cell is None else str(cell)


def _meanings(report: Report) -> list[tuple[str, ...]]:
    both = [words(language) for language in (Language.sv, Language.en)]
    found = [
        (key, column.key, str(column.unit), *(one.column(table.key, column.key) for one in both))
        for key, table in tables_of(report).items()
        for column in table.columns
    ]
    return found + [
        ("answers", figure.key, str(figure.unit), *(one(f"figure.{figure.key}") for one in both))
        for answer in report.answers
        for figure in answer.figures
    ]
