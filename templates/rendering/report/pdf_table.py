"""Tables on the pages of a PDF: columns as wide as what stands in them, headings again on each page, no row torn."""

from collections.abc import Sequence
from typing import Final

from templates.rendering.poster import DEEP, QUIET, SERIF, WAVE
from templates.rendering.report.document import Grid, Said, Sentences
from templates.rendering.report.pdf_tags import TaggedPages
from templates.rendering.report.pdf_text import Letters, Writer

GAP, PAD, TIGHT = 3.0, 1.0, 0.7  # millimetres: between columns, over and under the words of a row
CELL, HEAD, CAPTION, NOTE = Letters(8.5), Letters(7.5, QUIET, bold=True), Letters(10.5, bold=True), Letters(8, QUIET)
QUOTE, FIGURE, NAME = Letters(9, DEEP, bold=True, font=SERIF), Letters(12, WAVE, bold=True), Letters(7.4, QUIET)
PLAIN = Letters(8.2)
BEFORE, SPEAKER = Letters(8.5, QUIET), Letters(12, DEEP, bold=True)
LINE: Final = (226, 217, 200)
NARROWEST, WIDEST = 11.0, 62.0
KEPT_WHOLE: Final = 125.0
HEAD_LINES: Final = 2.6
SHARES: Final = (0.28, 0.21, 0.07, 0.44)


class Tables:
    """Draws tables on pages, one under the other."""

    def __init__(self, pages: TaggedPages, writer: Writer) -> None:
        self.pages, self.writer = pages, writer

    def grid(self, grid: Grid) -> None:
        """A table with its caption over it and its notes under it."""
        widths = self._widths(grid)
        head = self._head_height(grid.headings, widths) + 2 * CAPTION.line
        rows = [self._height(row, widths) for row in grid.rows]
        whole = head + sum(rows) + len(grid.notes) * NOTE.line
        self.room_for(whole if whole < KEPT_WHOLE else head + sum(rows[:2]))
        self._paragraph(grid.caption, CAPTION, after=1, kind="H3")
        self._head(grid, widths)
        for row in grid.rows:
            if self.pages.will_page_break(self._height(row, widths)):
                self.pages.add_page()
                self._head(grid, widths)
            self._row(row, widths, grid.is_figure)
        self.pages.set_y(self.pages.get_y() + 1)
        for note in grid.notes:
            self._paragraph(note, NOTE)
        self.pages.set_y(self.pages.get_y() + 4)

    def sentences(self, sentences: Sentences) -> None:
        """What one of the two said: its words, the figure, last year's, and what it means."""
        widths = [self.pages.epw * share for share in SHARES]
        self._paragraph(sentences.by, SPEAKER, kind="H2")
        self._head(Grid("", "", sentences.headings, (), (False,) * len(SHARES)), widths)
        for said in sentences.said:
            self._said(said, widths)
        self.pages.set_y(self.pages.get_y() + 3)

    def room_for(self, height: float) -> None:
        """A new page where that much does not fit on this one any more."""
        if self.pages.will_page_break(height):
            self.pages.add_page()

    def _paragraph(self, text: str, letters: Letters, after: float = 0, kind: str = "P") -> None:
        place = (self.pages.l_margin, self.pages.get_y())
        with self.pages.told(kind):
            down = self.writer.put(text, letters, place, self.pages.epw)
        self.pages.set_y(down + after)

    def _widths(self, grid: Grid) -> list[float]:
        """As wide as its longest cell, where there is room; else words are broken into lines, figures are not."""
        least, wished = [], []
        for place, heading in enumerate(grid.headings):
            cells = [row[place] for row in grid.rows]
            longest = max((self.writer.width(cell, CELL) for cell in cells), default=0)
            words = max((self.writer.width(word, CELL) for cell in cells for word in cell.split(" ")), default=0)
            head = max((self.writer.width(one, HEAD) for one in heading.split()), default=0)
            head = max(head, self.writer.width(heading, HEAD) / HEAD_LINES, NARROWEST)
            least.append(max(head, longest if grid.is_figure[place] else min(words, WIDEST)) + GAP)
            wished.append(max(head, longest) + GAP)
        room = self.pages.epw
        if sum(wished) <= room:
            return [wished[0] + min(room - sum(wished), WIDEST), *wished[1:]]
        share = max(room - sum(least), 0) / (sum(wished) - sum(least) or 1)
        return [low + (high - low) * share for low, high in zip(least, wished, strict=True)]

    def _height(self, row: Sequence[str], widths: Sequence[float]) -> float:
        pairs = zip(row, widths, strict=True)
        return max(self.writer.height(cell, CELL, width - GAP) for cell, width in pairs) + 2 * PAD

    def _head_height(self, headings: Sequence[str], widths: Sequence[float]) -> float:
        pairs = zip(headings, widths, strict=True)
        return max(self.writer.height(one, HEAD, width - GAP) for one, width in pairs) + PAD

    def _head(self, grid: Grid, widths: Sequence[float]) -> None:
        left, end = self.pages.l_margin, self.pages.get_y() + self._head_height(grid.headings, widths)
        with self.pages.told("P"):
            for heading, width, right in zip(grid.headings, widths, grid.is_figure, strict=True):
                top = end - PAD - self.writer.height(heading, HEAD, width - GAP)
                self.writer.put(heading, HEAD, (left, top), width - GAP, right=right)
                left += width
        self._rule(end, left, DEEP, 0.4)

    def _row(self, row: Sequence[str], widths: Sequence[float], is_figure: Sequence[bool]) -> None:
        left, top = self.pages.l_margin, self.pages.get_y()
        with self.pages.told("P"):
            for cell, width, right in zip(row, widths, is_figure, strict=True):
                self.writer.put(cell, CELL, (left, top + PAD), width - GAP, right=right)
                left += width
        self._rule(top + self._height(row, widths), left, LINE, 0.15)

    def _rule(self, y: float, right: float, colour: tuple[int, int, int], width: float) -> None:
        """A line under a row; what comes next begins there."""
        self.pages.set_draw_color(*colour)
        self.pages.set_line_width(width)
        self.pages.line(self.pages.l_margin, y, right - GAP, y)
        self.pages.set_y(y)

    def _said(self, said: Said, widths: Sequence[float]) -> None:
        cells = (
            ((said.quote, QUOTE),),
            ((said.now, FIGURE), (said.name, NAME)),
            ((said.before, BEFORE),),
            tuple((text, letters) for text, letters in ((said.plain, PLAIN), (said.rule, NAME)) if text),
        )
        pairs = list(zip(cells, widths, strict=True))
        tall = max(sum(self.writer.height(text, how, width - GAP) for text, how in cell) for cell, width in pairs)
        self.room_for(tall + 2 * TIGHT)
        left, top = self.pages.l_margin, self.pages.get_y()
        with self.pages.told("P"):
            for cell, width in pairs:
                down = top + TIGHT
                for text, letters in cell:
                    down = self.writer.put(text, letters, (left, down), width - GAP)
                left += width
        self._rule(top + tall + 2 * TIGHT, left, LINE, 0.15)
