"""The congress report's web page in a real browser: what axe finds, that it fits and prints, and asks nobody."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from templates.rendering.report.files_out import report_files
from tests.congress_sample import sample_report
from tests.e2e.test_founders_pages import SIDEWAYS, in_a

pytestmark = pytest.mark.e2e


def _page(folder: Path, language: str) -> str:
    (content,) = (one for name, one in report_files(sample_report(), language).items() if name.endswith(".html"))
    place = folder / f"report.{language}.html"
    place.write_bytes(content)
    return place.as_uri()


@pytest.mark.parametrize(("language", "width"), [("sv", 360), ("en", 1280), ("sv", 320)])
def test_axe_finds_nothing_and_the_page_does_not_scroll_sideways(
    browser: Browser, tmp_path: Path, language: str, width: int
) -> None:
    page = in_a(browser, width, language)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    address = _page(tmp_path, language)
    page.goto(address)
    sideways = page.evaluate(SIDEWAYS)
    found = [
        (one["id"], [node["html"][:120] for node in one["nodes"]]) for one in Axe().run(page).response["violations"]
    ]
    page.context.close()
    assert (found, sideways, asked) == ([], 0, [address])


def test_its_first_page_prints_on_one_sheet(browser: Browser, tmp_path: Path) -> None:
    """What comes after the first page, its contents, begins on the second sheet and no later."""
    for language in ("sv", "en"):
        page = in_a(browser, 1280, language)
        page.goto(_page(tmp_path, language))
        page.add_style_tag(content=".contents, .contents ~ * { display: none !important }")
        printed = page.pdf(prefer_css_page_size=True)
        page.context.close()
        assert printed.count(b"/Type /Page\n") == 1, language
