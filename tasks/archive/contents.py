"""What a backup holds: both databases, and every secret of LOTS_HOME.

Which files are secrets is told by a rule and not by a list, so that none that is added later is forgotten. Left out are
logs, earlier backups, locks, what is half written, what is this home's alone (its number, its ports), and Prefect's
kept results: a step whose result is missing is done again on a retry, and our database lets nothing happen twice.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from models.settings import Settings

OURS, PREFECTS = "lots.db", "prefect/prefect.db"
MANIFEST, SETTINGS, KEY_FILE = "manifest.json", "settings.env", "backup_key"
LARGEST_SECRET = 64 * 1024
NO_SECRET = re.compile(
    r"\..*|.*\.(db|db-.*|log|lock|pid|sock|tmp|part|fresh|\d+)|home_id|up\.json|" + re.escape(SETTINGS)
)
NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
MADE_FROM = {"home", "database_url", "secret_key", "hash_key", "data_key", "backup_key", "backup_dir"}


class Kept(BaseModel):
    """One file of a backup, as it was when it was sealed."""

    bytes: int
    sha256: str


class Manifest(BaseModel):
    """What a backup says of itself. Its last entry, so that it is whole when this is there."""

    made_at: datetime
    program: str
    schema_version: str
    files: dict[str, Kept]


def secrets(home: Path) -> Iterator[Path]:
    """The small files that lie in LOTS_HOME itself: keys and passwords, whoever put them there."""
    for path in sorted(home.iterdir()):
        plain = path.is_file() and not path.is_symlink() and not NO_SECRET.fullmatch(path.name)
        if plain and path.stat().st_size <= LARGEST_SECRET:
            yield path


def effective_secrets(settings: Settings, backup_key: str) -> dict[str, bytes]:
    """The secrets by their file's name; those given by the environment as it gives them."""
    in_use = {"secret_key": settings.secret_key, "data_key": settings.data_key, KEY_FILE: backup_key}
    if settings.hash_key:
        in_use["hash_key"] = settings.hash_key
    files = {path.name: path.read_bytes() for path in secrets(settings.home)}
    return files | {name: secret.encode() for name, secret in in_use.items()}


def settings_file(settings: Settings) -> bytes:
    """What was chosen in the environment or `.env`, mail password and all, to be put beside a restored office."""
    plain = {name: field.default for name, field in type(settings).model_fields.items() if name not in MADE_FROM}
    chosen = {name: getattr(settings, name) for name in plain}
    lines = [f"LOTS_{name.upper()}={_quoted(value)}" for name, value in chosen.items() if value != plain[name]]
    return "\n".join([*lines, ""]).encode()


def _quoted(value: object) -> str:
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"
