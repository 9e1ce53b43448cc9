"""What Outlook for Windows makes of every mail: it draws them with Word, which takes a part of CSS 1 and no more.

Nobody has a Word here, so it is a list of rules. Which properties hold on which elements is Microsoft's own table
("Word 2007 HTML and CSS Rendering Capabilities in Outlook 2007", aa338201 at learn.microsoft.com: core on all elements,
"core extended" on div and p, full on tables, cells, headings and lists), and that `margin: auto` and max-width on a
table are not taken, as hteumeuleu.com/2020/outlook-rendering-engine reads it for the Outlooks since. That
mso-padding-alt takes padding's place, and that an inline `!important` is not read: "Fixing bugs with Outlook-specific
CSS" (cm.engineering). That a link has no padding there, so that a button is a cell: Maizzle's wiki on buttons. That a
list is indented by its margin, and that a font which is not installed becomes Times, is what many have seen, and cheap
to keep.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from models.tables.mail import Template
from templates.mail_examples import variants
from templates.rendering.mail import LANGUAGES, render_mail

CORE = {
    "color", "background-color", "font", "font-family", "font-style", "font-size", "font-weight", "text-decoration",
    "text-align", "vertical-align", "letter-spacing", "line-height", "white-space", "border", "border-color",
    "border-style", "border-width", "border-collapse",
}  # fmt: skip
EXTENDED = CORE | {"text-indent", "margin", "margin-left", "margin-right", "margin-top", "margin-bottom"}
SIDES = ("top", "right", "bottom", "left")
FULL = (
    EXTENDED | {"width", "height", "padding"} | {f"{kind}-{side}" for kind in ("padding", "border") for side in SIDES}
)
TAKES = dict.fromkeys(("body", "span", "a", "strong", "em", "code"), CORE) | dict.fromkeys(("div", "p"), EXTENDED)
TAKES |= dict.fromkeys(("table", "tbody", "tr", "td", "h2", "ul", "ol", "li", "blockquote"), FULL)
BARE = {"html", "head", "meta", "title", "style", "br", "hr"}
EMPTY = {"meta", "br", "hr"}
# What Word leaves out, and nothing is lost: square corners, letters that a phone enlarges.
HARMLESS = {"border-radius", "-webkit-text-size-adjust", "mso-hide", "mso-padding-alt", "mso-line-height-rule"}
HIDDEN = {"max-height", "max-width", "overflow", "opacity"}  # where mso-hide hides it from Word anyway
NOT_READ = re.compile(
    r"rgba?\(|hsla?\(|var\(|calc\(|url\(|gradient|!important|\bauto\b|(?<![\d.])-\d|\d(?:rem|vw|vh)\b"
)
INSTALLED = ("'segoe ui'", "georgia", "consolas")
GHOST = re.compile(r"\[if mso\]>.*<table[^>]* width=\"(\d+)\"")
NARROW = '<!--[if mso]><table width="500"><![endif]-->'
MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}")
Attributes = dict[str, str]


class Word(HTMLParser):
    """Reads a mail as Word would, and keeps what Word would not do of it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.open: list[tuple[str, dict[str, str]]] = []
        self.ghost = ""  # the width of the table that is there for Word alone
        self.feed(html)

    def handle_comment(self, data: str) -> None:
        if found := GHOST.search(data):
            self.ghost = found.group(1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        style = {
            name.strip().lower(): value.strip().lower()
            for name, _, value in (part.partition(":") for part in attributes.get("style", "").split(";"))
            if name.strip()
        }
        if tag not in TAKES and tag not in BARE:
            self.faults.append(f"<{tag}> is nothing to Word")
        if tag == "table" and any(name == "p" for name, _ in self.open):
            self.faults.append("a table inside a paragraph")
        self.faults += [f"<{tag}> {fault}" for fault in self._wrong(tag, attributes, style)]
        if tag not in EMPTY:
            self.open.append((tag, style))

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] == "style" and MEDIA.sub("", data).strip():
            self.faults.append("a style that is not inline")

    def _wrong(self, tag: str, attributes: Attributes, style: dict[str, str]) -> Iterator[str]:
        for name, value in style.items():
            if NOT_READ.search(value):
                yield f"{name}: {value} is not read"
            if name not in TAKES.get(tag, set()) | HARMLESS and not self._is_answered(tag, name, attributes, style):
                yield f"{name} is not taken there"
        if style.get("display") == "none" and style.get("mso-hide") != "all":
            yield "is hidden from all but Word"
        if tag in ("ul", "ol") and style.get("padding", "0") != "0":
            yield "is indented by padding"
        if (first := _first_font(style)) and first not in INSTALLED:
            yield f"begins with the font {first}, which Windows has not"
        if tag == "table" and "width" in style and "width" not in attributes:
            yield "has its width in its style alone"
        if tag == "img" and not attributes.get("width", "").isdecimal():
            yield "is a picture without a width"

    def _is_answered(self, tag: str, name: str, attributes: Attributes, style: dict[str, str]) -> bool:
        """Whether Word has something else to go by, or need not go by it."""
        cell = next((style for name, style in reversed(self.open) if name == "td"), {})
        match name:
            case "margin" | "padding" if tag == "body":
                return style[name] == "0"  # Word has its own, and says so to nobody
            case "padding":
                return tag == "a" and "mso-padding-alt" in cell and cell.get("padding") == "0"
            case "max-width" if tag == "table":
                return style[name] == f"{self.ghost}px"
            case "display":
                return style[name] == "none" or (tag == "a" and style[name] in ("block", "inline-block"))
        return name in HIDDEN and style.get("mso-hide") == "all"


