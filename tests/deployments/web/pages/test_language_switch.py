"""The switch of language where there is much to fill in: what is typed goes along, and nothing is written."""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from models.people.signed_link import Purpose
from templates.rendering.web import words
from tests.deployments.browsing import ANSWER, REQUEST, Page, typed_in
from tests.deployments.conftest import World
from tests.deployments.links import my_data_path, my_request_path

BUTTON = re.compile(r"<button\b[^>]*>")


def switched(browser: TestClient, path: str, html: str, fields: dict[str, str]) -> str:
    """The page that comes when the switch is pressed."""
    switch = next(one for one in BUTTON.findall(html) if 'class="language"' in one)
    told = dict(re.findall(r'(\w+)="([^"]*)"', switch))
    reply = browser.post(f"{path}{told['formaction']}", data=typed_in(html) | fields | {told["name"]: told["value"]})
    assert (reply.status_code, reply.headers["Content-Language"]) == (200, "en")
    return str(reply.text)


def test_the_request_that_is_half_typed_stays(browser: TestClient, world: World) -> None:
    before, half = world.rows(), {"place": "Boden", "need": "Vi vill träffas.", "member_number": ""}
    page = Page(switched(browser, "/request", browser.get("/request?lang=sv").text, half))
    assert page.field("place")["value"] == "Boden" and "Vi vill träffas." in page.text
    assert 'class="summary"' not in page.text and world.rows() == before


def test_what_is_looked_through_is_looked_through_in_the_other_language(browser: TestClient, world: World) -> None:
    shown = browser.post("/request?lang=sv", data=REQUEST | {"step": "review"}).text
    assert REQUEST["need"] in Page(switched(browser, "/request", shown, REQUEST)).text


def test_an_answer_that_is_half_given_stays(browser: TestClient, world: World) -> None:
    path, before = world.path(Purpose.check_in), world.rows()
    half = {name: ANSWER[name] for name in ("met", "met_on", "motivation")}
    page = Page(switched(browser, path, browser.get(path).text, half))
    assert page.checked("met") == ["yes"] and page.field("met_on")["value"] == ANSWER["met_on"]
    assert page.checked("motivation") == [ANSWER["motivation"]] and world.rows() == before


@pytest.mark.parametrize(("step", "usual"), [("change", "review"), ("review", "send")])
def test_enter_presses_the_usual_button(browser: TestClient, world: World, step: str, usual: str) -> None:
    html = browser.post("/request?lang=sv", data=REQUEST | {"step": step}).text
    first = next(one for one in BUTTON.findall(html) if 'form="asked"' in one)
    assert f'value="{usual}"' in first and "formaction" not in first


# What is typed on each page, half of it wrong: it is not judged before it is sent in.
HALF = {
    "/meeting": {"status": "held", "on": "2027-03-01", "attended": "tolv", "next_on": "2027-04-20", "next_note": "Å"},
    "/meeting?status=move": {"next_on": "2027-05-04", "next_time": "åtta", "next_topic": "Att leda"},
    "/network?do=share": {"words": "Hälsningar Åsa", "shows_venue": "yes"},
    "/network?do=duties": {"invitation": "m1", "follow_up": "m2"},
    "/network?do=ask": {"member_number": "800101"},
    "/network?do=contact": {"new_contact": "m2"},
    "/network?do=cadence": {"cadence": "90"},
    "/network?do=leave": {},
    "/network?do=rest": {},
    "/my-request": {"phone": "070 …", "suits": "Tisdagar"},
    "/my-request?do=change": {"need": "", "wish_speaker": "yes"},
    "/my-request?do=withdraw": {},
    "/join": {"member_number": "?"},
    "/my-data": {"member_number": "8001"},
    "/my-data/own": {"kind": "erasure"},
}


@pytest.mark.parametrize(("where", "half"), HALF.items())
def test_whatever_is_half_typed_stays_and_nothing_is_judged_or_done(
    browser: TestClient, world: World, where: str, half: dict[str, str]
) -> None:
    world.plan(world.now + timedelta(days=49), venue="Rådhuset")
    name, _, query = where.partition("?")
    paths = {
        "/meeting": lambda: world.path(Purpose.meeting),
        "/network": lambda: world.page_of("m1"),
        "/join": lambda: world.path(Purpose.pass_on),
        "/my-request": lambda: my_request_path(world),
        "/my-data/own": lambda: my_data_path(world),
    }
    path = paths.get(name, lambda: name)()
    before = world.rows()
    html = browser.get(f"{path}?{query}").text
    shown = typed_in(switched(browser, path, html, half))
    assert shown == {name: value for name, value in (typed_in(html) | half).items() if value or name in shown}
    assert world.rows() == before and world.started == []


@pytest.mark.parametrize("where", ["?do=share", ""])
def test_a_page_without_a_form_is_the_same_page_in_the_other_language(
    browser: TestClient, world: World, where: str
) -> None:
    page = Page(browser.get(world.page_of("m1") + where).text)
    [switch] = [one for one in page.all("a") if one.get("class") == "language"]
    other = browser.get(world.page_of("m1") + switch["href"])
    assert words("en")("network.kit.title" if where else "network.ahead") in other.text
