"""Renders what staff read in the Prefect UI: one Markdown file per page and language, so the office can edit a page."""

import re
from functools import cache, partial
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from templates.rendering import filters
from templates.vocabulary import health

STAFF: Final = Path(__file__).parents[1] / "staff"
MARKS: Final = re.compile(r"[\\`*\[\]<>|~]")
CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def render_staff_page(page: str, language: str, **values: object) -> str:
    """The page in that language. A value that the template names and `values` lacks raises UndefinedError."""
    return _environment(language).get_template(f"{page}.{language}.md").render(values)


def plain(value: object) -> str:
    """Data as text on one line. What Markdown would take for markup is left out: the UI shows escapes inside links."""
    return CONTROLS.sub(" ", MARKS.sub("", str(value)))


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(STAFF),
        autoescape=False,  # Markdown: data goes through `plain`, in every template
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    in_language = (
        filters.day, filters.short_day, filters.points, filters.change,
        health.level_name, health.state_name, health.part_name, health.part_about,
        health.way_text, health.gate_text, health.warning_text,
    )  # fmt: skip
    environment.filters.update({each.__name__: partial(each, language=language) for each in in_language})
    environment.filters["plain"] = plain
    return environment
