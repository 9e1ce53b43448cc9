"""The command line `lots`: exit 0 done, 1 the work failed, 2 the call or its input was wrong.

Imports that take long stand inside the commands: `lots --help` answers at once.
"""

import asyncio
import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter

from models.errors import LotsError, UserError
from models.settings import settings

# The web's writer works beside the thread that answers, and is to let it in at once, not after Python's 5 ms.
WRITER_YIELDS = 0.0005
KEEP_LINE_SECONDS = 75  # a page takes a minute to read


def _version() -> str:
    from importlib.metadata import version

    return version("natverkslots")


app = App(
    name="lots",
    help="Natverkslots: lokala nätverk som medlemmar startar och kansliet hjälper på väg.",
    version=_version,
)
db = App(name="db", help="The database.")
outbox = App(name="outbox", help="Mails by status; settle what a crash left in doubt.")
person = App(name="person", help="What a person has the right to: all that is stored about them, or to be forgotten.")
app.command(db)
app.command(person)
app.command(outbox)

Json = Annotated[bool, Parameter(name="--json", negative=(), help="Print one JSON document on stdout.")]


def main() -> None:
    """The entry point: turns errors into one line on stderr and an exit code."""
    try:
        app(exit_on_error=False, print_error=False, result_action="return_value")
    except UserError as error:
        _stop(2, str(error))
    except LotsError as error:
        _stop(1, str(error))
    except CycloptsError as error:
        _stop(2, " ".join(str(error).split()))
    except KeyboardInterrupt:
        _stop(130, "interrupted")
    except OSError as error:
        _stop(1, _of_files(error))


def _of_files(error: OSError) -> str:
    """What helps where the disk, or a folder of ours, takes nothing. Raises `error` when it is about something else."""
    import errno

    where = error.filename or "LOTS_HOME"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
        return f"{where}: the disk is full or broken; make room there, then run it again"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"{where}: may not be written; let whoever runs lots write there, or set LOTS_HOME to another folder"
    if error.errno in (errno.ENOTDIR, errno.EEXIST, errno.EISDIR):
        return f"{where}: is a file where a folder is needed, or the other way round; set LOTS_HOME to a folder"
    raise error


def _stop(code: int, line: str) -> None:
    print(f"lots: {line}", file=sys.stderr)
    raise SystemExit(code)


def _print(document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(document, ensure_ascii=False, default=str))
        return
    for name, value in document.items():
        print(f"{name:>14}  {value}")


@app.command
def demo(*, exit: Annotated[bool, Parameter(negative=())] = False, json: Json = False) -> None:
    """Take one network through its whole life on embedded parts, and stay up until Ctrl-C (unless --exit)."""
    from deployments.demo import run_demo

    run_demo(stay=not exit, as_json=json)


@app.command
def up() -> None:
    """Database, Prefect server (unless PREFECT_API_URL is set), deployments, worker and web; Ctrl-C stops all."""
    from deployments.server.up import run_up

    run_up(settings())


@db.command
def upgrade(*, json: Json = False) -> None:
    """Bring the database to the newest version, and load reference data where it is missing."""
    from deployments.server.up import upgrade_database

    _print({"version": upgrade_database()}, json)


@app.command
def deploy(*, json: Json = False) -> None:
    """Make the work pool and every deployment on the Prefect API."""
    _prepare()
    from deployments.cli.run_flow import entrypoints
    from deployments.server import processes

    processes.deploy_apart()
    _print({"deployments": len(entrypoints())}, json)


@app.command
def worker() -> None:
    """Run what staff and schedules start, until Ctrl-C."""
    import subprocess

    _prepare()
    from deployments.server.processes import worker_command, worker_environment

    raise SystemExit(subprocess.run(worker_command(), env=os.environ | worker_environment()).returncode)


@app.command
def watch() -> None:
    """Tell Prefect what became of runs whose process is gone, until Ctrl-C; `lots up` has this as a part."""
    _prepare()
    from deployments.server.watch import main

    main()


