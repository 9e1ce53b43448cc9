"""Back in the browser: what was typed stands where it was typed, and nobody is asked to send anything once more."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from models.people.signed_link import Purpose
from templates.rendering.web import words
from tests.acts import AKE
from tests.deployments.conftest import World

pytestmark = pytest.mark.e2e
T = words("sv")


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="sv-SE", java_script_enabled=False)
    yield context.new_page()
    context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_request_stands_as_it_was_typed_before_and_after_its_mistake(world: World, phone: Page) -> None:
    phone.goto(f"{world.public_url}/request")
    phone.locator("#municipality").fill("Lulea")
    phone.get_by_label(T("request.nature_role")).check()
    phone.locator("#need").fill("Vi vill ses.")
    phone.locator("#member_number").fill(AKE)
    press(phone, T("request.review"))
    expect(phone.locator(".summary")).to_be_visible()
    phone.go_back()
    expect(phone.locator(".summary")).to_have_count(0)
    for field, typed in (("#municipality", "Lulea"), ("#need", "Vi vill ses."), ("#member_number", AKE)):
        expect(phone.locator(field)).to_have_value(typed)
    expect(phone.get_by_label(T("request.nature_role"))).to_be_checked()
    phone.go_forward()
    press(phone, T("request.suggested", likely="Luleå"))
    expect(phone.get_by_role("heading", level=1)).to_have_text(T("request.look.title"))
    phone.go_back()
    expect(phone.locator(".summary")).to_be_visible()
    expect(phone.locator("#need")).to_have_value("Vi vill ses.")
    expect(phone.locator("#member_number")).to_have_value(AKE)


def test_a_report_stands_as_it_was_sent_when_one_goes_back_from_the_thanks(world: World, phone: Page) -> None:
    phone.goto(f"{world.public_url}{world.path(Purpose.meeting)}?status=held&on=2027-03-01")
    phone.locator("#attended").fill("tolv")
    press(phone, T("meeting.send"))
    for field, number in (("#attended", "12"), ("#branches", "3"), ("#companies", "5")):
        phone.locator(field).fill(number)
    press(phone, T("meeting.send"))
    expect(phone.get_by_role("heading", level=1)).to_have_text(T("meeting.thanks.title_held"))
    phone.go_back()
    expect(phone.locator("#attended")).to_have_value("12")


def test_what_was_done_on_the_networks_page_is_come_back_to(world: World, phone: Page) -> None:
    phone.goto(f"{world.public_url}{world.page_of('m1')}?do=cadence")
    phone.locator("label", has_text="Varje kvartal").click()
    press(phone, T("network.act.cadence.send"))
    phone.get_by_role("link", name=T("network.act.ask.title")).click()
    phone.go_back()
    expect(phone.get_by_role("status")).to_have_text(T("network.done.cadence"))
