"""How long networks live, as parts of the report: a picture for each way of dividing them, and its words."""

from functools import partial
from typing import Final

from models.views.congress.report import EVERYWHERE, Curve, Difference, LogRank, Point, Report, Unit
from templates.charts.survival import WIDTH, Life, draw_survival, height_of
from templates.rendering.report.document import Part, Picture, Text
from templates.rendering.report.words import ReportWords

SPLITS: Final = {EVERYWHERE: (EVERYWHERE,), "support": ("with", "without"), "organisers": ("1", "2", "3+")}
CHANCE: Final = 0.05
SHORTEST: Final = 6
"""Months of a curve that are worth a picture."""


def curve_parts(report: Report, words: ReportWords) -> list[Part]:
    """Each split that has a group large enough; what is left out is said."""
    parts: list[Part] = []
    for split, groups in SPLITS.items():
        curves = [curve for curve in report.curves if curve.split == split]
        if curves:
            last = curves[0].points[-1].month
            short = Text(words("plot.too_short", title=words(f"curve.{split}.title"), month=last))
            parts.append(_picture(split, curves, words) if last >= SHORTEST else short)
        apart = _differ([one for one in report.differences if one.split == split], words)
        parts += [_compared(one, apart, words) for one in report.log_ranks if one.split == split and curves]
        shown = {curve.group for curve in curves}
        if left_out := [words(f"curve.{split}.group_{group}") for group in groups if group not in shown]:
            told = words("plot.left_out", groups=", ".join(left_out)) if report.curves else ""
            parts += [Text(told, is_small=True)] if told else []
    return parts or [Text(words("plot.none"))]


def _picture(split: str, curves: list[Curve], words: ReportWords) -> Picture:
    lives = [_life(curve, words) for curve in curves]
    named = {name: words(f"plot.{name}") for name in ("alive", "months", "at_risk")}
    named["percent"] = words("percent", number="{}")
    title, told = words(f"curve.{split}.title"), " ".join([*(_told(one, words) for one in curves), _cut(curves, words)])
    return Picture(
        f"survival-{split}",
        title,
        told.strip(),
        WIDTH,
        height_of(lives),
        partial(draw_survival, lives=lives, words=named),
    )


def _life(curve: Curve, words: ReportWords) -> Life:
    return Life(
        name=words(f"curve.{curve.split}.group_{curve.group}"),
        shown=[(one.month, one.survival, *_band(one)) for one in curve.points],
        at_risk=[(one.month, one.at_risk) for one in curve.points],
        until=curve.points[-1].month,
    )


def _band(point: Point) -> tuple[float, float]:
    """The interval; where there is none, no wider than the line."""
    low, high = (point.survival if one is None else one for one in (point.low, point.high))
    return low, high


def _told(curve: Curve, words: ReportWords) -> str:
    """The curve in words: what is left year by year, with the interval, and when half have stopped."""
    said = [_at(point, words) for point in curve.yearly]
    if curve.half_by is not None:
        said.append(words("plot.half_by", months=words.measured(Unit.MONTHS, curve.half_by)))
    name = words(f"curve.{curve.split}.group_{curve.group}")
    return words(
        "plot.told",
        name=f"{name[:1].upper()}{name[1:]}",
        networks=words.decimal(curve.networks, 0),
        said="; ".join(said) or words("plot.no_half"),
    )


def _at(point: Point, words: ReportWords) -> str:
    share = words.percent(point.survival)
    if point.low is None or point.high is None:
        return words("plot.at_months_surely", share=share, month=point.month)
    low, high = words.percent(point.low), words.percent(point.high)
    return words("plot.at_months", share=share, month=point.month, low=low, high=high)


def _cut(curves: list[Curve], words: ReportWords) -> str:
    """That there is more than can be shown, where there is."""
    last = curves[0].points[-1].month
    followed = sum(curve.points[-1].at_risk for curve in curves)
    return words("plot.cut", month=last, networks=words.decimal(followed, 0)) if followed else ""


def _differ(differences: list[Difference], words: ReportWords) -> str:
    """By how much two groups differ, year by year, with the interval."""
    return " ".join(
        words(
            "plot.apart",
            groups=" − ".join(words(f"curve.{one.split}.group_{group}") for group in one.groups),
            month=one.month,
            **{key: words.points(value) for key, value in (("apart", one.apart), ("low", one.low), ("high", one.high))},
        )
        for one in differences
    )


def _compared(rank: LogRank, apart: str, words: ReportWords) -> Text:
    degrees = words.maybe("plot.degrees_1") if rank.degrees == 1 else words("plot.degrees", number=rank.degrees)
    verdict = words("plot.differs" if rank.p < CHANCE else "plot.may_be_chance")
    told = words(
        "plot.log_rank", statistic=words.decimal(rank.statistic, 1), degrees=degrees, p=words.p_value(rank.p),
        verdict=verdict,
    )  # fmt: skip
    return Text(f"{apart} {told}".strip(), is_note=True)
