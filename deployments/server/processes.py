"""The parts that run beside each other (Prefect's server, the worker, the web), started and stopped together."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

from deployments.server import guard, launch
from deployments.server.environment import POOL, PREFECT_YAML, QUEUES, answers, server_environment
from deployments.server.guard import MARK, PROC, parts_of
from deployments.server.keys import hand_over
from models.errors import ServiceUnavailable

SERVER = "server"
STOP_SECONDS = 10
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LAUNCH = (sys.executable, "-I", "-S", launch.__file__)


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


class ProcessGroup:
    """Child processes in sessions of their own, and all that they start. When this process dies, they do."""

    def __init__(self, log_folder: Path) -> None:
        self.log_folder = log_folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.mark = secrets.token_hex(8)  # what a part has started is known by it, whosever child it is by then
        self.is_stopping = self.is_hurried = False
        log_folder.mkdir(parents=True, exist_ok=True)
        self.guard = self._start_guard()

    def start(
        self, name: str, *command: str, environment: Mapping[str, str] | None = None, fds: tuple[int, ...] = ()
    ) -> None:
        """Start a part, in this process's environment if none is given; its output goes to LOG_FOLDER/NAME.log.

        `fds` are sockets, or files, that it inherits.
        """
        with self._log(name) as log:
            self.running[name] = subprocess.Popen(
                (*LAUNCH, str(os.getpid()), *command), stdout=log, stderr=log, stdin=subprocess.DEVNULL, pass_fds=fds,
                env={**(os.environ if environment is None else environment), MARK: f"{self.mark}/{name}"},
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
        """Stop all parts and all that they started: the server last, so that it is told how the runs ended.

        Asked first; killed after ten seconds, or at once when this is `is_hurried` (by a second signal).
        """
        self.is_stopping = True
        self._stop(lambda name: name != SERVER)
        self._stop(lambda name: True)
        self.running.clear()
        if self.guard.stdin:
            self.guard.stdin.close()
        self.guard.wait()

    def _stop(self, chosen: Callable[[str], bool]) -> None:
        asked: set[int] = set()
        deadline = time.monotonic() + STOP_SECONDS
        while left := {pid for pid, name in self._alive().items() if chosen(name)}:
            is_late = self.is_hurried or time.monotonic() > deadline
            for pid in left if is_late else left - asked:
                _signal(pid, signal.SIGKILL if is_late else signal.SIGTERM)
            if time.monotonic() > deadline + STOP_SECONDS:
                return  # it hangs in the kernel, which ends it when it can
            asked |= left
            time.sleep(0.05)

    def _alive(self) -> dict[int, str]:
        """Process id and part of all that run; where the system tells of no environments, the parts themselves."""
        own = {process.pid: name for name, process in self.running.items() if process.poll() is None}
        return parts_of(self.mark) if PROC.exists() else own

    def _log(self, name: str) -> IO[bytes]:
        return (self.log_folder / f"{name}.log").open("ab")

    def _start_guard(self) -> subprocess.Popen[bytes]:
        command = (sys.executable, "-I", "-S", guard.__file__, self.mark)
        # In a session and a folder of its own, so that Ctrl-C does not reach it and it holds nothing that is to go.
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", env={},
            start_new_session=True,
        )  # fmt: skip


def _signal(pid: int, sign: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        (os.kill if PROC.exists() else os.killpg)(pid, sign)


def prefect(*arguments: str) -> tuple[str, ...]:
    """Prefect's command line in this same Python."""
    return (sys.executable, "-P", "-m", "prefect", *arguments)


