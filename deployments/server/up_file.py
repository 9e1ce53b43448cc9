"""What a `lots up` tells other windows: that it has this home, in `up.lock`, and how its parts fare, in `up.json`."""

import fcntl
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from models.errors import UserError

LOCK_SECONDS = 2  # whoever asks whether it is held holds it for a moment


def take_home(home: Path) -> IO[str]:
    """Hold this home for as long as the file stays open, which is no longer than this process lives.

    Raises UserError when another `lots up` holds it.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / "up.lock").touch(mode=0o600)
    lock = (home / "up.lock").open("a+")
    deadline = time.monotonic() + LOCK_SECONDS
    while not _locked(lock, fcntl.LOCK_EX):
        if time.monotonic() > deadline:
            lock.seek(0)
            raise UserError(
                f"LOTS_HOME={home} is run by another `lots up`, process {lock.read().strip()}: stop that one first, "
                "or choose another LOTS_HOME."
            )
        time.sleep(0.05)
    with suppress(OSError):  # a full disk: held all the same
        lock.truncate(0)
        os.write(lock.fileno(), str(os.getpid()).encode())  # past the buffer, which would be tried again at its end
    return lock


def is_held(home: Path) -> bool:
    """Whether a `lots up` runs on this home."""
    try:
        with (home / "up.lock").open() as lock:
            return not _locked(lock, fcntl.LOCK_SH)
    except OSError:
        return False


def _locked(lock: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_up_file(home: Path, told: dict[str, object]) -> bool:
    """Write it down for other windows, whole or not at all. Returns whether that was possible."""
    fresh = home / "up.json.fresh"
    try:
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(told, indent=1))
        fresh.replace(home / "up.json")
    except OSError:
        return False
    return True


def read_up_file(home: Path) -> dict[str, Any]:
    """What the last `lots up` of this home has told; empty where none has."""
    with suppress(OSError, ValueError):
        document = json.loads((home / "up.json").read_text())
        if isinstance(document, dict):
            return document
    return {}
