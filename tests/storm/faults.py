"""What the storm does: kills a part, and measures how long it takes until that part works again, without hands."""

import contextlib
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.left import left_running
from tests.storm.office import Office

GIVE_UP: Final = 300.0
AWAY_SECONDS: Final = 3.0
LEFT_SECONDS: Final = 15.0


@dataclass
class Fault:
    """One fault, and what became of it; `seconds` is None where it never healed."""

    office: str
    kind: str
    seconds: float | None = None
    note: str = ""


class Storm:
    """Faults one after another, at random; each heals in a thread of its own while the next comes."""

    def __init__(self, offices: list[Office], seed: int) -> None:
        self.offices, self.random = offices, random.Random(seed)
        self.faults: list[Fault] = []
        self.healing: list[threading.Thread] = []
        self.locks = {office.name: threading.Lock() for office in offices}  # `lots up` itself is started by one

    def strike(self) -> Fault:
        """One fault more."""
        office = self.random.choice(self.offices)
        kinds: list[tuple[str, Callable[[Office, Fault], Callable[[], bool] | None]]] = [
            ("flow run", self._flow_run), ("worker", self._worker), ("server", self._server), ("web", self._web),
            ("smtp", self._smtp), ("up", self._up), *([("postgresql", self._postgresql)] if office.cluster else []),
        ]  # fmt: skip
        weights = [3, 3, 3, 3, 2, 1, *([2] if office.cluster else [])]
        [(kind, act)] = self.random.choices(kinds, weights)
        fault = Fault(office.name, kind)
        with self.locks[office.name]:
            healed = act(office, fault)
        if healed is None:
            return fault  # there was nothing to kill just now
        self.faults.append(fault)
        thread = threading.Thread(target=_time, args=(fault, healed))
        thread.start()
        self.healing.append(thread)
        return fault

    def join(self) -> None:
        """Until each has healed or been given up."""
        for thread in self.healing:
            thread.join()

    def _flow_run(self, office: Office, fault: Fault) -> Callable[[], bool] | None:
        for pid in office.flow_run_processes():
            run = _run_of(pid)
            if run and _kill(pid):
                return lambda: _has_ended(office, run)
        return None

    def _worker(self, office: Office, fault: Fault) -> Callable[[], bool] | None:
        if not _kill(office.pid_of("worker")):
            return None
        since = time.time()
        key = f"storm-{since}"
        return lambda: _has_started(office, key)

    def _server(self, office: Office, fault: Fault) -> Callable[[], bool] | None:
        if not _kill(office.pid_of("server")):
            return None
        time.sleep(0.3)
        return office.server_answers

    def _web(self, office: Office, fault: Fault) -> Callable[[], bool] | None:
        if not _kill(office.pid_of("web")):
            return None
        time.sleep(0.3)
        return office.web_answers

    def _smtp(self, office: Office, fault: Fault) -> Callable[[], bool] | None:
        assert office.catcher
        office.catcher.kill()
        office.catcher.wait()
        time.sleep(AWAY_SECONDS)
        before = len(office.mails())
        office.start_smtp()
        return lambda: len(office.mails()) > before

    def _postgresql(self, office: Office, fault: Fault) -> Callable[[], bool] | None:
        office.stop_postgresql()
        time.sleep(AWAY_SECONDS)
        office.start_postgresql()
        return lambda: "503" not in office.lots("outbox", "--json") and office.web_answers()

    def _up(self, office: Office, fault: Fault) -> Callable[[], bool] | None:
        if office.up is None or not office.is_up():
            return None
        office.up.kill()
        office.up.wait()
        deadline = time.monotonic() + LEFT_SECONDS
        while (left := _left(office)) and time.monotonic() < deadline:
            time.sleep(0.2)
        fault.note = f"left running: {left}" if left else ""
        with contextlib.suppress(subprocess.TimeoutExpired):
            office.start_up()
        return office.is_up


def _left(office: Office) -> list[str]:
    ours = ("postgres", "tests.storm")
    return [one for one in left_running(office.home) if not any(word in one for word in ours)]


def _time(fault: Fault, healed: Callable[[], bool]) -> None:
    began = time.monotonic()
    while time.monotonic() < began + GIVE_UP:
        with contextlib.suppress(OSError, AssertionError, subprocess.SubprocessError):
            if healed():
                fault.seconds = time.monotonic() - began
                return
        time.sleep(0.2)


def _kill(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _run_of(pid: int) -> str:
    """The flow run that a process works on, from its environment."""
    name = b"PREFECT__FLOW_RUN_ID="
    with contextlib.suppress(OSError):
        for pair in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            if pair.startswith(name):
                return pair.removeprefix(name).decode()
    return ""


def _has_ended(office: Office, run: str) -> bool:
    """A run that died is not left standing as running: it has ended, or waits to begin again."""
    state = str(office.api(f"/flow_runs/{run}")["state_type"])
    return state in ("COMPLETED", "CRASHED", "FAILED", "CANCELLED", "SCHEDULED")


def _has_started(office: Office, key: str) -> bool:
    """A run that staff start now begins (made once, whatever it takes to get through)."""
    deployment = office.api("/deployments/name/mail-check/mail-check")["id"]
    made = office.api(f"/deployments/{deployment}/create_flow_run", "POST", {"idempotency_key": key})
    return bool(office.api(f"/flow_runs/{made['id']}")["start_time"])
