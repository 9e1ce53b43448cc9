"""The command line `lots`: exit 0 done, 1 the work failed, 2 the call or its input was wrong.

Imports that take long stand inside the commands: `lots --help` answers at once.
"""

import sys
from collections.abc import Callable
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from deployments.cli import data, mails, parts, report, rules, staff_pages
from deployments.cli.output import Json, prepare_prefect, show
from models.errors import LotsError, UserError
from models.settings import settings


def _version() -> str:
    from importlib.metadata import version

    return version("natverkslots")


def demo(*, exit: Annotated[bool, Parameter(negative=())] = False, json: Json = False) -> None:
    """Take one network through its whole life on embedded parts, and stay up until Ctrl-C (unless --exit)."""
    from deployments.demo import run_demo

    run_demo(stay=not exit, as_json=json)


def status(*, json: Json = False) -> None:
    """How the parts of `lots up` fare, versions, the queue, the next runs, and where Prefect is with its password."""
    prepare_prefect()
    from deployments.cli.status import read_status

    found = read_status(settings())
    show(found.document() if json else dict(found.lines()), json)


def doctor(*, json: Json = False) -> None:
    """What is configured, reachable and up to date, and what to do about what is not."""
    prepare_prefect()
    from deployments.cli.doctor import examine

    found = examine(settings())
    if json:
        show(found.document(), as_json=True)
    else:
        for check in found.checks:
            do = f"; {check.do}" if check.do else ""
            print(f"{'ok ' if check.ok else 'NOT'}  {check.name:<11} {check.what}{do}")
    if not found.ok:
        raise SystemExit(1)


app = App(
    name="lots",
    help="Natverkslots: lokala nätverk som medlemmar startar och kansliet hjälper på väg.",
    version=_version,
)
db = App(name="db", help="The database.")
outbox = App(name="outbox", help="Mails by status; settle what a crash left in doubt.")
inbox = App(name="inbox", help="Mail that comes in.")
person = App(name="person", help="What a person has the right to: all that is stored about them, or to be forgotten.")

staff = App(name="staff", help="The office's people.")
report_group = App(name="report", help="The report to the congress.")

for group in (db, person, outbox, inbox, staff, report_group):
    app.command(group)
COMMANDS: tuple[Callable[..., None], ...] = (
    *(demo, parts.up, parts.deploy, parts.worker, parts.watch, parts.web),
    *(rules.run, rules.score, rules.calendar),
    *(mails.preview, data.simulate, data.backup, data.restore, status, doctor),
)
for command in COMMANDS:
    app.command(command)
app.command(data.import_, name="import")
app.command(data.export)
db.command(data.upgrade)
db.command(data.rekey)
outbox.default(mails.mails)
outbox.command(mails.settle)
inbox.command(mails.explain)
staff.command(staff_pages.link)
report_group.command(report.congress)
report_group.command(report.verify)
person.command(data.export_person, name="export")
person.command(data.erase)


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