def _first_font(style: dict[str, str]) -> str:
    stack = style.get("font-family") or re.sub(r"^.*?\d+px(?:/\d+px)? ", "", style.get("font", ""))
    return stack.partition(",")[0].strip()


EVERY_MAIL = [
    pytest.param(name, language, context, id=f"{name}-{language}-{at}")
    for name in Template
    for language in LANGUAGES
    for at, context in enumerate(variants(name, language))
]


@pytest.mark.parametrize(("name", "language", "context"), EVERY_MAIL)
def test_word_draws_every_mail_as_it_is_meant(name: str, language: str, context: dict[str, Any]) -> None:
    word = Word(render_mail(name, language, context).html)
    assert word.faults == []
    assert word.open == []


@pytest.mark.parametrize("name", [Template.check_in, Template.granted])
def test_buttons_are_cells_with_room_around_their_words_in_word_too(name: Template) -> None:
    for context in variants(name, "sv"):
        html = render_mail(name, "sv", context).html
        cells = re.findall(r'<td class="button"[^>]*style="([^"]*)"[^>]*><a [^>]*>[^<]+</a></td>', html)
        assert cells and len(cells) == html.count('class="button"') // 2
        assert all("mso-padding-alt: 12px 24px" in cell and "background-color: #12455a" in cell for cell in cells)


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<p style="padding: 4px">', "<p> padding is not taken there"),
        ('<div style="width: 600px">', "<div> width is not taken there"),
        ('<a style="padding: 12px">', "<a> padding is not taken there"),
        ('<table><tr><td style="padding: 4px"><a style="padding: 12px">', "<a> padding is not taken there"),
        ('<table style="max-width: 600px">', "<table> max-width is not taken there"),
        (f'{NARROW}<table style="max-width: 600px">', "<table> max-width is not taken there"),
        ('<td style="background-image: none">', "<td> background-image is not taken there"),
        ('<td style="background-color: rgba(0,0,0,.5)">', "<td> background-color: rgba(0,0,0,.5) is not read"),
        ('<td style="float: left">', "<td> float is not taken there"),
        ('<td style="position: absolute">', "<td> position is not taken there"),
        ('<td style="display: flex">', "<td> display is not taken there"),
        ('<td style="color: red !important">', "<td> color: red !important is not read"),
        ('<table style="margin: 0 auto">', "<table> margin: 0 auto is not read"),
        ('<p style="margin: -4px">', "<p> margin: -4px is not read"),
        ('<div style="display: none">', "<div> is hidden from all but Word"),
        ('<ul style="padding: 0 0 0 22px">', "<ul> is indented by padding"),
        ('<td style="font: 16px/25px roboto, arial">', "<td> begins with the font roboto, which Windows has not"),
        ('<table style="width: 600px">', "<table> has its width in its style alone"),
        ('<img src="x">', "<img> is a picture without a width"),
        ("<button>", "<button> is nothing to Word"),
        ("<p><table>", "a table inside a paragraph"),
        ("<style>.a { color: red }</style>", "a style that is not inline"),
    ],
)  # fmt: skip
def test_the_list_finds_what_word_leaves_out(html: str, fault: str) -> None:
    assert fault in Word(html).faults