@app.command
def web(*, fd: Annotated[int | None, Parameter(show=False)] = None) -> None:
    """Serve the founders' pages on LOTS_WEB_HOST and LOTS_WEB_PORT, until Ctrl-C."""
    import socket

    import uvicorn

    from deployments.server.ports import listen_for_web

    own = settings()
    # From `lots up` it is handed a socket that listens already.
    listener = listen_for_web(own.web_host, own.web_port) if fd is None else socket.socket(fileno=fd)
    _prepare()
    import prefect.deployments  # noqa: F401 (takes seconds to load: now, and not while founders wait)

    from deployments.web.app import create_app
    from deployments.web.database_watch import watch
    from models.db.engine import engine

    watch(engine())
    sys.setswitchinterval(WRITER_YIELDS)
    config = uvicorn.Config(
        create_app(),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_LINE_SECONDS,
    )
    uvicorn.Server(config).run([listener])


@app.command(name="import")
def import_(kind: str, file: Path, /, *, json: Json = False) -> None:
    """Load a CSV file of a KIND (regions, municipalities, branches, staff, members), all or nothing.

    Everything is checked before the first line is written, in short turns that let others write. Broken off in the
    middle (power, a full disk), it is finished by the same command.
    """
    from models.reference.csv_import import import_beside_others

    counts = import_beside_others(kind, file)
    _show_forms_if_served()
    _print(counts, json)


def _show_forms_if_served() -> None:
    """What was loaded can be chosen in the forms at once, where a server runs."""
    import os

    from deployments.server import processes
    from deployments.server.environment import answers, running_server

    api_url = os.environ.get("PREFECT_API_URL") or running_server(settings())
    if api_url and answers(f"{api_url}/health"):
        _prepare()
        processes.show_forms_apart()


@app.command
def run(
    flow: str,
    /,
    *,
    as_of: str = "",
    param: Annotated[list[str] | None, Parameter(negative=())] = None,
    json: Json = False,
) -> None:
    """Run a flow in this process on the configured database and Prefect API, as of a day or moment."""
    _prepare(quiet=True)
    from deployments.cli.run_flow import flow_named, parameters_for
    from models.db.engine import reading
    from models.operation.upgrade import check_version
    from tasks.runtime.step import moment

    moment(as_of)
    started = flow_named(flow)
    with reading() as session:
        check_version(session)
    given = dict(_pair(one) for one in param or [])
    parameters = parameters_for(started, given)
    _print(asyncio.run(_run(started, **parameters, as_of=as_of)), json)


async def _run(flow: Any, **parameters: Any) -> dict[str, Any]:
    import httpx

    from models.errors import ServiceUnavailable

    try:
        return await flow(**parameters)  # type: ignore[no-any-return]
    except (httpx.HTTPError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "ephemeral" in str(error):
            raise ServiceUnavailable(
                "Prefect did not start in time on this machine: run it again when it is less busy, start `lots up`, "
                "or raise PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS."
            ) from None
        if isinstance(error, RuntimeError) and "reach API" not in str(error):
            raise
        raise ServiceUnavailable("PREFECT_API_URL: Prefect does not answer; start `lots up`, or unset it.") from None


def _pair(text: str) -> tuple[str, str]:
    name, is_there, value = text.partition("=")
    if not is_there:
        raise UserError(f"--param {text}: write it as name=value")
    return name, value


@app.command
def score(file: Path, /, *, as_of: str, json: Json = False) -> None:
    """Score networks from a JSON file with the engagement model alone, no database."""
    import orjson

    from deployments.cli.score_file import score_stream

    day = _day("--as-of", as_of)
    try:
        with file.open("rb") as stream:
            networks = score_stream(stream, day)
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}") from None
    except UserError as error:
        raise UserError(f"{file}: {error}") from None
    if json:
        sys.stdout.buffer.write(orjson.dumps({"networks": networks}) + b"\n")
        return
    for one in networks:
        shown = "–" if one["score"] is None else one["score"]
        print(f"{one['id']:>14}  {shown:>5}  {one['level']}  {' '.join(one['gates'])}")


@app.command
def calendar(day: str, /, *, json: Json = False) -> None:
    """The next day on which mail to founders may go, and why not before."""
    from models.dates.send_window import MailClass, next_allowed_day, send_block_reason

    asked = _day("DATE", day)
    allowed = next_allowed_day(asked, MailClass.founder)
    document = {"date": asked, "next": allowed, "why": send_block_reason(asked, MailClass.founder, settings().language)}
    _print(document, json)


