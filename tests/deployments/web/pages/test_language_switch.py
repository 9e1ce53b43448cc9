"""The switch of language where there is much to fill in: what is typed goes along, and nothing is written."""

import re

import pytest
from starlette.testclient import TestClient

from models.people.signed_link import Purpose
from tests.deployments.browsing import ANSWER, REQUEST, Page
from tests.deployments.conftest import World

BUTTON = re.compile(r"<button\b[^>]*>")


def switched(browser: TestClient, path: str, html: str, fields: dict[str, str]) -> str:
    """The page that comes when the switch is pressed."""
    switch = next(one for one in BUTTON.findall(html) if 'class="language"' in one)
    told = dict(re.findall(r'(\w+)="([^"]*)"', switch))
    reply = browser.post(f"{path}{told['formaction']}", data=fields | {told["name"]: told["value"]})
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
