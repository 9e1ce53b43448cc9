"""What staff find in the Prefect UI: deployments and their forms, Variables, the mail server's form.

All in one process: Prefect's own `work-pool create` and `deploy --all` take two more, and a quarter of a minute.
"""

import asyncio
import os
import time
from typing import Any, Final

import yaml
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, VariableCreate, WorkPoolCreate
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.client.schemas.schedules import CronSchedule, RRuleSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.events import DeploymentEventTrigger
from prefect.workers.process import ProcessWorker

from deployments.server.environment import POOL, PREFECT_YAML, QUEUES, answers
from models.i18n import localized
from models.office.policy import ABOUT, DEFAULTS, PREFIX
from tasks.smtp.server_config import MailServerBlock
from tasks.staff_ui.form_refresh import show_forms

PATIENCE = 90  # seconds
# How the worker starts a run. Prefect's own template lets whoever creates a run choose its command, environment and
# folder: a shell for all who reach the API. Here nothing can be chosen, and the API refuses who tries.
# The command is said in so many words, so that it starts one Python a run: left out, Prefect starts another before it,
# to prepare a folder that ours do not need (three seconds). `lots worker` sees to it whose Python it is.
# A run's log goes to the server alone: rich, which writes it to the worker's pipe too, ends a run when that breaks.
QUIET: Final = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL"}
JOB_TEMPLATE: Final = {
    "job_configuration": {"command": "python -m prefect.engine", "env": QUIET, "labels": {}, "stream_output": True},
    "variables": {"type": "object", "properties": {}, "additionalProperties": False},
}
EARLIER_AUTOMATIONS: Final = ("lots-avbruten-korning", "lots-aldrig-startad")


async def deploy() -> None:
    """Make the work pool and every deployment of prefect.yaml, or bring them up to date; with their forms."""
    async with get_client() as client:
        pool = WorkPoolCreate(name=POOL, type=ProcessWorker.type, base_job_template=JOB_TEMPLATE)
        await client.create_work_pool(pool, overwrite=True)
        await _queues(client)
        for one in yaml.safe_load(PREFECT_YAML.read_text())["deployments"]:
            await deployment(one).aapply()
    await show_forms()


async def _queues(client: PrefectClient) -> None:
    """The pool's queues and their places, also on a server that has them from before."""
    there = {one.name: one for one in await client.read_work_queues(work_pool_name=POOL)}
    for name, (priority, places) in QUEUES.items():
        if name in there:
            await client.update_work_queue(there[name].id, priority=priority, concurrency_limit=places)
        else:
            await client.create_work_queue(name, priority=priority, concurrency_limit=places, work_pool_name=POOL)


async def set_up_prefect() -> None:
    """Make what is missing, and take away what is no longer used. What staff have written is left alone."""
    async with get_client() as client:
        await _variables(client)
        await _without_earlier_automations(client)
        await MailServerBlock.aregister_type_and_schema(client=client)


def deployment(told: dict[str, Any]) -> RunnerDeployment:
    """One deployment as prefect.yaml tells it."""
    limit = told.get("concurrency_limit")
    pool = told["work_pool"]
    return RunnerDeployment.from_entrypoint(
        entrypoint=told["entrypoint"],
        name=told["name"],
        description=told["description"],
        tags=told["tags"],
        schedules=[_schedule(one) for one in told.get("schedules", [])],
        triggers=[DeploymentEventTrigger.model_validate(one) for one in told.get("triggers", [])],
        parameters=told.get("parameters", {}),
        concurrency_limit=limit and ConcurrencyLimitConfig.model_validate(limit),
        work_pool_name=pool["name"],
        work_queue_name=pool["work_queue_name"],
    )


def _schedule(told: dict[str, Any]) -> DeploymentScheduleCreate:
    """Said to be active in so many words: left out, a schedule that was paused stays so."""
    zone = told["timezone"]
    if "cron" in told:
        schedule: CronSchedule | RRuleSchedule = CronSchedule(cron=told["cron"], timezone=zone)
    else:
        schedule = RRuleSchedule(rrule=told["rrule"], timezone=zone)
    parameters = told.get("parameters", {})
    return DeploymentScheduleCreate(slug=told["slug"], schedule=schedule, parameters=parameters, active=True)


async def _variables(client: PrefectClient) -> None:
    there = {one.name for one in await client.read_variables()}
    for name, value in DEFAULTS.model_dump(mode="json").items():
        if PREFIX + name not in there:
            plain = int(float(value))  # the domain's own are whole; staff may write 7.5
            await client.create_variable(
                VariableCreate(name=PREFIX + name, value=plain, tags=[localized(*ABOUT[name])])
            )


async def _without_earlier_automations(client: PrefectClient) -> None:
    """Earlier versions told a run's death by automations that forced their word over ends; the watch does so now."""
    for name in EARLIER_AUTOMATIONS:
        for one in await client.read_automations_by_name(name):
            await client.delete_automation(one.id)


def main() -> None:
    """Furnish the server of PREFECT_API_URL, once it answers: a server that starts takes longer than this module."""
    api_url, deadline = os.environ.get("PREFECT_API_URL"), time.monotonic() + PATIENCE
    while api_url and not answers(f"{api_url}/health") and time.monotonic() < deadline:
        time.sleep(0.1)
    asyncio.run(_all())


async def _all() -> None:
    await deploy()
    await set_up_prefect()


if __name__ == "__main__":
    main()