@outbox.default
def mails(*, json: Json = False) -> None:
    """Mails by status; and which are in doubt."""
    from models.db.engine import reading
    from models.mail import in_doubt
    from models.mail.queue import counts

    with reading() as session:
        _print(counts(session), json)
        for mail in [] if json else in_doubt.in_doubt(session):
            print(f"{'in doubt':>14}  {mail.id}  {mail.template}")


@outbox.command
def settle(outcome: Literal["sent", "resend"], ids: list[str] | None = None, /, *, json: Json = False) -> None:
    """Say of mails in doubt (all, or those given) that they were sent, or that they are to go again."""
    from datetime import UTC, datetime

    from models.db.engine import transaction
    from models.mail import in_doubt

    with transaction() as session:
        _print({"settled": in_doubt.settle_in_doubt(session, ids or [], outcome, datetime.now(UTC))}, json)


@person.command
def export(member_number: str, /) -> None:
    """Print all that is stored about the person with this member number, as one JSON document."""
    from models.db.engine import reading
    from models.views.my_data import stored_about

    with reading() as session:
        print(json.dumps(stored_about(session, _person(session, member_number)), ensure_ascii=False, indent=2))


@person.command
def erase(member_number: str, /, *, json: Json = False) -> None:
    """Forget the person with this member number for good, at once; counts and networks stay."""
    from datetime import UTC, datetime

    from models.db.engine import transaction
    from models.privacy import erasure

    with transaction() as session:
        erasure.erase(session, _person(session, member_number), erasure.by_erasure(datetime.now(UTC)))
    _print({"erased": 1}, json)


def _person(session: Any, member_number: str) -> Any:
    from models.people.person import by_member_number

    found = by_member_number(session, member_number)
    if found is None:
        raise UserError("MEMBER_NUMBER: nobody with this number is stored here; see that no figure is missing")
    return found


@app.command
def preview(folder: Path, /, *, json: Json = False) -> None:
    """Write every mail in both languages to a folder as .eml, .html and .txt, with a page that shows them all."""
    from deployments.cli.preview import write_preview

    _print(write_preview(folder), json)


@app.command
def simulate(*, networks: int, months: int, until: str, seed: int, json: Json = False) -> None:
    """Fill an empty database with a made-up, repeatable history of MONTHS ending at a date; nobody is mailed."""
    from deployments.server.up import upgrade_database
    from deployments.simulation.world import simulate

    day = _day("--until", until)
    for name, number, most in (("--networks", networks, 100_000), ("--months", months, 240)):
        if not 1 <= number <= most:
            raise UserError(f"{name}: write a number from 1 to {most}")
    upgrade_database()
    _print(simulate(networks, months, day, seed), json)


@app.command
def backup(file: Path, /, *, json: Json = False) -> None:
    """Write all that the office keeps to one file, sealed with LOTS_BACKUP_KEY, while everything runs."""
    from deployments.cli.backup import back_up

    _print(back_up(settings(), file), json)


@app.command
def restore(file: Path, /, *, verify: Annotated[bool, Parameter(negative=())] = False, json: Json = False) -> None:
    """Fill an empty LOTS_HOME from a backup, all or nothing; with --verify only look through all of the file."""
    from deployments.cli.backup import bring_back, look_through

    _print((look_through if verify else bring_back)(file), json)


@app.command
def status(*, json: Json = False) -> None:
    """How the parts of `lots up` fare, versions, the queue, the next runs, and where Prefect is with its password."""
    _prepare()
    from deployments.cli.status import read_status

    found = read_status(settings())
    _print(found.document() if json else dict(found.lines()), json)


@app.command
def doctor(*, json: Json = False) -> None:
    """What is configured, reachable and up to date, and what to do about what is not."""
    _prepare()
    from deployments.cli.doctor import examine

    found = examine(settings())
    if json:
        _print(found.document(), as_json=True)
    else:
        for check in found.checks:
            do = f"; {check.do}" if check.do else ""
            print(f"{'ok ' if check.ok else 'NOT'}  {check.name:<11} {check.what}{do}")
    if not found.ok:
        raise SystemExit(1)


def _prepare(*, quiet: bool = False) -> None:
    from deployments.server.environment import prepare

    prepare(settings(), quiet=quiet)


def _day(name: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UserError(f"{name}: write a date as 2027-03-02") from None
    if not 1953 <= day.year <= 2099:  # the years whose holidays are known
        raise UserError(f"{name}: write a date from 1953 to 2099")
    return day
