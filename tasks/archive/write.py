"""A backup is written: both databases as one moment each saw them, and the secrets, into one sealed file."""

import errno
import fcntl
import gzip
import hashlib
import io
import os
import secrets
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, cast

from models.errors import BackupFailed, BackupRefused
from models.i18n import localized
from models.operation.backups import PREFIX
from models.settings import Settings, made_once
from tasks.archive import sqlite_copy
from tasks.archive.contents import (
    KEY_FILE,
    MANIFEST,
    OURS,
    PREFECTS,
    SETTINGS,
    Kept,
    Manifest,
    effective_secrets,
    settings_file,
)
from tasks.archive.sealed import Sealer

COPIES = ".backup-"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_backup(settings: Settings, file: Path, at: datetime) -> Manifest:
    """Everything that the office of LOTS_HOME keeps, into `file`, while all of it runs.

    `file` is there whole or not at all. Raises BackupRefused where the database is another than the embedded one or
    not there yet, BackupFailed when the disk, or the database, does not allow it.
    """
    refuse_foreign(settings)
    if not (settings.home / OURS).is_file():
        raise BackupRefused(f"LOTS_HOME={settings.home}: there is nothing to back up yet; run `lots db upgrade` first")
    try:
        with _alone(settings.home), _copies(settings.home) as copies:
            _copy_databases(settings.home, copies)
            key = settings.backup_key or made_once(settings.home / KEY_FILE, secrets.token_urlsafe(32))
            return _written(settings, copies, file, key, at)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(_why(error, file)) from None


def refuse_foreign(settings: Settings) -> None:
    """Raises BackupRefused where the database is not ours to copy."""
    if not settings.embedded:
        raise BackupRefused(
            "LOTS_DATABASE_URL is not the embedded database: back it up and restore it with its own tools (pg_dump, "
            "pg_restore), Prefect's database likewise, and keep LOTS_SECRET_KEY and LOTS_DATA_KEY apart from both."
        )


def _copy_databases(home: Path, copies: Path) -> None:
    """Prefect's first, ours second: a form that came between the two is then in ours, which took it from Prefect's.

    The other way round it could be in neither: gone from ours before it came, and emptied in Prefect's since.
    """
    for name in (PREFECTS, OURS):
        if (home / name).is_file():
            copy = copies / Path(name).name
            sqlite_copy.copy(home / name, copy)
            if found := sqlite_copy.faults(copy):
                raise BackupFailed(
                    localized(
                        f"Säkerhetskopian skrevs inte: {name} är skadad ({found}). Läs tillbaka en äldre.",
                        f"No backup was written: {name} is damaged ({found}). Restore an earlier one.",
                    )
                )


def _written(settings: Settings, copies: Path, file: Path, key: str, at: datetime) -> Manifest:
    beside = file.with_name(f".{file.name}.part")
    kept: dict[str, Kept] = {}
    for left in file.parent.glob(f".{PREFIX}*.part"):  # of a nightly run that was killed
        left.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
            sealer = Sealer(raw, key)
            with (
                gzip.GzipFile(fileobj=cast(IO[bytes], sealer), mode="wb", compresslevel=1) as packed,
                tarfile.open(fileobj=packed, mode="w|") as tar,
            ):
                for name in (PREFECTS, OURS):
                    copy = copies / Path(name).name
                    if copy.is_file():
                        with copy.open("rb") as plain:
                            kept[name] = _add(tar, name, plain, copy.stat().st_size)
                small = effective_secrets(settings, key) | {SETTINGS: settings_file(settings)}
                for name, content in small.items():
                    kept[name] = _add(tar, name, io.BytesIO(content), len(content))
                manifest = Manifest(
                    made_at=at,
                    program=version("natverkslots"),
                    schema_version=sqlite_copy.schema_version(copies / OURS),
                    files=kept,
                )
                content = manifest.model_dump_json().encode()
                _add(tar, MANIFEST, io.BytesIO(content), len(content))
            sealer.close()
            raw.flush()
            os.fsync(raw.fileno())
        beside.rename(file)
        sync_folder(file.parent)
    finally:
        beside.unlink(missing_ok=True)
    return manifest


class _Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.hash = file, hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self.file.read(size)
        self.hash.update(data)
        return data


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> Kept:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    hashed = _Hashed(content)
    tar.addfile(entry, cast(Any, hashed))
    return Kept(bytes=size, sha256=hashed.hash.hexdigest())


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One backup of a home at a time; the lock goes with the process that holds it."""
    with os.fdopen(os.open(home / "backup.lock", os.O_RDWR | os.O_CREAT, 0o600), "wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed(
                localized(
                    "En annan säkerhetskopia skrivs just nu. Vänta tills den är klar.",
                    "Another backup is being written now. Wait until it is done.",
                )
            ) from None
        yield


@contextmanager
def _copies(home: Path) -> Iterator[Path]:
    """A folder in LOTS_HOME for the unsealed copies: they never leave it. Those of a run that was killed go first."""
    for left in home.glob(f"{COPIES}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=COPIES, dir=home) as folder:
        yield Path(folder)


def sync_folder(folder: Path) -> None:
    """What was renamed in a folder stays so through a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _why(error: OSError | sqlite3.Error, file: Path) -> str:
    full = error.errno in FULL if isinstance(error, OSError) else "full" in str(error) or "I/O" in str(error)
    if full:
        return localized(
            f"{file}: disken är full (kopian och det som den görs av behöver dubbla databasens plats). "
            "Inget halvt ligger kvar, och äldre säkerhetskopior är orörda.",
            f"{file}: the disk is full (the backup and what it is made of need twice the database's room). "
            "Nothing half written is left, and earlier backups are untouched.",
        )
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return localized(
        f"{file}: säkerhetskopian kunde inte skrivas ({reason}). Äldre säkerhetskopior är orörda.",
        f"{file}: the backup could not be written ({reason}). Earlier backups are untouched.",
    )
