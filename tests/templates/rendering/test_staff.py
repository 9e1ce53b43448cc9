"""What staff read in the Prefect UI: the health check's pages and pictures, in both languages."""

import base64
import re
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest

from models.health.advice import Advice
from models.health.parameters import COMPONENTS, Gate
from models.tables.health import Level
from models.tables.network import NetworkState
from models.vocabulary import NETWORK_STATE, word
from templates.charts import health
from templates.charts.health import NetworkLifeChart, QuarterShare
from templates.charts.svg import Drawing
from templates.rendering.staff import STAFF, plain, render_staff_page
from templates.vocabulary import health as health_words

LANGUAGES = ("sv", "en")
SVG = "{http://www.w3.org/2000/svg}"
DAY = date(2027, 11, 1)
COUNTS = {"red": [1, 0, 0, 0, 2, 0, 0, 0, 0, 0], "yellow": [0] * 6 + [3, 1, 0, 0], "green": [0] * 7 + [2, 5, 9]}
SHARES = [
    QuarterShare("2027Q3", 0, 5, 20),
    QuarterShare("2027Q3", 1, 5, 10),
    QuarterShare("2027Q4", 0, 2, 20),
    QuarterShare("2027Q4", 1, 2, 20),
]
LIFE = NetworkLifeChart(
    begins=date(2026, 11, 2),
    today=DAY,
    spans=[("planned", date(2026, 11, 2), date(2026, 11, 25)), ("starting", date(2026, 11, 25), DAY)],
    meetings=[(date(2026, 11, 25), 9, True), (date(2027, 1, 20), 7, False)],
    booked=[date(2027, 12, 1)],
    check_ins=[(date(2027, 1, 12), 4), (date(2027, 3, 2), None)],
    scores=[(date(2027, 4, 1), 71.25, "green"), (DAY, 44.0, "red")],
)
MOVE = {"link": "[Boden](/x)", "before": 71.25, "now": 60.0, "by": -11.25, "level_before": "green", "level": "yellow"}


def overview(**changes: Any) -> dict[str, Any]:
    row = {"link": "[Boden](/x)", "state": "starting", "score": None, "level": "not_assessed", "gates": ["G1"]}
    told: dict[str, Any] = {
        "today": DAY, "networks": 9, "levels": {"green": 4, "yellow": 3, "red": 2, "not_assessed": 0}, "talks": 1,
        "proposals": 1, "distribution": "![a](b)", "dependence": "![c](d)", "falls": [MOVE], "rises": [],
        "warnings": [{"link": "[Luleå](/y)", "occasion": "fell_since:2027-08-02"}], "more_warnings": 3,
        "rows": [row], "gates": ["G1"], "shown": 1, "other": "/form",
    }  # fmt: skip
    return told | changes


def network(**changes: Any) -> dict[str, Any]:
    part = {"name": "B", "points": 7.5, "most": 15, "way": "one_more", "bar": "▰▰▱▱▱"}
    rung = {"step": 1, "state": "starting", "office_duties": 3, "reached": DAY, "latest": None}
    told: dict[str, Any] = {
        "label": "Boden · town · #2", "today": DAY, "state": "starting", "step": 1, "cadence_days": 60,
        "target_size": 8, "level": "yellow", "score": 61.25, "gates": ["G2"], "last_led": DAY, "booked": None,
        "parts": [part], "ladder": [rung, rung | {"step": 2, "reached": None, "latest": DAY}], "life": "![e](f)",
        "who": "/who", "talk": "/talk", "all": "/all",
    }  # fmt: skip
    return told | changes


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_words(language: str) -> None:
    for level in Level:
        assert health_words.level_name(level, language)
    for state in NetworkState:
        assert health_words.state_name(state, language) == word(NETWORK_STATE, state, language)
        assert state in health.STATE_COLOURS
    for way in Advice:
        assert health_words.way_text(way, language).endswith(".")
    for gate in Gate:
        assert health_words.gate_text(gate.name or "", language).endswith(".")
    for name in COMPONENTS:
        assert health_words.part_name(name, language) and health_words.part_about(name, language)


