"""The health check's pictures: how scores lie, how much the office carries, and one network's life (section 7)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from templates.charts.svg import FAINT, INK, LEVEL_COLOURS, Drawing, level_fill
from templates.rendering.filters import points as shown
from templates.vocabulary.health import level_name, state_name

WIDTH: Final = 760
LEFT, RIGHT = 48, 20
STACKED: Final = ("red", "yellow", "green")
BLUE, ORANGE = "#0b5fa5", "#b34700"
STEP_LINES: Final = {0: (INK, ""), 1: (ORANGE, ""), 2: (BLUE, "6 3"), 3: ("#8a4f7d", "2 3"), 4: ("#00765a", "8 3 2 3")}
STATE_COLOURS: Final = {
    "planned": "#e4e7eb", "starting": "#d6e4f5", "sharing": "#b9d3ee", "trial": "#97bfe6", "independent": "#cdebe0",
    "resting": "#efe6cf", "closed": "#7b8794", "merged": "#7b8794", "split": "#7b8794", "annulled": "#7b8794",
}  # fmt: skip
GREEN_FROM, YELLOW_FROM, HIGHEST = 70, 45, 100
WORDS: Final = {
    "sv": {
        "distribution": "Så ligger poängen",
        "networks": "nätverk",
        "points": "poäng",
        "dependence": "Kansliets andel av uppgifterna på träffarna",
        "all": "alla",
        "step": "steg",
        "quarter": "kvartal",
        "none": "Inga träffar är rapporterade ännu.",
        "life": "Nätverkets liv",
        "score": "Poäng",
        "met": "Träffar, antal som kom",
        "asked": "Avstämningar, svar 1–5",
        "by_members": "ordnad av medlemmar",
        "by_office": "kansliet bjöd in eller ledde",
        "booked": "bokad",
        "no_answer": "inget svar",
        "today": "i dag",
    },
    "en": {
        "distribution": "How the scores lie",
        "networks": "networks",
        "points": "points",
        "dependence": "The office's share of the duties at meetings",
        "all": "all",
        "step": "step",
        "quarter": "quarter",
        "none": "No meetings have been reported yet.",
        "life": "The network's life",
        "score": "Score",
        "met": "Meetings, how many came",
        "asked": "Check-ins, answers 1–5",
        "by_members": "arranged by members",
        "by_office": "the office invited or led",
        "booked": "booked",
        "no_answer": "no answer",
        "today": "today",
    },
}


def distribution_chart(counts: Mapping[str, Sequence[int]], language: str) -> Drawing:
    """How many networks of each level lie in each tenth of the scale."""
    words, totals = WORDS[language], {level: sum(counts[level]) for level in STACKED}
    told = ", ".join(f"{level_name(level, language)} {totals[level]}" for level in reversed(STACKED))
    picture = Drawing(WIDTH, 250, words["distribution"], told)
    picture.text(16, 26, words["distribution"], size=15, bold=True)
    _legend_of_levels(picture, totals, language)
    bins = len(counts["green"])
    highest = max((sum(counts[level][place] for level in STACKED) for place in range(bins)), default=0) or 1
    floor, height = 214, 150
    wide = (WIDTH - LEFT - RIGHT) / bins
    for place in range(bins):
        x, y = LEFT + place * wide, float(floor)
        for level in STACKED:
            tall = counts[level][place] * height / highest
            y -= tall
            if tall:
                picture.rect(x + 3, y, wide - 6, tall, level_fill(level))
        if total := sum(counts[level][place] for level in STACKED):
            picture.text(x + wide / 2, y - 5, str(total), anchor="middle")
    picture.line([(LEFT, floor), (WIDTH - RIGHT, floor)], FAINT)
    for place in range(bins + 1):
        points = str(place * HIGHEST // bins)
        picture.text(LEFT + place * wide, floor + 16, points, anchor="middle", colour=FAINT)
    picture.text(WIDTH - RIGHT, floor + 31, words["points"], anchor="end", colour=FAINT)
    return picture


def _legend_of_levels(picture: Drawing, totals: Mapping[str, int], language: str) -> None:
    x = float(WIDTH - RIGHT)
    for level in STACKED:
        words = f"{level_name(level, language)} {totals[level]}"
        x -= 7 * len(words)
        picture.text(x, 26, words, size=12)
        picture.rect(x - 18, 15, 13, 13, level_fill(level))
        x -= 34


class QuarterShare(NamedTuple):
    """A quarter's duties at one step (0: all), and how many the office carried."""

    quarter: str
    step: int
    office: int
    recorded: int


