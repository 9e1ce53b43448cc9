"""What a stranger tries in a browser: each is refused or comes to nothing, and nobody is mailed with their words."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect

from templates.rendering.web import words
from tests.acts import AKE
from tests.deployments.browsing import REQUEST, links_to_confirm
from tests.deployments.conftest import World
from tests.deployments.web.pages.test_support_request import requests_in
from tests.deployments.web.test_strangers_text import TYPED, mails_as_they_go

pytestmark = pytest.mark.e2e
T = words("sv")


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="sv-SE")
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


@pytest.fixture
def elsewhere(world: World) -> Iterator[str]:
    """Another site, whose page sends a request in a member's name as soon as it is opened."""
    fields = "".join(f'<input name="{name}" value="{value}">' for name, value in (REQUEST | {"step": "send"}).items())
    form = f'<form method="post" action="{world.public_url}/request">{fields}</form>'
    form += "<script>document.forms[0].submit()</script>"

    class Lure(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(form.encode())

        def log_message(self, *_: object) -> None:
            """Not in the tests' output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Lure) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def test_with_a_members_number_they_make_one_mail_without_their_words_and_no_case(world: World, stranger: Page) -> None:
    stranger.goto(f"{world.public_url}/request")
    typed = {"municipality": "Luleå", "place": "Kallax", "need": f"Gå till {TYPED}.example", "member_number": AKE}
    for name, value in typed.items():
        stranger.locator(f"main [name={name}]").fill(value)
    stranger.locator("main label", has=stranger.locator("[name=nature]")).first.click()
    stranger.get_by_role("button", name=T("request.review"), exact=True).click()
    stranger.get_by_role("button", name=T("request.look.send"), exact=True).click()
    expect(stranger.locator("main")).not_to_contain_text(T("request.review"))
    links_to_confirm()  # whose number it is, is found when the mail goes
    [mail] = mails_as_they_go()
    assert mail.startswith("Bekräfta din förfrågan\n") and TYPED not in mail
    assert requests_in(world) == []


def test_another_site_sends_nothing_in_with_its_visitors_browser(world: World, stranger: Page, elsewhere: str) -> None:
    before = world.rows()
    with stranger.expect_response(lambda one: one.url.endswith("/request")) as sent:
        stranger.goto(elsewhere)
    assert sent.value.status == 403 and world.rows() == before


def test_what_is_guessed_opens_nothing(world: World, stranger: Page) -> None:
    before = world.rows()
    for path in (
        "/meet/aaaaaaaaaaaa",
        "/network/WyJ4Il0",
        "/my-request/x",
        "/confirm/x",
        "/join/x",
        "/staff/network/12",
    ):
        reply = stranger.goto(f"{world.public_url}{path}")
        assert reply and reply.status in (403, 404)
        expect(stranger.locator("main")).not_to_contain_text("Örnsköldsvik")
    assert world.rows() == before