def test_every_page_is_there_in_both_languages_and_asks_for_the_same_values() -> None:
    named = {language: {} for language in LANGUAGES}  # type: dict[str, dict[str, set[str]]]
    for path in STAFF.glob("*.md"):
        page, language, _ = path.name.split(".")
        named[language][page] = set(re.findall(r"{[{%][^}]*?\b([a-z_]+)\b", path.read_text()))
    assert named["sv"] == named["en"] != {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_overview_tells_what_moved_why_a_warning_was_given_and_what_gates_mean(language: str) -> None:
    page = render_staff_page("health-check", language, **overview())
    sign, comma = ("gul", ",") if language == "sv" else ("yellow", ".")
    assert f"▼ −11{comma}2" in page and f"→ {sign}" in page
    assert "2027-08-02" in page
    assert health_words.gate_text("G1", language) in page
    assert "(/form)" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_office_with_nothing_to_tell_gets_a_page_without_empty_tables(language: str) -> None:
    nothing = overview(falls=[], warnings=[], more_warnings=0, rows=[], gates=[], talks=0, proposals=0, networks=1)
    page = render_staff_page("health-check", language, **nothing)
    assert "|-|" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_networks_page_says_what_would_raise_each_part(language: str) -> None:
    page = render_staff_page("network", language, **network())
    assert health_words.way_text("one_more", language) in page
    assert health_words.gate_text("G2", language) in page
    assert "(/who)" in page and "(/talk)" in page and "(/all)" in page
    alone = render_staff_page(
        "network", language, **network(level=None, score=None, parts=[], gates=[], last_led=None, booked=DAY)
    )
    assert "None" not in alone


@pytest.mark.parametrize(("language", "said"), [("sv", "okänt, räknas inte in"), ("en", "unknown, left out")])
def test_a_part_that_is_unknown_is_shown_as_unknown_with_what_would_make_it_known(language: str, said: str) -> None:
    unknown = {"name": "O", "points": None, "most": 20.0, "way": "record_duties", "bar": ""}
    page = render_staff_page("network", language, **network(parts=[unknown]))
    assert said in page and health_words.way_text("record_duties", language) in page and "None" not in page


def test_swedish_says_it_in_the_words_that_staff_use() -> None:
    assert "En till som håller i inbjudan eller ledning höjer B." in render_staff_page("network", "sv", **network())


def test_a_place_cannot_bring_markup_onto_a_page() -> None:
    page = render_staff_page("network", "sv", **network(label="Bo](javascript:1)|<img src=x>\n# de"))
    assert page.splitlines()[0] == "# Bo(javascript:1)img src=x # de"
    assert plain("Luleå · business_park · #12") == "Luleå · business_park · #12"


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_are_sound_told_in_words_and_do_not_speak_by_colour_alone(language: str) -> None:
    empty = LIFE._replace(spans=[], meetings=[], booked=[], check_ins=[], scores=[])
    pictures: list[Drawing] = [
        health.distribution_chart(COUNTS, language),
        health.distribution_chart(dict.fromkeys(COUNTS, [0] * 10), language),
        health.dependence_chart(SHARES, language),
        health.dependence_chart([], language),
        health.network_life_chart(LIFE, language),
        health.network_life_chart(empty, language),
    ]
    for picture in pictures:
        root = ElementTree.fromstring(picture.svg())
        assert root.findtext(f"{SVG}title") == picture.title
        assert root.findtext(f"{SVG}desc")
        assert len(picture.svg()) < 9_000
    bars = pictures[0].svg()
    assert "url(#yellow)" in bars and "url(#red)" in bars  # patterns
    dots = pictures[4].svg()
    assert dots.count("<circle") >= 4 and 'stroke-width="2"' in dots  # hollow beside full


def test_a_picture_stands_in_markdown_with_its_words_and_fetches_nothing() -> None:
    markdown = health.network_life_chart(LIFE, "sv").markdown()
    found = re.fullmatch(r"!\[([^\]]+)\]\(data:image/svg\+xml;base64,([\w+/=]+)\)", markdown)
    assert found and "2027-01-20 7" in found[1] and "44 röd" in found[1]
    assert "http" not in base64.b64decode(found[2]).decode().replace("http://www.w3.org/2000/svg", "")
