"""What another site has a browser send is refused; what mail programs and their providers send is not."""

import pytest
from starlette.testclient import TestClient

from models.people.signed_link import Purpose
from models.settings import settings
from tests.deployments.browsing import ANSWER, LINKS, POSTS
from tests.deployments.conftest import World

FOREIGN = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://other.testserver"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "http://[evil"},
]
OURS = [
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},  # as browsers send where no-referrer holds
    {"Sec-Fetch-Site": "none"},
    {"Origin": "null"},
    {"Origin": "http://testserver"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_what_another_site_sends_is_refused_and_writes_nothing(
    browser: TestClient, world: World, headers: dict[str, str]
) -> None:
    before = world.rows()
    for purpose in LINKS:
        if purpose is not Purpose.stop:
            reply = browser.post(world.path(purpose), data=POSTS[purpose], headers=headers)
            assert reply.status_code == 403 and "Formuläret kom inte härifrån" in reply.text
    for path in ("/request", "/my-data", "/staff/sign-in"):
        assert browser.post(path, data={"member_number": "1"}, headers=headers).status_code == 403
    assert world.rows() == before and not world.started
    assert browser.get(world.path(Purpose.check_in), headers=headers).status_code == 200, "a link is for following"


@pytest.mark.parametrize("headers", OURS)
def test_what_our_own_pages_send_is_taken(browser: TestClient, world: World, headers: dict[str, str]) -> None:
    assert browser.post(world.path(Purpose.check_in), data=ANSWER, headers=headers).status_code == 200
    assert browser.post("/my-data", data={"member_number": "800101-01"}, headers=headers).status_code == 200


def test_a_mail_programs_frame_may_use_a_link_and_nothing_else(browser: TestClient, world: World) -> None:
    frame = {"Sec-Fetch-Site": "cross-site", "Origin": "null"}
    assert browser.post(world.path(Purpose.check_in), data=ANSWER, headers=frame).status_code == 200
    assert browser.post("/my-data", data={"member_number": "800101-01"}, headers=frame).status_code == 403


@pytest.mark.parametrize("headers", [{}, *FOREIGN])
def test_nobody_is_kept_from_stopping_mail(browser: TestClient, world: World, headers: dict[str, str]) -> None:
    one_click = {"List-Unsubscribe": "One-Click"}
    assert browser.post(world.path(Purpose.stop), data=one_click, headers=headers).status_code == 200


def test_behind_a_proxy_that_names_us_otherwise_our_public_address_is_ours(
    browser: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTS_PUBLIC_URL", "https://natverk.example.org")
    settings.cache_clear()
    headers = {"Origin": "https://natverk.example.org", "Host": "127.0.0.1:8080"}
    assert browser.post("/my-data", data={"member_number": "1"}, headers=headers).status_code == 422


def test_no_address_is_made_of_the_host_that_a_request_names(browser: TestClient, world: World) -> None:
    for path in ("/request/", "/privacy/", "/my-data/", f"{world.path(Purpose.meeting)}/"):
        reply = browser.get(path, headers={"Host": "evil.example"}, follow_redirects=False)
        assert reply.status_code == 404 and "location" not in reply.headers
        assert "evil.example" not in reply.text
