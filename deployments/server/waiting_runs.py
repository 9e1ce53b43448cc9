"""Runs that wait or stand still, as the server tells of them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from deployments.server.prefect_api import PrefectApi
from models.operation.alarms import RUN_STUCK

LOOKED_AT = 200


@dataclass(frozen=True)
class WaitingRuns:
    """How long the oldest run has waited past its time, and how many stand still."""

    longest: timedelta
    stuck: int


def waiting_runs(api: PrefectApi) -> WaitingRuns:
    """Raises ServiceUnavailable when the server does not answer."""
    return WaitingRuns(_longest_wait(api, datetime.now(UTC)), _stuck(api, datetime.now(UTC)))


def _longest_wait(api: PrefectApi, now: datetime) -> timedelta:
    """Of runs that have not begun, since their time; of one that waits to go on, since that moment."""
    due = {"state": {"type": {"any_": ["SCHEDULED"]}}, "expected_start_time": {"before_": now.isoformat()}}
    body = {"flow_runs": due, "sort": "EXPECTED_START_TIME_ASC", "limit": LOOKED_AT}
    longest = timedelta()
    for run in api.ask("POST", "/flow_runs/filter", body):
        since = run["next_scheduled_start_time"] if run["run_count"] else run["expected_start_time"]
        longest = max(longest, now - datetime.fromisoformat(since))
    return longest


def _stuck(api: PrefectApi, now: datetime) -> int:
    taken = {"state": {"type": {"any_": ["PENDING", "CANCELLING"]}}}
    found = api.ask("POST", "/flow_runs/filter", {"flow_runs": taken, "limit": LOOKED_AT})
    return sum(now - datetime.fromisoformat(run["state"]["timestamp"]) > RUN_STUCK for run in found)
