"""Whatever is sent to whatever address: no page breaks, and what is refused has written nothing."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from limits import parse
from sqlmodel import select
from starlette.routing import Route
from starlette.testclient import TestClient

from deployments.web import rate_limits
from deployments.web.app import create_app
from models.db import engine
from models.i18n import Language
from models.people import link_renewal
from models.people.signed_link import Purpose, make_link
from models.requests import unconfirmed
from models.tables.mail import OutgoingMail, Template
from models.tables.meeting import Meeting
from models.tables.person import Person, RightsKind
from models.tables.unconfirmed_request import UnconfirmedRequest
from tests.acts import request_form
from tests.deployments.browsing import ANSWER, HOSTILE, POSTS, REPORT, REQUEST
from tests.deployments.conftest import PUBLIC_URL, World

FORM_TYPE = "application/x-www-form-urlencoded"
odd_text = st.text(max_size=40) | st.sampled_from(
    [*ANSWER.values(), *REPORT.values(), *REQUEST.values(), *RightsKind, HOSTILE, "0001-01-01", "9" * 400, "å" * 600]
)
names = st.sampled_from([*ANSWER, *REPORT, *REQUEST, "step", "introduce", "again", "kind", "brief", "large", "name"])
forms = st.dictionaries(names | st.text(max_size=8), odd_text, max_size=8)
queries = st.dictionaries(st.sampled_from(["lang", "fresh", "q1", "q4", "status", "on", "x"]), odd_text, max_size=3)
types = st.sampled_from(
    [FORM_TYPE, f"{FORM_TYPE}; charset=latin-1", "application/json", "multipart/form-data", "å", ""]
)
languages = st.text(max_size=30) | st.sampled_from(["sv", "en-GB,en;q=0.9", "*;q=x", ","])
METHODS = ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"]
OF_FOUNDERS = [one for one in Purpose if one is not Purpose.sign_in]
FUZZ = hypothesis_settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BY_LINK", "SENT_BY_ADDRESS", "REFUSED_BY_ADDRESS", "BY_NUMBER"):
        monkeypatch.setattr(rate_limits, name, parse("1000000 per hour"))


@pytest.fixture
def paths(world: World) -> list[str]:
    """A path for every route, with a link that holds."""
    with engine.transaction() as session:
        link_renewal.send_my_data(session, "number m1", world.now)
        mail = session.exec(select(OutgoingMail).where(OutgoingMail.template == Template.fresh_link)).one()
        mine = make_link(Purpose.my_data, str(mail.id)).removeprefix(PUBLIC_URL)
    network = make_link(Purpose.network, str(world.roles["m1"])).removeprefix(PUBLIC_URL)
    known = [world.path(purpose) for purpose in POSTS]
    known += [make_link(Purpose.confirm, str(_typed(world))).removeprefix(PUBLIC_URL)]
    coming = world.get(Meeting, world.plan(world.now + timedelta(days=49)))
    known.append(world.path(Purpose.pass_on))
    known += [f"/meet/{coming.invite_code}{file}" for file in ("", ".ics", ".pdf")]
    known += [make_link(Purpose.my_request, str(UUID(int=0)), str(UUID(int=0))).removeprefix(PUBLIC_URL)]
    founders = [*known, mine, f"{mine}/file", f"{network}.ics", *FIXED]
    person = f"/staff/person/{_person()}"
    cases = [
        f"{case}{more}" for case in ("/staff/request/1", "/staff/network/12") for more in ("", "/reason", "/contact")
    ]
    lists = ["/staff", "/staff/region", "/staff/region/25"]
    lists += [f"/staff/register{kind}" for kind in ("", ".csv", ".xlsx")]
    once = ["/staff/sign-in", "/staff/sign-in/x", "/staff/sign-out", person, f"{person}/reason"]
    kept = [f"/staff/mail/{mail.id}{more}" for more in ("", "/reason", "/again")]
    return [
        *founders,
        *cases,
        *lists,
        *once,
        *kept,
        f"/staff/meeting/{mail.id}",
        f"/staff/partner/{mail.id}",
        f"/staff/second/{mail.id}",
    ]


FIXED = ("/", "/privacy", "/healthz", "/metrics", "/request", "/my-data")


def _typed(world: World) -> UUID:
    """A request that waits for its member."""
    with engine.transaction() as session:
        unconfirmed.keep(session, request_form(channel="web"), False, Language.sv, world.now)
        return session.exec(select(UnconfirmedRequest.id)).one()


def _person() -> object:
    with engine.reading() as session:
        return session.exec(select(Person.id)).first()


def test_every_route_is_tried(paths: list[str]) -> None:
    routes = {route.path for route in create_app().routes if isinstance(route, Route)}
    routes = {path for path in routes if not path.startswith("/static/")}
    tried = {path for path in routes for one in paths if _matches(path, one)}
    assert tried == routes


def _matches(route: str, path: str) -> bool:
    shape, parts = route.split("/"), path.split("/")
    return len(shape) == len(parts) and all(one == part or "{" in one for one, part in zip(shape, parts, strict=True))


@given(data=st.data())
@FUZZ
def test_no_request_breaks_a_page_and_what_is_refused_has_written_nothing(
    browser: TestClient, world: World, paths: list[str], data: Any
) -> None:
    path = data.draw(st.sampled_from(paths), "path")
    method = data.draw(st.sampled_from(["POST", "POST", "POST", *METHODS]), "method")
    usual = next((form for purpose, form in POSTS.items() if path == world.path(purpose)), REQUEST)
    form = data.draw(st.sampled_from([{}, usual]), "usual") | data.draw(forms, "form")
    query = data.draw(queries, "query")
    headers = {
        "Content-Type": data.draw(types, "type").encode("latin-1"),
        "Accept-Language": data.draw(languages, "language").encode("utf-8", "replace"),
    }
    body = "&".join(f"{quote(name)}={quote(value)}" for name, value in form.items()).encode()
    raw = data.draw(st.sampled_from([body, body, body, data.draw(st.binary(max_size=60), "bytes")]), "body")
    before = world.rows()
    reply = browser.request(method, path, params=query, content=raw, headers=headers)
    assert reply.status_code < 500, reply.text
    if reply.status_code >= 400 or method != "POST":
        assert world.rows() == before


@given(token=st.text(min_size=1, max_size=60), purpose=st.sampled_from(OF_FOUNDERS), fresh=st.booleans())
@FUZZ
def test_no_token_that_is_not_ours_opens_or_writes_anything(
    browser: TestClient, world: World, token: str, purpose: Purpose, fresh: bool
) -> None:
    path = f"/{purpose}/{quote(token, safe='')}" + (".ics" if purpose is Purpose.network else "")
    before = world.rows()
    sent = browser.post(path, params={"fresh": "yes"} if fresh else {}, data=ANSWER)
    assert sent.status_code in ({200, 404, 405} if fresh else {404, 405})
    assert browser.get(path).status_code == 404
    assert world.rows() == before and not world.started
