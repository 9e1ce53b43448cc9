"""The nightly backup's steps: one sealed file of all that is kept, and the oldest go."""

import asyncio
from datetime import UTC, datetime

from models.errors import BackupFailed
from models.i18n import localized
from models.operation.backups import name_of
from models.settings import settings
from tasks.archive import nightly
from tasks.archive.write import write_backup
from tasks.runtime.step import run_id, step


@step("Skriv säkerhetskopian", "Write the backup")
async def write() -> int:
    """How many bytes it has; 0 where the database is not ours to copy. A run that is started again makes no second.

    Raises BackupFailed with what is in the way; earlier backups stay.
    """
    chosen, run = settings(), (run_id() or "").replace("-", "")
    if not chosen.embedded:
        return 0
    try:
        chosen.backup_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = nightly.backup_of_run(chosen, run)
    except OSError as error:
        raise BackupFailed(_not_there(error)) from None
    if file is None:
        at = datetime.now(UTC)
        file = chosen.backup_dir / name_of(at, run)
        await asyncio.to_thread(write_backup, chosen, file, at)
    return file.stat().st_size


@step("Behåll de senaste", "Keep the newest")
async def tidy() -> int:
    """How many are kept."""
    try:
        return nightly.remove_surplus(settings())
    except OSError as error:
        raise BackupFailed(_not_there(error)) from None


def _not_there(error: OSError) -> str:
    where, why = settings().backup_dir, error.strerror or error
    return localized(
        f"LOTS_BACKUP_DIR={where} går inte att använda ({why}). Rätta den; äldre säkerhetskopior är orörda.",
        f"LOTS_BACKUP_DIR={where} cannot be used ({why}). Correct it; earlier backups are untouched.",
    )
