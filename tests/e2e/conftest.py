"""An office that runs, and a browser to look at it with."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from deployments.server.processes import free_port
from models.settings import Settings
from tests.browser import chromium, sign_in
from tests.deployments.conftest import World, begin_world
from tests.e2e.every_page import served
from tests.up import Running, lots_up

PATIENCE = 30_000  # milliseconds; a slow machine is no fault of the page's
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One `lots up` for all tests that stop nothing."""
    with lots_up(tmp_path_factory.mktemp("up"), free_port(3525)) as (running, _):
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def world(office: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A network that has started, and the web pages of its office; nothing else runs."""
    port = free_port(18400)
    world = begin_world(monkeypatch, f"http://127.0.0.1:{port}")
    with served(world, port):
        yield world


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a browser that has been let in to the office's Prefect, where the test has one running."""
    context = browser.new_context(locale="sv-SE", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    if "running" in request.fixturenames:
        sign_in(page, request.getfixturevalue("running").login)
    yield page
    context.close()