def dependence_chart(shares: Sequence[QuarterShare], language: str) -> Drawing:
    """A line for each step and one for all, over the quarters."""
    words = WORDS[language]
    quarters = sorted({share.quarter for share in shares})
    of_all = [f"{one.quarter} {_percent(one, language)}" for one in shares if one.step == 0]
    picture = Drawing(WIDTH, 260, words["dependence"], ", ".join(of_all) or words["none"])
    picture.text(16, 26, words["dependence"], size=15, bold=True)
    if not quarters:
        picture.text(16, 60, words["none"])
        return picture
    highest = max(0.1, *(share.office / share.recorded for share in shares))
    top, floor, right = 50, 222, WIDTH - 84
    apart = (right - LEFT) / max(len(quarters) - 1, 1)
    heights = [(highest * part / 4, floor - (floor - top) * part / 4) for part in range(5)]
    picture.rules([(LEFT, y, right, y) for _, y in heights])
    for share, y in heights:
        picture.text(LEFT - 6, y + 4, f"{share * 100:.0f} %", anchor="end", colour=FAINT)
    for place, quarter in enumerate(quarters):
        picture.text(LEFT + place * apart, floor + 18, quarter, anchor="middle", colour=FAINT)
    ends: list[tuple[float, str, str]] = []
    for step, (colour, dash) in STEP_LINES.items():
        points = [
            (LEFT + quarters.index(one.quarter) * apart, floor - (floor - top) * one.office / one.recorded / highest)
            for one in shares
            if one.step == step
        ]
        if points:
            picture.line(points, colour, width=1.8 if step else 3, dash=dash)
            for x, y in points:
                picture.dot(x, y, colour, radius=2.5 if step else 3.5)
            ends.append((points[-1][1], words["all"] if step == 0 else f"{words['step']} {step}", colour))
    _labels_at_the_end(picture, ends, right + 8)
    return picture


def _labels_at_the_end(picture: Drawing, ends: list[tuple[float, str, str]], x: float) -> None:
    """Names beside the lines' ends, moved apart where lines meet."""
    lowest = 0.0
    for y, name, colour in sorted(ends):
        lowest = max(y + 4, lowest + 14)
        picture.text(x, lowest, name, size=12, bold=True, colour=colour)


def _percent(share: QuarterShare, language: str) -> str:
    return f"{100 * share.office / share.recorded:.0f}{' %' if language == 'sv' else '%'}"


class NetworkLifeChart(NamedTuple):
    """One network's life between two days, as plain days and figures."""

    begins: date
    today: date
    spans: Sequence[tuple[str, date, date]]
    meetings: Sequence[tuple[date, int, bool]]
    booked: Sequence[date]
    check_ins: Sequence[tuple[date, int | None]]
    scores: Sequence[tuple[date, float, str]]


def network_life_chart(story: NetworkLifeChart, language: str) -> Drawing:
    """States as a band, the score as a line, meetings as dots, check-ins as diamonds, on one line of time."""
    words = WORDS[language]
    told = (
        f"{len(story.meetings)} {words['met'].lower()}: "
        + ", ".join(f"{day} {attended}" for day, attended, _ in story.meetings[-6:])
        + f". {words['score']}: "
        + ", ".join(f"{day} {points:.0f} {level_name(level, language)}" for day, points, level in story.scores[-3:])
    )
    picture = Drawing(WIDTH, 386, words["life"], told)
    time = _Axis(story.begins, max([story.today, *story.booked[:1]]))
    _months(picture, time)
    x = time.x(story.today)
    picture.line([(x, 18), (x, 354)], FAINT, dash="2 3")
    picture.text(min(x + 4, WIDTH - RIGHT - 30), 352, words["today"], colour=FAINT)
    _band(picture, time, story, language)
    _score_line(picture, time, story, language)
    _dots(picture, time, story, words)
    _diamonds(picture, time, story, words)
    return picture


class _Axis:
    """From days to places on the paper."""

    def __init__(self, begins: date, ends: date) -> None:
        self.begins, self.ends = begins, max(ends, begins + timedelta(days=30)) + timedelta(days=10)

    def x(self, day: date) -> float:
        share = (day - self.begins).days / (self.ends - self.begins).days
        return LEFT + share * (WIDTH - LEFT - RIGHT)


