"""A picture's canvas on a page of a PDF: drawn as vectors, its words in the page's own letters."""

from typing import Final

from fpdf import FPDF

from templates.charts.canvas import Point
from templates.charts.svg import INK, RULE, SMALL

SANS: Final = "Liberation Sans"
POINT: Final = 72 / 25.4  # in a millimetre


class PdfCanvas:
    """Draws at (left, top) in millimetres; `scale` is millimetres a point of the picture."""

    def __init__(self, page: FPDF, left: float, top: float, scale: float) -> None:
        self.page, self.left, self.top, self.scale = page, left, top, scale

    def _place(self, x: float, y: float) -> Point:
        return self.left + x * self.scale, self.top + y * self.scale

    def text(
        self, x: float, y: float, words: str, *, size: int = SMALL, anchor: str = "start", bold: bool = False,
        colour: str = INK,
    ) -> None:  # fmt: skip
        """Words that begin, end or have their middle at that place, their line at its height."""
        self.page.set_font(SANS, "B" if bold else "", size * self.scale * POINT)
        self.page.set_text_color(colour)
        left, line = self._place(x, y)
        left -= self.page.get_string_width(words) * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        self.page.text(left, line, words)

    def rect(self, x: float, y: float, width: float, height: float, fill: str, *, opacity: float = 1) -> None:
        """A filled box."""
        with self.page.local_context(fill_opacity=opacity):
            self.page.set_fill_color(fill)
            self.page.rect(*self._place(x, y), width * self.scale, height * self.scale, style="F")

    def line(self, points: list[Point], colour: str, *, width: float = 1, dash: str = "") -> None:
        """A line through those places."""
        lengths = [float(one) * self.scale for one in dash.split()]
        with self.page.local_context():
            self.page.set_draw_color(colour)
            self.page.set_line_width(width * self.scale)
            if lengths:
                self.page.set_dash_pattern(lengths[0], lengths[1])
            self.page.polyline([self._place(*one) for one in points])

    def area(self, points: list[Point], fill: str, *, opacity: float = 1) -> None:
        """A filled shape with no edge."""
        with self.page.local_context(fill_opacity=opacity):
            self.page.set_fill_color(fill)
            self.page.polygon([self._place(*one) for one in points], style="F")

    def rules(self, lines: list[tuple[float, float, float, float]]) -> None:
        """Thin lines to read by."""
        self.page.set_draw_color(RULE)
        self.page.set_line_width(self.scale)
        for x, y, to_x, to_y in lines:
            self.page.line(*self._place(x, y), *self._place(to_x, to_y))
