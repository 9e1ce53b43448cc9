"""The report as one web page that needs nothing else: style and plots are in it, no other host is asked, it prints."""

from functools import cache
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from templates.rendering.report.document import Document, Part, Picture
from templates.rendering.report.markdown import drawing
from templates.rendering.report.words import FOLDER, words

STYLE: Final = (FOLDER / "style.css").read_text(encoding="utf-8")


def as_html(document: Document) -> bytes:
    """Its bytes."""
    page = _environment().get_template("page.html")
    return page.render(document=document, style=STYLE, t=words(document.language), written=_written).encode()


def _written(part: Part) -> str:
    """A part by the macro of its name."""
    macro = getattr(_environment().get_template("parts.html").module, type(part).__name__.lower())
    return str(macro(part, drawing(part).svg()) if isinstance(part, Picture) else macro(part))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
