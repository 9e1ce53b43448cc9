"""A meeting's poster: an A4 page to print, with the network's own words and a way to the invitation page (section 13).

The letters are embedded, so that a name in any European alphabet prints as it is written, wherever it is printed.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

import segno
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos

from templates.rendering.filters import day, moment
from templates.rendering.web import words
from templates.vocabulary.mail import ORGANISATION

FONTS: Final = Path(__file__).parents[1] / "poster" / "fonts"
WIDTH, HEIGHT, MARGIN, BAND = 210.0, 297.0, 22.0, 18.0  # millimetres
INSIDE: Final = WIDTH - 2 * MARGIN
QR: Final = 56.0
FOOT: Final = HEIGHT - MARGIN - QR
WHEN: Final = FOOT - 58
DEEP, WAVE, INK, QUIET = (18, 69, 90), (180, 83, 42), (29, 43, 54), (90, 86, 72)
SERIF, SANS = "Liberation Serif", "Liberation Sans"
SMALLEST: Final = 9.0  # points
LEADING: Final = 1.22 * 25.4 / 72  # from the size in points to the height of a line in millimetres
OVERLAP: Final = 1.02  # between two squares no hair of white is left
KEPT: Final = 64


@dataclass(frozen=True)
class Poster:
    """What stands on it; `topic` may be empty, and `address` is that of the invitation page."""

    network: str
    topic: str
    words: str
    starts_at: datetime
    length: str
    where: str
    address: str
    language: str


@dataclass(frozen=True)
class Letters:
    """How a text stands: `size` in points, at most where it is fitted."""

    font: str
    size: float
    colour: tuple[int, int, int]
    bold: bool = True


@lru_cache(maxsize=KEPT)
def render_poster(poster: Poster) -> bytes:
    """The poster as a PDF; the same words give the same bytes."""
    t, page = words(poster.language), _page(poster)
    page.set_fill_color(*DEEP)
    page.rect(0, 0, WIDTH, BAND, style="F")
    page.set_y(BAND + 15)
    _line(page, t("poster.welcome"), Letters(SANS, 20, WAVE))
    page.set_y(page.get_y() + 3)
    _fitted(page, poster.network, Letters(SERIF, 58, DEEP), 60)
    if poster.topic:
        page.set_y(page.get_y() + 4)
        _fitted(page, poster.topic, Letters(SANS, 26, INK), 24)
    page.set_y(page.get_y() + 6)
    _fitted(page, poster.words, Letters(SANS, 20, INK, bold=False), WHEN - page.get_y() - 8)
    _when(page, poster)
    _foot(page, poster)
    return bytes(page.output())


def _page(poster: Poster) -> FPDF:
    page = FPDF(format="A4")
    page.set_auto_page_break(False)
    page.set_margins(MARGIN, BAND, MARGIN)
    page.c_margin = 0  # what stands on the left margin begins there, letters and lines alike
    page.add_font(SERIF, "B", FONTS / "LiberationSerif-Bold.ttf")
    page.add_font(SANS, "", FONTS / "LiberationSans-Regular.ttf")
    page.add_font(SANS, "B", FONTS / "LiberationSans-Bold.ttf")
    page.set_creation_date(poster.starts_at.astimezone(UTC))
    page.set_title(poster.network)
    page.set_lang(poster.language)
    page.add_page()
    return page


def _when(page: FPDF, poster: Poster) -> None:
    """The day, the hour and the place: over the foot, wherever the words ended."""
    page.set_y(WHEN)
    page.set_draw_color(*WAVE)
    page.set_line_width(1.4)
    page.line(MARGIN, WHEN - 5, MARGIN + 26, WHEN - 5)
    on = day(poster.starts_at, poster.language)
    clock = moment(poster.starts_at, poster.language).removeprefix(on).strip()
    _fitted(page, f"{on[:1].upper()}{on[1:]}", Letters(SANS, 30, DEEP), 13)
    _line(page, f"{clock}, {poster.length}", Letters(SANS, 20, INK, bold=False))
    page.set_y(page.get_y() + 2)
    _fitted(page, poster.where, Letters(SANS, 22, INK), 20)


def _foot(page: FPDF, poster: Poster) -> None:
    """Where there is more: for a camera, and to be typed."""
    t = words(poster.language)
    _qr(page, poster.address, WIDTH - MARGIN - QR, FOOT)
    room = INSIDE - QR - 8
    page.set_y(FOOT + 2)
    _line(page, t("poster.more"), Letters(SANS, 15, DEEP), room)
    page.set_y(page.get_y() + 2)
    _line(page, t("poster.how"), Letters(SANS, 12, INK, bold=False), room)
    host, _, path = poster.address.partition("://")[2].partition("/")
    for part in (f"{host}/", path.partition("?")[0]):
        _fitted(page, part, Letters(SANS, 13, INK), 6, room)
    page.set_y(FOOT + QR - 11)
    _line(page, t("poster.by", organisation=ORGANISATION), Letters(SANS, 10.5, QUIET, bold=False), room)


def _qr(page: FPDF, address: str, left: float, top: float) -> None:
    """Drawn as squares, so that it is sharp however large it is printed."""
    matrix = segno.make(address, error="m", micro=False).matrix
    side = QR / len(matrix)
    page.set_fill_color(0, 0, 0)
    for down, row in enumerate(matrix):
        for right, is_dark in enumerate(row):
            if is_dark:
                page.rect(left + right * side, top + down * side, side * OVERLAP, side * OVERLAP, style="F")
    page.link(left, top, QR, QR, address)


def _line(page: FPDF, text: str, letters: Letters, room: float = INSIDE) -> None:
    page.set_font(letters.font, "B" if letters.bold else "", letters.size)
    page.set_text_color(*letters.colour)
    page.set_x(MARGIN)
    page.multi_cell(room, letters.size * LEADING, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _fitted(page: FPDF, text: str, letters: Letters, most: float, room: float = INSIDE) -> None:
    """As large as it can stand within `most` millimetres of height, with no word broken; else as small as we go."""
    size = letters.size
    page.set_font(letters.font, "B" if letters.bold else "", size)
    while size > SMALLEST and not _fits(page, text, most, room):
        size -= 1
        page.set_font_size(size)
    _line(page, text, replace(letters, size=size), room)


def _fits(page: FPDF, text: str, most: float, room: float) -> bool:
    """Whether the text, in the letters that are set, keeps to its room."""
    longest = max((page.get_string_width(word) for word in text.split()), default=0)
    line = page.font_size_pt * LEADING
    height = page.multi_cell(room, line, text, align="L", dry_run=True, output=MethodReturnValue.HEIGHT)
    return longest < room and float(height) <= most  # type: ignore[arg-type]
