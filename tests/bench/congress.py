"""The congress report of a large office with three years behind it: the real `lots report congress`."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

NETWORKS, MONTHS, UNTIL, CUTOFF = 10_000, 36, "2026-12-31", "2027-01-01"
WITH_ITS_PEAK = """
import sys
from deployments.cli.app import main
from tests.bench.memory import peak_memory
sys.argv[0] = "lots"
main()
print(peak_memory())
"""


def congress() -> dict[str, Any]:
    """The benchmark's figures."""
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"LOTS_HOME": folder, "LOTS_TRIAL": "1"}
        run("simulate", "--networks", NETWORKS, "--months", MONTHS, "--until", UNTIL, "--seed", 1, env=env)
        began = time.perf_counter()
        told = run("report", "congress", "--cutoff", CUTOFF, "--out", Path(folder) / "first", "--json", env=env)
        counted = time.perf_counter() - began
        again = run("report", "congress", "--cutoff", CUTOFF, "--out", Path(folder) / "again", "--json", env=env)
        first, second = (json.loads(lines[-2]) for lines in (told, again))
        return {
            f"congress report of {NETWORKS} networks and 3 years, s (under 60)": round(counted, 1),
            "its memory at most, MB (under 1000)": int(told[-1]),
            "the same bytes twice": first["manifest"] == second["manifest"],
        }


def run(*arguments: object, env: dict[str, str]) -> list[str]:
    """The lines that a command says, and how much memory it had at most."""
    command = (sys.executable, "-P", "-c", WITH_ITS_PEAK, *map(str, arguments))
    env = env | {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout.splitlines()
