"""A whole report of made-up facts: frozen text, changes since the last one, curves of enough, an outlook."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from models.views.congress.columns import ANSWERS, OUTLOOK, TABLES
from models.views.congress.counting.curves import LEAST
from models.views.congress.facts.rows import Facts
from models.views.congress.figures import report_of
from models.views.congress.frozen import freeze, thaw
from models.views.congress.report import EVERYWHERE, HIDDEN, Change, Hidden, Report
from tests.congress_facts import CUTOFF, small_office


@pytest.fixture(scope="module")
def facts() -> Facts:
    return small_office(7, 900, 4)


@pytest.fixture(scope="module")
def report(facts: Facts) -> Report:
    return report_of(facts)


def test_it_has_every_table_and_answer_by_their_keys(report: Report) -> None:
    assert {one.key: one.columns for one in report.tables} == TABLES
    assert {one.key: one.columns for one in report.outlook.tables} == OUTLOOK
    for answer in report.answers:
        assert [(one.key, one.unit) for one in answer.figures] == [(one.key, one.unit) for one in ANSWERS[answer.key]]
    assert [one.key for one in report.answers] == list(ANSWERS)


def test_of_a_large_office_each_sentence_has_its_figure(report: Report) -> None:
    answered = {one.key: one.figures[0].now for one in report.answers if one.key != "board_not_central"}
    assert all(isinstance(now, int | float) for now in answered.values()), answered


def test_the_same_facts_are_the_same_bytes_and_come_back_from_them(facts: Facts, report: Report) -> None:
    assert freeze(report_of(facts)) == freeze(report)
    assert thaw(freeze(report)) == report


def test_what_an_earlier_version_froze_comes_back(report: Report) -> None:
    """It knew of no differences between curves, and had no table of the hours beside the queue."""
    then = json.loads(freeze(report))
    del then["differences"], then["outlook"]["capacity"]
    back = thaw(json.dumps(then))
    assert back.differences == () and [one.key for one in back.outlook.tables] == ["hours", "queue", "what_if"]


def test_the_hours_stand_beside_the_queue_and_those_of_few_networks_are_hidden(facts: Facts) -> None:
    taken = {"01": (1800, 4), "02": (300, 1), "03": (2400, 5)}
    found = report_of(replace(facts, taken=taken)).outlook.capacity
    assert found
    cells = {row[0]: row[2:] for row in found.rows}
    assert cells[EVERYWHERE] == (96.0, 45.0, 51.0, 0.46875)
    assert cells["02"] == (24.0, HIDDEN, HIDDEN, HIDDEN)
    assert HIDDEN in (cells["01"][1], cells["03"][1], cells["04"][1]), "else it is what is left of the country"


def test_the_country_is_told_what_more_hours_would_do_unless_one_region_alone_is_hidden(report: Report) -> None:
    of_country = [row for row in report.outlook.what_if.rows if row[0] == EVERYWHERE]
    assert [row[1] for row in of_country] == [-24.0, -12.0, 0.0, 12.0, 24.0]
    hidden = {row[0] for row in report.outlook.what_if.rows if row[2] == HIDDEN and row[0] != EVERYWHERE}
    assert all((row[2] == HIDDEN) == (len(hidden) == 1) for row in of_country)


def test_a_region_where_few_asked_is_not_simulated_for_all_to_see() -> None:
    few = report_of(small_office(3, 25, 5))
    year = few.table("requests_by_region").rows[-1][0]
    hidden = {row[1] for row in few.table("requests_by_region").rows if row[0] == year and row[2] == HIDDEN}
    shown = {row[0] for row in few.outlook.what_if.rows if row[2] != HIDDEN}
    assert hidden and not hidden & shown


def test_another_fact_is_another_hash(facts: Facts, report: Report) -> None:
    assert report_of(replace(facts, used=facts.used[1:])).data_sha256 != report.data_sha256


def test_what_was_told_late_stands_among_the_changes(facts: Facts, report: Report) -> None:
    held = facts.held
    place = int(np.flatnonzero(held.day < date(2028, 1, 1).toordinal())[0])
    twice = type(held)(*(np.insert(column, place, column[place]) for column in held.columns))
    later = report_of(replace(facts, held=twice, cutoff=date(2030, 1, 1)), report)
    year = date.fromordinal(int(held.day[place])).year
    [found] = [
        one for one in later.changes.cells if (one.table, one.row, one.column) == ("meetings", (year, "all"), "held")
    ]
    assert later.changes.since == CUTOFF
    assert isinstance(found.before, int) and found == Change(
        "meetings", (year, "all"), "held", found.before, found.before + 1
    )


def test_with_nothing_told_late_nothing_has_changed(facts: Facts, report: Report) -> None:
    assert report_of(facts, report).changes.cells == ()


def test_a_group_of_fewer_than_ten_has_no_curve_and_is_not_compared() -> None:
    few = report_of(small_office(2, 14, 2))
    assert few.curves == () and few.log_ranks == ()


def test_curves_fall_within_their_intervals_and_skip_what_would_show_few(facts: Facts, report: Report) -> None:
    assert {(one.split, one.group) for one in report.curves} >= {
        ("all", "all"),
        ("support", "with"),
        ("organisers", "2"),
    }
    assert [one.split for one in report.log_ranks] == ["support", "organisers"]
    for curve in report.curves:
        assert curve.networks >= LEAST and curve.points[0].survival == 1
        for before, point in zip(curve.points, curve.points[1:], strict=False):
            assert before.survival >= point.survival and before.at_risk >= point.at_risk
            assert before.at_risk == point.at_risk or before.at_risk - point.at_risk >= 3
            if point.low is not None and point.high is not None:
                assert point.low <= point.survival <= point.high
    assert {one.p for one in report.log_ranks} <= {p for p in (one.p for one in report.log_ranks) if 0 <= p <= 1}


def test_the_outlook_lies_within_its_intervals_and_more_hours_help_no_fewer(report: Report) -> None:
    for table in (report.outlook.hours, report.outlook.queue, report.outlook.what_if):
        low, high = (next(n for n, one in enumerate(table.columns) if one.key == key) for key in ("low", "high"))
        for row in table.rows:
            cells = (row[low], row[low - 1], row[high])
            if all(isinstance(one, int | float) for one in cells):
                assert list(cells) == sorted(cells, key=float), row  # type: ignore[arg-type]
    helped: dict[object, list[object]] = {}
    for region, _, middle, *_ in report.outlook.what_if.rows:
        helped.setdefault(region, []).append(middle)
    for each in helped.values():
        numbers = [one for one in each if isinstance(one, float)]
        assert numbers == sorted(numbers) and len(numbers) in (0, len(each))
    assert any(not isinstance(one, Hidden) for each in helped.values() for one in each)
