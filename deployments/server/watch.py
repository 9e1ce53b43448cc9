"""The watch: runs whose process is gone are told so to Prefect, go on by themselves, or wait on somebody.

A run's death is told by its own process and its pulse in our database, never forced over an end (nothing here says
`force`) and never by Prefect's events, which live in memory and are lost when they are needed.
"""

import os
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from deployments.server.environment import POOL
from deployments.server.prefect_api import PrefectApi, configured_api
from models.db.engine import reading, transaction
from models.errors import LotsError
from models.loopback import LOOPBACK
from models.operation import run_pulse as rules
from models.operation.run_pulse import SILENT, START_PATIENCE, Act, Verdict
from models.tables.run_pulse import FlowRunPulse
from tasks.runtime import processes
from tasks.runtime.processes import Process

LOOK_SECONDS = 5
LOOKED_AT = 200
RUN_ID = "PREFECT__FLOW_RUN_ID"
UNDER_WAY = ("PENDING", "RUNNING", "CANCELLING")
CRASHED_WITHIN = timedelta(hours=1)
TELL_SECONDS = timedelta(seconds=15)
"""A process that is not seen so soon after its run changed state may be on its way."""


@dataclass
class Seen:
    """What one look at the machine showed: which runs have a process here, and when the first worker began."""

    runs: set[str] = field(default_factory=set)
    workers: list[datetime] = field(default_factory=list)


class RunWatch:
    """Looks again and again. Acts on what two looks in a row found dead in the same state."""

    def __init__(self, api: PrefectApi, *, alone: bool) -> None:
        """`alone`: all workers of this server run on this machine."""
        self.api, self.alone = api, alone
        self._dead: dict[str, str] = {}

    def look(self) -> int:
        """Returns how many runs were told something."""
        runs = self._runs()
        if not runs:
            self._dead.clear()
            return 0
        with reading() as session:
            pulses = rules.pulses(session, [UUID(run["id"]) for run in runs])
        seen, now = see(), datetime.now(UTC)
        dead = {run["id"]: run for run in runs if self._is_dead(run, pulses.get(UUID(run["id"])), seen, now)}
        twice = [run for key, run in dead.items() if self._dead.get(key) == run["state"]["id"]]
        self._dead = {key: run["state"]["id"] for key, run in dead.items()}
        return sum(self._tell(run, pulses.get(UUID(run["id"]))) for run in twice)

    def _runs(self) -> list[dict[str, Any]]:
        """What is under way, and what its worker found dead and nobody has dealt with."""
        since = (datetime.now(UTC) - CRASHED_WITHIN).isoformat()
        ours = {"work_pools": {"name": {"any_": [POOL]}}, "limit": LOOKED_AT}
        crashed = {"state": {"type": {"any_": ["CRASHED"]}}, "end_time": {"after_": since}}
        found: list[dict[str, object]] = []
        for which in ({"state": {"type": {"any_": list(UNDER_WAY)}}}, crashed):
            found += self.api.ask("POST", "/flow_runs/filter", ours | {"flow_runs": which})
        name = rules.interruption()[0]
        return [run for run in found if run["deployment_id"] and run["state_name"] != name]

    def _is_dead(self, run: dict[str, Any], pulse: FlowRunPulse | None, seen: Seen, now: datetime) -> bool:
        since = datetime.fromisoformat(run["state"]["timestamp"])
        if run["id"] in seen.runs:
            return False
        if run["state_type"] == "PENDING":
            took = [began for began in seen.workers if began < since]
            return now - since > START_PATIENCE or (self.alone and bool(seen.workers) and not took)
        if run["state_type"] == "CRASHED" and self.alone:
            return True  # its worker says so
        if pulse is None or pulse.started_at is None:
            return now - since > (TELL_SECONDS if self.alone else SILENT)  # it has not come to its first beat
        alive = processes.is_alive(Process(pulse.place, pulse.pid, pulse.process_started))
        if alive is None and pulse.host == processes.host() and pulse.place:
            return now - since > TELL_SECONDS  # this machine, before it started anew
        if alive is None:
            return now - max(pulse.beat_at or since, since) > SILENT
        # Its process is gone, or an earlier one's is and its own has not come to its first beat.
        return not alive and now - since > (TELL_SECONDS if pulse.started_at < since else timedelta())

    def _flow(self, run: dict[str, object]) -> str:
        return str(self.api.ask("GET", f"/flows/{run['flow_id']}")["name"])

    def _tell(self, run: dict[str, Any], pulse: FlowRunPulse | None) -> int:
        """Tell Prefect what became of a run, if it still stands as it was seen."""
        run_id = UUID(run["id"])
        if self.api.ask("GET", f"/flow_runs/{run_id}")["state_id"] != run["state"]["id"]:
            return 0
        what = rules.verdict(
            run["state_type"], datetime.fromisoformat(run["state"]["timestamp"]), pulse, run["run_count"]
        )
        if what.act in (Act.go_on, Act.interrupted):
            with transaction() as session:
                gone = what.act == Act.interrupted
                flow = self._flow(run)
                rules.died(session, run_id, flow, datetime.now(UTC), run_count=run["run_count"], for_good=gone)
        state = _state(what, run["state_type"], pulse)
        told = self.api.ask("POST", f"/flow_runs/{run_id}/set_state", {"state": state, "force": False})
        print(f"{datetime.now(UTC):%H:%M:%S} {run['name']} {run_id}: {what.act}, {told['status']}", flush=True)
        return 1


def _state(what: Verdict, before: str, pulse: FlowRunPulse | None) -> dict[str, object]:
    if what.act == Act.report and pulse:
        return {"type": pulse.end_type, "name": pulse.end_name, "message": pulse.end_message}
    if what.act == Act.cancelled:
        return {"type": "CANCELLED"}
    if what.act == Act.interrupted:
        name, message = rules.interruption()
        # What the worker called crashed may not be called so again, and its words tell staff nothing.
        return {"type": "FAILED" if before == "CRASHED" else "CRASHED", "name": name, "message": message}
    at = (datetime.now(UTC) + what.wait).isoformat()
    name = "Scheduled" if what.act == Act.begin else "AwaitingRetry"
    return {"type": "SCHEDULED", "name": name, "state_details": {"scheduled_time": at}}


def see() -> Seen:
    """One look at this machine; another office's workers on it take none of our runs."""
    seen, booted = Seen(), time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    home = os.environ.get("LOTS_HOME")
    for pid, environment in processes.environments():
        if environment.get(RUN_ID) and processes.started(pid):
            seen.runs.add(environment[RUN_ID])
        elif environment.get("LOTS_HOME") == home and processes.is_command(pid, "worker", "start", POOL):
            seen.workers.append(datetime.fromtimestamp(booted + processes.seconds(processes.started(pid)), UTC))
    return seen


def main() -> None:
    """Watch until stopped. What does not answer is asked again at the next look."""
    forgotten = 0.0
    with configured_api() as api:
        watch = RunWatch(api, alone=urlsplit(str(api.url)).hostname in LOOPBACK)
        while True:
            try:
                watch.look()
                if time.monotonic() - forgotten > 24 * 3600:
                    with transaction() as session:
                        rules.forget_old_pulses(session, datetime.now(UTC))
                    forgotten = time.monotonic()
            except (LotsError, SQLAlchemyError) as error:
                print(f"{datetime.now(UTC):%H:%M:%S} {type(error).__name__}", file=sys.stderr, flush=True)
            time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    main()
