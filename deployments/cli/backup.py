"""`lots backup` and `lots restore`: what they are called with, and what they tell.

What reads a backup is loaded inside the functions, apart from the LOTS_HOME that is to stay empty.
"""

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import BackupRefused
from models.settings import Settings, chosen_settings, made_once, settings
from tasks.archive.contents import KEY_FILE, SETTINGS

KEY_SHOWN = "backup_key.shown"

if TYPE_CHECKING:
    from tasks.archive.read import Verified


def first_key(settings: Settings) -> str:
    """The key of this home's backups where nobody has been shown it yet: made on first use, by the night's run too."""
    shown = settings.home / KEY_SHOWN
    if settings.backup_key or not settings.embedded or shown.exists():
        return ""
    key = made_once(settings.home / KEY_FILE, secrets.token_urlsafe(32))
    shown.touch(mode=0o600)
    return key


def back_up(settings: Settings, file: Path) -> dict[str, object]:
    """Write a backup and tell what is in it. The first time, the key is shown, beside what scripts read."""
    from tasks.archive.write import write_backup

    if file.exists() or not file.parent.is_dir():
        why = "is there already; choose another name" if file.exists() else "cannot be written: its folder is missing"
        raise BackupRefused(f"{file}: {why}")
    manifest = write_backup(settings, file.absolute(), datetime.now(UTC))
    if key := first_key(settings):
        print(
            f"LOTS_BACKUP_KEY was made, and is shown this once: {key}\n"
            "Keep it apart from this machine and from the backups: without it none of them can be read. "
            f"The nightly backup reads it from {settings.home / KEY_FILE}.",
            file=sys.stderr,
        )
    return {
        "file": file,
        "bytes": file.stat().st_size,
        "made_at": manifest.made_at.isoformat(),
        "schema": manifest.schema_version,
        "files": {name: kept.bytes for name, kept in manifest.files.items()},
    }


def look_through(file: Path) -> dict[str, object]:
    """Check a backup whole and tell what is in it. Raises BackupRefused with what is wrong."""
    chosen = chosen_settings()
    kept = chosen.home / KEY_FILE
    key = _given(chosen.backup_key or (kept.read_text().strip() if kept.is_file() else ""))
    with _apart():
        from tasks.archive.read import verify

        return {"file": file, "ok": True} | _told(verify(file, key))


def bring_back(file: Path) -> dict[str, object]:
    """Restore a backup into the empty LOTS_HOME, and tell what is left for staff to settle."""
    chosen = chosen_settings()
    key = _given(chosen.backup_key)
    with _apart():
        from tasks.archive.restore import restore

        restored = restore(chosen, file, key, datetime.now(UTC))
    told = {"file": file, "home": chosen.home} | _told(restored.verified)
    todo = {"mails_in_doubt": restored.mails_in_doubt, "runs_ended": restored.runs_ended}
    return told | todo | {"settings": chosen.home / SETTINGS}


@contextmanager
def _apart() -> Iterator[None]:
    """Give this process a passing LOTS_HOME: whatever it loads finds or makes its keys there.

    Else a home that is to be restored into would not be empty when its turn comes.
    """
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="lots-apart-") as folder:
        os.environ.update(LOTS_HOME=folder, LOTS_DATABASE_URL="")
        settings.cache_clear()
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
            settings.cache_clear()


def _given(key: str) -> str:
    if not key:
        raise BackupRefused("LOTS_BACKUP_KEY is not set: give the key that was shown with the first backup")
    return key


def _told(found: "Verified") -> dict[str, object]:
    manifest = found.manifest
    return {
        "made_at": manifest.made_at.isoformat(),
        "program": manifest.program,
        "schema": manifest.schema_version,
        "files": {name: kept.bytes for name, kept in manifest.files.items()},
        "rows": found.rows,
    }
