"""How long networks live, as a picture: shares at the months that are shown, their 95 % bands, and how many are
followed longer (section 11). Between two months a line leads from one to the other: where it falls is not shown.

Groups differ in colour, in dash and by the name at their end, so that the picture reads in black and white too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from templates.charts.canvas import Canvas, Point
from templates.charts.svg import FAINT, INK

WIDTH: Final = 680
LEFT, RIGHT, TOP, FLOOR = 150.0, 560.0, 34.0, 240.0
ROW: Final = 18
NAMES: Final = 8.0
LOOKS: Final = (("#0b5fa5", ""), ("#b34700", "7 3"), ("#00765a", "2 3"), ("#8a4f7d", "11 3"))
MOST_TICKS: Final = 9
APART: Final = 15
DOT: Final = 4.0


@dataclass(frozen=True)
class Life:
    """A group's curve: (month, share, lower, upper) at each month that is shown, from month 0; and numbers at risk."""

    name: str
    shown: Sequence[tuple[float, float, float, float]]
    at_risk: Sequence[tuple[int, int]]
    until: float


def height_of(lives: Sequence[Life]) -> int:
    """How tall the picture is."""
    return int(FLOOR) + 64 + ROW * len(lives)


def draw_survival(on: Canvas, lives: Sequence[Life], words: dict[str, str]) -> None:
    """Draws it. `words` has alive, months, at_risk and percent (with {} for the number)."""
    months = max(max(life.until for life in lives), 12)
    ticks = _ticks(months)
    last = ticks[-1]

    def place(month: float, share: float) -> Point:
        return LEFT + (RIGHT - LEFT) * month / last, FLOOR - (FLOOR - TOP) * share

    on.text(LEFT, TOP - 18, words["alive"], colour=FAINT)
    on.rules([(*place(0, part / 4), *place(last, part / 4)) for part in range(5)])
    for part in range(5):
        on.text(LEFT - 8, place(0, part / 4)[1] + 4, words["percent"].format(part * 25), anchor="end", colour=FAINT)
    for tick in ticks:
        on.text(place(tick, 0)[0], FLOOR + 16, str(tick), anchor="middle", colour=FAINT)
    on.text(RIGHT + 10, FLOOR + 16, words["months"], colour=FAINT)
    for life, (colour, _) in zip(lives, LOOKS, strict=False):
        on.area(_band(life, place), colour, opacity=0.13)
    ends: list[tuple[float, str, str]] = []
    for life, (colour, dash) in zip(lives, LOOKS, strict=False):
        points = [place(month, share) for month, share, _, _ in life.shown]
        on.line(points, colour, width=2.2, dash=dash)
        for x, y in points[1:]:
            on.rect(x - DOT / 2, y - DOT / 2, DOT, DOT, colour)
        ends.append((points[-1][1], life.name, colour))
    _names(on, ends, place(max(life.until for life in lives), 0)[0] + 8)
    _at_risk(on, lives, words["at_risk"], ticks, place)


def _ticks(months: float) -> list[int]:
    apart = next(one for one in (3, 6, 12, 24, 60) if months / one <= MOST_TICKS or one == 60)
    return list(range(0, int(-(-months // apart)) * apart + 1, apart))


def _band(life: Life, place: Callable[[float, float], Point]) -> list[Point]:
    lower = [place(month, low) for month, _, low, _ in life.shown]
    upper = [place(month, high) for month, _, _, high in life.shown]
    return [*upper, *reversed(lower)]


def _names(on: Canvas, ends: list[tuple[float, str, str]], x: float) -> None:
    lowest = -1.0
    for y, name, colour in sorted(ends):
        lowest = max(y + 4, lowest + APART)
        on.text(x, lowest, name, bold=True, colour=colour)


def _at_risk(
    on: Canvas, lives: Sequence[Life], heading: str, ticks: Sequence[int], place: Callable[[float, float], Point]
) -> None:
    """Numbers under the axis: for each tick that of the nearest month that is shown, at the month's own place."""
    y = FLOOR + 42
    on.text(NAMES, y, heading, colour=FAINT)
    for life, (colour, _) in zip(lives, LOOKS, strict=False):
        y += ROW
        for month, count in _near(life.at_risk, ticks):
            on.text(place(month, 0)[0], y, str(count), anchor="middle", colour=INK)
        on.text(NAMES, y, life.name, bold=True, colour=colour)


def _near(at_risk: Sequence[tuple[int, int]], ticks: Sequence[int]) -> list[tuple[int, int]]:
    found: dict[tuple[int, int], None] = {}
    for tick in ticks:
        away, nearest = min((abs(one[0] - tick), one) for one in at_risk)
        if away < ticks[1] / 2:
            found[nearest] = None
    return list(found)
