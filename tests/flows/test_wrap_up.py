"""What follows a change, on a real Prefect server: forms list what there is, links open them, mail goes."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlparse
from uuid import UUID

import pytest
import yaml
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.states import AwaitingConcurrencySlot
from sqlmodel import col, select

from deployments.server.environment import PREFECT_YAML
from deployments.web.app import start_run
from flows.catch_up import catch_up
from flows.needs_talk import needs_talk
from flows.network_change import network_change
from flows.outbox import outbox
from flows.support_request import support_request
from flows.work_list import work_list
from models.db.engine import reading, transaction
from models.forms.needs_talk import NeedsTalkForm
from models.forms.outbox import SEND, OutboxForm
from models.office.interventions import open_once
from models.settings import Settings
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.office import InterventionKind
from tasks import work_list as daily
from tasks.staff_ui import form_refresh as stage
from tasks.staff_ui.form_links import find_forms
from tasks.staff_ui.form_refresh import show_forms
from tests.acts import GOREL, ask, at, network_in, request_form

ASKED = "2026-11-02"


@asynccontextmanager
async def deployed(*flows: Any) -> AsyncIterator[tuple[PrefectClient, dict[str, UUID]]]:
    """The flows as `lots deploy` leaves them, for as long as the test lasts."""
    told = {one["name"]: one for one in yaml.safe_load(PREFECT_YAML.read_text())["deployments"]}
    async with get_client() as client:
        ids = {}
        for flow in flows:
            ids[flow.name] = await client.create_deployment(
                await client.create_flow(flow),
                flow.name,
                parameters=told[flow.name].get("parameters", {}),
                parameter_openapi_schema=flow.parameters.model_dump_for_openapi(),
            )
        try:
            yield client, ids
        finally:
            for one in ids.values():
                await client.delete_deployment(one)


async def choices(client: PrefectClient, deployment: UUID, field: str) -> list[str]:
    schema: dict[str, Any] = (await client.read_deployment(deployment)).parameter_openapi_schema or {}
    [shown] = [one for name, one in schema["definitions"].items() if name.endswith("~0")]
    found: list[str] = shown["properties"][field].get("enum", [])
    return found


async def test_a_request_can_be_chosen_right_after_it_came_and_no_more_once_it_is_decided(office: Settings) -> None:
    async with deployed(needs_talk) as (client, ids):
        await show_forms()
        assert await choices(client, ids["needs-talk"], "request_number") == []
        await support_request(form=request_form(), as_of=ASKED)
        assert await choices(client, ids["needs-talk"], "request_number") == ["Luleå · ort · #1"]
        form = {
            "request_number": "Luleå · ort · #1",
            "signature": "asj",
            "talked_on": "2026-11-05",
            "decision": "De tar tillbaka förfrågan",
        }
        told = await needs_talk(form=NeedsTalkForm.model_validate(form), as_of="2026-11-05")
        assert told["state"] == "withdrawn"
        assert await choices(client, ids["needs-talk"], "request_number") == []


async def test_a_form_is_changed_only_when_its_lists_have(office: Settings) -> None:
    async with deployed(needs_talk, support_request):
        assert await show_forms() == 2
        assert await show_forms() == 0
        await support_request(form=request_form(), as_of=ASKED)
        assert await show_forms() == 0  # the flow did it


async def test_mail_that_may_go_goes_right_after_it_was_queued_by_one_run_for_all(office: Settings) -> None:
    async with deployed(outbox) as (client, _):
        await support_request(form=request_form(), as_of=ASKED)
        assert await starts(client) == []  # that day is played
        await support_request(form=request_form(need="I dag."))
        await support_request(form=request_form(need="I dag också."))
        started = await starts(client)
        assert [OutboxForm.model_validate(run.parameters["form"]).is_sweep for run in started] == [True]
        await support_request(form=request_form(need="I dag."))  # known: queues nothing new


async def test_while_a_run_of_the_outbox_waits_neither_a_page_nor_a_flow_makes_another(
    office: Settings,
) -> None:
    async with deployed(outbox) as (client, ids):
        await client.create_flow_run_from_deployment(ids["outbox"], state=AwaitingConcurrencySlot())
        await start_run("outbox/outbox", SEND)
        await support_request(form=request_form(need="I dag."))
        assert await starts(client) == []
    async with deployed(outbox) as (client, _):
        await start_run("outbox/outbox", SEND)
        await start_run("outbox/outbox", SEND)
        assert len(await starts(client)) == 1


async def starts(client: PrefectClient) -> list[Any]:
    wanted = FlowRunFilter.model_validate({"state": {"type": {"any_": ["SCHEDULED"]}}})
    runs = await client.read_flow_runs(flow_run_filter=wanted)
    return [run for run in runs if (run.idempotency_key or "").startswith("mail-")]


async def test_a_server_that_is_too_busy_does_not_fail_what_was_done(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.exceptions import PrefectHTTPStatusError

    async def busy(client: PrefectClient) -> dict[str, Any]:
        import httpx

        answer = httpx.Response(503, request=httpx.Request("POST", "http://prefect/api"))
        raise PrefectHTTPStatusError("busy", request=answer.request, response=answer)

    monkeypatch.setattr(stage, "deployed_ones", busy)
    assert (await support_request(form=request_form(), as_of=ASKED))["new"] == 1


async def test_a_row_of_the_work_list_opens_the_form_that_deals_with_it(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        ask(session, member_number=GOREL, place="Kiruna", municipality="Kiruna", need="Ses.")
        open_once(session, network, InterventionKind.wish, "a", at("2026-12-01"))
        open_once(session, network, InterventionKind.new_contact, "b", at("2026-12-01"))
    async with deployed(needs_talk, catch_up, network_change) as (client, ids):
        told = await work_list(as_of="2027-01-04")
        assert told["waiting"] == 3
        lists = [one for one in await client.read_artifacts(limit=200) if one.key == "work-list-25"]
        [shown] = [one for one in lists if one.flow_run_id is None]
        links = [part.partition("](")[2].partition(")")[0] for part in str(shown.data).split("  - [")[1:]]
        opened = {urlparse(link).path.split("/")[3]: filled(link) for link in links}
        assert opened == {
            str(ids["needs-talk"]): {"request_number": "Kiruna · ort · #2", "signature": "asj"},
            str(ids["catch-up"]): {"network_number": "Luleå · ort · #1 · önskan om hjälp", "signature": "asj"},
            str(ids["network-change"]): {
                "change": "Ny kontakt",
                "network_number": "Luleå · ort · #1",
                "signature": "asj",
            },
        }
        for name, deployment in ids.items():
            for field, value in opened[str(deployment)].items():
                assert value in await choices(client, deployment, field), (name, field)
    with reading() as session:
        digest = select(OutgoingMail.context).where(col(OutgoingMail.template) == Template.staff_digest)
        rows = [row for context in session.exec(digest) for row in json.loads(context)["rows"]]
        assert {row["link"] for row in rows} == set(links)
        alarms = select(OutgoingMail.context).where(col(OutgoingMail.template) == Template.staff_alarm)
        assert {json.loads(context)["link"] for context in session.exec(alarms)} == set(links)


def filled(link: str) -> dict[str, str]:
    [parameters] = parse_qs(urlparse(link).query)["parameters"]
    form: dict[str, str] = json.loads(parameters)["form"]
    return form


async def test_without_deployments_nothing_links_anywhere(office: Settings) -> None:
    assert (await find_forms()).ids == {}


async def test_what_is_overdue_is_told_as_an_event_once_and_names_nobody(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        ask(session, ASKED)
    events: list[Any] = []
    monkeypatch.setattr(daily, "emit_event", lambda event, **about: events.append((event, about)))
    await work_list(as_of="2026-11-09")
    assert events == []
    await work_list(as_of="2026-11-10")
    await work_list(as_of="2026-11-11")
    [(event, about)] = events
    assert event == "natverkslots.overdue"
    assert about["resource"]["prefect.resource.name"] == "Luleå · ort · #1"
    assert about["payload"] == {"what": "talk", "due": "2026-11-09", "region": "25"}


async def test_a_sweep_that_opens_matters_asks_for_a_new_work_list_by_the_real_clock_only(
    monkeypatch: pytest.MonkeyPatch, office: Settings
) -> None:
    events: list[str] = []
    monkeypatch.setattr(stage, "emit_event", lambda event, **_: events.append(event))
    await stage.refresh_forms_and_start_outbox("2026-11-09", opened=1)
    await stage.refresh_forms_and_start_outbox("", opened=0)
    assert events == []
    await stage.refresh_forms_and_start_outbox("", opened=1)
    assert events == ["natverkslots.opened"]


async def test_mail_in_doubt_is_no_reason_to_start_the_outbox(office: Settings) -> None:
    async with deployed(outbox) as (client, _):
        before = len(await starts(client))
        with transaction() as session:
            ask(session)
            for mail in session.exec(select(OutgoingMail)):
                mail.status = MailStatus.in_doubt
                session.add(mail)
        await stage.refresh_forms_and_start_outbox("")
        assert len(await starts(client)) == before
