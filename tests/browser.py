"""Debian's chromium, as tests and pictures use it."""

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that shows nothing on this screen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def sign_in(page: Page, login: str) -> None:
    """Prefect's UI knows the password, as a browser does that has been asked for it once."""
    kept = base64.b64encode(login.encode()).decode()
    page.add_init_script(f"localStorage.setItem('prefect-password', '{kept}')")
