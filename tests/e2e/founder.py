"""A founder of a whole office: what their mail holds, and what the office's database has of it."""

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from typing import Any

from playwright.sync_api import Browser, Page

from deployments.demo.mail_catcher import Catcher
from deployments.server.environment import answers
from tests.e2e.test_staff_in_prefect import import_office
from tests.up import Running

LINK = r"http://localhost:\d+(/{page}/[\w~-]+)(?![\w.~-])"  # a calendar's ends with .ics


def begin(running: Running) -> None:
    """The office's first morning: its staff and its members are known, and its pages answer."""
    import_office(running)
    deadline = time.monotonic() + 90
    while not answers(f"{running.web}/healthz"):  # `lots up` names it as soon as it is started
        assert time.monotonic() < deadline, "the pages do not answer"
        time.sleep(0.5)


@contextmanager
def a_phone(browser: Browser) -> Iterator[Page]:
    """360 pixels wide, and no script runs."""
    context = browser.new_context(locale="sv-SE", viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


def told_to_the_talk(running: Running, number: int, name: str, item: str, today: date) -> None:
    """Staff have talked with who asked, and grant one item."""
    grant = {"item": item, "signature": "gol", "from_on": str(today), "to_on": f"{today.year + 1}-01-31"}
    told = {"request_number": number, "signature": "gol", "talked_on": today, "network_name": name}
    told["grants"] = json.dumps([grant | {"reason": "Vill ha någon att ringa."}])
    running.lots("run", "needs-talk", *(part for name in told for part in ("--param", f"{name}={told[name]}")))


def rows(running: Running, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{running.home / '.lots' / 'lots.db'}?mode=ro", uri=True)) as database:
        return database.execute(question).fetchall()


def link_in(catcher: Catcher, address: str, page: str) -> str:
    """The newest link of that kind in the mail to an address; in office hours the worker may just be sending it."""
    deadline = time.monotonic() + 60
    while True:
        for text in catcher.texts_to(address):
            if found := re.search(LINK.format(page=page), text):
                return found[1]
        assert time.monotonic() < deadline, f"no link to {page} in {catcher.texts_to(address)}"
        time.sleep(0.5)


def wait_for(running: Running, question: str) -> Any:
    """What the question finds, once the worker has come so far."""
    deadline = time.monotonic() + 180
    while not (found := rows(running, question)):
        assert time.monotonic() < deadline, question
        time.sleep(0.5)
    return found[0][0]
