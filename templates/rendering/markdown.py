"""Turns a mail written in Markdown with Jinja into two Jinja sources: one for HTML, one for plain text.

This happens once per template. The Jinja marks are set aside before Markdown sees the text and put back
after, so a value never meets Markdown: `*Åsa* <b>` in a name stays exactly that.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from templates.rendering.cells import BUTTON, SCALE, in_cells

MARK: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
LINE_OF_ITS_OWN: Final = re.compile(r"^[ \t]*(\{%((?!%\}).)*%\}|\{#((?!#\}).)*#\})[ \t]*$", re.DOTALL | re.MULTILINE)
WORD: Final = re.compile(r"jinja\d{4}mark")


class Marks:
    """Jinja marks set aside under plain words that Markdown and the style inliner leave alone."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}

    def hide(self, source: str) -> str:
        """The source with a word in place of each mark; equal marks get equal words."""
        return MARK.sub(lambda found: self._word(found.group()), source)

    def restore(self, text: str) -> str:
        """The text with the marks back in place."""
        marks = {word: mark for mark, word in self._words.items()}
        return WORD.sub(lambda found: marks[found.group()], text)

    def checked_link(self, href: str) -> str:
        """The link's target; a value that says where it leads is checked each time a mail is rendered."""
        value = WORD.match(href)
        if not value:
            return href
        expression = self.restore(value.group())[2:-2].strip()
        return self._word("{{ (" + expression + ") | link }}") + href[value.end() :]

    def _word(self, mark: str) -> str:
        return self._words.setdefault(mark, f"jinja{len(self._words):04}mark")


def translate(source: str, marks: Marks) -> tuple[str, str]:
    """HTML and plain text of a Markdown source, with the marks still hidden."""
    markdown = MarkdownIt("commonmark", {"html": False}).disable("image")
    markdown.add_render_rule("jinja", _jinja_tag)
    alone = LINE_OF_ITS_OWN.sub(lambda found: f"\n\n{found.group(1)}\n\n", source)
    tokens = _inside_lists(_tags(markdown.parse(marks.hide(alone)), marks))
    for token in (child for parent in tokens for child in parent.children or []):
        if token.type == "link_open":
            token.attrs["href"] = marks.checked_link(str(token.attrs["href"]))
            if (title := token.attrs.pop("title", None)) in (BUTTON, SCALE):
                token.attrs["class"] = title
    text = _plain(_without_scales(tokens))
    return markdown.renderer.render(in_cells(tokens, markdown), markdown.options, {}), text


def _jinja_tag(_renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    return tokens[index].content


def _tags(tokens: Sequence[Token], marks: Marks) -> list[Token]:
    """The tokens, where a Jinja tag on a line of its own is no longer a paragraph."""
    found: list[Token] = []
    for token in tokens:
        found.append(token)
        if token.type == "paragraph_close" and WORD.fullmatch(found[-2].content):
            mark = marks.restore(found[-2].content)
            if not mark.startswith("{{"):
                found[-3:] = [Token("jinja", "", 0, content=found[-2].content, info=mark)]
    return found


def _inside_lists(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, where a loop around a whole list has moved inside it: one list with many items."""
    moved = list(tokens)
    for i, (loop, begin) in enumerate(pairwise(tokens)):
        if not (_is(loop, "for") and begin.type.endswith("list_open")):
            continue
        close = begin.type.replace("open", "close")
        end = next(j for j in range(i, len(tokens)) if (tokens[j].type, tokens[j].level) == (close, begin.level))
        if end + 1 < len(tokens) and _is(tokens[end + 1], "endfor"):
            moved[i : i + 2] = begin, loop
            moved[end : end + 2] = tokens[end + 1], tokens[end]
    return moved


def _is(token: Token, tag: str) -> bool:
    return token.type == "jinja" and re.match(r"\{%-?\s*" + tag + r"\b", token.info) is not None


def _without_scales(tokens: Sequence[Token]) -> list[Token]:
    """The tokens but for paragraphs that hold a scale: as text they would be five long addresses."""
    scales = {
        i
        for i, token in enumerate(tokens)
        if any(child.attrs.get("class") == SCALE for child in token.children or [])
        for i in (i - 1, i, i + 1)
    }
    return [token for i, token in enumerate(tokens) if i not in scales]


def _plain(tokens: Sequence[Token]) -> str:
    """Plain text as a person would type it: no signs of Markdown, links written out, long lines left long."""
    parts: list[str] = []
    numbers: list[int | None] = []
    for token in tokens:
        match token.type:
            case "inline":
                parts.append(_plain_line(token.children or []).replace("\n", "\n" + "  " * len(numbers)))
            case "paragraph_close" | "heading_close":
                parts.append("\n" if token.hidden else "\n\n")
            case "bullet_list_open":
                numbers.append(None)
            case "ordered_list_open":
                numbers.append(int(token.attrs.get("start", 1)) - 1)
            case "list_item_open":
                parts.append("  " * (len(numbers) - 1) + _marker(numbers))
            case "bullet_list_close" | "ordered_list_close":
                numbers.pop()
                parts.append("" if numbers else "\n")
            case "code_block" | "fence":
                parts.append(token.content + "\n")
            case "jinja":
                parts.append(token.content)
    return "".join(parts)


def _marker(numbers: list[int | None]) -> str:
    if numbers[-1] is None:
        return "- "
    numbers[-1] += 1
    return f"{numbers[-1]}. "


def _plain_line(tokens: Sequence[Token]) -> str:
    """One paragraph without signs; `[Svara](address)` becomes "Svara: address", and no full stop behind it, which some
    mail programs take for its last sign.
    """
    parts: list[str] = []
    begun: list[tuple[int, str]] = []
    behind_address = -1
    for token in tokens:
        match token.type:
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "link_open":
                begun.append((len(parts), str(token.attrs["href"])))
            case "link_close":
                start, href = begun.pop()
                label = "".join(parts[start:])
                if href.removeprefix("mailto:") != label:
                    parts.append(f": {href}")
                    behind_address = len(parts)
            case _:
                parts.append(token.content.removeprefix(".") if len(parts) == behind_address else token.content)
    return "".join(parts)
