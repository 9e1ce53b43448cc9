"""What browsers send and what pages hold: shared by the tests of the founders' pages."""

import html
import itertools
import json
import re
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from httpx import Response
from sqlmodel import col, select
from starlette.testclient import TestClient

from models.db.engine import reading, transaction
from models.people.signed_link import Purpose, make_link
from models.requests.unconfirmed import find_readers
from models.settings import settings
from models.tables.mail import OutgoingMail, Template
from tasks.smtp.mail_bytes import recipient
from tasks.smtp.mail_context import mail_values
from tasks.smtp.prefetched import Prefetched
from tests.acts import AKE, MARIT, RENE

ANSWER = {
    "met": "yes",
    "met_on": "2027-03-01",
    "met_attended": "9",
    "next_on": "2027-04-20",
    "sharing": "2",
    "motivation": "4",
    "wish": "speaker",
}
REPORT = {
    "status": "held",
    "on": "2027-03-01",
    "attended": "9",
    "non_members": "1",
    "branches": "3",
    "companies": "5",
    "invitation": "m1",
    "host": "m2",
    "programme": "",
    "lead": "m1",
    "follow_up": "office",
    "meeting_form": "mixed",
    "host_company": "Hamnens Åkeri AB",
    "speaker_company": "Råd & Dåd",
    "participants": "Stål AB\nEl i Norr, Måleriet",
    "next_on": "2027-04-20",
    "next_time": "17:30",
    "next_form": "digital",
}
REQUEST = {
    "municipality": "Luleå",
    "place": "Kallax",
    "nature": "town",
    "need": "Vi ses aldrig.\nDet vill vi ändra på.",
    "wish_send_out": "yes",
    "co_organisers": f"{MARIT}, {RENE}",
    "member_number": AKE,
}
BOOKING = {"status": "book", "next_on": "2027-04-20", "next_time": "17:30"}
HOSTILE = "\"><script>alert('1')</script>&{{ 7*7 }}"
LINKS = [Purpose.check_in, Purpose.meeting, Purpose.organiser, Purpose.stop, Purpose.our_network]
TOLD = {
    "next_minutes": "90",
    "next_venue": "Kulturens hus",
    "next_topic": "Att leda, när allt ändras",
    "next_link": "https://rum.example.org/ledare",
    "next_note": "Ring på porten.\r\nFika från fem.",
}
"""What a booking may say beside its day."""
BAD_DETAILS = [
    ("next_minutes", "5000", "next_minutes_range"),
    ("next_venue", "x" * 121, "next_venue_long"),
    ("next_venue", "www.lokal.example", "next_venue_signs"),
    ("next_topic", "x" * 101, "next_topic_long"),
    ("next_link", "http://utan-lås.example.org", "next_link_form"),
    ("next_link", "https://rum.example.org/ med blank", "next_link_form"),
    ("next_link", "javascript:alert(1)", "next_link_form"),
    ("next_note", "x" * 501, "next_note_long"),
]
POSTS: dict[Purpose, dict[str, str]] = {
    Purpose.check_in: ANSWER,
    Purpose.meeting: REPORT,
    Purpose.organiser: {},
    Purpose.stop: {},
    Purpose.our_network: {"do": "cadence", "cadence": "90"},
}


TEXTAREA = re.compile(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>')


class Page(HTMLParser):
    """What a page holds: its elements in order, and what hangs together."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attrs for tag, attrs in self.elements if tag in tags]

    def field(self, name: str) -> dict[str, str]:
        return next(one for one in self.all("input", "select", "textarea") if one.get("name") == name)

    def options(self, name: str) -> list[dict[str, str]]:
        """The choices of a list."""
        begins = next(at for at, (tag, attrs) in enumerate(self.elements) if attrs.get("name") == name)
        after = itertools.takewhile(lambda one: one[0] == "option", self.elements[begins + 1 :])
        return [attrs for _, attrs in after]

    def checked(self, name: str) -> list[str]:
        return [one["value"] for one in self.all("input") if one.get("name") == name and "checked" in one]


def typed_in(page: str) -> dict[str, str]:
    """What the last form of a page would send as it stands: a form filled in, and sent again."""
    form = Page("<form" + page.rpartition("<form")[2].partition("</form>")[0])
    values: dict[str, str] = {}
    select = ""
    for tag, attrs in form.elements:
        if (tag == "input" and attrs.get("type") not in ("radio", "checkbox")) or "checked" in attrs:
            values[attrs["name"]] = attrs.get("value", "")
        elif tag in ("select", "textarea"):
            select = attrs["name"]
        elif tag == "option" and (select not in values or "selected" in attrs):
            values[select] = attrs["value"]
    return values | {one: html.unescape(text).removeprefix("\n") for one, text in TEXTAREA.findall(page)}


def sentence_by(reply: Response, field: str) -> str:
    """The sentence that stands beside a field, and that the field is tied to."""
    page = Page(reply.text)
    tied = [one.get("aria-describedby", "") for one in page.all("input", "select", "textarea", "fieldset")]
    assert f"{field}-error" in " ".join(tied).split(), f"nothing is tied to the error of {field}"
    assert {"href": f"#{field}"} in page.all("a")
    assert any(one.get("id") == field for one in page.all("input", "select", "textarea"))
    found = re.search(rf'id="{field}-error"><span class="unseen">[^<]*</span>([^<]*)</p>', reply.text)
    assert found
    return found[1]


def values_of(mail: OutgoingMail, at: datetime) -> dict[str, Any]:
    """What a mail that goes now says to its reader."""
    with reading() as session:
        known = Prefetched(session, [mail])
        to = recipient(known.reader(mail))
        return mail_values(mail, known, to.hello, to.language, at)


def links_to_confirm() -> list[str]:
    """The links in the mails that ask whether a request is theirs, of those that have a reader; the oldest first."""
    asking = select(OutgoingMail).where(col(OutgoingMail.template) == Template.confirm_request)
    with transaction() as session:
        find_readers(session, [mail.id for mail in session.exec(asking)])
    with reading() as session:
        read = asking.where(col(OutgoingMail.person_id).is_not(None)).order_by(col(OutgoingMail.created_at))
        keys = [json.loads(mail.context)["unconfirmed"] for mail in session.exec(read)]
    return [make_link(Purpose.confirm, key).removeprefix(settings().public_url) for key in keys]


def confirm(browser: TestClient, link: str, query: str = "") -> Response:
    """Open the link in the mail, and press the page's first button."""
    page = Page(browser.get(link + query).text)
    which = next(one["value"] for one in page.all("input") if one.get("name") == "which")
    reply: Response = browser.post(link + query, data={"which": which})
    return reply


def ask_and_confirm(browser: TestClient, fields: dict[str, str], query: str = "") -> Response:
    """Send in a request, and say by the link in the mail that it is theirs."""
    assert browser.post(f"/request{query}", data=fields | {"step": "send"}).status_code == 200
    return confirm(browser, links_to_confirm()[-1], query)
