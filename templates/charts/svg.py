"""Small pictures drawn as SVG by hand: a few kilobytes each, text stays text, and nothing needs to be installed.

Each stands on its own light card, so that it reads the same in the UI's light and dark theme, and tells its content
in words to whoever cannot see it. Colour is never the only sign.
"""

import base64
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape, quoteattr

INK, FAINT, RULE, CARD = "#1f2933", "#52606d", "#cbd2d9", "#fbfcfd"
FONT: Final = "system-ui,'Segoe UI',Roboto,sans-serif"
# From the palette of Okabe and Ito, which people with any colour vision tell apart; levels also differ in pattern.
LEVEL_COLOURS: Final = {"red": "#a3260f", "yellow": "#e0a100", "green": "#00765a", "not_assessed": "#7b8794"}
SMALL: Final = 11
STYLE: Final = f"<style>text{{paint-order:stroke;stroke:{CARD};stroke-width:3px}}.f{{fill:{FAINT}}}</style>"
PATTERNS: Final = (
    '<defs><pattern id="yellow" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<path d="M0 0h6v6H0z" fill="{LEVEL_COLOURS["yellow"]}"/><path d="M0 0v6" stroke="#fff" stroke-width="3"/>'
    '</pattern><pattern id="red" width="6" height="6" patternUnits="userSpaceOnUse">'
    f'<path d="M0 0h6v6H0z" fill="{LEVEL_COLOURS["red"]}"/><path d="M3 0v3M0 4.5h6" stroke="#fff"/></pattern></defs>'
)


def level_fill(level: str) -> str:
    """How a level is painted: plain green, striped yellow, grained red."""
    return f"url(#{level})" if level in ("red", "yellow") else LEVEL_COLOURS[level]


@dataclass
class Drawing:
    """A drawing that grows part by part. `told` says in words what it shows."""

    width: int
    height: int
    title: str
    told: str
    parts: list[str] = field(default_factory=list)

    def text(
        self, x: float, y: float, words: str, *, size: int = SMALL, anchor: str = "start", bold: bool = False,
        colour: str = INK,
    ) -> None:  # fmt: skip
        wanted = {
            "font-size": str(size) if size != SMALL else "",
            "text-anchor": anchor if anchor != "start" else "",
            "font-weight": "600" if bold else "",
            "fill": colour if colour not in (INK, FAINT) else "",
            "class": "f" if colour == FAINT else "",
        }
        looks = "".join(f' {name}="{value}"' for name, value in wanted.items() if value)
        self.parts.append(f'<text x="{x:.4g}" y="{y:.4g}"{looks}>{escape(words)}</text>')

    def rect(self, x: float, y: float, width: float, height: float, fill: str, *, opacity: float = 1) -> None:
        faint = f' fill-opacity="{opacity}"' if opacity < 1 else ""
        self.parts.append(
            f'<rect x="{x:.4g}" y="{y:.4g}" width="{width:.4g}" height="{height:.4g}" fill="{fill}"{faint}/>'
        )

    def line(self, points: list[tuple[float, float]], colour: str, *, width: float = 1, dash: str = "") -> None:
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        path = "M" + "L".join(f"{x:.4g} {y:.4g}" for x, y in points)
        self.parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:.4g}"{dashes}/>')

    def area(self, points: list[tuple[float, float]], fill: str, *, opacity: float = 1) -> None:
        """A filled shape with no edge."""
        path = "M" + "L".join(f"{x:.4g} {y:.4g}" for x, y in points) + "z"
        faint = f' fill-opacity="{opacity}"' if opacity < 1 else ""
        self.parts.append(f'<path d="{path}" fill="{fill}"{faint}/>')

    def rules(self, lines: list[tuple[float, float, float, float]]) -> None:
        """Thin lines to read by, each from (x, y) to (x, y): one piece of path for all of them."""
        path = "".join(f"M{x:.4g} {y:.4g}L{to_x:.4g} {to_y:.4g}" for x, y, to_x, to_y in lines)
        self.parts.append(f'<path d="{path}" fill="none" stroke="{RULE}"/>')

    def dot(self, x: float, y: float, colour: str, *, radius: float = 4, hollow: bool = False) -> None:
        paint = f'fill="{CARD}" stroke="{colour}" stroke-width="2"' if hollow else f'fill="{colour}"'
        self.parts.append(f'<circle cx="{x:.4g}" cy="{y:.4g}" r="{radius:.4g}" {paint}/>')

    def diamond(self, x: float, y: float, colour: str, *, size: float = 5, hollow: bool = False) -> None:
        paint = f'fill="{CARD}" stroke="{colour}" stroke-width="2"' if hollow else f'fill="{colour}"'
        self.parts.append(f'<path d="M{x:.4g} {y - size:.4g}l{size} {size}l-{size} {size}l-{size}-{size}z" {paint}/>')

    def svg(self) -> str:
        """The whole drawing."""
        drawn = "".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
            f'height="{self.height}" font-family="{FONT}" font-size="{SMALL}" fill="{INK}" '
            f'role="img" aria-label={quoteattr(self.title)}>'
            f"<title>{escape(self.title)}</title><desc>{escape(self.told)}</desc>"
            f"{PATTERNS if 'url(#' in drawn else ''}{STYLE}"
            f'<rect width="{self.width}" height="{self.height}" rx="8" fill="{CARD}" stroke="{RULE}"/>{drawn}</svg>'
        )

    def markdown(self) -> str:
        """The drawing inside a Markdown text, with its words for whoever cannot see it."""
        data = base64.b64encode(self.svg().encode()).decode()
        told = f"{self.title}. {self.told}".translate({ord(sign): " " for sign in "[]\n"})
        return f"![{told}](data:image/svg+xml;base64,{data})"
