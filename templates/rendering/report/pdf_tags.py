"""What stands on the pages of a PDF, told in order to who cannot see it: headings, paragraphs, rows and pictures.

fpdf tags pictures alone; a row of a table is told as a paragraph, so that tables are read row by row and not by cell.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from fpdf import FPDF


class TaggedPages(FPDF):
    """Pages whose parts are tagged one after the other; what is drawn outside of `told` is only seen."""

    def __init__(self) -> None:
        super().__init__(format="A4")
        self.parts_on: Counter[int] = Counter()

    @contextmanager
    def told(self, kind: str, alt: str | None = None) -> Iterator[None]:
        """What is drawn meanwhile, on one page, is one part: "H1", "H2", "P", or "Figure" that `alt` tells in words."""
        number = self.parts_on[self.page]
        self.parts_on[self.page] += 1
        self._add_marked_content(struct_type=f"/{kind}", mcid=number, alt_text=alt)
        self._out(f"/{kind} <</MCID {number}>> BDC")
        yield
        self._out("EMC")

    @contextmanager
    def only_seen(self) -> Iterator[None]:
        """What is drawn meanwhile is told to nobody: the foot of each page."""
        self._out("/Artifact BMC")
        yield
        self._out("EMC")
