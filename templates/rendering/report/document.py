"""A report as it is read, before it is a file: what stands after what. Markdown, HTML and PDF write these parts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from templates.charts.canvas import Canvas


@dataclass(frozen=True)
class Heading:
    """A chapter (level 1) or a part of one (level 2). `key` is what a link points to."""

    text: str
    key: str
    level: int = 1


@dataclass(frozen=True)
class Text:
    """A paragraph; a note stands out, small print does not."""

    text: str
    is_note: bool = False
    is_small: bool = False


@dataclass(frozen=True)
class Said:
    """A sentence of the motion or of the board's answer, what came of it, and the rule that no figure can change."""

    quote: str
    name: str
    now: str
    before: str
    plain: str
    rule: str


@dataclass(frozen=True)
class Sentences:
    """What one of the two said, sentence by sentence."""

    by: str
    headings: tuple[str, str, str, str]
    said: Sequence[Said]


@dataclass(frozen=True)
class Grid:
    """A table: the first `names` columns say what a row is about, the rest are figures."""

    key: str
    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    is_figure: Sequence[bool]
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Picture:
    """A drawing, and in words what it shows."""

    key: str
    title: str
    told: str
    width: int
    height: int
    draw: Callable[[Canvas], None] = field(compare=False)


Part = Heading | Text | Sentences | Grid | Picture


@dataclass(frozen=True)
class Document:
    """The whole report in one language; the first page stands by itself."""

    language: str
    title: str
    subtitle: str
    organisation: str
    first: Sequence[Part]
    parts: Sequence[Part]

    @property
    def chapters(self) -> list[Heading]:
        """What stands in its contents."""
        return [part for part in self.parts if isinstance(part, Heading) and part.level == 1]
