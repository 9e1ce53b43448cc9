"""The congress report as a delegate gets it: its first page and its curves, beside each other. Needs Debian's chromium.

`python -m tests.pictures.report FOLDER` takes the folder that `lots report congress --out FOLDER` wrote and makes
docs/pictures/report.png anew.
"""

import base64
import sys
from pathlib import Path

from playwright.sync_api import Page

from tests.browser import chromium

DOCS = Path(__file__).parents[2] / "docs" / "pictures" / "report.png"
WIDTH, GAP, SHOWN = 1000, 24, 640
FIRST = ("header", "main > p.note")
CURVES = ("#survival", "#plot-survival-organisers")


def photograph(page: Page, parts: tuple[str, str]) -> str:
    """From the top of one part of the page to the foot of another, as an address of a picture."""
    boxes = [page.locator(part).first.bounding_box() for part in parts]
    assert boxes[0] and boxes[1]
    top, foot = boxes[0]["y"], boxes[1]["y"] + boxes[1]["height"] + GAP
    picture = page.screenshot(full_page=True, clip={"x": 0, "y": top, "width": WIDTH, "height": foot - top})
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


def main() -> None:
    """The picture of the report in that folder."""
    (report,) = Path(sys.argv[1]).glob("*.sv.html")
    with chromium() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": 800})
        page.goto(report.resolve().as_uri())
        images = "".join(f'<img src="{photograph(page, parts)}" width="{SHOWN}">' for parts in (FIRST, CURVES))
        style = f"body{{margin:{GAP}px;background:#cfd8dc;display:flex;gap:{GAP}px;align-items:start}}"
        sheet = browser.new_page(viewport={"width": 2 * SHOWN + 3 * GAP, "height": 400})
        sheet.set_content(f"<style>{style}</style>{images}")
        sheet.screenshot(path=DOCS, full_page=True)


if __name__ == "__main__":
    main()
