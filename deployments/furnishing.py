"""What staff find in the Prefect UI besides deployments: Variables, the mail server's form, automations."""

import asyncio
from pathlib import Path
from typing import Final

import yaml
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import VariableCreate
from prefect.events.schemas.automations import AutomationCore

from models.language import say
from models.numbers import ABOUT, DEFAULTS, PREFIX
from tasks.mail_server import MailServerBlock

AUTOMATIONS: Final = Path(__file__).parent / "automations.yaml"


async def furnish() -> None:
    """Make what is missing, and bring automations up to date. What staff have written is left alone."""
    async with get_client() as client:
        await _variables(client)
        await _automations(client)
        await MailServerBlock.aregister_type_and_schema(client=client)


async def _variables(client: PrefectClient) -> None:
    there = {one.name for one in await client.read_variables()}
    for name, value in DEFAULTS.model_dump(mode="json").items():
        if PREFIX + name not in there:
            plain = int(float(value))  # the domain's own are whole; staff may write 7.5
            await client.create_variable(VariableCreate(name=PREFIX + name, value=plain, tags=[say(*ABOUT[name])]))


async def _automations(client: PrefectClient) -> None:
    for wanted in automations():
        there = await client.read_automations_by_name(wanted.name)
        if not there:
            await client.create_automation(wanted)
        elif there[0].model_dump(include=set(AutomationCore.model_fields)) != wanted.model_dump():
            await client.update_automation(there[0].id, wanted)


def automations() -> list[AutomationCore]:
    """The automations of automations.yaml."""
    return [AutomationCore.model_validate(one) for one in yaml.safe_load(AUTOMATIONS.read_text())["automations"]]


if __name__ == "__main__":
    asyncio.run(furnish())
