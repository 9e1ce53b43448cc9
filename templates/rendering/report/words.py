"""The report's words in one language by key, and its figures as people read them."""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

from babel.numbers import format_decimal

from models.views.congress.report import EVERYWHERE, Cell, Column, Hidden, Report, Unit
from models.vocabulary import ITEM, NATURE, REASON, Words, word
from templates.rendering.filters import LOCALES, short_day
from templates.rendering.wording import Wording
from templates.vocabulary.health import LEVELS

FOLDER: Final = Path(__file__).parents[2] / "report"
PATTERNS: Final = {
    Unit.NUMBER: (0, 0),
    Unit.DECIMAL: (1, 1),
    Unit.DAYS: (1, 0),
    Unit.HOURS: (1, 1),
    Unit.MONTHS: (1, 0),
}
"""How many digits stand after a figure's comma: at most, and always."""
JUST_ANY: Final = Decimal("0.5")
"""Percent: less is written "<1 %"."""
CODES: Final[dict[str, Words]] = {
    "item": ITEM,
    "level": {level: (names["sv"], names["en"]) for level, names in LEVELS.items()},
    "nature": NATURE,
    "reason": REASON,
}
SIGNED: Final = {("what_if", "hours")}
"""Columns that say by how much more or less."""
SMALLEST_P, TWO_DIGITS_FROM = 0.001, 0.01
NOTHING: Final = "–"
LARGE: Final = 10  # hours


class ReportWords(Wording):
    """The sentences of one language by name: `words("table.requests.title")`."""

    def has(self, name: str) -> bool:
        """Whether there is a sentence of that name."""
        return name in self.sentences

    def values_of(self, name: str) -> set[str]:
        """The values that a sentence is filled in with."""
        return {value for _, value, _, _ in Formatter().parse(self.sentences[name]) if value}

    def maybe(self, name: str, /, **values: object) -> str:
        """The sentence, or nothing where there is none of that name."""
        return self.sentences[name].format_map(values) if name in self.sentences else ""

    def column(self, table: str, key: str) -> str:
        """A column's heading; a table may have a word of its own for it."""
        return self.maybe(f"column_of.{table}.{key}") or self(f"column.{key}")

    def code(self, table: str, column: str, code: object) -> str:
        """The words of a code: a table's own, else what it is called everywhere."""
        own = self.maybe(f"code_of.{table}.{column}.{code}") or self.maybe(f"code.{column}.{code}")
        return own or word(CODES[column], code, self.language)

    def place_of(self, column: str, code: object) -> int:
        """Where a code stands among those of its column."""
        codes = list(CODES.get(column, ()))
        return codes.index(str(code)) if str(code) in codes else 0

    def cell(self, report: Report, column: Column, cell: Cell, table: str) -> str:
        """A cell of a table as it is read."""
        if isinstance(cell, Hidden):
            return self("hidden")
        if cell is None:
            return NOTHING
        match column.unit:
            case Unit.YEAR:
                return self.year(report, cell)
            case Unit.DATE:
                return str(cell)
            case Unit.QUARTER:
                return self.quarter(str(cell))
            case Unit.REGION:
                return self("everywhere") if cell == EVERYWHERE else report.regions[str(cell)]
            case Unit.WORD:
                return self.code(table, column.key, cell)
            case _:
                if (table, column.key) in SIGNED:
                    return f"{'+' if float(cell) > 0 else ''}{self.decimal(float(cell), 0)}"
                return self.number(column.unit, float(cell))

    def number(self, unit: Unit, value: float) -> str:
        """A figure of that unit, without the unit's name but for the sign of a share."""
        if unit is Unit.SHARE:
            return self.percent(value)
        return self._formatted(exact(value), *PATTERNS[unit])

    def brief(self, unit: Unit, value: float) -> str:
        """A figure for who reads on: large hours without tenths."""
        return self.decimal(value, 0) if unit is Unit.HOURS and value >= LARGE else self.number(unit, value)

    def measured(self, unit: Unit, value: float) -> str:
        """A figure with its unit's name: "12 dagar"."""
        shown = self.brief(unit, value)
        return self.maybe(f"unit.{unit}_1" if value == 1 else f"unit.{unit}", number=shown) or shown

    def percent(self, share: float) -> str:
        """A share of one as whole percent; what is neither none nor all is never written as if it were."""
        whole = exact(share) * 100
        if 0 < whole < JUST_ANY:
            return self("percent", number="<1")
        if 100 - JUST_ANY <= whole < 100:
            return self("percent", number=">99")
        return self("percent", number=self._formatted(whole, 0, 0))

    def points(self, difference: float) -> str:
        """How much larger one share is than another, in percentage points: "+4" or "−12"."""
        shown = self._formatted(exact(difference) * 100, 0, 0)
        return shown if shown[0] in "−0" else f"+{shown}"

    def decimal(self, value: float, digits: int) -> str:
        """A number with so many digits after its comma."""
        return self._formatted(exact(value), digits, digits)

    def year(self, report: Report, year: object) -> str:
        """A year; one that was not over at the cut-off says so."""
        is_over = (report.cutoff.month, report.cutoff.day) == (1, 1) or year != report.cutoff.year
        return str(year) if is_over else self("so_far", year=year)

    def quarter(self, code: str) -> str:
        """2027Q1 as it is read."""
        return self("quarter", year=code[:4], number=code[-1])

    def named(self, key: str) -> str:
        """What a table, a curve or an answer is called, by its definition's key."""
        return self.maybe(f"table.{key}") or self.maybe(f"answer.{key}.quote") or self(f"definition_of.{key}")

    def p_value(self, p: float) -> str:
        """A p-value as it is written: "p = 0,04" or "p < 0,001"."""
        small = p < SMALLEST_P
        return f"p {'<' if small else '='} {self.decimal(SMALLEST_P if small else p, 3 if p < TWO_DIGITS_FROM else 2)}"

    def day(self, value: Any) -> str:
        """A day as text: "1 januari 2029"."""
        return short_day(value, self.language)

    def _formatted(self, value: Decimal, most: int, always: int) -> str:
        """A number with at most so many digits after its comma, and always so many: half is rounded up, away from
        nought (Babel alone would round it to the even digit).
        """
        rounded = value.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP)
        pattern = "#,##0." + "0" * always + "#" * (most - always) if most else "#,##0"
        return format_decimal(rounded or abs(rounded), pattern, locale=LOCALES[self.language]).replace("-", "−")


def exact(value: float) -> Decimal:
    """The number as it is written in the tables, without what binary fractions add to it."""
    return Decimal(str(value))


@cache
def words(language: str) -> ReportWords:
    """The words of that language, read once a process."""
    return ReportWords(language, (FOLDER,))
