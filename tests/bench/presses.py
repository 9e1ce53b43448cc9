"""How often staff's press of Submit is refused while the office is busy: two cores at work, runs on the worker.

Prefect's SQLite is written to by every run; its UI shows a refusal as an error and does not ask again.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deployments.server.processes import free_port
from tests.e2e.prefect_api import token_of
from tests.e2e.staff import api, deployment_of
from tests.up import Running, lots_up

PRESSES, STAFF = 1_000, 4
RUNS_EVERY = 1.0  # seconds
SPIN = "while True: pass"


def presses() -> dict[str, Any]:
    """The benchmark's figures."""
    answers: Counter[int] = Counter()
    times: list[float] = []
    with (
        tempfile.TemporaryDirectory() as home,
        lots_up(Path(home), free_port(3925)) as (running, _),
        _two_cores_busy(),
        _runs_on_the_worker(running),
    ):
        staff = [threading.Thread(target=_press, args=(running, answers, times)) for _ in range(STAFF)]
        for one in staff:
            one.start()
        for one in staff:
            one.join()
    refused = sum(count for status, count in answers.items() if status != 201)
    return {
        f"{PRESSES} presses of Submit on a busy machine: refused (under 2)": refused,
        "a press, p95, s": round(sorted(times)[int(len(times) * 0.95)], 2),
    }


def _press(running: Running, answers: Counter[int], times: list[float]) -> None:
    """One of the staff: each press asks once, as the UI does. The run itself is for tomorrow."""
    url = f"{running.prefect}/api/deployments/{deployment_of(running, 'phase-out/phase-out')}/create_flow_run"
    headers = {"Content-Type": "application/json", **token_of(running)}
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    body = json.dumps({"state": {"type": "SCHEDULED", "state_details": {"scheduled_time": tomorrow}}}).encode()
    for _ in range(PRESSES // STAFF):
        began = time.perf_counter()
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60) as reply:
                answers[reply.status] += 1
        except urllib.error.HTTPError as error:
            answers[error.code] += 1
        times.append(time.perf_counter() - began)


@contextmanager
def _two_cores_busy() -> Iterator[None]:
    spinning = [subprocess.Popen((sys.executable, "-c", SPIN)) for _ in range(os.cpu_count() or 2)]
    try:
        yield
    finally:
        for one in spinning:
            one.kill()
            one.wait()


@contextmanager
def _runs_on_the_worker(running: Running) -> Iterator[None]:
    """More than it can do: the worker is at its limit all the time."""
    deployment, over = deployment_of(running, "phase-out/phase-out"), threading.Event()

    def start() -> None:
        while not over.wait(RUNS_EVERY):
            api(running, "POST", f"/deployments/{deployment}/create_flow_run", {})

    thread = threading.Thread(target=start)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