def _months(picture: Drawing, time: _Axis) -> None:
    """The first of months, as many as there is room for."""
    months = (time.ends - time.begins).days / 30.4
    apart = next(one for one in (1, 2, 3, 6, 12) if months / one <= 9 or one == 12)
    day = time.begins.replace(day=1)
    lines: list[tuple[float, float, float, float]] = []
    while day <= time.ends:
        if day >= time.begins and (day.month - 1) % apart == 0:
            lines.append((time.x(day), 46, time.x(day), 358))
            picture.text(time.x(day), 374, f"{day:%Y-%m}", anchor="middle", colour=FAINT)
        day = (day + timedelta(days=31)).replace(day=1)
    picture.rules(lines)


def _band(picture: Drawing, time: _Axis, story: NetworkLifeChart, language: str) -> None:
    right = 0.0
    for state, begins, ends in story.spans:
        x, wide = time.x(begins), max(time.x(ends) - time.x(begins), 2)
        picture.rect(x, 20, wide, 24, STATE_COLOURS[state])
        name = state_name(state, language)
        if wide > 6.2 * len(name) + 6 and x > right:
            picture.text(x + 5, 36, name)
            right = x + 6.2 * len(name)


def _score_line(picture: Drawing, time: _Axis, story: NetworkLifeChart, language: str) -> None:
    top, floor = 78, 166
    picture.text(16, 66, WORDS[language]["score"], size=12, bold=True)

    def y(points: float) -> float:
        return floor - (floor - top) * points / HIGHEST

    marks = (0, YELLOW_FROM, GREEN_FROM, HIGHEST)
    picture.rules([(LEFT, y(points), WIDTH - RIGHT, y(points)) for points in marks])
    for points in marks:
        picture.text(LEFT - 6, y(points) + 4, str(points), anchor="end", colour=FAINT)
    places = [(time.x(day), y(points)) for day, points, _ in story.scores]
    if len(places) > 1:
        picture.line(places, FAINT, width=1.5)
    for (across, up), (_, _, level) in zip(places, story.scores, strict=True):
        picture.dot(across, up, LEVEL_COLOURS[level], radius=4, hollow=level == "yellow")
        if level == "red":
            picture.line([(across - 3, up - 3), (across + 3, up + 3)], "#fff", width=1.4)
    if places:
        across, up = places[-1]
        is_room = across < WIDTH - RIGHT - 32
        last = shown(story.scores[-1][1], language)
        picture.text(
            across + 7 if is_room else across, up - 8, last, size=12, bold=True, anchor="start" if is_room else "end"
        )


def _dots(picture: Drawing, time: _Axis, story: NetworkLifeChart, words: Mapping[str, str]) -> None:
    top, floor = 212, 282
    picture.text(16, 196, words["met"], size=12, bold=True)
    picture.dot(238, 192, BLUE)
    picture.text(247, 196, words["by_members"])
    picture.dot(400, 192, ORANGE, hollow=True)
    picture.text(409, 196, words["by_office"])
    picture.text(600, 196, f"│ {words['booked']}")
    most = max([attended for _, attended, _ in story.meetings], default=0) or 1
    places = [(time.x(day), floor - (floor - top - 8) * attended / most) for day, attended, _ in story.meetings]
    picture.rules([(LEFT, floor, WIDTH - RIGHT, floor), *((x, floor, x, y) for x, y in places)])
    for (x, y), (_, attended, by_members) in zip(places, story.meetings, strict=True):
        picture.dot(x, y, BLUE if by_members else ORANGE, radius=4.5, hollow=not by_members)
        picture.text(x, y - 8, str(attended), anchor="middle")
    for day in story.booked[:1]:
        picture.line([(time.x(day), floor), (time.x(day), top)], BLUE, width=2, dash="4 3")


def _diamonds(picture: Drawing, time: _Axis, story: NetworkLifeChart, words: Mapping[str, str]) -> None:
    middle = 336
    picture.text(16, 312, words["asked"], size=12, bold=True)
    picture.diamond(238, 308, ORANGE, hollow=True)
    picture.text(247, 312, words["no_answer"])
    for day, motivation in story.check_ins:
        x = time.x(day)
        picture.diamond(x, middle, BLUE if motivation else ORANGE, size=6, hollow=motivation is None)
        if motivation:
            picture.text(x, middle - 10, str(motivation), anchor="middle")
