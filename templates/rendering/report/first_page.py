"""The first page: what the motion and the board said, sentence by sentence, and the figure that answers each."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, takewhile
from typing import Final

from models.views.congress.report import MODEL_VERSION, Answer, Figure, Hidden, Report
from templates.rendering.report.document import Heading, Part, Said, Sentences, Text
from templates.rendering.report.words import NOTHING, ReportWords

SIDES: Final = ("motion", "board")


def first_page(report: Report, words: ReportWords) -> list[Part]:
    """Its parts in order; two minutes to read."""
    year = last_day(report).year
    parts: list[Part] = [Text(words("page.lead"))]
    for side in SIDES:
        years = words("said.now", year=words.year(report, year)), words("said.before", year=year - 1)
        headings = (words("said.quote"), *years, words("said.plain"))
        said = [_said(report, answer, words) for answer in report.answers if answer.key.startswith(f"{side}_")]
        parts.append(Sentences(words(f"said.{side}"), headings, said))
    how_to_read = words("page.how_to_read", year=words.year(report, year), before=year - 1)
    parts.append(Text(f"{words('page.last_word')} {how_to_read}", is_note=True))
    if report.model_version != MODEL_VERSION:
        parts.append(Text(words("page.counted_before", then=report.model_version, now=MODEL_VERSION), is_note=True))
    return parts


def last_day(report: Report) -> date:
    """The last day that the report knows of."""
    return report.cutoff - timedelta(days=1)


def _said(report: Report, answer: Answer, words: ReportWords) -> Said:
    first = answer.figures[0]
    return Said(
        quote=words(f"answer.{answer.key}.quote"),
        name=words(f"figure.{first.key}"),
        now=_shown(first, first.now, words),
        before=_shown(first, first.last_year, words),
        plain=_plain(report, answer, words),
        rule=words("said.rule", rule=words(f"answer.{answer.key}.rule")),
    )


def _shown(figure: Figure, value: object, words: ReportWords) -> str:
    if isinstance(value, Hidden):
        return words("hidden")
    return words.brief(figure.unit, value) if isinstance(value, int | float) else NOTHING


def _plain(report: Report, answer: Answer, words: ReportWords) -> str:
    """The sentences whose figures can all be shown; said is when the first of them cannot."""
    first = answer.figures[0].now
    if first is None:
        return words("said.nothing")
    known = dict(
        _known(answer, words), year_before=str(last_day(report).year - 1), all_regions=str(len(report.regions))
    )
    told = [words("said.hidden")] if isinstance(first, Hidden) else []
    names = takewhile(words.has, (f"answer.{answer.key}.plain_{number}" for number in count(1)))
    told += [words(name, **known) for name in names if words.values_of(name) <= known.keys()]
    return " ".join(told)


def _known(answer: Answer, words: ReportWords) -> Iterator[tuple[str, str]]:
    """The figures that can be shown, of this year and the one before, each with its unit."""
    for figure in answer.figures:
        for key, value in ((figure.key, figure.now), (f"{figure.key}_before", figure.last_year)):
            if isinstance(value, int | float):
                yield key, words.measured(figure.unit, value)


def word_for_word(words: ReportWords) -> list[Part]:
    """The motion and the board's answer as they were written."""
    asked, answered = ("asked_by", "background", "demand"), ("answer_1", "answer_2", "answer_3", "proposal")
    return [
        Heading(words("motion.title"), "motion"),
        Heading(words("motion.asked_title"), "motion-asked", 2),
        *(Text(words(f"motion.{one}")) for one in asked),
        Heading(words("motion.answer_title"), "motion-answer", 2),
        *(Text(words(f"motion.{one}")) for one in answered),
    ]
