"""The pages behind a founder's mails by keyboard alone: every act is reached by Tab, shows where it is, and is done."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from models.people.signed_link import Purpose
from models.tables.meeting import MeetingStatus
from models.tables.network import Network, NetworkState
from models.tables.request import RequestState
from templates.rendering.web import words
from tests.acts import AKE, GOREL
from tests.deployments.conftest import World
from tests.deployments.links import confirm_path, my_request_path
from tests.deployments.web.pages.test_support_request import requests_in
from tests.e2e.every_page import fill
from tests.e2e.test_founders_pages import in_a, tab_to

pytestmark = pytest.mark.e2e
T = words("sv")


@pytest.fixture
def phone(world: World, browser: Browser) -> Iterator[Page]:
    fill(world)
    page = in_a(browser, 360, "sv")
    yield page
    page.context.close()


def opens(page: Page, address: str) -> None:
    """The first Tab on a page leads past its head."""
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Hoppa till innehållet")).to_be_focused()


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    enter(page)


def enter(page: Page) -> None:
    """Enter, which leads to another page."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_network_is_told_of_shared_out_asked_for_and_put_to_rest(world: World, phone: Page) -> None:
    ours = world.public_url + world.path(Purpose.our_network)
    opens(phone, ours)
    press(phone, "button[name=attended][value='7']")
    expect(phone.get_by_role("heading", level=1)).to_have_text(T("meeting.thanks.title_held"))
    assert max(one.attended or 0 for one in world.meetings() if one.reported_at) == 7

    opens(phone, ours)
    press(phone, "a[href*='do=duties']")
    tab_to(phone, "[name=host]")
    phone.keyboard.press("ArrowDown")
    press(phone, "main button")
    expect(phone.get_by_role("status")).to_have_text(T("network.done.duties"))

    press(phone, "a[href*='do=ask']")
    tab_to(phone, "[name=member_number]")
    phone.keyboard.type(AKE)
    enter(phone)
    expect(phone.get_by_role("status")).to_have_text(T("network.done.ask"))

    press(phone, "a[href*='do=rest']")
    press(phone, "main button")
    expect(phone.get_by_role("status")).to_have_text(T("network.done.rest"))
    assert world.get(Network, world.network).state == NetworkState.resting


def test_an_invitation_is_written_and_a_mistake_in_it_is_led_to(world: World, phone: Page) -> None:
    opens(phone, f"{world.public_url}{world.path(Purpose.our_network)}?do=share")
    tab_to(phone, "#words")
    phone.keyboard.press("Control+A")
    phone.keyboard.type("Hälsningar Åsa")  # nobody is named on a page that anybody may have
    press(phone, "main button")
    expect(phone.locator(".summary")).to_be_focused()
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    expect(phone.locator("#words")).to_be_focused()
    phone.keyboard.press("Control+A")
    phone.keyboard.type("Vi ses och pratar.")
    tab_to(phone, "[name=shows_venue]")
    phone.keyboard.press("Space")
    press(phone, "main button")
    expect(phone.get_by_role("status")).to_be_visible()
    [coming] = [one for one in world.meetings() if one.status == MeetingStatus.planned and one.starts_at > world.now]
    assert (coming.words, coming.shows_venue) == ("Vi ses och pratar.", False)


def test_who_was_passed_a_link_asks_to_be_asked(world: World, phone: Page) -> None:
    opens(phone, world.public_url + world.path(Purpose.pass_on))
    tab_to(phone, "#member_number")
    phone.keyboard.type("?")
    enter(phone)
    expect(phone.locator(".summary")).to_be_focused()
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    expect(phone.locator("#member_number")).to_be_focused()
    phone.keyboard.press("Control+A")
    phone.keyboard.type(AKE)
    enter(phone)
    expect(phone.get_by_role("heading", level=1)).to_have_text(T("join.asked.title"))


def test_who_is_invited_takes_the_meeting_and_its_poster_home(world: World, phone: Page) -> None:
    coming = max(world.meetings(), key=lambda one: one.starts_at)
    opens(phone, f"{world.public_url}/meet/{coming.invite_code}")
    tab_to(phone, "a[href$='.ics']")
    with phone.expect_download() as calendar:
        phone.keyboard.press("Enter")
    assert calendar.value.suggested_filename.endswith(".ics")
    tab_to(phone, "a[href*='.pdf']")


def test_a_member_says_how_to_be_reached_changes_their_request_and_takes_it_back(world: World, phone: Page) -> None:
    mine = world.public_url + my_request_path(world)
    opens(phone, mine)
    tab_to(phone, "#phone")
    phone.keyboard.type("070-123 45 67")
    tab_to(phone, "#suits")
    phone.keyboard.type("Förmiddagar")
    enter(phone)
    expect(phone.get_by_role("status")).to_be_visible()

    press(phone, "a[href*='do=change']")
    tab_to(phone, "#need")
    phone.keyboard.press("Control+A")
    phone.keyboard.type("Vi vill ses om vintern.")
    press(phone, "main form button")
    expect(phone.get_by_role("status")).to_be_visible()
    assert requests_in(world)[0].need == "Vi vill ses om vintern."

    press(phone, "a[href*='do=withdraw']")
    press(phone, "main form button")
    expect(phone.get_by_role("status")).to_be_visible()
    assert requests_in(world)[0].state == RequestState.withdrawn


def test_who_was_named_by_a_stranger_has_it_forgotten(world: World, phone: Page) -> None:
    opens(phone, world.public_url + confirm_path(world, GOREL))
    press(phone, "button[name=answer]")
    expect(phone.get_by_role("heading", level=1)).to_have_text(T("confirm.forgotten.title"))
    assert requests_in(world) == []
