"""Keeps the parts of `lots up` alive: one that dies or hangs is started again alone, and the others stay."""

import http.client
import os
import shutil
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal

from deployments.server.guard import kill_all, parts_of
from deployments.server.processes import ProcessGroup

State = Literal["starting", "running", "waiting", "done", "stopped"]
FIRST_PAUSE, LONGEST_PAUSE = 1, 60  # seconds
LIVED_SECONDS = 60  # one that lived so long and dies has met something new: it is not made to wait for what was
# Prefect's own clients wait 60 s for an answer. After twice as long, even the one that asked again has given up; and
# on two busy cores a server that works has been silent for tens of seconds, which is no reason to kill it.
HUNG_SECONDS = 120
START_SECONDS = 240  # a first start makes Prefect's database; with six others on two cores that took two minutes
ASK_SECONDS = 10
ASK_AGAIN_SECONDS = 5
LARGEST_LOG = 10 * 2**20
CAP_SECONDS = 60


@dataclass
class SupervisedPart:
    """One part: how it is started, and how it has fared."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    fds: tuple[int, ...]
    ends: bool = False  # it does its work and ends
    url: str = ""  # answers as long as it lives
    state: State = "waiting"
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    pid: int | None = None
    restarts: int = 0
    failures: int = 0  # without having lived a while between
    last_exit: int | None = None
    started: float = 0  # these on the monotonic clock
    again: float = 0
    answered: float = 0

    def become(self, state: State) -> None:
        self.state, self.since = state, datetime.now(UTC)

    def hangs(self, now: float) -> bool:
        """Whether it has been given long enough to answer and has not."""
        if not self.url:
            return False
        return now - self.answered > HUNG_SECONDS if self.answered else now - self.started > START_SECONDS


class Supervisor(ProcessGroup):
    """Parts that are started again, after a second at first and a minute at most. `tell` is given what happens."""

    def __init__(self, log_folder: Path, tell: Callable[[str], None], finishes: frozenset[str] = frozenset()) -> None:
        super().__init__(log_folder)
        self.tell = tell
        self.finishes = finishes  # parts whose own children may do their work to the end without them
        self.parts: dict[str, SupervisedPart] = {}
        self.capped = time.monotonic()

    def start(
        self, name: str, *command: str, environment: Mapping[str, str] | None = None, fds: tuple[int, ...] = ()
    ) -> None:
        """Start a part, and again whenever it has ended."""
        self.parts[name] = SupervisedPart(command, dict(os.environ if environment is None else environment), fds)
        self._start(name, self.parts[name])

    def ask(self, name: str, url: str) -> None:
        """The part lives as long as something answers at `url`; it runs from its first answer on."""
        self.parts[name].url = url
        self.parts[name].become("starting")
        threading.Thread(target=self._ask_on, args=(self.parts[name],), daemon=True).start()

    def once(self, name: str) -> None:
        """The part does its work and ends; it is started again only where it failed."""
        self.parts[name].ends = True

    def check(self, *, done: str = "") -> None:
        """Look after every part; called several times a second."""
        now = time.monotonic()
        for name, part in self.parts.items():
            if part.state == "waiting" and now >= part.again:
                self._start(name, part, is_again=True)
            elif part.state in ("starting", "running"):
                self._look_at(name, part, now)
        if self.guard.poll() is not None:
            self.guard = self._start_guard()
        if now > self.capped + CAP_SECONDS:
            self.capped = now
            for name in self.parts:
                cap(self.log_folder / f"{name}.log")

    def stop(self) -> None:
        super().stop()
        for part in self.parts.values():
            if part.state != "done":
                part.become("stopped")
            part.pid = None

    def _look_at(self, name: str, part: SupervisedPart, now: float) -> None:
        code = self.running[name].poll()
        if code == 0 and part.ends:
            part.pid = None
            part.become("done")
        elif code is not None:
            self._ended(name, part, f"ended (exit {code})", code)
        elif part.hangs(now):
            self.running[name].kill()
            self._ended(name, part, "did not answer and was killed", self.running[name].wait())
        elif part.state == "starting" and part.answered:
            part.become("running")

    def _start(self, name: str, part: SupervisedPart, *, is_again: bool = False) -> None:
        part.restarts += is_again
        part.answered, part.started = 0, time.monotonic()
        try:
            super().start(name, *part.command, environment=part.environment, fds=part.fds)
        except OSError as error:  # no memory or no process to be had just now
            self._ended(name, part, f"could not be started ({error.strerror})", None)
            return
        part.pid = self.running[name].pid
        part.become("starting" if part.url else "running")

    def _ended(self, name: str, part: SupervisedPart, how: str, code: int | None) -> None:
        now = time.monotonic()
        part.failures = 1 if now - part.started > LIVED_SECONDS else part.failures + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (part.failures - 1))
        part.again, part.last_exit, part.pid = now + pause, code, None
        part.become("waiting")
        if name not in self.finishes:
            kill_all(lambda: {pid for pid, owner in parts_of(self.mark).items() if owner == name})
        self.tell(f"{name} {how}, starts again in {pause} s; see {self.log_folder / name}.log")

    def _log(self, name: str) -> IO[bytes]:
        """On a disk that is full or read-only a part runs without its log."""
        path = self.log_folder / f"{name}.log"
        cap(path)
        try:
            return path.open("ab")
        except OSError:
            return Path(os.devnull).open("ab")

    def _ask_on(self, part: SupervisedPart) -> None:
        while not self.is_stopping:
            pid = part.pid
            if pid and _responds(part.url, well=not part.answered) and pid == part.pid:
                part.answered = time.monotonic()
            time.sleep(ASK_AGAIN_SECONDS if part.answered else 0.2)


def _responds(url: str, *, well: bool) -> bool:
    """Whether something answers at `url`; `well`: with success, and not only that it cannot just now."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=ASK_SECONDS):
            return True
    except urllib.error.HTTPError:
        return not well
    except (OSError, http.client.HTTPException):
        return False


def cap(log: Path) -> None:
    """Empty a log that has grown too large, and keep what it held as one old one. The part writes on meanwhile."""
    with suppress(OSError):
        if log.stat().st_size > LARGEST_LOG:
            with suppress(OSError):  # on a full disk it is emptied all the same
                shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
