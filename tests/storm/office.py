"""One office in the storm: a real `lots up` in a home of its own, with its members, mail server and database."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
import yaml

from deployments.server.environment import PREFECT_YAML, answers
from deployments.server.processes import free_port
from tests.e2e.prefect_api import ask, token_of
from tests.left import processes_of
from tests.up import Running

MEMBERS: Final = 3_000
START_SECONDS: Final = 240
PG_BIN: Final = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), Path())
STAFF = "signature,name,email,role,region,active\nasj,Åsa Sjöström,asa@{name}.example.org,negotiator,25,yes\n"
MAIL: Final = {"outbox", "inbox"}  # every other minute; the other sweeps as often as is asked


class Office:
    """Everything of one office, and what can be done to it."""

    def __init__(self, name: str, home: Path, first_port: int, *, postgresql: bool) -> None:
        self.name, self.home = name, home
        self.smtp_port, self.pg_port = free_port(first_port), free_port(first_port + 300)
        self.mail_log = home / "mail.log"
        self.cluster = home / "pg" if postgresql else None
        self.up: subprocess.Popen[bytes] | None = None
        self.catcher: subprocess.Popen[bytes] | None = None
        self.running = Running(home, "", "", self.smtp_port, {}, "")
        self.web_port = free_port(first_port + 600)
        url = f"sqlite:///{home / '.lots' / 'lots.db'}"
        if postgresql:
            url = f"postgresql+psycopg://postgres@127.0.0.1:{self.pg_port}/lots"
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)
        self.began = datetime.now(UTC)

    # --- its parts ------------------------------------------------------------------------------

    def start_all(self, *, networks: int, minutes: int) -> None:
        """Members, mail, database with so many made-up networks, `lots up`; every sweep comes each so many minutes."""
        self.home.mkdir(parents=True)
        (self.home / ".env").write_text("\n".join(self._settings()))
        self.mail_log.touch()
        (self.home / "staff.csv").write_text(STAFF.format(name=self.name))
        rows = (f"{self.number(one)},Medlem {self.name.upper()},{self.address(one)},active" for one in range(MEMBERS))
        (self.home / "members.csv").write_text("\n".join(["member_number,name,email,membership", *rows]))
        self.start_smtp()
        if self.cluster:
            self._make_cluster()
        self.lots("db", "upgrade")
        if networks:
            history = ("--months", "24", "--until", f"{date.today()}", "--seed", "1")
            self.lots("simulate", "--networks", str(networks), *history)
        self.lots("import", "staff", "staff.csv")
        self.lots("import", "members", "members.csv")
        self.began = datetime.now(UTC)
        self.start_up()
        self._tighten(minutes)

    def start_up(self) -> None:
        """Raises AssertionError when it does not come up."""
        with (self.home / "up.log").open("ab") as log:
            command = (sys.executable, "-u", "-P", "-m", "deployments", "up")
            self.up = subprocess.Popen(command, env=self._environment(), cwd=self.home, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not self.is_up():
            assert self.up.poll() is None, (self.home / "up.log").read_text()[-2000:]
            assert time.monotonic() < deadline, f"{self.name} did not come up: {self.told()}"
            time.sleep(0.2)
        self.running.prefect = str(self.told()["prefect"]).removesuffix("/api")
        self.running.web = f"http://127.0.0.1:{self.web_port}"
        if not self.running.login:
            self.running.login = f"kansliet:{(self.home / '.lots' / 'prefect_password').read_text()}"

    def is_up(self) -> bool:
        """Whether every part of this very `lots up` runs, and its deployments are made."""
        told = self.told()
        states = {name: part["state"] for name, part in told.get("parts", {}).items()}
        mine = self.up is not None and told.get("pid") == self.up.pid
        return mine and states.pop("deploy", "") == "done" and set(states.values()) == {"running"}

    def told(self) -> dict[str, Any]:
        """What the supervisor says of its parts."""
        try:
            document: dict[str, Any] = json.loads((self.home / ".lots" / "up.json").read_text())
        except (OSError, ValueError):
            return {}
        return document

    def start_smtp(self) -> None:
        """The mail server: it writes down each mail before it says that it has it."""
        command = (sys.executable, "-P", "-m", "tests.storm.mail_server", str(self.smtp_port), str(self.mail_log))
        root = Path(__file__).parents[2]
        self.catcher = subprocess.Popen(command, cwd=root, env=os.environ | {"PYTHONPATH": str(root)})

    def _make_cluster(self) -> None:
        assert self.cluster
        self.cluster.mkdir()
        shutil.chown(self.cluster, "postgres", "postgres")
        self._pg("initdb", "-D", str(self.cluster), "-A", "trust", "-U", "postgres", "--no-sync")
        self.start_postgresql()
        url = ("-h", "127.0.0.1", "-p", str(self.pg_port), "-U", "postgres")
        subprocess.run((PG_BIN / "createdb", *url, "lots"), check=True)

    def start_postgresql(self) -> None:
        """Its own cluster, on a port of its own."""
        options = f"-p {self.pg_port} -k /tmp -c listen_addresses=127.0.0.1"
        log = ("-l", f"{self.cluster}/log")
        self._pg("pg_ctl", "start", "-w", "-D", str(self.cluster), "-o", options, *log)

    def stop_postgresql(self) -> None:
        """At once: as when its machine loses its power."""
        self._pg("pg_ctl", "stop", "-m", "immediate", "-D", str(self.cluster))

    def _pg(self, program: str, *arguments: str) -> None:
        # PostgreSQL does not run as root. It is no child of ours: what it keeps open must not keep us waiting.
        command = (str(PG_BIN / program), *arguments)
        quiet = subprocess.DEVNULL
        subprocess.run(command, user="postgres", cwd="/", check=True, stdout=quiet, stderr=quiet)

    def _settings(self) -> Iterator[str]:
        yield f"LOTS_SMTP_HOST=127.0.0.1\nLOTS_SMTP_PORT={self.smtp_port}\nLOTS_WEB_PORT={self.web_port}"
        if self.cluster:
            yield f"LOTS_DATABASE_URL=postgresql+psycopg://postgres@127.0.0.1:{self.pg_port}/lots"
            yield f"LOTS_SECRET_KEY=storm-secret-of-{self.name}\nLOTS_DATA_KEY=storm-key-of-{self.name}"

    def _environment(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith(("LOTS_", "PREFECT_"))}

    def lots(self, *arguments: str, timeout: float = 300) -> str:
        """A `lots` command beside it."""
        command = (sys.executable, "-P", "-m", "deployments", *arguments)
        done = subprocess.run(
            command, capture_output=True, text=True, env=self._environment(), cwd=self.home, timeout=timeout
        )
        assert done.returncode in (0, 1), done.stderr
        return done.stdout

    # --- whom it knows, and what it says ----------------------------------------------------------

    def number(self, one: int) -> str:
        return f"{self.name.encode().hex()}{one:05}"

    def address(self, one: int) -> str:
        return f"m{one:05}@{self.name}.example.org"

    def mails(self) -> list[tuple[str, str]]:
        """Each mail that its mail server took: to whom, and its Message-ID."""
        return [(line.split()[0], line.split()[1]) for line in self.mail_log.read_text().splitlines()]

    def links_to_confirm(self) -> dict[str, str]:
        """By address: the newest link to confirm a request by."""
        lines = [line.split() for line in self.mail_log.read_text().splitlines()]
        return {line[0]: line[2] for line in lines if len(line) == 3 and line[2] != "-"}

    def api(self, path: str, method: str = "GET", body: Any = None) -> Any:
        """Ask its Prefect. Raises OSError when that does not answer."""
        return ask(f"{self.running.prefect}/api{path}", method, body, token_of(self.running))

    def runs(self, **states: Any) -> list[dict[str, Any]]:
        """All its flow runs, or those in some states."""
        found: list[dict[str, Any]] = []
        wanted: dict[str, Any] = {"limit": 200, "sort": "ID_DESC"}
        if states:
            wanted["flow_runs"] = {"state": states}
        while page := self.api("/flow_runs/filter", "POST", wanted | {"offset": len(found)}):
            found += page
        return found

    def server_answers(self) -> bool:
        home = (self.home / ".lots" / "home_id").read_text()
        return answers(f"{self.running.prefect}/api/health", 2, home=home)

    def web_answers(self) -> bool:
        return answers(f"{self.running.web}/healthz", 2)

    def pid_of(self, part: str) -> int | None:
        pid = self.told().get("parts", {}).get(part, {}).get("pid")
        return int(pid) if pid else None

    def flow_run_processes(self) -> list[int]:
        return [one.pid for one in processes_of(self.home) if "prefect.engine" in one.command]

    def _tighten(self, minutes: int) -> None:
        """Every sweep several times an hour, one after the other; its own schedule stays beside."""
        told = yaml.safe_load(PREFECT_YAML.read_text())["deployments"]
        for place, one in enumerate(one for one in told if one.get("schedules")):
            deployment = self.api(f"/deployments/name/{one['name']}/{one['name']}")["id"]
            often = "*/2" if one["name"] in MAIL else f"{place % minutes}/{minutes}"
            schedule = {"cron": f"{often} * * * *", "timezone": "Europe/Stockholm"}
            parameters = one["schedules"][0].get("parameters", {})
            tight = [{"schedule": schedule, "active": True, "slug": "storm", "parameters": parameters}]
            self.api(f"/deployments/{deployment}/schedules", "POST", tight)

    def stop_all(self) -> None:
        """And see that nothing is left running."""
        if self.up and self.up.poll() is None:
            self.up.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.up.wait(40)
            if self.up.poll() is None:
                self.up.kill()
        if self.catcher:
            self.catcher.kill()
        if self.cluster:
            with contextlib.suppress(subprocess.CalledProcessError):
                self.stop_postgresql()
