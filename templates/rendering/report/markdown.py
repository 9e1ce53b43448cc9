"""The report as Markdown: for a mail, a wiki or a run's page."""

from collections.abc import Sequence

from templates.charts.svg import Drawing
from templates.rendering.report.document import Document, Grid, Heading, Part, Picture, Sentences, Text
from templates.rendering.staff import plain


def as_markdown(document: Document) -> bytes:
    """Its bytes; pictures are told in words."""
    head = [f"# {document.title}", f"{document.organisation} · {document.subtitle}"]
    parts = [_written(part) for part in (*document.first, *document.parts)]
    return ("\n\n".join([*head, *parts]) + "\n").encode()


def _written(part: Part) -> str:
    match part:
        case Heading():
            return f"{'#' * (part.level + 1)} {part.text}"
        case Text():
            return f"> {part.text}" if part.is_note else part.text
        case Sentences():
            rows = [
                (f"**{one.quote}**", f"{one.now} {one.name}", one.before, f"{one.plain} *{one.rule}*")
                for one in part.said
            ]
            return f"### {part.by}\n\n" + _table(part.headings, rows, [False] * len(part.headings))
        case Grid():
            cells = [[plain(cell) for cell in row] for row in part.rows]
            notes = "".join(f"\n\n{note}" for note in part.notes)
            return f"### {part.caption}\n\n" + _table(part.headings, cells, part.is_figure) + notes
        case Picture():
            return f"### {part.title}\n\n{drawing(part).markdown()}\n\n{part.told}"


def drawing(picture: Picture) -> Drawing:
    """The picture as SVG."""
    drawn = Drawing(picture.width, picture.height, picture.title, picture.told)
    picture.draw(drawn)
    return drawn


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], is_figure: Sequence[bool]) -> str:
    lines = [headings, ["-:" if right else ":-" for right in is_figure], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
