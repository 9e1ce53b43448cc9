"""The first page: what the motion and the board said, sentence by sentence, and the figure that answers each."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from models.views.congress.report import Answer, Figure, Hidden, Report
from templates.rendering.report.document import Heading, Part, Said, Sentences, Text
from templates.rendering.report.words import NOTHING, ReportWords

SIDES: Final = ("motion", "board")


def first_page(report: Report, words: ReportWords) -> list[Part]:
    """Its parts in order; two minutes to read."""
    year = last_day(report).year
    parts: list[Part] = [Text(words("page.lead"))]
    for side in SIDES:
        headings = (
            words("said.quote"), words("said.now", year=year), words("said.before", year=year - 1), words("said.plain")
        )  # fmt: skip
        said = [_said(report, answer, words) for answer in report.answers if answer.key.startswith(f"{side}_")]
        parts.append(Sentences(words(f"said.{side}"), headings, said))
    return [
        *parts,
        Text(words("page.last_word")),
        Text(words("page.how_to_read", year=year, before=year - 1), is_note=True),
    ]


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
    )


def _shown(figure: Figure, value: object, words: ReportWords) -> str:
    if isinstance(value, Hidden):
        return words("hidden")
    return words.brief(figure.unit, value) if isinstance(value, int | float) else NOTHING


def _plain(report: Report, answer: Answer, words: ReportWords) -> str:
    """The sentence with all of its figures; where one cannot be shown, that of the first alone."""
    first = answer.figures[0].now
    if isinstance(first, Hidden):
        return f"{words('said.hidden')} {words(f'answer.{answer.key}.short')}"
    if first is None:
        return words("said.nothing")
    known: Mapping[str, str] = {
        figure.key: words.measured(figure.unit, figure.now)
        for figure in answer.figures
        if isinstance(figure.now, int | float)
    }
    name = "plain" if len(known) == len(answer.figures) else "short"
    return words(f"answer.{answer.key}.{name}", **known, all_regions=len(report.regions))


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
