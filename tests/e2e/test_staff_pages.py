"""The staff pages in a real browser: what axe finds, how narrow they go, and what a cookie does between two sites."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlmodel import col, select
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from deployments.demo.home import ServedPage
from deployments.server.processes import free_port
from deployments.web.app import create_app
from models.db.engine import reading, transaction
from models.office.sign_in import new_link
from models.office.staff import by_signature
from models.people.signed_link import Purpose, make_link
from models.settings import Settings, settings
from models.stages.health_check import take_snapshots
from models.tables.mail import OutgoingMail
from models.tables.meeting import Meeting
from models.tables.office import StaffRole
from models.tables.request import SupportRequest
from tasks.staff_ui.form_links import FormLinks
from tests.acts import GOREL, ORJAN, ask, at, meet, network_in
from tests.e2e.test_founders_pages import SIDEWAYS, in_a

pytestmark = pytest.mark.e2e
SQUASHED = """[...document.querySelectorAll("dd, td, tbody th, dt, li")]
    .filter(one => one.innerText.trim().length > 3 && one.offsetParent && one.getBoundingClientRect().width < 32)
    .map(one => one.outerHTML.slice(0, 160))"""
"""What stands a letter to the line."""


@pytest.fixture
def office_pages(office: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An office with a network that has met twice and a request that has waited too long, and its pages."""
    port = free_port(18500)
    monkeypatch.setenv("LOTS_PUBLIC_URL", f"http://localhost:{port}")
    settings.cache_clear()
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20", speaker_company="Stål AB")
        ask(session, "2027-01-11", member_number=GOREL, co_organisers=ORJAN)
        take_snapshots(session, at("2027-02-01").date())

    async def nothing_starts(_deployment: str, _parameters: dict[str, object]) -> str:
        return ""

    async def forms() -> FormLinks:
        return FormLinks("https://prefect.example.org", {"needs-talk": "1", "network-change": "2", "capacity": "3"})

    server = ServedPage(create_app(lambda: at("2027-02-02"), nothing_starts, forms), port)
    yield f"http://localhost:{port}"
    server.stop()


def come_in(page: Page, signature: str = "asj") -> None:
    with transaction() as session:
        staff = by_signature(session, signature, "", tuple(StaffRole))
        link = make_link(Purpose.sign_in, str(new_link(session, staff, "/staff", at("2027-02-02"))))
    page.goto(link)
    page.get_by_role("button").last.click()
    page.wait_for_url("**/staff")


def every_staff_page() -> list[str]:
    with reading() as session:
        person = session.exec(select(SupportRequest.initiator_id)).first()
        mail = session.exec(select(OutgoingMail.id).where(col(OutgoingMail.person_id).is_not(None))).first()
        meeting = session.exec(select(Meeting.id)).first()
    cases = ["/staff/request/2", "/staff/network/1", f"/staff/person/{person}", f"/staff/mail/{mail}"]
    lists = ["/staff", "/staff/register", "/staff/register?q=%C3%85ke", "/staff/region", "/staff/region/25"]
    return [*lists, *cases, f"/staff/meeting/{meeting}", "/staff/sign-in"]


@pytest.mark.parametrize(("language", "width", "scheme"), [("sv", 360, "light"), ("en", 1280, "dark")])
def test_axe_finds_nothing_on_any_staff_page_and_none_scrolls_sideways_or_is_squashed(
    office_pages: str, browser: Browser, language: str, width: int, scheme: str
) -> None:
    page, axe = in_a(browser, width, language, scheme), Axe()
    found: list[tuple[str, str, list[str]]] = []
    come_in(page)
    for path in every_staff_page():
        page.goto(office_pages + path)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        if page.evaluate(SIDEWAYS) > 0:
            found.append((path, "sideways", []))
        if squashed := page.evaluate(SQUASHED):
            found.append((path, "squashed", squashed))
        for one in axe.run(page).response["violations"]:
            found.append((path, one["id"], [node["html"][:160] for node in one["nodes"]]))
    page.context.close()
    assert found == []


def test_a_contact_is_noted_by_keyboard_alone_and_a_mistake_is_led_to(office_pages: str, browser: Browser) -> None:
    page = in_a(browser, 360, "sv")
    come_in(page)
    page.goto(f"{office_pages}/staff/request/2")
    page.get_by_text("Anteckna en kontakt").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Hur", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.get_by_label("Påminn mig den").fill("2027-02-01")
    page.get_by_label("Anteckning").focus()
    page.keyboard.type("Ringer igen")
    page.get_by_role("button", name="Anteckna").focus()
    page.keyboard.press("Enter")
    wrong = page.get_by_role("alert").get_by_role("link", name="Påminn mig den")
    expect(wrong).to_be_visible()
    wrong.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Påminn mig den")).to_be_focused()
    expect(page.get_by_label("Anteckning")).to_have_value("Ringer igen")
    page.get_by_label("Påminn mig den").fill("2027-02-04")
    page.get_by_role("button", name="Anteckna").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Antecknat.")
    page.context.close()


def test_a_link_on_another_site_opens_the_page_for_who_is_signed_in(office_pages: str, browser: Browser) -> None:
    """SameSite=Strict withholds the cookie from that first request: the page asks once more from here."""
    page = in_a(browser, 1280, "sv")
    come_in(page)
    elsewhere = ServedPage(_links_to(f"{office_pages}/staff/network/1"), free_port(18600))
    page.goto(elsewhere.url.replace("localhost", "127.0.0.1"))
    page.get_by_role("link", name="the network").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Luleå")
    elsewhere.stop()
    page.context.close()


def _links_to(address: str) -> Starlette:
    async def page(_request: object) -> HTMLResponse:
        return HTMLResponse(f"<a href='{address}'>the network</a>")

    return Starlette(routes=[Route("/", page)])
