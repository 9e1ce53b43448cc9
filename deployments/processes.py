"""The parts that run beside each other (Prefect's server, the worker, the web), started and stopped together."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from deployments.environment import POOL, PREFECT_YAML, answers, server_environment
from models.errors import ServiceUnavailable

STOP_SECONDS = 10


def free_port(wanted: int) -> int:
    """`wanted`, or the next port above it that nobody listens on; 0 takes any."""
    for port in range(wanted, wanted + 200) if wanted else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: closed is free at once
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServiceUnavailable(f"no free port from {wanted} to {wanted + 199}")


class Parts:
    """Child processes in groups of their own, so that stopping one stops what it started."""

    def __init__(self, log_folder: Path) -> None:
        self.log_folder = log_folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        log_folder.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, *command: str, environment: Mapping[str, str] | None = None) -> None:
        """Start a part, in this process's environment if none is given; its output goes to LOG_FOLDER/NAME.log."""
        with (self.log_folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment,
                start_new_session=True,
            )  # fmt: skip

    def check(self, *, done: str = "") -> None:
        """Raises ServiceUnavailable when a part has ended by itself; one named in `done` may, when it did its work."""
        for name, process in self.running.items():
            if process.poll() is not None and (name != done or process.returncode):
                raise ServiceUnavailable(
                    f"{name} stopped (exit {process.returncode}); see {self.log_folder / name}.log"
                )

    def wait(self, name: str) -> None:
        """Wait for a part that does its work and ends. Raises ServiceUnavailable when it, or another, fails."""
        while self.running[name].poll() is None:
            self.check(done=name)
            time.sleep(0.05)
        self.check(done=name)
        del self.running[name]

    def stop(self) -> None:
        """Stop all parts and everything they started: asked first, killed after ten seconds."""
        groups = {process.pid for process in self.running.values()} | self._descendants()
        for sign, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 2)):
            for group in groups:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(group, sign)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline and any(_alive(group) for group in groups):
                for process in self.running.values():
                    process.poll()
                time.sleep(0.05)
        self.running.clear()

    def _descendants(self) -> set[int]:
        """Process groups of what the parts started: a flow run's process has a session of its own."""
        parents = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, IndexError, ValueError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                parents[int(folder.name)] = (int(fields[1]), int(fields[2]))
        found = {process.pid for process in self.running.values()}
        while more := {pid for pid, (parent, _) in parents.items() if parent in found} - found:
            found |= more
        return {parents[pid][1] for pid in found if pid in parents}


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def prefect(*arguments: str) -> tuple[str, ...]:
    """Prefect's command line in this same Python."""
    return (sys.executable, "-m", "prefect", *arguments)


def start_server(parts: Parts, port: int, host: str = "127.0.0.1") -> str:
    """Start Prefect's server. Returns its API address on this machine; use `wait_for` before using it.

    Raises SettingsError when others could reach it without a password.
    """
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    api_url = f"http://{f'[{here}]' if ':' in here else here}:{port}/api"
    command = (sys.executable, "-P", "-m", "deployments.server.prefect_app", "--host", host, "--port", str(port))
    parts.start("prefect-server", *command, environment=server_environment(host, port) | {"PREFECT_API_URL": api_url})
    return api_url


def wait_for(parts: Parts, url: str, seconds: float = 300) -> None:
    """Wait until `url` answers. Raises ServiceUnavailable when it does not, or when a part dies meanwhile."""
    deadline = time.monotonic() + seconds
    while not answers(url):
        parts.check()
        if time.monotonic() > deadline:
            raise ServiceUnavailable(f"{url} did not answer within {seconds:.0f} seconds; see {parts.log_folder}")
        time.sleep(0.1)


def start_worker(parts: Parts) -> None:
    """Start the worker that runs what staff and schedules start."""
    parts.start("worker", *worker_command(), environment=os.environ | worker_environment())


def worker_command() -> tuple[str, ...]:
    """The worker of the pool `lots`, at most four runs at a time (about 90 MB each)."""
    return prefect("worker", "start", "--pool", POOL, "--type", "process", "--limit", "4", "--name", "lots")


def worker_environment() -> dict[str, str]:
    """What a worker needs besides ours: the `python` of its runs' command is this one, whosever shell it is."""
    return {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


FURNISH = (sys.executable, "-P", "-m", "deployments.furnishing")


def deploy() -> None:
    """Make the work pool, every deployment of prefect.yaml and its form, and what else staff find in the UI.

    In a process that ends with it: Prefect's client takes two seconds to import and 90 MB to keep. Raises
    ServiceUnavailable with the last line of what did not work.
    """
    _run_or_raise("furnishing Prefect", *FURNISH)


def start_deploying(parts: Parts) -> None:
    """`deploy` as a part to `wait` for, called while the server starts: it is ready to work when the server is."""
    parts.start("deploy", *FURNISH)


def show_forms() -> None:
    """Give the deployed forms what there is to choose from now. Raises ServiceUnavailable when it does not work."""
    work = "import asyncio, tasks.wrap_up; asyncio.run(tasks.wrap_up.show_forms())"
    _run_or_raise("forms", sys.executable, "-P", "-c", work)


def _run_or_raise(name: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=PREFECT_YAML.parent)
    if done.returncode:
        told = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise ServiceUnavailable(f"{name} failed: {told[-1] if told else 'no message'}")


@contextlib.contextmanager
def stopping(parts: Parts) -> Iterator[None]:
    """Stop the parts however this ends: by itself, by Ctrl-C, by SIGTERM or by an error."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            parts.stop()
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)