def start_server(parts: ProcessGroup, port: int, host: str = "127.0.0.1", fd: int | None = None) -> str:
    """Start Prefect's server, on a socket that listens there already if `fd` is one.

    Returns its API address on this machine; use `wait_for` before using it.

    Raises SettingsError when others could reach it without a password.
    """
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    api_url = f"http://{f'[{here}]' if ':' in here else here}:{port}/api"
    command = (
        sys.executable,
        "-P",
        "-m",
        "deployments.server.wrapper.prefect_app",
        "--host",
        host,
        "--port",
        str(port),
    )
    keys = hand_over()
    inherited = ("--keys", str(keys)) if fd is None else ("--keys", str(keys), "--fd", str(fd))
    environment = server_environment(host, port) | {"PREFECT_API_URL": api_url}
    parts.start(SERVER, *command, *inherited, environment=environment, fds=(keys,) if fd is None else (keys, fd))
    return api_url


def wait_for(parts: ProcessGroup, url: str, seconds: float = 300) -> None:
    """Wait until `url` answers. Raises ServiceUnavailable when it does not, or when a part dies meanwhile."""
    deadline = time.monotonic() + seconds
    while not answers(url):
        parts.check()
        if time.monotonic() > deadline:
            raise ServiceUnavailable(f"{url} did not answer within {seconds:.0f} seconds; see {parts.log_folder}")
        time.sleep(0.1)


def start_worker(parts: ProcessGroup) -> None:
    """Start the worker that runs what staff and schedules start."""
    parts.start("worker", *worker_command(), environment=os.environ | worker_environment())


def start_watch(parts: ProcessGroup) -> None:
    """Start the watch over runs whose process is gone (deployments/server/watch.py)."""
    parts.start("watch", *WATCH)


def worker_command() -> tuple[str, ...]:
    """The worker of the pool `lots`, with a place for each run that the queues let through at once."""
    places = str(sum(places for _, places in QUEUES.values()))
    return prefect("worker", "start", "--pool", POOL, "--type", "process", "--limit", places, "--name", "lots")


def worker_environment() -> dict[str, str]:
    """What a worker needs besides ours: the `python` of its runs' command is this one, whosever shell it is."""
    return {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


WATCH = (sys.executable, "-P", "-m", "deployments.server.watch")
FURNISH = (sys.executable, "-P", "-m", "deployments.server.prefect_setup")


def deploy_apart() -> None:
    """Make the work pool, every deployment of prefect.yaml and its form, and what else staff find in the UI.

    In a process that ends with it: Prefect's client takes two seconds to import and 90 MB to keep. Raises
    ServiceUnavailable with the last line of what did not work.
    """
    _run_or_raise("furnishing Prefect", *FURNISH)


def start_deploying(parts: ProcessGroup) -> None:
    """`deploy` as a part to `wait` for, called while the server starts: it is ready to work when the server is."""
    parts.start("deploy", *FURNISH)


def show_forms_apart() -> None:
    """Give the deployed forms what there is to choose from now. Raises ServiceUnavailable when it does not work."""
    work = "import asyncio, tasks.staff_ui.form_refresh; asyncio.run(tasks.staff_ui.form_refresh.show_forms())"
    _run_or_raise("forms", sys.executable, "-P", "-c", work)


def _run_or_raise(name: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=PREFECT_YAML.parent)
    if done.returncode:
        told = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise ServiceUnavailable(f"{name} failed: {told[-1] if told else 'no message'}")


@contextlib.contextmanager
def stopping(parts: ProcessGroup) -> Iterator[None]:
    """Stop the parts however this ends: by itself, by Ctrl-C, SIGTERM, a closed terminal or an error.

    A second signal kills what has not stopped yet; none can end this before it has.
    """

    def interrupt(*_: object) -> None:
        if parts.is_stopping:
            parts.is_hurried = True
            return
        parts.is_stopping = True
        raise KeyboardInterrupt

    # Who started us with a signal ignored (nohup) wants that to stay.
    signs = [sign for sign in STOP_SIGNALS if signal.getsignal(sign) is not signal.SIG_IGN]
    before = {sign: signal.signal(sign, interrupt) for sign in signs}
    try:
        yield
    finally:
        parts.stop()
        for sign, handler in before.items():
            signal.signal(sign, handler)
