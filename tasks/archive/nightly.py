"""The folder of the nightly backups."""

from datetime import UTC, datetime
from pathlib import Path

from models.operation.backups import made_at, surplus
from models.settings import Settings


def newest_backup(settings: Settings) -> datetime | None:
    """When the newest nightly backup was made; None when there is none. Raises OSError when it cannot be looked at."""
    return max((at for name in _names(settings.backup_dir) if (at := made_at(name))), default=None)


def backup_of_run(settings: Settings, run: str) -> Path | None:
    """The backup that a run has made already."""
    return next(settings.backup_dir.glob(f"*-{run[:8]}.backup"), None)


def remove_surplus(settings: Settings) -> int:
    """Remove the oldest. Returns how many are left."""
    names = _names(settings.backup_dir)
    gone = surplus(names)
    for name in gone:
        (settings.backup_dir / name).unlink(missing_ok=True)
    return len([name for name in names if made_at(name)]) - len(gone)


def home_since(settings: Settings) -> datetime:
    """Since when LOTS_HOME has been there: the oldest of its own files."""
    files = [path.stat().st_mtime for path in settings.home.glob("*") if path.is_file()]
    return datetime.fromtimestamp(min(files), UTC) if files else datetime.now(UTC)


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []
