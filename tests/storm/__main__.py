"""`make storm`: two offices on one machine, and a fault every few seconds in one of them, while members ask.

`python -m tests.storm --help` tells what can be chosen; it prints a table and ends with 1 where something was lost,
doubled, stuck, turned red or crossed. One office keeps its data in SQLite, the other in PostgreSQL where that is
installed.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.storm.faults import Storm
from tests.storm.load import WEB_EVERY, Load, run_seconds
from tests.storm.office import PG_BIN, Office
from tests.storm.verdict import judge, settle

NOTHING = ("lost", "doubled", "stuck", "ended runs turned red", "crossed")


def main() -> None:
    """The storm from beginning to end."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--faults", type=int, default=60)
    arguments.add_argument("--every", type=float, default=8, help="seconds from one to the next, at the mean")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--offices", type=int, choices=(1, 2), default=2)
    arguments.add_argument("--networks", type=int, default=0, help="made-up ones in each office before it begins")
    arguments.add_argument("--sweeps", type=int, default=20, help="minutes from one sweep of a kind to the next")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="lots-storm-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as somebody else
        has_postgresql = (PG_BIN / "initdb").exists() and os.geteuid() == 0
        offices = [
            Office("alfa", Path(folder) / "alfa", 26000, postgresql=False),
            Office("beta", Path(folder) / "beta", 27000, postgresql=has_postgresql),
        ][: asked.offices]
        try:
            wrong = _blow(offices, asked)
        finally:
            for office in offices:
                office.stop_all()
    sys.exit(1 if wrong else 0)


def _blow(offices: list[Office], asked: argparse.Namespace) -> bool:
    for office in offices:
        _say(f"{office.name}: starts ({'PostgreSQL' if office.cluster else 'SQLite'})")
        office.start_all(networks=asked.networks, minutes=asked.sweeps)
    cost = run_seconds()
    _say(f"a run takes {cost:.1f} s to begin on this machine: a member asks every {WEB_EVERY * cost:.0f} s or so")
    loads = [Load(office, asked.seed, cost) for office in offices]
    storm = Storm(offices, asked.seed)
    for load in loads:
        load.start()
    tries = 0
    while len(storm.faults) < asked.faults and tries < asked.faults * 10:
        tries += 1
        time.sleep(asked.every * storm.random.uniform(0.5, 1.5))
        fault = storm.strike()
        _say(f"{len(storm.faults):>3} {fault.office} {fault.kind} {fault.note}")
    _say("the last fault: waiting until all is quiet")
    storm.join()
    for load in loads:
        load.stop()
    settled = {office.name: settle(office) for office in offices}
    found = {office.name: judge(office, load, offices) for office, load in zip(offices, loads, strict=True)}
    _table(storm, found, settled)
    return any(figures[name] for figures in found.values() for name in NOTHING) or any(
        fault.seconds is None or fault.note for fault in storm.faults
    )


def _table(storm: Storm, found: dict[str, dict[str, Any]], settled: dict[str, float]) -> None:
    by_kind: dict[str, list[float]] = defaultdict(list)
    for fault in storm.faults:
        by_kind[fault.kind].append(float("inf") if fault.seconds is None else fault.seconds)
    print(f"\n{'fault':<12}{'times':>6}{'median s':>10}{'longest s':>11}")
    for kind, seconds in sorted(by_kind.items()):
        print(f"{kind:<12}{len(seconds):>6}{statistics.median(seconds):>10.1f}{max(seconds):>11.1f}")
    for office, figures in found.items():
        print(f"\n{office} (quiet {settled[office]:.0f} s after the last fault)")
        for name, value in figures.items():
            print(f"  {name:<24}{json.dumps(value, ensure_ascii=False)}")
    for fault in storm.faults:
        if fault.note:
            print(f"{fault.office} {fault.kind}: {fault.note}")


def _say(line: str) -> None:
    print(f"{datetime.now():%H:%M:%S} {line}", flush=True)


if __name__ == "__main__":
    main()
