"""`lots up` as an office runs it, for the browser tests and the benchmarks."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deployments.server.environment import PREFECT_USER
from deployments.server.processes import free_port
from tests.left import left_running


@dataclass
class Running:
    """A `lots up` with its addresses and the port where its mail server is to be."""

    home: Path
    prefect: str
    web: str
    smtp_port: int
    environment: dict[str, str]
    login: str  # NAME:PASSWORD of the Prefect server

    def lots(self, *arguments: str) -> str:
        """Run a `lots` command beside it."""
        command = (sys.executable, "-P", "-m", "deployments", *arguments)
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment, cwd=self.home, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout


def _login(home: Path, lines: tuple[str, ...]) -> str:
    """What opens the server: chosen in a line of `.env`, else made in the home."""
    chosen = dict(line.split("=", 1) for line in lines).get("PREFECT_SERVER_API_AUTH_STRING")
    return chosen or f"{PREFECT_USER}:{(home / '.lots' / 'prefect_password').read_text()}"


@contextmanager
def lots_up(
    home: Path, smtp_port: int, *lines: str, clock: bool = False
) -> Iterator[tuple[Running, subprocess.Popen[str]]]:
    """`lots up` as the README says: in a folder of its own, with the settings in a `.env`.

    Its schedules run with `clock` only: the clock on the wall must not start anything in the middle of a test.
    """
    settings = (
        "LOTS_SMTP_HOST=127.0.0.1",
        f"LOTS_SMTP_PORT={smtp_port}",
        f"LOTS_WEB_PORT={free_port(18080 + os.getpid() % 1000)}",
        *lines,
    )
    (home / ".env").write_text("\n".join(settings))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LOTS_", "PREFECT_"))}
    environment["LOTS_TRIAL"] = "1"
    environment["PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED"] = str(clock).lower()
    command = (sys.executable, "-u", "-P", "-m", "deployments", "up")
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
        yield Running(home, told["Prefect"], told["Web"], smtp_port, environment, _login(home, lines)), up
    finally:
        up.terminate()
        up.wait(30)
    time.sleep(0.2)
    assert left_running(home) == []
