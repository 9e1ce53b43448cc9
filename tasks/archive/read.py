"""A backup is read back: its key, each of its chunks, each file's hash, and the databases in it are looked at."""

import gzip
import hashlib
import os
import sqlite3
import tarfile
import tempfile
import zlib
from pathlib import Path
from typing import IO, cast

from pydantic import BaseModel, ValidationError

from models.errors import BackupRefused
from models.operation.upgrade import knows, newest_version
from tasks.archive import sqlite_copy
from tasks.archive.contents import MANIFEST, NAME, OURS, PREFECTS, Kept, Manifest
from tasks.archive.sealed import Opener

COUNTED = ("network", "support_request", "meeting", "check_in", "outgoing_mail", "person", "register_entry")
AT_A_TIME = 1024 * 1024
LARGEST_MANIFEST = 1024 * 1024


class Verified(BaseModel):
    """What a backup was found to hold."""

    manifest: Manifest
    rows: dict[str, int]


def verify(file: Path, key: str) -> Verified:
    """Read all of `file` and look at what is in it; nothing of it is left on disk.

    Raises BackupRefused with what is wrong.
    """
    with tempfile.TemporaryDirectory(prefix="lots-verify-") as folder:
        return unpack(file, key, Path(folder))


def unpack(file: Path, key: str, folder: Path) -> Verified:
    """Put what is in `file` into `folder`, readable by its owner only, and look at all of it.

    Raises BackupRefused with what is wrong; what was unpacked by then is then worth nothing.
    """
    try:
        with file.open("rb") as raw:
            opener = Opener(raw, key)
            manifest = _unpacked(opener, folder)
    except BackupRefused as error:
        raise BackupRefused(f"{file}: {error}.") from None
    except OSError as error:
        raise BackupRefused(f"{error.filename or file}: {error.strerror or error}.") from None
    return Verified(manifest=manifest, rows=_sound(file, folder, manifest))


def _unpacked(opener: Opener, folder: Path) -> Manifest:
    found: dict[str, Kept] = {}
    told = b""
    try:
        with gzip.GzipFile(fileobj=cast(IO[bytes], opener), mode="rb") as packed:
            with tarfile.open(fileobj=packed, mode="r|") as tar:
                for entry in tar:
                    content = tar.extractfile(entry)
                    if content is None or not NAME.fullmatch(entry.name) or ".." in entry.name:
                        raise BackupRefused("holds something else than a backup does")
                    if entry.name == MANIFEST:
                        told = content.read(LARGEST_MANIFEST)
                    else:
                        found[entry.name] = _put(folder / entry.name, content)
            while packed.read(AT_A_TIME):  # to the very end: only the last chunk says that none is missing
                pass
        opener.read()
        manifest = Manifest.model_validate_json(told)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValidationError):
        raise BackupRefused("opens, but what is in it is no backup") from None
    if found != manifest.files:
        raise BackupRefused("does not hold what its list says")
    return manifest


def _put(path: Path, content: IO[bytes]) -> Kept:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    sha256, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while data := content.read(AT_A_TIME):
            file.write(data)
            sha256.update(data)
            size += len(data)
        file.flush()
        os.fsync(file.fileno())
    return Kept(bytes=size, sha256=sha256.hexdigest())


def _sound(file: Path, folder: Path, manifest: Manifest) -> dict[str, int]:
    """Both databases looked through, and ours one that this program can take further; what it holds."""
    if OURS not in manifest.files:
        raise BackupRefused(f"{file}: holds no {OURS}.")
    for name in (OURS, PREFECTS):
        if name in manifest.files and (found := sqlite_copy.faults(folder / name)):
            raise BackupRefused(f"{file}: {name} in it is damaged ({found}).")
    if not knows(manifest.schema_version):
        raise BackupRefused(
            f"{file}: its database is at {manifest.schema_version or 'nothing'}, and this version of lots knows no "
            f"more than {newest_version()}: restore it with natverkslots {manifest.program} or newer."
        )
    try:
        return sqlite_copy.rows(folder / OURS, COUNTED)
    except sqlite3.Error as error:
        raise BackupRefused(f"{file}: {OURS} in it cannot be read ({error}).") from None
