"""The report as a PDF to be handed out: A4, letters embedded, plots drawn as vectors, chapters in an outline.

Nothing in it is compressed: how small a compressor makes a text differs between machines, and the bytes must not.
"""

import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Final

from fpdf.output import OutputProducer
from fpdf.prefs import ViewerPreferences
from fpdf.syntax import Name, PDFContentStream, PDFObject

from templates.rendering.poster import DEEP, FONTS, QUIET, SANS, SERIF, WAVE
from templates.rendering.report.document import Document, Grid, Heading, Part, Picture, Sentences, Text
from templates.rendering.report.pdf_canvas import PdfCanvas
from templates.rendering.report.pdf_table import Tables
from templates.rendering.report.pdf_tags import TaggedPages
from templates.rendering.report.pdf_text import Letters, Writer
from templates.rendering.report.words import words

WIDTH, HEIGHT, MARGIN, FOOT = 210.0, 297.0, 18.0, 17.0  # millimetres
INSIDE: Final = WIDTH - 2 * MARGIN
BAND: Final = 27.0
TINT, WHITE = (249, 239, 230), (255, 255, 255)
BODY, SMALL, STRONG, NOTE = Letters(10), Letters(8.5, QUIET), Letters(10, bold=True), Letters(9)
TITLES: Final = {1: Letters(20, DEEP, bold=True, font=SERIF), 2: Letters(12, bold=True)}
ABOVE: Final = {1: 8.0, 2: 2.0}
KEEP_PART, KEEP_ROWS = 24.0, 32.0  # millimetres that stay together with a heading


class Pages(TaggedPages):
    """Pages with the report's name and their number at the foot."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.title_of = document.title
        self.chapters: dict[str, int] = {}
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, FOOT)
        self.set_compression(False)
        self.add_font(SERIF, "B", FONTS / "LiberationSerif-Bold.ttf")
        self.add_font(SANS, "", FONTS / "LiberationSans-Regular.ttf")
        self.add_font(SANS, "B", FONTS / "LiberationSans-Bold.ttf")
        self.writer = Writer(self)
        self.tables = Tables(self, self.writer)

    def footer(self) -> None:
        """What the report is called, and the page's number."""
        with self.only_seen():
            self.writer.put(self.title_of, SMALL, (MARGIN, HEIGHT - 13), INSIDE)
            self.writer.put(str(self.page_no()), SMALL, (MARGIN, HEIGHT - 13), INSIDE, right=True)

    def paragraph(self, text: str, letters: Letters, after: float = 2.5, kind: str = "P") -> None:
        """A text under what stands there, on a new page where it does not fit."""
        self.tables.room_for(self.writer.height(text, letters, INSIDE))
        with self.told(kind):
            down = self.writer.put(text, letters, (MARGIN, self.get_y()), INSIDE)
        self.set_y(down + after)


class Unpacked(OutputProducer):
    """Writes the letters' files as they are, too."""

    def _add_pdf_obj(self, pdf_obj: PDFObject, trace_label: str | None = None) -> int:
        if isinstance(pdf_obj, PDFContentStream) and isinstance(pdf_obj.filter, Name):
            pdf_obj._contents = zlib.decompress(pdf_obj._contents)
            pdf_obj.filter, pdf_obj.length = None, len(pdf_obj._contents)
        return super()._add_pdf_obj(pdf_obj, trace_label)


def as_pdf(document: Document, made_of: date) -> bytes:
    """Its bytes; `made_of` is the cut-off, which stands as the day it was made.

    It is laid out twice: on which pages the chapters begin is known when the first time is over.
    """
    pages = laid_out(document, made_of, laid_out(document, made_of, {}).chapters)
    return bytes(pages.output(output_producer_class=Unpacked))


