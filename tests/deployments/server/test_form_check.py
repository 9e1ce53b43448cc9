"""What is wrong with a form is told when it is sent, to whom Prefect lets in, and before a run keeps what was typed."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from deployments.server.wrapper import form_check
from deployments.server.wrapper.form_check import FormCheck, told_by_our_database
from models.errors import DatabaseBusy
from models.forms.kit.placed import Placed
from models.forms.registry import FORMS
from models.office.policy import OfficePolicy
from models.settings import Settings
from tasks.staff_ui.form_schema import form_schema
from tests.acts import AKE

SCHEMA = form_schema(FORMS["support-request"], {})
BROWSER = {"User-Agent": "Mozilla/5.0", "Authorization": "Basic x", "Prefect-Csrf-Token": "t"}
DEPLOYMENT = "0f0e0d0c-0b0a-4908-8706-050403020100"
FORM = {"member_number": AKE, "place": "Luleå", "municipality": "Luleå", "need": "Vi vill ses."}
CREATE = f"/api/deployments/{DEPLOYMENT}/create_flow_run"
PREFECTS = {"errors": ["Prefect's own"], "valid": False}
WRONG: list[Placed] = [
    (("place",), "Plats: fyll i det."),
    (("grants", 1, "item"), "Stöd Samtal: skriv ett skäl."),
    (("grants",), "Beviljat stöd: för mycket."),
]


class Prefect:
    """Answers as its server does: only to who has its password, and to a POST only with its token."""

    def __init__(self, schema: object = SCHEMA) -> None:
        self.made: list[Any] = []
        self.schema = schema
        routes = [
            Route(form_check.VALIDATE, self.let_in(lambda _: PREFECTS), methods=["POST"]),
            Route("/api/variables/filter", self.let_in(self.variables), methods=["POST"]),
            Route(f"/api/deployments/{DEPLOYMENT}", self.let_in(self.deployment), methods=["GET"]),
            Route(CREATE, self.let_in(self.create), methods=["POST"]),
        ]
        self.app: ASGIApp = Starlette(routes=routes)

    def let_in(self, answer: Callable[[Any], Any]) -> Callable[[Request], Any]:
        async def reply(request: Request) -> Response:
            if "authorization" not in request.headers:
                return JSONResponse([], 401)
            if request.method == "POST" and "prefect-csrf-token" not in request.headers:
                return JSONResponse([], 403)
            return JSONResponse(answer(await request.json() if request.method == "POST" else None))

        return reply

    def variables(self, _body: Any) -> Any:
        return [{"name": "lots_network_hours", "value": 33}]

    def deployment(self, _body: Any) -> Any:
        return {"name": "support-request", "parameter_openapi_schema": self.schema, "parameters": {}}

    def create(self, body: Any) -> Any:
        self.made.append(body)
        return {"id": "run"}


class Office:
    """Says the same of every form, and remembers what it was asked."""

    def __init__(self, *wrong: Placed, fails: Exception | None = None, seconds: float = 0) -> None:
        self.wrong, self.fails, self.seconds = list(wrong), fails, seconds
        self.asked: list[tuple[str, object, OfficePolicy]] = []

    def __call__(self, flow: str, form: object, policy: OfficePolicy) -> list[Placed]:
        self.asked.append((flow, form, policy))
        time.sleep(self.seconds)
        if self.fails:
            raise self.fails
        return self.wrong


def asking(office: form_check.Told, prefect: Prefect) -> httpx.AsyncClient:
    app = FormCheck(prefect.app, office)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:4200")


async def validated(
    office: form_check.Told,
    values: Any = None,
    schema: object = SCHEMA,
    headers: dict[str, str] = BROWSER,
) -> httpx.Response:
    async with asking(office, Prefect()) as client:
        body = {"schema": schema, "values": {"form": FORM} if values is None else values}
        return await client.post(form_check.VALIDATE, json=body, headers=headers)


async def test_each_sentence_stands_under_its_field_and_a_lines_under_the_lines() -> None:
    office = Office(*WRONG)
    told = (await validated(office)).json()
    assert told == {
        "valid": False,
        "errors": [
            {
                "property": "form",
                "errors": [
                    {"property": "place", "errors": ["Plats: fyll i det."]},
                    {
                        "property": "grants",
                        "errors": [
                            "Beviljat stöd: för mycket.",
                            {
                                "index": 1,
                                "errors": [{"property": "item", "errors": ["Stöd Samtal: skriv ett skäl."]}],
                            },
                        ],
                    },
                ],
            }
        ],
    }
    [(flow, form, policy)] = office.asked
    assert (flow, form, int(policy.network_hours)) == ("support-request", FORM, 33)


@pytest.mark.parametrize("missing", ["Authorization", "Prefect-Csrf-Token"])
async def test_whom_prefect_does_not_let_in_learns_nothing(missing: str) -> None:
    office, prefect = Office(*WRONG), Prefect()
    headers = {name: value for name, value in BROWSER.items() if name != missing}
    answer = await validated(office, headers=headers)
    async with asking(office, prefect) as client:
        made = await client.post(CREATE, json={"parameters": {"form": FORM}}, headers=headers)
    assert {answer.status_code, made.status_code} <= {401, 403}
    assert (office.asked, prefect.made) == ([], [])


@pytest.mark.parametrize(
    "says", [Office(), Office(fails=DatabaseBusy()), Office(*WRONG, seconds=0.3)], ids=["knows-nothing", "busy", "slow"]
)
async def test_where_we_know_nothing_in_time_prefect_answers_by_itself(
    says: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form_check, "LONGEST", 0.1)
    assert (await validated(says)).json() == PREFECTS


async def test_what_was_typed_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    await validated(Office(fails=ValueError(f"about {AKE}")))
    assert "ValueError" in caplog.text and AKE not in caplog.text


@pytest.mark.parametrize(
    "values",
    [
        {"form": FORM, "as_of": "2027-01-11"},
        {"form": FORM, "request": "x"},
        {"form": FORM | {"place": {"__prefect_kind": "workspace_variable", "variable_name": "ort"}}},
        {"form": {"__prefect_kind": "json", "value": "{"}},
        {"__prefect_kind": "json", "value": "{"},
        {"__prefect_kind": "json", "value": "[]"},
    ],
)
async def test_what_scripts_say_and_what_only_prefect_knows_is_left_to_the_run(values: Any) -> None:
    office = Office(*WRONG)
    assert ((await validated(office, values)).json(), office.asked) == (PREFECTS, [])


async def test_a_form_written_as_json_is_looked_at_too() -> None:
    office = Office(*WRONG)
    await validated(office, {"form": {"__prefect_kind": "json", "value": json.dumps(FORM)}})
    await validated(office, {"__prefect_kind": "json", "value": json.dumps({"form": FORM})})
    assert [form for _, form, _ in office.asked] == [FORM, FORM]


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"form": {"$ref": "#/definitions/Other~0"}}},
        {"properties": {"noun": SCHEMA["properties"]["form"]}, "definitions": SCHEMA["definitions"]},
        {"properties": []},
        {},
    ],
)
async def test_other_forms_and_single_fields_are_prefects_alone(schema: object) -> None:
    office = Office(*WRONG)
    assert ((await validated(office, schema=schema)).json(), office.asked) == (PREFECTS, [])


async def test_a_run_that_could_not_go_is_not_made_for_a_browser() -> None:
    prefect = Prefect()
    async with asking(Office(*WRONG[:1]), prefect) as client:
        answer = await client.post(CREATE, json={"parameters": {"form": FORM}}, headers=BROWSER)
    assert (answer.status_code, answer.json(), prefect.made) == (409, {"detail": "Plats: fyll i det."}, [])


async def test_a_run_that_can_go_is_made_with_the_body_that_was_sent() -> None:
    prefect, body = Prefect(), {"parameters": {"form": FORM}, "state": {"type": "SCHEDULED"}}
    async with asking(Office(), prefect) as client:
        answer = await client.post(CREATE, json=body, headers=BROWSER)
    assert (answer.status_code, prefect.made) == (200, [body])


async def test_runs_that_are_not_made_in_a_browser_are_made_as_ever() -> None:
    prefect, office = Prefect(), Office(*WRONG)
    async with asking(office, prefect) as client:
        headers = BROWSER | {"User-Agent": "prefect/3.9.1 (API 0.8.4)"}
        answer = await client.post(CREATE, json={"parameters": {"form": FORM}}, headers=headers)
    assert (answer.status_code, len(prefect.made), office.asked) == (200, 1, [])


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"parameters": [1]}', b"x" * (2**20 + 1)])
async def test_what_is_no_form_is_passed_on(body: bytes) -> None:
    office = Office(*WRONG)
    async with asking(office, Prefect()) as client:
        with suppress(json.JSONDecodeError):  # how this Prefect answers what it cannot read
            await client.post(CREATE, content=body, headers=BROWSER)
    assert office.asked == []


async def test_the_register_and_the_lists_of_the_office_are_asked(office: Settings) -> None:
    assert (await validated(told_by_our_database)).json() == PREFECTS
    told = (await validated(told_by_our_database, {"form": FORM | {"member_number": "1"}})).json()
    [[field]] = [one["errors"] for one in told["errors"]]
    assert field["property"] == "member_number"
    assert field["errors"][0].startswith("Medlemsnummer: finns inte i medlemsregistret.")
