"""Variables of the Prefect UI: read once a run, and refused before anything is done."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.events.actions import DoNothing
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.variables import Variable

from deployments.server.prefect_setup import EARLIER_AUTOMATIONS, set_up_prefect
from flows.support_request import support_request
from models.db.engine import reading
from models.errors import SettingsError
from models.office.policy import DEFAULTS, PREFIX, OfficePolicy, office_policy
from models.settings import Settings
from tasks.runtime.step import step
from tests.acts import request_form
from tests.flows.rows import everything


async def write(**values: Any) -> None:
    """Staff write these under Variables."""
    for name, value in values.items():
        await Variable.aset(PREFIX + name, value, overwrite=True)


async def variables() -> dict[str, Any]:
    async with get_client() as client:
        return {one.name: one.value for one in await client.read_variables() if one.name.startswith(PREFIX)}


@pytest.fixture(autouse=True)
async def _no_variables() -> AsyncIterator[None]:
    yield
    async with get_client() as client:
        for name in await variables():
            await client.delete_variable_by_name(name)


@step("Se talen", "See the numbers")
async def seen() -> OfficePolicy:
    return office_policy()


@flow
async def two_looks(change: int) -> list[OfficePolicy]:
    first = await seen()
    if change:
        await write(quarter_hours=change)
    return [first, await seen()]


async def test_without_variables_the_domains_numbers_hold() -> None:
    assert await two_looks(0) == [DEFAULTS, DEFAULTS]
    assert office_policy() == DEFAULTS


async def test_what_the_office_wrote_holds_in_every_step_and_a_change_from_the_next_run_on() -> None:
    await write(quarter_hours="30,5", offer_working_days=3)
    own = OfficePolicy(quarter_hours=Decimal("30.5"), offer_working_days=3)
    assert await two_looks(12) == [own, own]
    assert [one.quarter_hours for one in await two_looks(0)] == [12, 12]


async def test_a_number_that_cannot_be_used_fails_the_run_in_one_sentence_and_changes_nothing(office: Settings) -> None:
    await write(answer_working_days="snart")
    with reading() as session:
        before = everything(session)
    with pytest.raises(SettingsError) as refused:
        await support_request(request_form(), as_of="2026-11-02")
    assert str(refused.value) == (
        "Variabeln lots_answer_working_days går inte att använda: skriv ett heltal från 1 till 60 under Variables."
    )
    with reading() as session:
        assert everything(session) == before
    await write(answer_working_days=2)
    assert (await support_request(request_form(), as_of="2026-11-02"))["new"] == 1


async def test_lots_deploy_makes_the_variables_that_are_missing_and_never_writes_over_one() -> None:
    await write(quarter_hours="16")
    await set_up_prefect()
    await set_up_prefect()
    expected = {PREFIX + name: int(value) for name, value in DEFAULTS.model_dump().items()}
    assert await variables() == expected | {"lots_quarter_hours": "16"}


async def test_the_automations_of_an_earlier_version_are_taken_away_and_an_offices_own_stay() -> None:
    trigger = EventTrigger(posture=Posture.Reactive, expect={"x"}, threshold=1)
    async with get_client() as client:
        for name in (*EARLIER_AUTOMATIONS, "kansliets egen"):
            await client.create_automation(AutomationCore(name=name, trigger=trigger, actions=[DoNothing()]))
        await set_up_prefect()
        left = (await client.request("POST", "/automations/filter", json={})).json()
    theirs = {one["name"] for one in left} & {*EARLIER_AUTOMATIONS, "kansliets egen"}
    assert theirs == {"kansliets egen"}  # beside those of deployments that another test has made
