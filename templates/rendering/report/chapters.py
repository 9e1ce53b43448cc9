"""The whole report in one language, chapter by chapter, before it is a file."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from models.views.congress.report import Change, Report, Table
from templates.rendering.report.curves import curve_parts
from templates.rendering.report.document import Document, Grid, Heading, Part, Text
from templates.rendering.report.first_page import first_page, last_day, word_for_word
from templates.rendering.report.grids import grids
from templates.rendering.report.words import ReportWords, words
from templates.vocabulary.mail import ORGANISATION

CHAPTERS: Final[dict[str, tuple[str, ...]]] = {
    "requests": ("requests", "reasons", "requests_by_region"),
    "started": ("starters", "natures", "networks"),
    "meetings": ("cadence", "meetings"),
    "support": ("office_hours", "hours_per_living", "support", "duties"),
    "phase_outs": ("phase_outs",),
    "health": ("health", "check_ins"),
    "survival": (),
    "ends": ("ends",),
    "unmet": ("unmet",),
    "outlook": ("outlook_capacity", "outlook_hours", "outlook_queue", "outlook_what_if"),
    "historic": ("historic",),
}
"""Which tables stand in which chapter."""
DATA_DIGITS: Final = 16
COUNTED_IN: Final = "models/views/congress/"
"""Where all queries of the report are."""


def document(report: Report, language: str) -> Document:
    """The report as it is read in that language."""
    w, found = words(language), tables_of(report)
    parts: list[Part] = []
    shown: Sequence[Part]
    for chapter, tables in CHAPTERS.items():
        shown = [grid for key in tables if key in found for grid in grids(report, key, found[key], w)]
        shown = curve_parts(report, w) if chapter == "survival" else shown
        is_empty = all(isinstance(part, Text) for part in shown)
        about = [] if is_empty else [Text(_about(report, chapter, w))]
        parts += [Heading(w(f"chapter.{chapter}.title"), chapter), *about, *shown]
    return Document(
        language=language,
        title=w("page.title"),
        subtitle=w("page.subtitle", until=w.day(last_day(report))),
        organisation=ORGANISATION,
        first=first_page(report, w),
        parts=[*word_for_word(w), *parts, *_changes(report, w), *_counted(report, w)],
    )


def one_chapter(told: Document, chapter: str) -> Document:
    """One chapter of the report by itself."""
    begins = [place for place, part in enumerate(told.parts) if isinstance(part, Heading) and part.level == 1]
    first = next(place for place in begins if getattr(told.parts[place], "key", "") == chapter)
    last = next((place for place in begins if place > first), len(told.parts))
    return replace(told, first=[], parts=told.parts[first:last])


def tables_of(report: Report) -> dict[str, Table]:
    """Every table by what its file and its words are called, in the order of the chapters."""
    found = {table.key: table for table in report.tables}
    found |= {f"outlook_{table.key}": table for table in report.outlook.tables}
    return {key: found[key] for keys in CHAPTERS.values() for key in keys if key in found}


def _about(report: Report, chapter: str, w: ReportWords) -> str:
    quarter = w.quarter(report.outlook.from_quarter)
    return w(f"chapter.{chapter}.about", quarter=quarter, simulations=w.decimal(report.outlook.simulations, 0))


def _changes(report: Report, w: ReportWords) -> list[Part]:
    changes = report.changes
    parts: list[Part] = [Heading(w("chapter.changes.title"), "changes")]
    if changes.since is None:
        return [*parts, Text(w("chapter.changes.first"))]
    name = "about" if changes.cells else "none"
    parts.append(Text(w(f"chapter.changes.{name}", since=w.day(changes.since))))
    if changes.counted_otherwise:
        parts.append(Text(w("chapter.changes.counted_otherwise"), is_note=True))
    if changes.cells:
        headings = [w(f"chapter.changes.{one}") for one in ("table", "row", "column", "before", "now")]
        rows = [_changed(report, change, w) for change in changes.cells]
        parts.append(Grid("changes-cells", w("chapter.changes.cells"), headings, rows, [False] * 3 + [True] * 2))
    return parts


def _changed(report: Report, change: Change, w: ReportWords) -> list[str]:
    table = report.table(change.table)
    columns = {column.key: column for column in table.columns}
    named = [w.cell(report, c, cell, table.key) for c, cell in zip(table.columns, change.row, strict=False)]
    column = columns[change.column]
    before, now = (w.cell(report, column, cell, table.key) for cell in (change.before, change.now))
    return [w(f"table.{table.key}"), ", ".join(named), w.column(table.key, column.key), before, now]


def _counted(report: Report, w: ReportWords) -> list[Part]:
    facts = w(
        "chapter.counted.facts", cutoff=w.day(report.cutoff), model=report.model_version,
        data=report.data_sha256[:DATA_DIGITS],
    )  # fmt: skip
    headings = [w(f"chapter.counted.{one}") for one in ("what", "how", "where", "query")]
    rows = [
        [w.named(one.key), w(f"definition.{one.key}"), one.source, one.query.removeprefix(COUNTED_IN)]
        for one in report.definitions
    ]
    return [
        Heading(w("chapter.counted.title"), "counted"),
        *(Text(w(f"chapter.counted.{one}")) for one in ("about", "small", "rounding", "csv")),
        Text(facts, is_small=True),
        Grid("definitions", w("chapter.counted.definitions"), headings, rows, [False] * 4),
    ]
