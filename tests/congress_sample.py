"""A made-up congress report with every table, some hidden cells, curves and an outlook: for what shows it."""

import random
from datetime import date
from typing import Any

from models.views.congress.columns import ANSWERS, OUTLOOK, SPLITS, TABLES
from models.views.congress.definitions import DEFINITIONS
from models.views.congress.report import (
    EVERYWHERE,
    HIDDEN,
    MODEL_VERSION,
    Answer,
    Cell,
    Change,
    Changes,
    Column,
    Curve,
    Figure,
    LogRank,
    Outlook,
    Point,
    Report,
    Table,
    Unit,
)

CUTOFF = date(2029, 1, 1)
YEARS = (2026, 2027, 2028)
REGIONS = {"ab": "Stockholm", "bd": "Norrbotten", "o": "Västra Götaland", "y": "Västernorrland"}
CODES = {
    "reason": ("not_a_member", "no_place", "whole_country", "no_member_interest"),
    "origin": ("member", "representative"),
    "nature": ("town", "business_park", "role", "theme", "other"),
    "step": ("all", "0", "1", "2", "3", "4"),
    "item": ("starter_kit", "send_out", "negotiator_at_meeting", "speaker"),
    "level": ("green", "yellow", "red", "not_assessed"),
    "what": ("resting", "closed", "never_started"),
}
OF_ENDS = ("asked", "unreachable", "never_met")


def sample_report(**changes: Any) -> Report:
    """The same report each time; `changes` are parts of it to have otherwise."""
    drawn = random.Random(7)
    parts: dict[str, Any] = {
        "cutoff": CUTOFF,
        "model_version": MODEL_VERSION,
        "data_sha256": "5f" * 32,
        "regions": REGIONS,
        "tables": tuple(Table(key, columns, _rows(key, columns, drawn)) for key, columns in TABLES.items()),
        "curves": (_curve(EVERYWHERE, EVERYWHERE, 214, drawn), *_divided(drawn)),
        "log_ranks": (
            LogRank("support", ("with", "without"), 4.1873, 1, 0.0407),
            LogRank("organisers", ("2", "3+"), 19.2, 1, 0.00001),
        ),
        "answers": tuple(
            Answer(key, tuple(_figure(one, drawn) for one in columns)) for key, columns in ANSWERS.items()
        ),
        "outlook": Outlook(
            "2029Q1", 2000,
            **{key: Table(key, columns, _rows(key, columns, drawn)) for key, columns in OUTLOOK.items()},
        ),
        "definitions": DEFINITIONS,
        "changes": Changes(
            since=date(2028, 1, 1),
            counted_otherwise=True,
            cells=(Change("meetings", (2027, EVERYWHERE), "held", 418, 423),),
        ),
    }  # fmt: skip
    return Report(**parts | changes)


def _rows(key: str, columns: tuple[Column, ...], drawn: random.Random) -> tuple[tuple[Cell, ...], ...]:
    names: list[tuple[Cell, ...]] = [()]
    for column in columns:
        if values := _names(key, column):
            names = [(*row, value) for row in names for value in values]
    figures = [column for column in columns if not _names(key, column)]
    rows: list[tuple[Cell, ...]] = []
    for place, name in enumerate(names):
        cells = [_cell(column.unit, drawn, large=EVERYWHERE in name) for column in figures]
        for at, column in enumerate(figures):
            if column.key == "low":
                middle = float(cells[at - 1])  # type: ignore[arg-type]
                cells[at : at + 2] = [round(middle * 0.6, 1), round(middle * 1.5, 1)]
        if "median_days_to_talk" not in str(figures) and place % 7 == 3:
            cells[-1] = HIDDEN
        rows.append((*name, *cells))
    return tuple(rows)


def _names(key: str, column: Column) -> tuple[Cell, ...]:
    if (key, column.key) == ("ends", "reason"):
        return OF_ENDS
    if (key, column.key) == ("what_if", "hours"):
        return (-24.0, 0.0, 24.0)
    by_unit: dict[Unit, tuple[Cell, ...]] = {
        Unit.YEAR: YEARS,
        Unit.QUARTER: ("2029Q1", "2029Q2", "2029Q3", "2029Q4"),
        Unit.REGION: (EVERYWHERE, *REGIONS),
        Unit.WORD: CODES.get(column.key, ()),
    }
    return by_unit.get(column.unit, ())


def _cell(unit: Unit, drawn: random.Random, *, large: bool = False) -> Cell:
    match unit:
        case Unit.NUMBER:
            return drawn.randint(80, 400) if large else drawn.randint(3, 60)
        case Unit.SHARE:
            return round(drawn.random(), 4)
        case Unit.DAYS:
            return drawn.randint(2, 14)
        case Unit.HOURS:
            return round(drawn.uniform(4, 900), 1)
        case _:
            return round(drawn.uniform(1, 9), 2)


def _figure(column: Column, drawn: random.Random) -> Figure:
    last_year = None if column.key == "need_signals" else _cell(column.unit, drawn)
    return Figure(column.key, column.unit, _cell(column.unit, drawn), last_year)


def _divided(drawn: random.Random) -> list[Curve]:
    sizes = {"support": (151, 63), "organisers": (0, 88, 112)}
    return [
        _curve(split, group, size, drawn)
        for split, groups in SPLITS.items()
        for group, size in zip(groups, sizes[split], strict=True)
        if size
    ]


def _curve(split: str, group: str, networks: int, drawn: random.Random) -> Curve:
    points, alive, left = [Point(0, networks, 1.0, 1.0, 1.0)], 1.0, float(networks)
    for month in range(3, 31, 3):
        left *= 0.86
        alive *= 1 - drawn.uniform(0, 0.12)
        wide = 1.4 / (left**0.5)
        low, high = max(alive - wide * 0.5, 0), min(alive + wide * 0.4, 1)
        points.append(Point(month, int(left), round(alive, 4), round(low, 4), round(high, 4)))
    return Curve(split, group, networks, tuple(points), None if alive > 0.5 else 27)
