"""Every page that a founder can come to, on a real server with a real browser: shared by the tests and the pictures."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from playwright.sync_api import Page as BrowserPage

from deployments.demo.home import ServedPage as Served
from deployments.web.app import create_app
from models.people.signed_link import Purpose, make_link
from models.tables.mail import Template
from models.tables.meeting import MeetingStatus
from models.tables.network import Network
from tests.acts import AKE
from tests.deployments.browsing import ANSWER, REPORT, REQUEST
from tests.deployments.conftest import World

Form = dict[str, str]
WRONG = {
    "met": "yes",
    "status": "held",
    "attended": "77",
    "need": "å" * 501,
    "municipality": "Lulea",
    "host_company": "a@b.se",
}


@contextmanager
def served(world: World, port: int) -> Iterator[str]:
    """The pages of that world on a port of this machine."""
    server = Served(create_app(lambda: world.now, world.start), port)
    try:
        yield server.url
    finally:
        server.stop()


def every_page(world: World) -> dict[str, tuple[str, Form | None]]:
    """By name: the path, and what is sent in to come to the page, if anything."""
    founders = (Purpose.check_in, Purpose.meeting, Purpose.organiser, Purpose.stop)
    check_in, meeting, organiser, stop = (world.path(purpose) for purpose in founders)
    return {
        "home": ("/", None),
        "privacy": ("/privacy", None),
        "request": ("/request", None),
        "request-wrong": ("/request", WRONG),
        "request-review": ("/request", REQUEST),
        "request-receipt": ("/request", REQUEST | {"step": "send"}),
        "check-in": (f"{check_in}?q4=4", None),
        "check-in-wrong": (check_in, WRONG),
        "check-in-thanks": (check_in, ANSWER),
        "meeting": (meeting, None),
        "meeting-wrong": (meeting, WRONG),
        "meeting-thanks": (meeting, REPORT),
        "meeting-brief": (meeting, {"status": "held", "on": "2027-02-25", "attended": "7", "brief": "yes"}),
        "meeting-booked": (meeting, {"status": "book", "next_on": "2027-05-20", "next_time": "17:30"}),
        "organiser": (organiser, None),
        "organiser-thanks": (organiser, {}),
        "stop": (stop, None),
        "stop-thanks": (stop, {}),
        "stop-again": (stop, None),
        "my-data-ask": ("/my-data", None),
        "my-data-wrong": ("/my-data", {"member_number": "?"}),
        "my-data-asked": ("/my-data", {"member_number": AKE}),
        "my-data": (my_data_path(world), None),
        "my-data-thanks": (my_data_path(world), {"kind": "rectification"}),
        "link": ("/check-in/x", None),
        "link-asked": ("/check-in/x?fresh=yes", {}),
        "no-such-page": ("/none", None),
    }


def fill(world: World) -> None:
    """A year of meetings, one that nobody has told of, one to come; a network near Luleå; a mail with a link."""
    for days, attended in ((330, 7), (270, 9), (205, 8), (150, 12), (90, 9), (40, 10)):
        world.plan(world.now - timedelta(days=days), status=MeetingStatus.held, attended=attended)
    world.plan(world.now - timedelta(days=1))
    world.plan(world.now + timedelta(days=49))
    world.change(Network, world.network, municipality="2580")


def my_data_path(world: World) -> str:
    """The link that m1 got by mail, once they asked for it."""
    from models.db import engine
    from models.people import link_renewal

    with engine.transaction() as session:
        link_renewal.send_my_data(session, "number m1", world.now)
    mail = next(one for one in world.mails() if one.template == Template.fresh_link)
    return make_link(Purpose.my_data, str(mail.id)).removeprefix(world.public_url)


def visit(page: BrowserPage, base: str, path: str, form: Form | None, language: str) -> None:
    """Come to a page by its address, or by sending in a form."""
    joint = "&" if "?" in path else "?"
    address = f"{base}{path}{joint}lang={language}"
    if form is None:
        page.goto(address)
        return
    page.goto(f"{base}/?lang={language}")
    with page.expect_navigation():
        page.evaluate(
            """([address, fields]) => {
                const form = document.createElement("form");
                form.method = "post"; form.action = address;
                for (const [name, value] of Object.entries(fields)) {
                    const field = document.createElement("textarea");
                    field.name = name; field.value = value; form.append(field);
                }
                document.body.append(form); form.submit();
            }""",
            [address, json.loads(json.dumps(form))],
        )
