"""`lots up` as an office runs it, for the browser tests and the benchmarks."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deployments.processes import free_port
from tests.left import left_running


@dataclass
class Running:
    """A `lots up` with its addresses and the port where its mail server is to be."""

    home: Path
    prefect: str
    web: str
    smtp_port: int
    environment: dict[str, str]

    def lots(self, *arguments: str) -> str:
        """Run a `lots` command beside it."""
        command = (sys.executable, "-m", "deployments", *arguments)
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment, cwd=self.home, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def lots_up(home: Path, smtp_port: int, *lines: str) -> Iterator[tuple[Running, subprocess.Popen[str]]]:
    """`lots up` as the README says: in a folder of its own, with the settings in a `.env`."""
    settings = ("LOTS_SMTP_HOST=127.0.0.1", f"LOTS_SMTP_PORT={smtp_port}", f"LOTS_WEB_PORT={free_port(18080)}", *lines)
    (home / ".env").write_text("\n".join(settings))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LOTS_", "PREFECT_"))}
    # The clock on the wall must not start anything in the middle of a test.
    environment["PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED"] = "false"
    command = (sys.executable, "-u", "-m", "deployments", "up")
    up = subprocess.Popen(command, env=environment, cwd=home, stdout=subprocess.PIPE, text=True)
    assert up.stdout
    told: dict[str, str] = {}
    for line in up.stdout:
        words = line.split()
        if words and words[0] in ("Prefect", "Web"):
            told[words[0]] = words[1]
        if line.startswith("Ctrl-C"):
            break
    assert set(told) == {"Prefect", "Web"}, f"lots up did not start; see {home / '.lots' / 'log'}"
    try:
        yield Running(home, told["Prefect"], told["Web"], smtp_port, environment), up
    finally:
        up.terminate()
        up.wait(30)
    time.sleep(0.2)
    assert left_running(home) == []
