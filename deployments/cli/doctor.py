"""`lots doctor`: a look at everything that must be in order, and one sentence on what to do about what is not."""

import os
import shutil
import tempfile
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

from dns.asyncresolver import Resolver
from sqlalchemy.exc import SQLAlchemyError

from deployments.cli.check import Check
from deployments.cli.mail_checks import look_at_inbox, look_at_sending
from deployments.server.environment import answers
from deployments.server.planned_runs import Plan, planned_runs, scheduled
from deployments.server.prefect_api import configured_api
from deployments.server.waiting_runs import WaitingRuns, waiting_runs
from models.dates.local_time import local
from models.db.engine import reading, schema_version
from models.db.trial import is_trial
from models.errors import LotsError, ServiceUnavailable
from models.operation.alarms import MAIL_LATE, NIGHT_LATE, RUN_LATE, nightly_flows, nights_missed
from models.operation.backups import is_late
from models.operation.upgrade import knows, newest_version
from models.people.person import check_hash_key
from models.reference.member_register import newest_import
from models.settings import Settings
from models.stages import outbox
from models.views.done_by_now import late
from models.views.invariants import broken
from tasks.archive import nightly

WRITTEN = 2**16  # bytes: what is tried
REGISTER_OLD = timedelta(days=35)
LEAST_MB = 500  # a year of one office, and room for a backup beside it


@dataclass
class Findings:
    """Everything looked at, in the order in which to mend it. Nothing secret and nobody's data in the sentences."""

    checks: list[Check] = field(default_factory=list)
    plans: dict[str, Plan] = field(default_factory=lambda: dict.fromkeys(scheduled(), Plan(None)))
    mail_waits: timedelta | None = None
    runs: WaitingRuns | None = None

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def document(self) -> dict[str, object]:
        """For scripts (the contract of `lots doctor --json`); null for what could not be looked at."""
        return {
            "ok": self.ok,
            "checks": [asdict(one) for one in self.checks],
            "next_runs": {name: one.next_run and one.next_run.isoformat() for name, one in self.plans.items()},
            "oldest_mail_waiting_s": _seconds(self.mail_waits),
            "oldest_run_waiting_s": _seconds(self.runs.longest if self.runs else None),
            "stuck_runs": self.runs and self.runs.stuck,
        }


def _seconds(wait: timedelta | None) -> int | None:
    return None if wait is None else round(wait.total_seconds())


def examine(settings: Settings, resolver: Resolver | None = None) -> Findings:
    """Look at everything. `resolver`: another than this machine's, for the sender's domain."""
    found = Findings([_settings(settings), _disk(settings), _database(), _rules(), _late()])
    _register(found)
    _nights(found, settings)
    _prefect(found)
    found.checks += look_at_sending(settings, resolver, prefect_answers=found.runs is not None)
    _waiting_mail(found)
    found.checks.append(_web(settings))
    if settings.embedded:
        found.checks.append(_backup(settings))
    if settings.inbox:
        found.checks.append(look_at_inbox(settings))
    return found


def _register(found: Findings) -> None:
    """When the member register was taken in. An old one is a remark: the office may have no newer."""
    try:
        with reading() as session:
            newest = newest_import(session)
    except (LotsError, SQLAlchemyError):
        return None  # the database's own line says so
    if newest is None or newest.finished_at is None:
        do = "take it in: `lots import members FILE`, or set LOTS_REGISTER_FROM; until then requests stay incomplete"
        return found.checks.append(Check("register", True, "no member register was taken in", do))
    age = datetime.now(UTC) - newest.finished_at
    what = f"{newest.members} members, taken in {local(newest.finished_at):%Y-%m-%d %H:%M}"
    do = f"it is {age.days} days old: take in a newer one" if age > REGISTER_OLD else ""
    return found.checks.append(Check("register", True, what, do))


def _backup(settings: Settings) -> Check:
    """How old the newest nightly backup is; the operator's own, on another database, are not ours to see."""
    now = datetime.now(UTC)
    try:
        newest_backup, since = nightly.newest_backup(settings), nightly.home_since(settings)
    except OSError as error:
        what = f"LOTS_BACKUP_DIR={settings.backup_dir} cannot be looked at ({error.strerror})"
        return Check("backup", False, what, "correct LOTS_BACKUP_DIR, or give it back to its owner")
    told = (
        f"the newest is {(now - newest_backup) // timedelta(hours=1)} hours old" if newest_backup else "there is none"
    )
    what = f"{told} in {settings.backup_dir}"
    if is_late(newest_backup, since, now):
        return Check("backup", False, what, "see what the last run of `backup` says; leave `lots up` on over night")
    return Check("backup", True, what if newest_backup else f"{what} yet; the first comes at 03:30")


def _settings(settings: Settings) -> Check:
    kept = "secrets kept in LOTS_HOME" if settings.embedded else "own secrets"
    return Check("settings", True, f"LOTS_HOME={settings.home}, {kept}, links under {settings.public_url}")


def _disk(settings: Settings) -> Check:
    """Whether LOTS_HOME takes what is written there: the databases, the logs and what is kept of runs."""
    try:
        with tempfile.TemporaryFile(dir=settings.home) as file:
            file.write(bytes(WRITTEN))
        free = shutil.disk_usage(settings.home).free // 2**20
    except OSError as error:
        what, do = f"nothing can be written in LOTS_HOME ({error.strerror})", "make room there, or let lots write there"
        return Check("disk", False, what, do)
    return Check("disk", free >= LEAST_MB, f"{free} MB free", "" if free >= LEAST_MB else "make room for LOTS_HOME")


