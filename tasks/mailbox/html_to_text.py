"""HTML as plain text, for replies that come in no other form: lines as they were seen, quotes marked with ">"."""

from html.parser import HTMLParser

LINES = frozenset(
    ("address", "article", "aside", "br", "center", "dd", "div", "dl", "dt", "figure", "footer", "form", "h1", "h2",
     "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul")
)  # fmt: skip
UNSEEN = frozenset(("head", "script", "style", "title"))


class _VisibleText(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines = [""]
        self.quoted = 0
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self.unseen += 1
        elif tag == "body":
            self.unseen = 0
        if tag == "blockquote":
            self.quoted += 1
        if tag in LINES or tag == "blockquote":
            self._new_line()

    def handle_endtag(self, tag: str) -> None:
        if tag in LINES or tag == "blockquote":
            self._new_line()
        if tag == "blockquote" and self.quoted:
            self.quoted -= 1
            self._new_line()
        if tag in UNSEEN and self.unseen:
            self.unseen -= 1

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if self.unseen or not words:
            self.lines[-1] += " " if data else ""
            return
        before = " " if data[0].isspace() else ""
        after = " " if data[-1].isspace() else ""
        if not self.lines[-1].strip() and self.quoted:
            self.lines[-1] = "> "
        self.lines[-1] += f"{before}{words}{after}"

    def _new_line(self) -> None:
        if self.lines[-1].strip():
            self.lines.append("")


def plain_text(html: str) -> str:
    """The text that a reader of this HTML sees."""
    parser = _VisibleText()
    tags_end = html.rfind(">") + 1  # tags that never end would each be looked for to the end of the text
    parser.feed(html[:tags_end] + html[tags_end:].replace("<", " "))
    parser.close()
    return "\n".join(" ".join(line.split()) for line in parser.lines).strip()
