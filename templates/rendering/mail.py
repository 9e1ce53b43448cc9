"""Renders a mail from one Markdown file per mail and language: subject, text, HTML (domain.md section 9).

A file is read and translated once per process; after that a mail costs three small Jinja templates.
"""

import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from css_inline import CSSInliner
from jinja2 import Environment, StrictUndefined, Template
from jinja2.runtime import Context

from templates.rendering import filters
from templates.rendering.markdown import Marks, translate
from templates.vocabulary import mail as mail_words
from templates.vocabulary import tasks

MAIL: Final = Path(__file__).parents[1] / "mail"
LANGUAGES: Final = ("sv", "en")
BREAKS: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
VERSION_DIGITS: Final = 12


@dataclass(frozen=True)
class Rendered:
    """A mail ready to be packed. `version` tells the wording: it changes with its file and the layout.

    Text and HTML come in the pieces they were made of: what stands in the file is the same piece in every mail, so
    that whoever encodes them need not do it anew each time.
    """

    subject: str
    text_pieces: Sequence[str]
    html_pieces: Sequence[str]
    version: str

    @property
    def text(self) -> str:
        return "".join(self.text_pieces)

    @property
    def html(self) -> str:
        return "".join(self.html_pieces)


@dataclass(frozen=True)
class MailSource:
    """A mail's file, taken apart: the lines between the dashes on top, and the Markdown under them."""

    subject: str
    preheader: str
    why: str
    body: str


@dataclass(frozen=True)
class _Compiled:
    subject: Template
    text: Template
    html: Template
    version: str


def render_mail(template: str, language: str, context: Mapping[str, object]) -> Rendered:
    """The mail in that language. A value that the template names and `context` lacks raises UndefinedError.

    Values are data: they show literally in every part, and cannot break a line in the subject.
    """
    mail = _compiled(template, language)
    values = {"organisation": mail_words.ORGANISATION, **context, "language": language}
    return Rendered(
        subject=BREAKS.sub(" ", "".join(_pieces(mail.subject, values))).strip(),
        text_pieces=_stripped(_pieces(mail.text, values)),
        html_pieces=_pieces(mail.html, values),
        version=mail.version,
    )


def _pieces(template: Template, values: dict[str, object]) -> list[str]:
    """As `Template.generate`, which would copy all values for every part and list what no mail uses."""
    return list(template.root_render_func(Context(template.environment, values, template.name, blocks={})))


def _stripped(pieces: list[str]) -> list[str]:
    """Without the blank lines that marks leave at both ends, and with one end of line."""
    while pieces and not pieces[-1].strip():
        pieces.pop()
    while pieces and not pieces[0].strip():
        pieces.pop(0)
    if pieces:
        pieces[0] = pieces[0].lstrip()
        pieces[-1] = pieces[-1].rstrip()
    return [*pieces, "\n"]


def _shown(value: object) -> Any:
    """A value without what no mail may hold: control characters, and ends of line other than \\n."""
    if isinstance(value, str) and not value.isprintable():
        return type(value)(CONTROLS.sub(" ", value.replace("\r\n", "\n")))
    return value


def read_source(path: Path) -> MailSource:
    """A mail's file taken apart. Raises ValueError, naming the file, when its top is not as it should be."""
    _, *top_and_body = re.split(r"^---[ \t]*\n", path.read_text(encoding="utf-8"), maxsplit=2, flags=re.MULTILINE)
    if len(top_and_body) != len(("top", "body")):
        raise ValueError(f"{path.name}: must begin with lines such as `subject: …` between two lines of ---")
    top = dict(line.split(":", 1) for line in top_and_body[0].splitlines() if ":" in line)
    lines = {key.strip(): value.strip() for key, value in top.items()}
    if not lines.get("subject") or not lines.get("why"):
        raise ValueError(f"{path.name}: needs a `subject:` and a `why:` (why the recipient gets the mail)")
    return MailSource(lines["subject"], lines.get("preheader", ""), lines["why"], top_and_body[1])


@cache
def _compiled(template: str, language: str) -> _Compiled:
    path, layout, footer = (
        MAIL / name for name in (f"{template}.{language}.md", "base.html", f"_footer.{language}.md")
    )
    source = read_source(path)
    signature, small_print = footer.read_text(encoding="utf-8").split("\n---\n")
    for markdown in (source.body, source.subject, source.preheader, source.why):
        _environment(language, escape=False).parse(markdown, path.name)  # a mistake is told with the file's name

    marks = Marks()
    body_html, body_text = translate(source.body + "\n\n" + signature, marks)
    print_html, print_text = translate(small_print.replace("{{ why }}", source.why), marks)
    page = layout.read_text(encoding="utf-8")
    for slot, content in {
        "subject": html.escape(marks.hide(source.subject), quote=False),
        "preheader": html.escape(marks.hide(source.preheader), quote=False),
        "content": body_html,
        "footer": print_html,
    }.items():
        page = page.replace("{{ " + slot + " }}", content)
    page = CSSInliner(load_remote_stylesheets=False).inline(marks.hide(page))

    plain, escaped = _environment(language, escape=False), _environment(language, escape=True)
    parts = (path.read_bytes(), layout.read_bytes(), footer.read_bytes())
    return _Compiled(
        subject=plain.from_string(source.subject),
        text=plain.from_string(marks.restore(f"{body_text}---\n\n{print_text}")),
        html=escaped.from_string(marks.restore(page)),
        version=hashlib.sha256(b"".join(parts)).hexdigest()[:VERSION_DIGITS],
    )


@cache
def _environment(language: str, *, escape: bool) -> Environment:
    """Jinja with the words and formats of one language."""
    environment = Environment(autoescape=escape, undefined=StrictUndefined, finalize=_shown, keep_trailing_newline=True)
    in_language = (
        filters.day, filters.short_day, filters.moment, filters.duration, filters.hours, filters.greeting,
        mail_words.item_name, mail_words.item_line, mail_words.reason_text,
        mail_words.reason_next, mail_words.missing_text, mail_words.likeness,
        tasks.task_name, tasks.task_do,
    )  # fmt: skip
    environment.filters.update({each.__name__: partial(each, language=language) for each in in_language})
    environment.filters["link"] = filters.checked_link
    return environment