def _database() -> Check:
    try:
        with reading() as session:
            version = schema_version(session)
    except LotsError as error:
        return Check("database", False, str(error), "mend that first: nearly everything else needs the database")
    except SQLAlchemyError as error:
        return Check("database", False, f"cannot be read ({type(error).__name__})", "check LOTS_DATABASE_URL")
    if version and not knows(version):
        do = "install the version of natverkslots that it is of, or restore a backup from before the upgrade"
        return Check("database", False, f"is at {version}, of a newer version of natverkslots", do)
    if version != newest_version():
        return Check(
            "database", False, f"is at {version or 'nothing'}, not {newest_version()}", "run `lots db upgrade`"
        )
    try:
        with reading() as session:
            check_hash_key(session)
    except LotsError as error:
        return Check("database", False, str(error), "set the keys right before anything is written")
    return Check("database", True, f"is at {version}")


def _rules() -> Check:
    """What must hold over the whole database, and what does not."""
    try:
        with reading() as session:
            found = broken(session)
    except (LotsError, SQLAlchemyError):
        return Check("rules", False, "cannot be looked at", "mend the database first")
    if found:
        return Check("rules", False, "; ".join(found), "tell whoever runs the system; a backup may be needed")
    return Check("rules", True, "every rule holds for everything in the database")


def _late() -> Check:
    """What time should have brought by now: expiries, ends of roles, what is to be forgotten."""
    try:
        with reading() as session:
            # A trial plays other days: its sweeps are not the clock's.
            found = [] if is_trial(session) else late(session, datetime.now(UTC))
    except (LotsError, SQLAlchemyError):
        return Check("late", False, "cannot be looked at", "mend the database first")
    if found:
        do = "run `work-list` and `data-protection`, or wait for tomorrow morning; if it stays, tell whoever runs it"
        return Check("late", False, "; ".join(found), do)
    return Check("late", True, "what time was to bring has been done")


def _waiting_mail(found: Findings) -> None:
    try:
        with reading() as session:
            found.mail_waits = outbox.longest_wait(session, datetime.now(UTC))
    except (LotsError, SQLAlchemyError):
        return  # the database's own line says so
    if not found.mail_waits:
        return found.checks.append(Check("outbox", True, "no mail waits that may go"))
    ok, minutes = found.mail_waits <= MAIL_LATE, f"{found.mail_waits.total_seconds() / 60:.0f} minutes"
    do = "" if ok else "start the outbox: `lots run outbox`"
    return found.checks.append(Check("outbox", ok, f"the oldest mail that may go has waited {minutes}", do))


def _nights(found: Findings, settings: Settings) -> None:
    """What every night brings, as its runs themselves told our database."""
    flows = nightly_flows(embedded=settings.embedded)
    try:
        with reading() as session:
            missed = nights_missed(session, flows, datetime.now(UTC))
    except (LotsError, SQLAlchemyError):
        return  # the database's own line says so
    hours = f"within the last {NIGHT_LATE // timedelta(hours=1)} hours"
    if missed:
        do = "see what its last run says in Prefect; leave `lots up` on over night"
        return found.checks.append(Check("nightly", False, f"{', '.join(missed)} did not end well {hours}", do))
    what = f"{', '.join(flows)} ended well {hours}, or no night has passed yet"
    return found.checks.append(Check("nightly", True, what))


def _prefect(found: Findings) -> None:
    """The server, what it has planned, and what waits there."""
    api_url = os.environ.get("PREFECT_API_URL", "")
    if not api_url:
        do = "start `lots up`, or set PREFECT_API_URL"
        found.checks.append(Check("prefect", False, "no server is running", do))
        return
    try:
        with configured_api() as api:
            found.plans, found.runs = planned_runs(api), waiting_runs(api)
    except ServiceUnavailable as error:
        do = "start `lots up`, or correct PREFECT_API_URL"
        found.checks.append(Check("prefect", False, f"{api_url}: {error}", do))
        return
    found.checks += [Check("prefect", True, f"{api_url} answers"), _schedules(found.plans), _runs(found.runs)]


def _schedules(plans: dict[str, Plan]) -> Check:
    amiss = [f"{name} {one.amiss}" for name, one in plans.items() if one.amiss]
    if amiss:
        do = "run `lots deploy`; the server then plans within a minute, or its log says why not"
        return Check("schedules", False, "; ".join(amiss), do)
    return Check("schedules", True, f"{len(plans)} flows have their next run planned")


def _runs(runs: WaitingRuns) -> Check:
    if not runs.longest and not runs.stuck:
        return Check("runs", True, "no run waits")
    ok = runs.longest <= RUN_LATE and not runs.stuck
    what = f"the oldest run has waited {runs.longest.total_seconds() / 60:.0f} minutes, {runs.stuck} stand still"
    return Check("runs", ok, what, "" if ok else "see that the worker runs: `lots up`, or `lots worker`")


def _web(settings: Settings) -> Check:
    if not answers(f"http://127.0.0.1:{settings.web_port}/healthz"):
        return Check("web", False, f"nothing on LOTS_WEB_PORT={settings.web_port}", "start `lots up` or `lots web`")
    return Check("web", True, f"port {settings.web_port} answers")
