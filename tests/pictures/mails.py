"""Mails as a reader sees them, beside each other in one picture. Needs Debian's chromium.

`python -m tests.pictures.mails` makes docs/pictures/mails.png anew; `… OUT.png [NAME…]` shows all mails, or those
named, whole or the topmost pixels, light or dark, at any width.
"""

import argparse
import base64
from collections.abc import Iterator
from html import escape
from pathlib import Path

from playwright.sync_api import Browser

from models.tables.mail import Template
from templates.mail_examples import variants
from templates.rendering.mail import LANGUAGES, render_mail
from tests.browser import chromium

PHONE, TALLEST, GAP = 390, 8_000, 24
DOCS = Path(__file__).parents[2] / "docs" / "pictures" / "mails.png"
IN_DOCS = (
    "receipt", "granted", "co-organiser", "kickoff-checklist", "check-in", "step", "independent", "resting",
)  # fmt: skip


def mails(names: list[str], language: str, every: bool) -> Iterator[tuple[str, str, str]]:
    """(title, subject, HTML) of each mail; with `every`, of each other way that it can read as well."""
    for name in names:
        contexts = variants(name, language)
        for number, context in enumerate(contexts if every else contexts[:1], 1):
            rendered = render_mail(name, language, context)
            yield f"{name} {number}" if every else name, rendered.subject, rendered.html


def photograph(browser: Browser, html: str, width: int, dark: bool, top: int) -> bytes:
    """The mail as a picture: all of it, or its topmost pixels."""
    page = browser.new_page(viewport={"width": width, "height": 600}, color_scheme="dark" if dark else "light")
    page.set_content(html)
    height = min(page.evaluate("document.documentElement.scrollHeight"), top)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, f"{wide} px wide: a reader would have to scroll sideways"
    page.set_viewport_size({"width": width, "height": height})
    picture = page.screenshot()
    page.close()
    return picture


def sheet(browser: Browser, pictures: list[tuple[str, str, bytes]], columns: int, width: int, scale: float) -> bytes:
    """All pictures in rows, each under its name and subject."""
    cells = "".join(
        f"<figure><figcaption><b>{escape(title)}</b> {escape(subject)}</figcaption>"
        f'<img src="data:image/png;base64,{base64.b64encode(picture).decode()}" width="{width}"></figure>'
        for title, subject, picture in pictures
    )
    style = (
        f"body{{margin:{GAP}px;background:#cfd8dc;display:grid;grid-template-columns:repeat({columns},{width}px);"
        f"gap:{GAP}px;align-items:start}}figure{{margin:0}}img{{display:block}}"
        "figcaption{font:14px/20px sans-serif;height:40px;overflow:hidden}"
    )
    page = browser.new_page(viewport={"width": columns * (width + GAP) + GAP, "height": 600}, device_scale_factor=scale)
    page.set_content(f"<style>{style}</style>{cells}")
    picture = page.screenshot(full_page=True)
    page.close()
    return picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("names", nargs="*", help="mails to show; without any, all of them")
    parser.add_argument("--language", choices=LANGUAGES, default="sv")
    parser.add_argument("--width", type=int, default=PHONE)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--every", action="store_true", help="each other way that a mail can read as well")
    parser.add_argument("--top", type=int, default=TALLEST, help="show only so many pixels of each")
    parser.add_argument("--columns", type=int, default=4)
    parser.add_argument("--scale", type=float, default=1)
    told = parser.parse_args()
    if not told.out:
        told.out, told.names, told.top, told.scale = DOCS, list(IN_DOCS), 760, 0.6
    with chromium() as browser:
        pictures = [
            (title, subject, photograph(browser, html, told.width, told.dark, told.top))
            for title, subject, html in mails(told.names or list(Template), told.language, told.every)
        ]
        columns = min(told.columns, len(pictures))
        told.out.write_bytes(sheet(browser, pictures, columns, told.width, told.scale))


if __name__ == "__main__":
    main()
