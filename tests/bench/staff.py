"""How long staff wait: from Run to the first step, and for a health check of many networks and its pages."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from deployments.server.processes import free_port
from tests.browser import chromium, sign_in
from tests.e2e.staff import api, deployment_of, newest_artifact
from tests.up import Running, lots_up

NETWORKS, UNTIL, MONTHS = 10_000, "2026-11-02", 24
RUNS = 5
FIRST_STEP = "erase_granted"  # of data-protection's sweep
QUIET_AFTER, LISTENED = 5, 10
TICKS = os.sysconf("SC_CLK_TCK")


def staff() -> dict[str, Any]:
    """Both, in one `lots up` on embedded parts, over a made-up office."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _simulate(home)
        with lots_up(home, free_port(3525)) as (running, up):
            _run(running, "data-protection")  # the worker is up and has run once
            begins = sorted(_to_first_step(running) for _ in range(RUNS))
            figures = _health_check(running, up.pid)
    return {
        f"from Run to the first step, s (median of {RUNS})": round(begins[RUNS // 2], 1),
        f"from Run to the first step, s (longest of {RUNS}, under 6)": round(begins[-1], 1),
        **figures,
    }


def _simulate(home: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LOTS_", "PREFECT_"))}
    simulate = ("simulate", "--networks", str(NETWORKS), "--months", str(MONTHS), "--until", UNTIL, "--seed", "1")
    for words in (("db", "upgrade"), simulate):
        command = (sys.executable, "-P", "-m", "deployments", *words)
        subprocess.run(command, check=True, cwd=home, env=environment, stdout=subprocess.DEVNULL)


def _run(running: Running, name: str, as_of: str = "") -> dict[str, Any]:
    """Press Run, and wait for the end."""
    body = {"parameters": {"form": {"sweep": True}} | ({"as_of": as_of} if as_of else {})}
    run = api(running, "POST", f"/deployments/{deployment_of(running, f'{name}/{name}')}/create_flow_run", body)
    while run["state_type"] not in ("COMPLETED", "FAILED", "CRASHED"):
        time.sleep(0.2)
        run = api(running, "GET", f"/flow_runs/{run['id']}")
    if run["state_type"] != "COMPLETED":
        raise RuntimeError(f"{name}: {run['state']['message']}")
    return dict(run)


def _to_first_step(running: Running) -> float:
    pressed = time.time()
    run = _run(running, "data-protection")
    wanted = {"flow_runs": {"id": {"any_": [run["id"]]}}}
    while time.time() < pressed + 60:  # Prefect records steps up to a second later, and not in their order
        steps = api(running, "POST", "/task_runs/filter", wanted)
        for step in steps:
            if step["task_key"].startswith(FIRST_STEP) and step["start_time"]:
                return datetime.fromisoformat(step["start_time"]).timestamp() - pressed
        time.sleep(0.2)
    raise RuntimeError(f"data-protection has no step {FIRST_STEP}")


def _health_check(running: Running, group: int) -> dict[str, Any]:
    idle = _cpu_share(group)
    before, pressed = _size(running), time.perf_counter()
    run = _run(running, "health-check", UNTIL)
    taken = time.perf_counter() - pressed
    time.sleep(QUIET_AFTER)
    after = _cpu_share(group)
    sizes = _artifacts(running)
    return {
        f"health check of {NETWORKS:,} networks from Run to its end, s (under 60)": round(taken, 1),
        "… of which the run itself, s": round(run["total_run_time"], 1),
        "… Prefect's database grows by, MB (under 5)": round((_size(running) - before) / 1e6, 1),
        f"… CPU of all parts {QUIET_AFTER} s later, % of a core": round(after),
        "… and before the run": round(idle),
        "… its largest artifact, kB": round(max(sizes.values()) / 1000),
        "… its artifacts": len(sizes),
        "… its overview opens in the UI, s": round(_opening(running, "health-check"), 1),
    }


def _size(running: Running) -> int:
    """The database's pages in use, whatever still lies in its log."""
    with closing(sqlite3.connect(running.home / ".lots" / "prefect" / "prefect.db")) as database:
        [pages], [free], [size] = (
            database.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def _cpu_share(parent: int) -> float:
    """How much of a core `lots up` and everything below it use while nobody asks for anything."""
    began, before = time.perf_counter(), _cpu(parent)
    time.sleep(LISTENED)
    used = sum(now - before.get(pid, now) for pid, now in _cpu(parent).items())
    return used / (time.perf_counter() - began) * 100


def _cpu(parent: int) -> dict[int, float]:
    """The seconds of CPU that a process and everything below it have used, each."""
    seconds: dict[int, tuple[int, float]] = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            seconds[int(process.name)] = int(fields[1]), (int(fields[11]) + int(fields[12])) / TICKS
    ours = {parent}
    while more := {pid for pid, (above, _) in seconds.items() if above in ours} - ours:
        ours |= more
    return {pid: seconds[pid][1] for pid in ours if pid in seconds}


def _artifacts(running: Running) -> dict[str, int]:
    """The bytes of each artifact that there is."""
    found: list[dict[str, Any]] = []
    while page := api(running, "POST", "/artifacts/filter", {"limit": 50, "offset": len(found)}):
        found += page
    return {one["id"]: len(str(one["data"]).encode()) for one in found}


def _opening(running: Running, key: str) -> float:
    """From the address to the picture on the page."""
    found = newest_artifact(running, key)
    with chromium() as browser:
        page = browser.new_page()
        sign_in(page, running.login)
        page.goto(f"{running.prefect}/artifacts")
        began = time.perf_counter()
        page.goto(f"{running.prefect}/artifacts/artifact/{found}")
        page.locator("img[src^='data:image/svg']").first.wait_for()
        return time.perf_counter() - began
