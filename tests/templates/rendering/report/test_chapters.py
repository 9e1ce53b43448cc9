"""What a reader gets of a report: the first page's sentences, tables turned to read, curves and what is not."""

from dataclasses import replace
from datetime import date

import pytest

from models.views.congress.columns import OUTLOOK, TABLES
from models.views.congress.report import HIDDEN, MODEL_VERSION, Changes, Figure, Report, Table
from templates.rendering.report.chapters import document
from templates.rendering.report.document import Grid, Heading, Picture, Said, Sentences, Text
from templates.rendering.report.grids import grids
from templates.rendering.report.words import words
from tests.congress_sample import sample_report


def _said(report: Report, key: str) -> Said:
    quote = words("en")(f"answer.{key}.quote")
    parts = [part for part in document(report, "en").first if isinstance(part, Sentences)]
    (found,) = (one for part in parts for one in part.said if one.quote == quote)
    return found


def _with_figures(key: str, *values: object) -> Report:
    report = sample_report()
    (answer,) = (one for one in report.answers if one.key == key)
    figures = [replace(one, now=value) for one, value in zip(answer.figures, values, strict=True)]  # type: ignore[arg-type]
    changed = replace(answer, figures=tuple(figures))
    return replace(report, answers=tuple(changed if one is answer else one for one in report.answers))


ACTIVE = "Active: has met, has not ended and does not rest."
PLACES = "In {} of the country's {} municipalities and {} of 4 regions."


@pytest.mark.parametrize(
    ("values", "now", "plain"),
    [
        ((9, 4, 290, 2), "9", f"{PLACES.format(4, 290, 2)} {ACTIVE}"),
        ((9, HIDDEN, 290, 2), "9", ACTIVE),
        ((9, None, 290, 2), "9", ACTIVE),
        ((HIDDEN, 4, 290, 2), "hidden", f"The figure is hidden. {PLACES.format(4, 290, 2)} {ACTIVE}"),
        ((None, 4, 290, 2), "–", "There is nothing to count yet."),
        ((0, 0, 290, 0), "0", f"{PLACES.format(0, 290, 0)} {ACTIVE}"),
    ],
)
def test_a_sentence_tells_what_may_be_told(values: tuple[object, ...], now: str, plain: str) -> None:
    said = _said(_with_figures("motion_local", *values), "motion_local")
    assert (said.now, said.plain) == (now, plain)
    assert said.rule == "Rule: each network is in a place.", "whatever the figure"


def test_a_report_counted_in_an_earlier_way_says_that_its_words_are_of_the_new_one() -> None:
    """Its days were calendar days, and the words about them say working days."""
    now, then = (document(replace(sample_report(), model_version=one), "en").first for one in (MODEL_VERSION, "1"))
    assert len(then) == len(now) + 1
    assert isinstance(then[-1], Text) and "in way 1" in then[-1].text and "calendar days" in then[-1].text


def test_last_years_figure_stands_beside_and_is_a_dash_where_there_was_none() -> None:
    report = sample_report()
    (answer,) = (one for one in report.answers if one.key == "motion_local")
    figures = (replace(answer.figures[0], last_year=None), *answer.figures[1:])
    changed = replace(answer, figures=figures)
    said = _said(replace(report, answers=(changed,)), "motion_local")
    assert said.before == "–" and said.now == f"{_number(answer.figures[0])}"


def _number(figure: Figure) -> object:
    return figure.now


def _grids(key: str) -> list[Grid]:
    report = sample_report()
    return _shown(report, key, report.table(key))


def _shown(report: Report, key: str, table: Table) -> list[Grid]:
    found = grids(report, key, table, words("en"))
    return [one for one in found if isinstance(one, Grid)]


def test_a_years_table_has_the_years_beside_each_other() -> None:
    (grid,) = _grids("phase_outs")
    assert grid.headings == ["Figure", "2026", "2027", "2028"] and [row[0] for row in grid.rows][:2] == [
        "Networks whose support ended",
        "On time",
    ]


