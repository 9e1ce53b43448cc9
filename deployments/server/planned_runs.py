"""When each schedule of prefect.yaml starts its next run, as the server itself has planned it (domain.md section 8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import yaml

from deployments.server.environment import PREFECT_YAML
from deployments.server.prefect_api import PrefectApi
from models.dates.local_time import STOCKHOLM

MOST_DEPLOYMENTS = 200


@dataclass(frozen=True)
class Plan:
    """What is planned of one deployment: its next run in Stockholm's time, and what is amiss, if something is."""

    next_run: datetime | None
    amiss: str = ""


def planned_runs(api: PrefectApi) -> dict[str, Plan]:
    """Every deployment that has a schedule in prefect.yaml, by name.

    Raises ServiceUnavailable when the server does not answer.
    """
    there = {one["name"]: one for one in api.ask("POST", "/deployments/filter", {"limit": MOST_DEPLOYMENTS})}
    return {name: _plan(api, there.get(name), slugs) for name, slugs in scheduled().items()}


def scheduled() -> dict[str, list[str]]:
    """The slugs of each deployment's schedules, as prefect.yaml tells them."""
    told = yaml.safe_load(PREFECT_YAML.read_text())["deployments"]
    return {one["name"]: [each["slug"] for each in one["schedules"]] for one in told if one.get("schedules")}


def _plan(api: PrefectApi, deployment: Mapping[str, Any] | None, slugs: list[str]) -> Plan:
    if deployment is None:
        return Plan(None, "is not deployed")
    running = {one["slug"] for one in deployment["schedules"] if one["active"]}
    stopped = [slug for slug in slugs if slug not in running]
    if deployment["paused"] or len(stopped) == len(slugs):
        return Plan(None, "is paused")
    next_run = _next_run(api, deployment["id"])
    if stopped:
        return Plan(next_run, f"has its schedule {', '.join(stopped)} paused")
    return Plan(next_run, "" if next_run else "has no run planned")


def _next_run(api: PrefectApi, deployment_id: str) -> datetime | None:
    wanted = {
        "deployment_id": {"any_": [deployment_id]},
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "tags": {"all_": ["auto-scheduled"]},
        "next_scheduled_start_time": {"after_": datetime.now(UTC).isoformat()},
    }
    sort = "NEXT_SCHEDULED_START_TIME_ASC"
    found = api.ask("POST", "/flow_runs/filter", {"flow_runs": wanted, "sort": sort, "limit": 1})
    return datetime.fromisoformat(found[0]["next_scheduled_start_time"]).astimezone(STOCKHOLM) if found else None
