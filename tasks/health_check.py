"""All networks are scored at once; what worries is talked about."""

from collections import Counter
from datetime import datetime
from typing import Any

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from models import health_check, health_talks
from models.database import transaction
from models.engagement import Health, Level
from models.language import say
from models.lifecycle import Actor, Cause
from models.network import Network
from models.quiet_days import local
from tasks.step import run_id, step

SHOWN = 500
WORST_FIRST = (Level.red, Level.yellow, Level.green, Level.not_assessed)


@step("Räkna engagemang och varna tidigt", "Score every network and warn early")
async def take_snapshots(at: datetime) -> dict[str, Any]:
    with transaction() as session:
        found = health_check.take_snapshots(session, local(at).date())
        warnings = health_talks.warn_early(session, found, at)
        assessed = health_check.each(found)
    levels = Counter(health.level.value for _, health in assessed)
    assessed.sort(key=lambda one: WORST_FIRST.index(one[1].level))
    return {
        "levels": {level.value: levels[level.value] for level in Level},
        "networks": len(assessed),
        "warnings": warnings,
        "rows": [_row(network, health) for network, health in assessed[:SHOWN]],
    }


def _row(network: Network, health: Health) -> dict[str, str]:
    return {
        say("Nätverk", "Network"): network.label,
        say("Läge", "State"): str(network.state),
        say("Poäng", "Score"): "–" if health.score is None else f"{health.score:.1f}",
        say("Hälsa", "Health"): str(health.level),
        say("Spärrar", "Gates"): " ".join(health.gates),
    }


@step("Erbjud samtal, föreslå vila", "Offer talks, propose rest")
async def open_talks(at: datetime) -> dict[str, int]:
    with transaction() as session:
        proposals = health_talks.propose_rest(session, Cause("health-check", Actor.rule, at, flow_run_id=run_id()))
        return {"talks": health_talks.open_talks(session, at), "proposals": proposals}


@step("Visa tabellen och bilden", "Show the table and the picture")
async def show(found: dict[str, Any], at: datetime) -> None:
    day = f"{local(at):%Y-%m-%d}"
    await acreate_table_artifact(
        table=found["rows"], key="health-check", description=f"{day}: {len(found['rows'])}/{found['networks']}"
    )
    slices = "\n".join(f'    "{level}" : {count}' for level, count in found["levels"].items() if count)
    title = say("Nätverkens hälsa", "The networks' health")
    await acreate_markdown_artifact(
        key="health-check-plot", markdown=f"```mermaid\npie showData title {title} {day}\n{slices}\n```"
    )
