"""Every page that founders come to, as pictures. Needs Debian's chromium.

`python -m tests.pictures.pages DIR` photographs all of them at 360 and 1280 pixels in both languages; `… DIR NAME…`
those named. `python -m tests.pictures.pages` makes docs/pictures/pages.png anew.
"""

import sys
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from deployments.server.processes import free_port
from tests.browser import chromium
from tests.office import fill_office
from tests.pictures.mails import sheet

DOCS = Path(__file__).parents[2] / "docs" / "pictures" / "pages.png"
IN_DOCS = ("request", "confirm", "check-in", "check-in-thanks", "meeting", "my-data")
WIDTHS = (360, 1280)
TOP = 1100


def photographs(browser: Browser, width: int, language: str, names: list[str], top: int = 20_000) -> dict[str, bytes]:
    """Each page by name, whole or its topmost pixels, in a world of its own."""
    from models import settings
    from models.db import engine
    from tests.deployments.conftest import begin_world
    from tests.e2e.every_page import every_page, fill, served, visit

    with tempfile.TemporaryDirectory() as home, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOTS_HOME", home)
        settings.settings.cache_clear()
        fill_office()
        port = free_port(18500)
        world = begin_world(patch, f"http://127.0.0.1:{port}")
        fill(world)
        page = browser.new_page(viewport={"width": width, "height": 800}, bypass_csp=True)
        taken = {}
        with served(world, port):
            for name, (path, form) in every_page(world).items():
                visit(page, world.public_url, path, form, language)
                if not names or name in names:
                    height = min(page.evaluate("document.documentElement.scrollHeight"), top)
                    clip = {"x": 0, "y": 0, "width": width, "height": height}
                    taken[name] = page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
        page.close()
        engine.engine().dispose()
    settings.settings.cache_clear()
    return taken


def main(arguments: list[str]) -> None:
    """Photograph into a folder, or make the picture in docs."""
    with chromium() as browser:
        if arguments:
            folder = Path(arguments[0])
            folder.mkdir(parents=True, exist_ok=True)
            for width in WIDTHS:
                for language in ("sv", "en"):
                    for name, picture in photographs(browser, width, language, arguments[1:]).items():
                        (folder / f"{name}.{language}.{width}.png").write_bytes(picture)
        else:
            taken = photographs(browser, 360, "sv", list(IN_DOCS), TOP)
            DOCS.write_bytes(sheet(browser, [(name, "", taken[name]) for name in IN_DOCS], 6, 360, 1))


if __name__ == "__main__":
    main(sys.argv[1:])
