"""`lots status`: how the parts of `lots up` fare, and what is next, in about ten lines. Asks and changes nothing."""

import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from deployments.server import up_file
from deployments.server.environment import prefect_login
from deployments.server.planned_runs import planned_runs
from deployments.server.prefect_api import configured_api
from models.dates.local_time import STOCKHOLM
from models.db.engine import reading, schema_version
from models.errors import LotsError
from models.mail.queue import counts
from models.reference.member_register import newest_import
from models.settings import Settings
from models.tables.register import RegisterImport

API_SECONDS = 10


@dataclass(frozen=True)
class Status:
    """What `lots up` of this home has told, and what its database and its Prefect server say."""

    is_up: bool
    told: dict[str, Any]
    versions: dict[str, str]
    mails: dict[str, int] | None
    next_runs: dict[str, datetime | None] | None
    login: str
    register: RegisterImport | None = None

    def document(self) -> dict[str, Any]:
        """For scripts; null for what does not answer."""
        runs = self.next_runs
        return {
            "running": self.is_up,
            "pid": self.told.get("pid") if self.is_up else None,
            "started": self.told.get("started"),
            "parts": self.told.get("parts", {}) if self.is_up else {},
            "versions": self.versions,
            "mails": self.mails,
            "register": self.register and {"members": self.register.members, "taken_in": self._taken_in()},
            "next_runs": runs and {name: at and at.isoformat() for name, at in runs.items()},
            "prefect": self.told.get("prefect") or None,
            "login": self.login or None,
            "web": self.told.get("web"),
        }

    def lines(self) -> list[tuple[str, str]]:
        """For a terminal: what, and how it is."""
        mails = ", ".join(f"{name} {count}" for name, count in (self.mails or {}).items() if count)
        shown = [
            *self._parts(),
            ("versions", ", ".join(f"{name} {number}" for name, number in self.versions.items())),
            (
                "mails",
                (mails or "none") if self.mails is not None else "the database does not answer; try `lots doctor`",
            ),
            ("register", f"{self.register.members} members, {self._taken_in()}" if self.register else "none"),
            ("next", self._next()),
        ]
        if self.told.get("prefect"):
            user, _, password = self.login.partition(":")
            login = f", user {user}, password {password}" if self.login else ""
            shown.append(("prefect", str(self.told["prefect"]).removesuffix("/api") + login))
        return [*shown, ("pages", str(self.told["web"]))] if self.told else shown

    def _taken_in(self) -> str:
        return self.register.finished_at.isoformat() if self.register and self.register.finished_at else ""

    def _parts(self) -> list[tuple[str, str]]:
        if not self.is_up:
            return [("up", "is not running; start `lots up`")]
        up = ("up", f"process {self.told.get('pid')} since {_moment(self.told.get('started', ''))}")
        return [up, *((name, _part(part)) for name, part in self.told.get("parts", {}).items())]

    def _next(self) -> str:
        if self.next_runs is None:
            return "Prefect does not answer"
        planned = sorted((at, name) for name, at in self.next_runs.items() if at)
        missing = [f"{name} NOT PLANNED" for name, at in self.next_runs.items() if not at]
        return ", ".join([*missing, *(f"{name} {_moment(at.isoformat())}" for at, name in planned)])


def _part(part: dict[str, Any]) -> str:
    again = f", started again {part['restarts']} times, last exit {part['last_exit']}" if part["last_exit"] else ""
    return f"{part['state']} since {_moment(part['since'])}{again}"


def _moment(text: str) -> str:
    """As the office's clock shows it; the day only where it is not today."""
    with suppress(ValueError):
        at = datetime.fromisoformat(text).astimezone(STOCKHOLM)
        is_today = at.date() == datetime.now(UTC).astimezone(STOCKHOLM).date()
        return f"{at:%H:%M}" if is_today else f"{at:%Y-%m-%d %H:%M}"
    return "?"


def read_status(settings: Settings) -> Status:
    """Ask everything; what does not answer is left out."""
    is_up, told = up_file.is_held(settings.home), up_file.read_up_file(settings.home)
    versions = {"natverkslots": version("natverkslots"), "Prefect": version("prefect")}
    versions["Python"] = platform.python_version()
    mails, register = None, None
    with suppress(LotsError, SQLAlchemyError), reading() as session:
        versions["database"] = schema_version(session) or "empty"
        mails = counts(session)
        register = newest_import(session)
    next_runs = None
    with suppress(LotsError), configured_api(API_SECONDS) as api:
        next_runs = {name: plan.next_run for name, plan in planned_runs(api).items()}
    login = os.environ.get("PREFECT_SERVER_API_AUTH_STRING") or prefect_login(settings)
    return Status(is_up, told, versions, mails, next_runs, login if told.get("prefect_port") else "", register)
