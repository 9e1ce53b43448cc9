"""Buttons and scales of a mail stand in table cells: Outlook draws mails with Word, which puts no box around a link
(tests/templates/test_outlook.py holds the rules).
"""

from collections.abc import Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

BUTTON: Final = "button"
SCALE: Final = "scale"  # five small buttons in a row
TABLE: Final = '<table class="{kind}" role="presentation" cellpadding="0" cellspacing="{between}" border="0">'
BETWEEN: Final = {BUTTON: 0, SCALE: 6}
SIZE: Final = {BUTTON: "", SCALE: ' width="44" height="44"'}
GAP: Final = '<tr><td class="gap" height="18" colspan="{links}">&nbsp;</td></tr>'  # what is sure under a table


def in_cells(tokens: Sequence[Token], markdown: MarkdownIt) -> list[Token]:
    """The tokens, where a paragraph's buttons have left it for a table of their own beneath it."""
    found: list[Token] = []
    table: list[Token] = []
    for token in tokens:
        found.append(token)
        children = token.children or []
        first = next((at for at, child in enumerate(children) if _kind(child)), None)
        if first is not None:
            table = [Token("jinja", "", 0, content=_table(children[first:], markdown))]
            token.children = _without_break(children[:first])
        if token.type == "paragraph_close" and table:
            found[-3 if not found[-2].children else len(found) :] = table
            table = []
    return found


def _kind(token: Token) -> str:
    kind = str(token.attrs.get("class", "")) if token.type == "link_open" else ""
    return kind if kind in BETWEEN else ""


def _without_break(children: Sequence[Token]) -> list[Token]:
    return list(children[:-1] if children and children[-1].type.endswith("break") else children)


def _table(children: Sequence[Token], markdown: MarkdownIt) -> str:
    """Each link with its cell, in a row; what stands between them is a blank."""
    links: list[list[Token]] = []
    for child in children:
        if child.type == "link_open":
            links.append([])
        if not links[-1] or links[-1][-1].type != "link_close":
            links[-1].append(child)
    kind = _kind(children[0])
    for link in links:
        del link[0].attrs["class"]
    shown = [markdown.renderer.render(link, markdown.options, {}) for link in links]
    cells = "".join(f'<td class="{kind}" align="center"{SIZE[kind]}>{link}</td>' for link in shown)
    table = TABLE.format(kind=kind, between=BETWEEN[kind])
    return f"{table}<tr>{cells}</tr>{GAP.format(links=len(links))}</table>\n"
