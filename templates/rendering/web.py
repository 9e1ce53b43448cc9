"""Renders the founders' pages: one template a page, and the words of each language in a file that the office can edit.

`web/words.sv.toml` and `web/words.en.toml` hold the same names, and so do those of `web/staff/` for staff's pages; a
page of running text is a template per language.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, time
from functools import cache, partial
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from models import vocabulary
from templates.rendering import filters
from templates.rendering.wording import Wording
from templates.vocabulary import delivery, health, tasks
from templates.vocabulary import mail as words_of
from templates.vocabulary.mail import ORGANISATION

WEB: Final = Path(__file__).parents[1] / "web"
LANGUAGES: Final = ("sv", "en")
STYLE: Final = (WEB / "style.css").read_bytes()
STAFF_STYLE: Final = (WEB / "staff" / "style.css").read_bytes()
VERSION_DIGITS: Final = 12
CODES: Final[Mapping[str, vocabulary.Words]] = {
    "CADENCE": vocabulary.CADENCE,
    "CHANNEL": vocabulary.CHANNEL,
    "CONTACT_CHANNEL": vocabulary.CONTACT_CHANNEL,
    "CONTACT_OUTCOME": vocabulary.CONTACT_OUTCOME,
    "DUTY": vocabulary.DUTY,
    "GRANT_STATUS": vocabulary.GRANT_STATUS,
    "LIKENESS": vocabulary.LIKENESS,
    "MAIL": vocabulary.MAIL,
    "MATTER": vocabulary.MATTER,
    "MEETING_FORM": vocabulary.MEETING_FORM,
    "MEMBERSHIP": vocabulary.MEMBERSHIP,
    "NATURE": vocabulary.NATURE,
    "NETWORK_STATE": vocabulary.NETWORK_STATE,
    "OUTCOME": vocabulary.OUTCOME,
    "REASON": vocabulary.REASON,
    "REQUEST_STATE": vocabulary.REQUEST_STATE,
    "RIGHTS": vocabulary.RIGHTS,
    "RIGHTS_STATUS": vocabulary.RIGHTS_STATUS,
    "ROLE_KIND": vocabulary.ROLE_KIND,
    "SHARING": vocabulary.SHARING,
    "STATE": vocabulary.STATE,
    "WISH": vocabulary.WISH,
}
"""The tables of words that templates name codes by."""
PICKERS: Final[dict[str, Callable[[str], str]]] = {
    "date": lambda text: date.fromisoformat(text).isoformat(),
    "time": lambda text: time.fromisoformat(text).isoformat("minutes"),
}


@cache
def words(language: str) -> Wording:
    """The words of that language, read once a process."""
    return Wording(language, (WEB, WEB / "staff"))


def render_page(page: str, language: str, **values: object) -> str:
    """The page in that language. A value that the template names and `values` lacks raises UndefinedError.

    Values are data: whatever they hold, they show literally.
    """
    return _template(page, language).render(values)


@cache
def _template(page: str, language: str) -> Template:
    """The page's own in that language, or the one for both: looked for once a process."""
    return _environment(language).select_template([f"{page}.{language}.html", f"{page}.html"])


def pickable(value: str, kind: str) -> bool:
    """Whether a browser's picker for a "date" or "time" can show the value; what it cannot is kept as plain text."""
    if kind not in PICKERS:
        return False
    try:
        return not value or PICKERS[kind](value) == value
    except ValueError:
        return False


def _named(value: object, table: str, language: str) -> str:
    """A code in the words of one of CODES: `state | named("NETWORK_STATE")`."""
    return vocabulary.word(CODES[table], value, language)


def _options(table: str, language: str) -> list[tuple[str, str]]:
    """The codes of that table to choose from, each with its words; without the one that stands for nothing chosen."""
    found = CODES[table]
    return [(code, vocabulary.word(found, code, language)) for code in found if code not in ("", "none")]


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(WEB),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    for each in (
        filters.day,
        filters.short_day,
        filters.moment,
        filters.duration,
        filters.hours,
        filters.amount,
        filters.points,
        words_of.item_name,
        words_of.item_line,
        delivery.status_name,
        delivery.reason_name,
        health.level_name,
        health.part_name,
        health.part_about,
        health.way_text,
        health.gate_text,
        tasks.task_name,
    ):
        environment.filters[each.__name__] = partial(each, language=language)
    environment.filters["stamp"] = filters.stamp
    environment.filters["named"] = partial(_named, language=language)
    environment.filters["options"] = partial(_options, language=language)
    environment.tests["pickable"] = pickable
    environment.globals.update(
        t=words(language),
        language=language,
        other=next(one for one in LANGUAGES if one != language),
        organisation=ORGANISATION,
        style_version=hashlib.sha256(STYLE).hexdigest()[:VERSION_DIGITS],
        staff_style_version=hashlib.sha256(STAFF_STYLE).hexdigest()[:VERSION_DIGITS],
    )
    return environment
