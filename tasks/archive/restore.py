"""A backup becomes an office again: made whole in a folder beside, then put in LOTS_HOME's place in one move."""

import errno
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from models.db.engine import make_engine
from models.errors import BackupFailed, BackupRefused
from models.mail.in_doubt import doubt_what_may_have_gone
from models.operation.upgrade import upgrade
from models.settings import Settings
from tasks.archive.contents import OURS, PREFECTS
from tasks.archive.read import Verified, unpack
from tasks.archive.write import refuse_foreign, sync_folder

END_RUNS = (sys.executable, "-P", "-m", "tasks.archive.end_runs")


class Restored(BaseModel):
    """What was restored, and what staff have to settle now."""

    verified: Verified
    mails_in_doubt: int
    runs_ended: int


def restore(settings: Settings, file: Path, key: str, now: datetime) -> Restored:
    """Fill an empty LOTS_HOME from `file`: all of it or nothing.

    The database is brought to this program's version. Mail that waited and may have gone since is in doubt; runs that
    were under way have ended. Raises BackupRefused when LOTS_HOME is not empty or the file is not sound, BackupFailed
    when it cannot be written.
    """
    refuse_foreign(settings)
    _refuse_full(settings.home)
    try:
        with _beside(settings.home) as folder:
            verified = unpack(file, key, folder)
            doubtful = _brought_up_to_date(folder / OURS, verified.manifest.made_at, now)
            ended = _ended_runs(folder) if (folder / PREFECTS).is_file() else 0
            sync_folder(folder)
            _refuse_full(settings.home)
            folder.rename(settings.home)
            sync_folder(settings.home.parent)
    except OSError as error:
        raise BackupFailed(_why(error, settings.home)) from None
    return Restored(verified=verified, mails_in_doubt=doubtful, runs_ended=ended)


def _refuse_full(home: Path) -> None:
    if home.is_dir() and (found := sorted(path.name for path in home.iterdir())):
        raise BackupRefused(
            f"LOTS_HOME={home} is not empty (it holds {found[0]}): move it aside, or restore into another LOTS_HOME."
        )


@contextmanager
def _beside(home: Path) -> Iterator[Path]:
    """An empty folder beside LOTS_HOME; what a killed restore left in it goes first, and all of it when this fails."""
    folder = home.with_name(f".{home.name}.restore")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(opened)
        raise BackupRefused(f"LOTS_HOME={home} is being restored by another process: wait until it is done.") from None
    try:
        _empty(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # renamed, it is not there
        os.close(opened)


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _brought_up_to_date(database: Path, made_at: datetime, now: datetime) -> int:
    engine = make_engine(f"sqlite:///{database}")
    try:
        upgrade(engine)
        with Session(engine) as session:
            doubtful = doubt_what_may_have_gone(session, made_at, now)
            session.commit()
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise BackupFailed(f"{OURS} could not be brought up to date ({type(error).__name__}).") from None
    finally:
        engine.dispose()
    return doubtful


def _ended_runs(folder: Path) -> int:
    """In a process of its own, whose Prefect knows this folder alone."""
    own = {
        "LOTS_HOME": str(folder),
        "LOTS_DATABASE_URL": "",
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{folder / PREFECTS}",
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    done = subprocess.run(END_RUNS, capture_output=True, text=True, env=others | own, cwd=folder, umask=0o077)
    if done.returncode:
        told = (done.stderr.strip() or "no message").splitlines()[-1]
        raise BackupFailed(f"Prefect's database could not be brought up to date: {told}")
    return int(done.stdout.split()[-1])


def _why(error: OSError, home: Path) -> str:
    if error.errno in (errno.EBUSY, errno.EXDEV):
        return f"LOTS_HOME={home} is a disk of its own, which cannot be put in place: use a folder on it as LOTS_HOME."
    return f"LOTS_HOME={home} could not be restored ({error.strerror or error}); nothing of it was put in place."
