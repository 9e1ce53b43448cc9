"""The founders' pages in a real browser: what axe finds, what a keyboard reaches, how narrow and large they go."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from models.people.signed_link import Purpose
from models.tables.check_in import CheckIn
from models.tables.request import SupportRequest
from tests.deployments.browsing import links_to_confirm
from tests.deployments.conftest import World
from tests.deployments.web.pages.test_meeting import partners
from tests.deployments.web.pages.test_support_request import requests_in
from tests.e2e.every_page import every_page, fill, visit

pytestmark = pytest.mark.e2e
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ALL_BYTES = "performance.getEntries().reduce((sum, one) => sum + (one.encodedBodySize || 0), 0)"
NARROWEST = 320  # 1280 px at 400 %, WCAG 1.4.10


def in_a(browser: Browser, width: int, language: str, scheme: str = "light", scale: int = 1) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        locale={"sv": "sv-SE", "en": "en-GB"}[language],
        color_scheme=scheme,  # type: ignore[arg-type]
        device_scale_factor=scale,
        java_script_enabled=True,
        bypass_csp=True,  # axe is put into the page
    )
    return context.new_page()


@pytest.mark.parametrize(("language", "width", "scheme"), [("sv", 360, "light"), ("en", 1280, "dark")])
def test_axe_finds_nothing_on_any_page(world: World, browser: Browser, language: str, width: int, scheme: str) -> None:
    fill(world)
    page, axe, found = in_a(browser, width, language, scheme), Axe(), []
    for name, (path, form) in every_page(world).items():
        visit(page, world.public_url, path, form, language)
        for one in axe.run(page).response["violations"]:
            found.append((name, one["id"], [node["html"][:120] for node in one["nodes"]]))
    page.context.close()
    assert found == []


def test_no_page_scrolls_sideways_however_narrow_or_large(world: World, browser: Browser) -> None:
    fill(world)
    pages = every_page(world)
    for width, text in ((360, 100), (NARROWEST, 100), (640, 200), (360, 200)):
        page, wide = in_a(browser, width, "sv"), []
        for name, (path, form) in pages.items():
            visit(page, world.public_url, path, form, "sv")
            page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
            if page.evaluate(SIDEWAYS) > 0:
                wide.append(name)
        page.context.close()
        assert wide == [], f"at {width} px and {text} % text"


def test_a_page_is_small_asks_nobody_else_runs_nothing_and_leaves_no_cookie(world: World, browser: Browser) -> None:
    fill(world)
    page = in_a(browser, 360, "sv")
    outside: list[str] = []
    page.on("request", lambda one: outside.append(one.url) if not one.url.startswith(world.public_url) else None)
    for name, (path, form) in every_page(world).items():
        visit(page, world.public_url, path, form, "sv")
        assert 1_000 < page.evaluate(ALL_BYTES) < 50_000, name
        assert page.evaluate("document.scripts.length") == 0
    assert outside == [] and page.context.cookies() == []
    page.context.close()


def test_without_a_script_the_pages_work(world: World, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800}, locale="sv-SE")
    page = context.new_page()
    page.goto(world.public_url + world.path(Purpose.stop))
    page.get_by_role("button", name="Ja, sluta påminna mig").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inga fler påminnelser")
    context.close()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has focus, and see that the focus shows."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = page.evaluate(
                "getComputedStyle(document.activeElement.closest('.choice') || document.activeElement).outlineStyle"
            )
            assert outline != "none", f"no focus to be seen on {selector}"
            return
    raise AssertionError(f"Tab does not reach {selector}")


def test_the_check_in_is_answered_by_keyboard_alone(world: World, browser: Browser) -> None:
    page = in_a(browser, 360, "sv")
    page.goto(world.public_url + world.path(Purpose.check_in))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Hoppa till innehållet")).to_be_focused()
    for name, presses in (("met", ["ArrowDown"]), ("sharing", ["ArrowDown"]), ("motivation", []), ("wish", [])):
        tab_to(page, f"[name={name}]")
        for key in ("Space", *presses):
            page.keyboard.press(key)
    tab_to(page, "button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tack för ditt svar")
    saved = world.get(CheckIn, world.check_in)
    assert (saved.q1_met, saved.q3_sharing, saved.q4, saved.q5_wish) == (False, "2", 1, "nothing")
    page.context.close()


def test_a_meeting_is_told_of_by_keyboard_alone_with_the_companies_unfolded(world: World, browser: Browser) -> None:
    page = in_a(browser, 360, "sv")
    page.goto(f"{world.public_url}{world.path(Purpose.meeting)}?status=held&on=2027-03-01")
    for name, typed in (("attended", "9"), ("branches", "3"), ("companies", "5")):
        tab_to(page, f"[name={name}]")
        page.keyboard.type(typed)
    expect(page.locator("#host_company")).not_to_be_visible()
    tab_to(page, "summary")
    page.keyboard.press("Enter")
    tab_to(page, "[name=host_company]")
    page.keyboard.type("Hamnens Åkeri AB")
    tab_to(page, "[name=participants]")
    page.keyboard.type("Stål AB")
    page.keyboard.press("Enter")
    page.keyboard.type("El i Norr")
    tab_to(page, "[name=next_form]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tack, nu vet vi hur det gick")
    assert partners() == [
        ("host", "Hamnens Åkeri AB"),
        ("participant", "El i Norr"),
        ("participant", "Stål AB"),
    ]
    page.context.close()


def test_a_request_is_made_by_keyboard_alone_and_a_mistake_is_led_to(world: World, browser: Browser) -> None:
    page = in_a(browser, 1280, "sv")
    page.goto(f"{world.public_url}/request")
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    expect(page.locator(".summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#municipality")).to_be_focused()
    page.keyboard.type("Luleå")
    tab_to(page, "[name=nature]")
    page.keyboard.press("Space")
    tab_to(page, "#need")
    page.keyboard.type("Vi vill ses.")
    tab_to(page, "#member_number")
    page.keyboard.type("800101-01")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Stämmer det här?")
    tab_to(page, "button[value=send]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ett steg kvar: bekräfta i mejlet")
    [link] = links_to_confirm()
    page.goto(world.public_url + link)
    tab_to(page, "button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tack, nu har kansliet din förfrågan")
    requests: list[SupportRequest] = requests_in(world)
    assert [one.place for one in requests] == ["Luleå"]
    page.context.close()
