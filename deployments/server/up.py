"""`lots up`: everything an office needs, kept alive until it is told to stop."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TextIO

from deployments.cli.backup import first_key
from deployments.server import environment, guard, up_file
from deployments.server.ports import listen_for_prefect, listen_for_web, port_of
from deployments.server.processes import SERVER, start_deploying, start_server, start_watch, start_worker, stopping
from deployments.server.supervisor import SupervisedPart, Supervisor
from models.settings import Settings

SERVER_FIRST_SECONDS = 90  # then the pages open without it: they keep what founders send in
LOOK_SECONDS = 0.2
# What a worker that died had begun is done to its end by its own process, and recorded by that: a mail that is half
# sent would be in doubt. What a server or the web left behind is of no use to anybody.
FINISH_ALONE = frozenset({"worker"})


def upgrade_database() -> str:
    """Upgrade the configured database and load reference data where there is none. Returns the version.

    Raises SettingsError where its members are hashed with another key than ours.
    """
    from models.db.engine import engine, transaction
    from models.operation.upgrade import newest_version, upgrade
    from models.people.person import check_hash_key
    from models.reference.file_import import load_reference_data

    upgrade(engine())
    with transaction() as session:
        load_reference_data(session)
        check_hash_key(session)
    return newest_version()


def run_up(settings: Settings) -> None:
    """Start all parts, print where they are, and keep them alive until Ctrl-C, SIGTERM or a closed terminal.

    Raises UserError when another `lots up` has this home, or when LOTS_WEB_PORT is taken.
    """
    with up_file.take_home(settings.home), contextlib.ExitStack() as sockets:
        guard.kill_all(lambda: guard.left_of(str(settings.home), mark=""))
        office = RunningOffice(settings, sockets)
        _upgrade_apart()
        is_first = not environment.has_prefect_login(settings)
        environment.prepare(settings)
        office.run(shows_login=is_first)


def _upgrade_apart() -> None:
    """In a process that ends with it: what it loads is twice what this one needs for as long as the office runs."""
    done = subprocess.run((sys.executable, "-P", "-m", "deployments", "db", "upgrade"), stdout=subprocess.DEVNULL)
    if done.returncode:
        raise SystemExit(done.returncode)  # it has said why


class RunningOffice:
    """One `lots up`: its sockets, its parts, and what it tells other windows about them."""

    def __init__(self, settings: Settings, sockets: contextlib.ExitStack) -> None:
        self.settings = settings
        self.started = datetime.now(UTC)
        self.web = sockets.enter_context(listen_for_web(settings.web_host, settings.web_port))
        self.prefect: socket.socket | None = None
        self.api_url = os.environ.get("PREFECT_API_URL", "")
        self.wanted = settings.prefect_port
        if not self.api_url:
            before = up_file.read_up_file(settings.home)
            remembered = before.get("prefect_port") if before.get("prefect_port_wanted") == self.wanted else None
            listener = listen_for_prefect(settings.prefect_host, self.wanted, remembered)
            self.prefect = sockets.enter_context(listener)
        self.parts: dict[str, SupervisedPart] = {}
        self.told: dict[str, object] = {}
        self._tell()  # until the parts run, nothing of the last time holds

    def run(self, *, shows_login: bool) -> None:
        """Until it is told to stop. A part that fails does not end this."""
        self.supervisor = Supervisor(self.settings.home / "log", _say, FINISH_ALONE)
        self.parts = self.supervisor.parts
        try:
            with stopping(self.supervisor):
                _say("Startar, det tar en halv minut …", sys.stdout)
                self._start()
                self._keep(
                    lambda: all(part.state == ("done" if part.ends else "running") for part in self.parts.values())
                )
                for line in self._addresses(shows_login):
                    _say(line, sys.stdout)
                self._keep(lambda: False)
        except KeyboardInterrupt:
            _say("stopped")
        finally:
            self._tell()

    def _addresses(self, shows_login: bool) -> Iterator[str]:
        yield f"Prefect  {self.api_url.removesuffix('/api')}"
        if shows_login and self.prefect:
            user, _, password = os.environ["PREFECT_SERVER_API_AUTH_STRING"].partition(":")
            yield f"Login    {user}, {password}  (`lots status` shows it again)"
        yield f"Web      {self.settings.public_url}"
        if key := first_key(self.settings):
            yield f"Backup   LOTS_BACKUP_KEY={key}  (shown this once: keep it apart from this machine)"
        yield "Ctrl-C stops everything."

    def _start(self) -> None:
        supervisor, settings = self.supervisor, self.settings
        if self.prefect:
            port = port_of(self.prefect)
            self.api_url = start_server(supervisor, port, settings.prefect_host, fd=self.prefect.fileno())
            os.environ["PREFECT_API_URL"] = self.api_url
            supervisor.ask(SERVER, f"{self.api_url}/health")
        start_deploying(supervisor)
        supervisor.once("deploy")
        if self.prefect:
            until = time.monotonic() + SERVER_FIRST_SECONDS
            self._keep(lambda: self.parts[SERVER].state == "running" or time.monotonic() > until)
        start_worker(supervisor)
        start_watch(supervisor)
        command = (sys.executable, "-P", "-m", "deployments", "web", "--fd", str(self.web.fileno()))
        supervisor.start("web", *command, fds=(self.web.fileno(),))
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.web_host, settings.web_host)
        supervisor.ask("web", f"http://{host}:{port_of(self.web)}/healthz")

    def _keep(self, enough: Callable[[], bool]) -> None:
        """Look after the parts until it is enough."""
        while not enough():
            self.supervisor.check()
            self._tell()
            time.sleep(LOOK_SECONDS)

    def _tell(self) -> None:
        told = {
            "pid": os.getpid(),
            "started": self.started.isoformat(timespec="seconds"),
            "prefect": self.api_url,
            "prefect_port": port_of(self.prefect) if self.prefect else None,
            "prefect_port_wanted": self.wanted,
            "web": self.settings.public_url,
            "parts": {
                name: {
                    "pid": part.pid,
                    "state": part.state,
                    "since": part.since.isoformat(timespec="seconds"),
                    "restarts": part.restarts,
                    "last_exit": part.last_exit,
                }
                for name, part in self.parts.items()
            },
        }
        if told != self.told and up_file.write_up_file(self.settings.home, told):
            self.told = told


def _say(line: str, to: TextIO | None = None) -> None:
    """Say it in the terminal, if that is still there."""
    with contextlib.suppress(OSError, ValueError):
        print(line, file=to or sys.stderr, flush=True)