def test_years_before_the_first_figure_that_is_shown_are_left_out() -> None:
    rows = ((2025, HIDDEN, 0, 0, None), (2026, 4, 3, HIDDEN, 0.75), (2027, 0, 0, 0, None), (2028, 9, 9, 0, 1.0))
    columns = TABLES["phase_outs"][:5]
    (grid,) = _shown(sample_report(), "phase_outs", Table("phase_outs", columns, rows))
    assert grid.headings == ["Figure", "2026", "2027", "2028"]
    (grid,) = _shown(sample_report(), "phase_outs", Table("phase_outs", columns, ((2025, 0, 0, 0, 0.0), *rows)))
    assert "2025" in grid.headings, "a nought that is known is a figure"


def test_a_year_that_is_not_over_at_the_cutoff_says_so() -> None:
    report = replace(sample_report(), cutoff=date(2028, 7, 1))
    (grid,) = _shown(report, "phase_outs", report.table("phase_outs"))
    assert grid.headings == ["Figure", "2026", "2027", "2028 so far"]
    (first,) = {part.headings[1:3] for part in document(report, "en").first if isinstance(part, Sentences)}
    assert first == ("2028 so far", "2027")


def test_regions_are_shown_for_the_last_year_and_the_country_for_all() -> None:
    country, regions = _grids("cadence")
    assert country.headings[1:] == ["2026", "2027", "2028"]
    assert "2028" in regions.caption and [row[0] for row in regions.rows] == [
        "Stockholm", "Norrbotten", "Västra Götaland", "Västernorrland",
    ]  # fmt: skip


def test_a_table_that_is_hidden_as_a_whole_is_a_sentence() -> None:
    table = Table("natures", TABLES["natures"], ((2028, "town", HIDDEN), (2028, "role", HIDDEN)))
    (said,) = grids(sample_report(), "natures", table, words("en"))
    assert isinstance(said, Text) and said.text == (
        "Kinds of networks created (networks): the whole table is hidden (too few, or it would give such away)."
    )


def test_codes_stand_down_and_the_last_two_years_of_each_figure_across() -> None:
    (grid,) = _grids("duties")
    assert grid.headings[:3] == ["Step", "Networks with duties recorded 2027", "Networks with duties recorded 2028"]
    assert [row[0] for row in grid.rows] == [
        "all steps", "before the first meeting", "1 starting", "2 sharing the work", "3 on trial", "4 on their own",
    ]  # fmt: skip


def test_more_or_fewer_hours_stand_across_each_with_its_interval() -> None:
    rows = (
        ("ab", -24.0, 2.0, 1.0, 3.5),
        ("ab", 24.0, 4.0, 3.0, 5.0),
        ("ab", 0.0, 3.0, 2.0, 4.0),
        ("bd", -24.0, HIDDEN, HIDDEN, HIDDEN),
    )
    (grid,) = _shown(sample_report(), "outlook_what_if", Table("what_if", OUTLOOK["what_if"], rows))
    assert list(grid.headings) == ["Region", "−24 hours a quarter", "+24 hours a quarter", "as today"]
    assert grid.rows == [["Stockholm", "2.0 (1.0–3.5)", "4.0 (3.0–5.0)", "3.0 (2.0–4.0)"]]
    assert grid.notes[1:] == ["1 row is hidden (Norrbotten)."]


def test_what_is_hidden_as_a_whole_or_nought_is_named_under_the_table_and_not_shown() -> None:
    rows = ((2028, "town", 7), (2028, "role", 0), (2028, "theme", HIDDEN))
    (grid,) = _shown(sample_report(), "natures", Table("natures", TABLES["natures"], rows))
    assert grid.rows == [["town", "7"]]
    assert grid.notes == ["1 row is hidden (theme).", "1 row has nothing to count (same role)."]


