"""How long networks live, as parts of the report: a picture for each way of dividing them, and its words."""

from functools import partial
from typing import Final

from models.views.congress.report import EVERYWHERE, Curve, LogRank, Point, Report, Unit
from templates.charts.survival import WIDTH, Life, draw_survival, height_of
from templates.rendering.report.document import Part, Picture, Text
from templates.rendering.report.words import ReportWords

SPLITS: Final = {EVERYWHERE: (EVERYWHERE,), "support": ("with", "without"), "organisers": ("1", "2", "3+")}
TOLD_AT: Final = (12, 24)
CHANCE: Final = 0.05


def curve_parts(report: Report, words: ReportWords) -> list[Part]:
    """Each split that has a group large enough; what is left out is said."""
    parts: list[Part] = []
    for split, groups in SPLITS.items():
        curves = [curve for curve in report.curves if curve.split == split]
        if curves:
            parts.append(_picture(split, curves, words))
        parts += [_compared(one, words) for one in report.log_ranks if one.split == split and curves]
        shown = {curve.group for curve in curves}
        if left_out := [words(f"curve.{split}.group_{group}") for group in groups if group not in shown]:
            told = words("plot.left_out", groups=", ".join(left_out)) if report.curves else ""
            parts += [Text(told, is_small=True)] if told else []
    return parts or [Text(words("plot.none"))]


def _picture(split: str, curves: list[Curve], words: ReportWords) -> Picture:
    lives = [_life(curve, words) for curve in curves]
    named = {name: words(f"plot.{name}") for name in ("alive", "months", "at_risk")}
    named["percent"] = words("percent", number="{}")
    title, told = words(f"curve.{split}.title"), " ".join(_told(curve, words) for curve in curves)
    return Picture(
        f"survival-{split}", title, told, WIDTH, height_of(lives), partial(draw_survival, lives=lives, words=named)
    )


def _life(curve: Curve, words: ReportWords) -> Life:
    return Life(
        name=words(f"curve.{curve.split}.group_{curve.group}"),
        steps=[(one.month, one.survival, *_band(one)) for one in curve.points],
        at_risk=[(one.month, one.at_risk) for one in curve.points],
        until=curve.points[-1].month,
    )


def _band(point: Point) -> tuple[float, float]:
    """The interval; where there is none, no wider than the line."""
    low, high = (point.survival if one is None else one for one in (point.low, point.high))
    return low, high


def _told(curve: Curve, words: ReportWords) -> str:
    """The curve in words: alive after one and two years, with the interval, and when half have stopped."""
    said = []
    for month in TOLD_AT:
        before = [one for one in curve.points if one.month <= month]
        last = before[-1] if curve.points[-1].month >= month else None
        if last and last.low is not None and last.high is not None:
            share, low, high = (words.percent(one) for one in (last.survival, last.low, last.high))
            said.append(words("plot.at_months", share=share, month=month, low=low, high=high))
    half = curve.half_by
    said.append(
        words("plot.no_half") if half is None else words("plot.half_by", months=words.measured(Unit.MONTHS, half))
    )
    name = words(f"curve.{curve.split}.group_{curve.group}")
    return words(
        "plot.told",
        name=f"{name[:1].upper()}{name[1:]}",
        networks=words.decimal(curve.networks, 0),
        said="; ".join(said),
    )


def _compared(rank: LogRank, words: ReportWords) -> Text:
    degrees = words.maybe("plot.degrees_1") if rank.degrees == 1 else words("plot.degrees", number=rank.degrees)
    verdict = words("plot.differs" if rank.p < CHANCE else "plot.may_be_chance")
    told = words(
        "plot.log_rank", statistic=words.decimal(rank.statistic, 1), degrees=degrees, p=words.p_value(rank.p),
        verdict=verdict,
    )  # fmt: skip
    return Text(told, is_note=True)
