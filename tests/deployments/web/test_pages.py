"""Every page in both languages: strict, small, accessible, and complete."""

import re
from datetime import timedelta
from string import Formatter
from urllib.parse import urlsplit

import pytest
from httpx import Response
from starlette.testclient import TestClient

from models.people.signed_link import Purpose
from models.settings import settings
from models.tables.network import Network, Role
from models.tables.person import Person
from templates.rendering.web import LANGUAGES, STYLE, WEB, words
from tests.deployments.browsing import BOOKING, HOSTILE, LINKS, POSTS, REPORT, REQUEST, Page
from tests.deployments.conftest import World


def _pages(browser: TestClient, world: World, language: str) -> list[Response]:
    """Every page there is, in that language."""
    world.plan(world.now - timedelta(days=1))
    world.plan(world.now + timedelta(days=60))
    in_language = f"?lang={language}"
    paths = [world.path(purpose) + in_language for purpose in LINKS]
    pages = [browser.get(one + in_language) for one in ("/", "/privacy", "/none", "/check-in/x")]
    pages += [browser.get(path) for path in paths]
    pages += [browser.post(path, data={"met": "yes", "status": "held", "attended": "77"}) for path in paths]
    pages += [browser.post(path, data=data) for path, data in zip(paths, POSTS.values(), strict=True)]
    meeting = world.path(Purpose.meeting) + in_language
    pages += [browser.post(meeting, data=BOOKING), browser.post(meeting, data=REPORT | {"status": "cancelled"})]
    asking = "/request" + in_language
    pages += [
        browser.post(f"/check-in/x{in_language}&fresh=yes"),
        browser.get(asking),
        browser.post(asking, data={}),
        browser.post(asking, data=REQUEST),
    ]
    pages += [browser.post(asking, data=REQUEST | {"step": "send"})]
    pages += [browser.post(meeting, json={}), browser.put("/" + in_language), browser.get(paths[0])]
    world.now += timedelta(days=15)
    return [*pages, browser.get(paths[0])]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_strict_small_and_its_own(browser: TestClient, world: World, language: str) -> None:
    for reply in _pages(browser, world, language):
        page = Page(reply.text)
        assert page.all("html") == [{"lang": language}] and reply.headers["Content-Language"] == language
        policy = dict(one.split(" ", 1) for one in reply.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert policy["style-src"] == policy["form-action"] == "'self'" and len(policy) == 5
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert reply.headers["Cache-Control"] in ("no-store", "private, no-cache")
        assert "Set-Cookie" not in reply.headers
        assert not re.search(
            r"https?:|//|<script|<style|style=|<img|<iframe| on\w+=", reply.text.replace("webcal://testserver", "")
        )
        assert len(reply.content) + len(STYLE) < 50_000
        assert page.all("h1") == [{}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_a_label_and_every_reference_a_target(browser: TestClient, world: World, language: str) -> None:
    for reply in _pages(browser, world, language):
        page = Page(reply.text)
        ids = [one["id"] for _, one in page.elements if "id" in one]
        assert len(ids) == len(set(ids))
        inside_a_label = {"radio", "checkbox"}
        for one in page.all("input", "select", "textarea"):
            if "hidden" in (one.get("type"), *one):
                continue
            assert one.get("type") in inside_a_label or {"for": one["id"]} in page.all("label")
        for one in page.all("input", "select", "textarea", "fieldset"):
            assert set(one.get("aria-describedby", "").split()) <= set(ids)
        assert {one["href"][1:] for one in page.all("a") if one["href"].startswith("#")} <= set(ids)
        for form in page.all("form"):
            goes, ours = urlsplit(form["action"]), not urlsplit(form["action"]).netloc
            assert ours and f"lang={language}" in goes.query.split("&") and form["method"] == "post"
        other = next(one for one in LANGUAGES if one != language)
        [switch] = [one for one in page.all("a", "button") if one.get("class") == "language"]
        assert switch["lang"] == other and f"?lang={other}" in (switch.get("href"), switch.get("formaction"))


def test_both_languages_say_the_same_things() -> None:
    swedish, english = (words(language).sentences for language in LANGUAGES)
    assert swedish.keys() == english.keys()
    for name in swedish:
        values = [{one for _, one, _, _ in Formatter().parse(each[name]) if one} for each in (swedish, english)]
        assert values[0] == values[1], name
        assert swedish[name].strip() and english[name].strip()
        assert swedish[name] != english[name], name
    for path in WEB.glob("*.sv.html"):
        assert (WEB / path.name.replace(".sv.", ".en.")).exists()


def test_every_sentence_is_used() -> None:
    """Names that are put together in code (choices, thanks, problems by status) are looked up by their beginning."""
    code = [
        path
        for folder in ("deployments/web", "templates/rendering")
        for path in (WEB.parents[1] / folder).rglob("*.py")
    ]
    sources = "".join(path.read_text() for path in [*WEB.rglob("*.html"), *code])
    made_up = re.findall(r'["\']([a-z_.]+[._])["\'] ~|"([a-z_.]+[._])\{|f"([a-z_.]+)\{', sources)
    beginnings = {one for found in made_up for one in found if one}
    for name in words("sv").sentences:
        if ".wrong." in name:
            continue
        assert f'"{name}"' in sources or f"'{name}'" in sources or any(name.startswith(one) for one in beginnings), name


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ({}, "sv"),
        ({"Accept-Language": "en-GB,en;q=0.9,sv;q=0.8"}, "en"),
        ({"Accept-Language": "de, en;q=0.5"}, "en"),
        ({"Accept-Language": "sv-SE,sv;q=0.9,en;q=0.8"}, "sv"),
        ({"Accept-Language": "fr,en;q=0"}, "sv"),
        ({"Accept-Language": "en;q=x,,;;*"}, "sv"),
    ],
)
def test_the_browser_chooses_the_language(browser: TestClient, asked: dict[str, str], language: str) -> None:
    reply = browser.get("/", headers={"Accept-Language": ""} | asked)
    assert reply.headers["Content-Language"] == language
    assert browser.get("/?lang=en", headers={"Accept-Language": "sv"}).headers["Content-Language"] == "en"
    assert browser.get("/?lang=xx", headers={"Accept-Language": "sv"}).headers["Content-Language"] == "sv"


def test_hostile_text_shows_literally(browser: TestClient, world: World) -> None:
    world.change(Network, world.network, name=HOSTILE, place=HOSTILE)
    world.change(Person, world.get(Role, world.roles["m1"]).person_id, name=HOSTILE)
    for purpose in LINKS:
        for reply in (
            browser.get(world.path(purpose)),
            browser.post(world.path(purpose), data=dict.fromkeys(POSTS[purpose], HOSTILE) | {"status": "held"}),
        ):
            page = Page(reply.text)
            assert not page.all("script") and "49" not in page.text
            assert purpose in (Purpose.organiser, Purpose.stop) or "{{ 7*7 }}" in page.text


def test_the_style_asks_for_nothing_else(browser: TestClient) -> None:
    reply = browser.get("/static/style.css")
    assert reply.headers["Content-Type"].startswith("text/css") and "immutable" in reply.headers["Cache-Control"]
    assert not re.search(rb"url\(|@import|https?:", STYLE)


def test_browsers_are_held_to_https_where_the_office_has_it(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Strict-Transport-Security" not in browser.get("/").headers
    monkeypatch.setenv("LOTS_PUBLIC_URL", "https://natverk.example.org")
    settings.cache_clear()
    assert browser.get("/").headers["Strict-Transport-Security"] == "max-age=31536000"
