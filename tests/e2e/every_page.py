"""Every page that a founder can come to, on a real server with a real browser: shared by the tests and the pictures."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from playwright.sync_api import Page as BrowserPage

from deployments.demo.home import ServedPage as Served
from deployments.web.app import create_app
from models.people.signed_link import Purpose
from models.tables.meeting import MeetingStatus
from models.tables.network import Network
from tests.acts import AKE, GOREL
from tests.deployments.browsing import ANSWER, REPORT, REQUEST
from tests.deployments.conftest import World
from tests.deployments.links import alone_page, confirm_path, my_data_path, my_request_path, over_code

Form = dict[str, str]
WRONG = {
    "met": "yes",
    "status": "held",
    "attended": "77",
    "need": "å" * 501,
    "municipality": "Lulea",
    "host_company": "a@b.se",
}

CHANGED = REQUEST | {"do": "change", "co_organisers": "990101-99"}
"""Of a request: near a network, naming somebody whom nobody knows."""


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
    ours, pass_on = world.path(Purpose.our_network), world.path(Purpose.pass_on)
    coming = max(world.meetings(), key=lambda one: one.starts_at)
    return {
        "home": ("/", None),
        "privacy": ("/privacy", None),
        "request": ("/request", None),
        "request-wrong": ("/request", WRONG),
        "request-review": ("/request", REQUEST),
        "request-sent": ("/request", REQUEST | {"step": "send"}),
        "confirm": (confirm_path(world), None),
        "confirm-thanks": (confirm_path(world), {}),
        "confirm-forgotten": (confirm_path(world, GOREL), {"answer": "forget"}),
        "confirm-gone": ("/confirm/x", None),
        "my-request": (my_request_path(world), None),
        "my-request-wrong": (my_request_path(world), {"do": "reach", "phone": "?"}),
        "my-request-change": (f"{my_request_path(world)}?do=change", None),
        "my-request-changed": (my_request_path(world), CHANGED),
        "my-request-withdraw": (f"{my_request_path(world)}?do=withdraw", None),
        "check-in": (f"{check_in}?q4=4", None),
        "check-in-wrong": (check_in, WRONG),
        "check-in-thanks": (check_in, ANSWER),
        "meeting": (meeting, None),
        "meeting-wrong": (meeting, WRONG),
        "meeting-thanks": (meeting, REPORT),
        "meeting-brief": (meeting, {"status": "held", "on": "2027-02-25", "attended": "7", "brief": "yes"}),
        "meeting-booked": (meeting, {"status": "book", "next_on": "2027-05-20", "next_time": "17:30"}),
        "meeting-move": (f"{meeting}?status=move", None),
        "meeting-move-wrong": (meeting, {"status": "move", "meeting": str(coming.id), "next_on": "2027-01-01"}),
        "meeting-correct": (f"{meeting}?status=held&on=2027-03-01", None),
        "meeting-cancel": (f"{meeting}?status=cancelled&on=2027-05-20", None),
        "meeting-book": (f"{meeting}?status=book", None),
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
        "network": (ours, None),
        "network-share": (f"{ours}?do=share", None),
        "network-share-wrong": (ours, {"do": "share", "words": "Hälsningar Åsa"}),
        "network-share-saved": (ours, {"do": "share", "words": "Vi ses och pratar.", "shows_venue": "yes"}),
        "network-duties": (f"{ours}?do=duties", None),
        "network-duties-saved": (ours, {"do": "duties", "invitation": "m1", "host": "m2"}),
        "network-ask": (f"{ours}?do=ask", None),
        "network-ask-wrong": (ours, {"do": "ask", "member_number": "000000-00"}),
        "network-contact": (f"{ours}?do=contact", None),
        "network-cadence": (f"{ours}?do=cadence", None),
        "network-leave": (f"{ours}?do=leave", None),
        "network-leave-wrong": (alone_page(world), {"do": "leave"}),
        "network-rest": (f"{ours}?do=rest", None),
        "network-contact-asked": (ours, {"do": "contact", "new_contact": "m2"}),
        "network-take": (world.page_of("m2"), None),
        "network-resting": (ours, {"do": "rest"}),
        "network-left": (world.page_of("m2"), {"do": "leave"}),
        "meet": (f"/meet/{coming.invite_code}", None),
        "meet-over": (f"/meet/{over_code(world)}", None),
        "join": (pass_on, None),
        "join-wrong": (pass_on, {"member_number": "?"}),
        "join-asked": (pass_on, {"member_number": AKE}),
        "join-over": ("/join/x", None),
        "link": ("/check-in/x", None),
        "link-asked": ("/check-in/x?fresh=yes", {}),
        "no-such-page": ("/none", None),
    }


def fill(world: World) -> None:
    """A year of meetings, one that nobody has told of, one to come; a network near Luleå; a mail with a link."""
    for days, attended in ((330, 7), (270, 9), (205, 8), (150, 12), (90, 9), (40, 10)):
        world.plan(world.now - timedelta(days=days), status=MeetingStatus.held, attended=attended)
    world.plan(world.now - timedelta(days=1))
    told = {"venue": "Kulturens hus, sal 2", "topic": "Att leda när allt ändras", "note": "Ring på porten."}
    world.plan(world.now + timedelta(days=49), **told)
    world.change(Network, world.network, municipality="2580")


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