def laid_out(document: Document, made_of: date, chapters: Mapping[str, int]) -> Pages:
    """All of its pages; `chapters` says on which each begins, as far as that is known."""
    pages = Pages(document)
    pages.set_creation_date(datetime.combine(made_of, time(), UTC))
    pages.set_title(document.title)
    pages.set_author(document.organisation)
    pages.set_lang(document.language)
    pages.viewer_preferences = ViewerPreferences(display_doc_title=True)
    pages.add_page()
    _title(pages, document)
    for part in document.first:
        _draw(pages, part)
    pages.add_page()
    _contents(pages, document, chapters)
    for place, part in enumerate(document.parts):
        if isinstance(part, Heading):
            pages.tables.room_for(_together(pages, document.parts[place : place + 3]))
        _draw(pages, part)
    return pages


def _together(pages: Pages, parts: Sequence[Part]) -> float:
    """How much room a heading needs with what follows it, in millimetres."""
    if parts[0].level == 2:  # type: ignore[union-attr]
        return KEEP_PART
    about = sum(pages.writer.height(part.text, BODY, INSIDE) for part in parts if isinstance(part, Text))
    return KEEP_PART + about + (_tall(parts[-1]) if isinstance(parts[-1], Picture) else KEEP_ROWS)


def _title(pages: Pages, document: Document) -> None:
    pages.set_fill_color(*DEEP)
    pages.rect(0, 0, WIDTH, BAND, style="F")
    for letters, text, down in (
        (Letters(10, WHITE, bold=True), document.organisation, 5.5),
        (Letters(22, WHITE, bold=True, font=SERIF), document.title, 9.5),
        (Letters(10, WHITE), document.subtitle, 20.0),
    ):
        with pages.told("H1" if text == document.title else "P"):
            pages.writer.put(text, letters, (MARGIN, down), INSIDE)
    pages.set_y(BAND + 4)


def _contents(pages: Pages, document: Document, chapters: Mapping[str, int]) -> None:
    pages.paragraph(words(document.language)("page.contents"), TITLES[1], kind="H2")
    for heading in document.chapters:
        top, page = pages.get_y(), chapters.get(heading.key, 1)
        pages.link(MARGIN, top, INSIDE, BODY.line, pages.add_link(page=page))
        pages.writer.put(str(page), BODY, (MARGIN, top), INSIDE, right=True)
        pages.paragraph(heading.text, BODY, after=0.8)


def _draw(pages: Pages, part: Part) -> None:
    match part:
        case Heading():
            _heading(pages, part)
        case Text(is_note=True):
            _note(pages, part)
        case Text():
            pages.paragraph(part.text, SMALL if part.is_small else BODY)
        case Sentences():
            pages.tables.sentences(part)
        case Grid():
            pages.tables.grid(part)
        case Picture():
            _picture(pages, part)


def _heading(pages: Pages, heading: Heading) -> None:
    if pages.get_y() > MARGIN + 1:
        pages.set_y(pages.get_y() + ABOVE[heading.level])
    if heading.level == 1:
        pages.chapters[heading.key] = pages.page_no()
    pages.start_section(heading.text, level=heading.level - 1)
    pages.paragraph(
        heading.text, TITLES[heading.level], after=2.5 if heading.level == 1 else 1, kind=f"H{heading.level + 1}"
    )


def _note(pages: Pages, note: Text) -> None:
    """A paragraph that stands out."""
    tall = pages.writer.height(note.text, NOTE, INSIDE - 9) + 4
    pages.tables.room_for(tall)
    top = pages.get_y()
    for colour, width in ((TINT, INSIDE), (WAVE, 1.2)):
        pages.set_fill_color(*colour)
        pages.rect(MARGIN, top, width, tall, style="F")
    with pages.told("P"):
        pages.writer.put(note.text, NOTE, (MARGIN + 5, top + 2), INSIDE - 9)
    pages.set_y(top + tall + 3)


def _picture(pages: Pages, picture: Picture) -> None:
    pages.tables.room_for(_tall(picture))
    pages.paragraph(picture.title, STRONG, after=1)
    top, scale = pages.get_y(), INSIDE / picture.width
    with pages.told("Figure", picture.told):
        picture.draw(PdfCanvas(pages, MARGIN, top, scale))
    pages.set_y(top + picture.height * scale + 2)
    pages.paragraph(picture.told, SMALL, after=5)


def _tall(picture: Picture) -> float:
    """How much room a picture takes with its title and words."""
    return picture.height * INSIDE / picture.width + 20
