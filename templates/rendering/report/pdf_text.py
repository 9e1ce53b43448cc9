"""Words on the pages of a PDF: broken into lines, and put in place. fpdf's own cells take ten times as long."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fpdf import FPDF

from templates.rendering.poster import INK, LEADING, SANS

ASCENT: Final = 0.77
"""How far below its top a line's letters stand, as a share of its height."""


@dataclass(frozen=True)
class Letters:
    """How words stand; size in points."""

    size: float
    colour: tuple[int, int, int] = INK
    bold: bool = False
    font: str = SANS

    @property
    def line(self) -> float:
        """The height of a line in millimetres."""
        return self.size * LEADING


class Writer:
    """Breaks and writes words on pages; what it has measured it does not measure again."""

    def __init__(self, pages: FPDF) -> None:
        self.pages = pages
        self.widths: dict[tuple[Letters, str], float] = {}
        self.broken: dict[tuple[Letters, str, float], list[str]] = {}

    def set(self, letters: Letters) -> None:
        """The pages' letters are these from now on."""
        self.pages.set_font(letters.font, "B" if letters.bold else "", letters.size)
        self.pages.set_text_color(*letters.colour)

    def width(self, text: str, letters: Letters) -> float:
        """How wide a text is on one line, in millimetres."""
        if (letters, text) not in self.widths:
            self.set(letters)
            self.widths[letters, text] = self.pages.get_string_width(text)
        return self.widths[letters, text]

    def lines(self, text: str, letters: Letters, room: float) -> list[str]:
        """The lines that a text takes in that width; a word that is too long is broken."""
        if (letters, text, room) not in self.broken:
            lines: list[str] = []
            for word in text.split(" "):
                longer = f"{lines[-1]} {word}" if lines else word
                if lines and self.width(longer, letters) <= room:
                    lines[-1] = longer
                else:
                    lines += self._pieces(word, letters, room)
            self.broken[letters, text, room] = lines
        return self.broken[letters, text, room]

    def _pieces(self, word: str, letters: Letters, room: float) -> list[str]:
        pieces = [""]
        for letter in word if self.width(word, letters) > room else [word]:
            if pieces[-1] and self.width(pieces[-1] + letter, letters) > room:
                pieces.append("")
            pieces[-1] += letter
        return pieces

    def height(self, text: str, letters: Letters, room: float) -> float:
        """How tall a text is in that width."""
        return len(self.lines(text, letters, room)) * letters.line

    def put(
        self, text: str, letters: Letters, place: tuple[float, float], room: float, *, right: bool = False
    ) -> float:
        """Writes a text with its upper left corner there; where it ends."""
        left, top = place
        lines = self.lines(text, letters, room)
        shifts: Sequence[float] = [room - self.width(line, letters) if right else 0.0 for line in lines]
        self.set(letters)
        for line, shift in zip(lines, shifts, strict=True):
            # The blank parts lines and cells for who hears or copies them.
            self.pages.text(left + shift, top + letters.line * ASCENT, f"{line} ")
            top += letters.line
        return top
