"""The report's words: every table, column, code, sentence and definition has its own in both languages."""

import string

import pytest

from models.tables.health import Level
from models.tables.network import Nature, Origin
from models.tables.request import RefusalReason
from models.tables.support import Item
from models.views.congress.columns import ANSWERS, OUTLOOK, SPLITS, TABLES
from models.views.congress.counting.networks import NEVER_STARTED, RESTS_OR_ENDS, WHYS
from models.views.congress.counting.support import STEPS
from models.views.congress.definitions import DEFINITIONS
from models.views.congress.report import EVERYWHERE, Unit
from templates.rendering.report.chapters import CHAPTERS
from templates.rendering.report.words import words
from tests.congress_sample import sample_report

LANGUAGES = ("sv", "en")
CODES: dict[str, list[str]] = {
    "origin": [one for one in Origin if one != Origin.historic_office],
    "nature": list(Nature),
    "item": list(Item),
    "level": list(Level),
    "step": [EVERYWHERE, *map(str, STEPS)],
    "what": [*RESTS_OR_ENDS, NEVER_STARTED],
}
REASONS = {"reasons": [one.value or "none" for one in RefusalReason], "ends": [*WHYS.values(), "agreed", "other"]}


def test_both_languages_have_the_same_sentences_with_the_same_values() -> None:
    swedish, english = (words(language).sentences for language in LANGUAGES)
    assert swedish.keys() == english.keys()
    assert [name for name in swedish if _values(swedish[name]) != _values(english[name])] == []


def _values(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_and_column_is_called_something(language: str) -> None:
    said = words(language)
    tables = {**TABLES, **{f"outlook_{key}": columns for key, columns in OUTLOOK.items()}}
    assert set(tables) == {key for keys in CHAPTERS.values() for key in keys}, "each stands in a chapter"
    for key, columns in tables.items():
        assert said(f"table.{key}")
        for column in columns:
            assert said.column(key.removeprefix("outlook_"), column.key)
            if column.unit is Unit.WORD:
                codes = REASONS[key] if column.key == "reason" else CODES[column.key]
                assert all("_" not in said.code(key, column.key, code) for code in codes)
                assert {said.code(key, column.key, code) for code in codes}.isdisjoint(codes) or language == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_definition_is_put_in_words(language: str) -> None:
    for one in DEFINITIONS:
        assert words(language).named(one.key) and words(language)(f"definition.{one.key}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_has_its_sentences_and_its_rule(language: str) -> None:
    said = words(language)
    for key, figures in ANSWERS.items():
        told = " ".join(
            sentence for name, sentence in said.sentences.items() if name.startswith(f"answer.{key}.plain_")
        )
        of_this_year = {value.removesuffix("_before") for value in _values(told)} - {"year", "all_regions"}
        assert of_this_year <= {figure.key for figure in figures}
        beside_it = {figure.key for figure in figures[1:]}
        assert beside_it <= _values(told), "each figure but the first, which stands beside it, is in it"
        assert "{" not in said(f"answer.{key}.rule")
        assert said(f"answer.{key}.quote")
        assert all(said(f"figure.{figure.key}") for figure in figures)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_curve_and_group_is_called_something(language: str) -> None:
    for split, groups in {EVERYWHERE: (EVERYWHERE,), **SPLITS}.items():
        assert words(language)(f"curve.{split}.title")
        assert all(words(language)(f"curve.{split}.group_{group}") for group in groups)


@pytest.mark.parametrize(
    ("language", "unit", "value", "shown"),
    [
        ("sv", Unit.SHARE, 0.745, "75 %"), ("en", Unit.SHARE, 0.745, "75%"),
        ("sv", Unit.SHARE, 0.004, "<1 %"), ("en", Unit.SHARE, 0.9951, ">99%"), ("sv", Unit.SHARE, 0.995, ">99 %"),
        ("sv", Unit.SHARE, 0, "0 %"), ("sv", Unit.SHARE, 1, "100 %"), ("sv", Unit.SHARE, 0.145, "15 %"),
        ("sv", Unit.HOURS, 316.5, "317 timmar"), ("sv", Unit.DAYS, 6.5, "6,5 arbetsdagar"),
        ("sv", Unit.HOURS, 1.0, "1,0 timme"), ("en", Unit.HOURS, 9.25, "9.3 hours"),
        ("sv", Unit.HOURS, 12345.6, "12 346 timmar"), ("en", Unit.DAYS, 4, "4 working days"),
        ("sv", Unit.NUMBER, 1234, "1 234"),
    ],
)  # fmt: skip
def test_figures_are_written_as_the_language_has_them(language: str, unit: Unit, value: float, shown: str) -> None:
    assert words(language).measured(unit, value).replace("\N{NO-BREAK SPACE}", " ") == shown


def test_a_p_value_is_never_nought() -> None:
    said = words("sv")
    assert [said.p_value(p) for p in (0.0407, 0.0041, 0.0, 0.7)] == [
        "p = 0,04", "p = 0,004", "p < 0,001", "p = 0,70",
    ]  # fmt: skip


def test_the_motion_is_quoted_as_it_was_written() -> None:
    """What stands on the first page between quotation marks stands in the motion or in the answer, word for word."""
    said = words("sv")
    whole = " ".join(sentence for name, sentence in said.sentences.items() if name.startswith("motion."))
    for answer in sample_report().answers:
        for part in said(f"answer.{answer.key}.quote").strip("”").split("…"):
            assert part.strip() in whole