def test_regions_of_hidden_cells_and_noughts_are_counted_and_a_column_that_is_hidden_is_left_out() -> None:
    rows = (
        (2028, "all", 9, 7, 2, 0, 5),
        (2028, "ab", 9, HIDDEN, 0, HIDDEN, 5),
        (2028, "bd", HIDDEN, HIDDEN, 0, 0, HIDDEN),
        (2028, "o", 0, 0, 0, 0, None),
    )
    table = Table("requests_by_region", TABLES["requests_by_region"], rows)
    country, regions = _shown(sample_report(), "requests_by_region", table)
    assert len(country.rows) == 5, "the country's noughts are figures"
    assert list(regions.headings) == ["Region", "Came in", "Under way", regions.headings[-1]]
    assert regions.rows == [["Stockholm", "9", "0", "5"]]
    assert regions.notes == [
        "1 row is hidden (Norrbotten).", "1 row has nothing to count (Västra Götaland).",
        "Columns hidden as a whole: Granted, Came to nothing.",
    ]  # fmt: skip


def test_an_empty_chapter_is_its_heading_and_one_line() -> None:
    report = sample_report()
    empty = Table("historic", TABLES["historic"], ())
    parts = document(
        replace(report, tables=tuple(empty if one.key == "historic" else one for one in report.tables)), "en"
    ).parts
    place = next(n for n, part in enumerate(parts) if isinstance(part, Heading) and part.key == "historic")
    assert parts[place + 1] == Text("Networks from before: nothing to count.")
    assert isinstance(parts[place + 2], Heading)


def test_codes_stand_in_the_order_of_their_words() -> None:
    (grid,) = _grids("health")
    assert [row[0] for row in grid.rows] == ["green", "yellow", "red", "too new to assess"]


def test_a_table_without_rows_is_a_sentence() -> None:
    (said,) = grids(sample_report(), "historic", Table("historic", TABLES["historic"], ()), words("en"))
    assert isinstance(said, Text) and said.text == "Networks from before: nothing to count."


def _texts(report: Report) -> list[str]:
    return [part.text for part in document(report, "en").parts if isinstance(part, Text)]


def test_a_group_that_is_too_small_is_named_as_left_out() -> None:
    pictures = [part for part in document(sample_report(), "en").parts if isinstance(part, Picture)]
    assert len(pictures) == 3 and "One organiser" not in pictures[2].told and "Two organisers" in pictures[2].told
    assert "Groups of fewer than ten networks are not shown: one organiser." in _texts(sample_report())


def test_a_curve_that_stops_at_once_is_a_sentence_and_no_picture() -> None:
    report = sample_report()
    short = tuple(replace(one, points=one.points[:2]) for one in report.curves)
    told = replace(report, curves=short)
    assert not [part for part in document(told, "en").parts if isinstance(part, Picture)]
    assert any(text.startswith("All networks: a curve can be shown to month 3 only") for text in _texts(told))


def test_a_young_office_is_told_that_there_is_no_curve_yet() -> None:
    young = replace(sample_report(), curves=(), log_ranks=())
    assert not [part for part in document(young, "en").parts if isinstance(part, Picture)]
    assert words("en")("plot.none") in _texts(young)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_it_is_always_said_that_it_shows_no_cause(language: str) -> None:
    told = document(sample_report(), language)
    cause = {"sv": "isar samband, inte orsak", "en": "connection, not a cause"}[language]
    assert any(cause in part.text for part in told.first if isinstance(part, Text))
    assert sum(cause in part.text for part in told.parts if isinstance(part, Text)) == 2, "beside each log-rank"


def test_what_was_told_since_is_listed_and_a_first_report_says_that_it_is_one() -> None:
    told = document(sample_report(), "en")
    (grid,) = (part for part in told.parts if isinstance(part, Grid) and part.key == "changes-cells")
    assert grid.rows == [["Meetings", "2027, The whole country", "Meetings", "418", "423"]]
    assert words("en")("chapter.changes.first") in _texts(replace(sample_report(), changes=Changes()))
