"""The nightly backups: what they are called, how many are kept, and when there ought to be a newer one."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

KEPT = 14
LATE_AFTER = timedelta(days=2)
PREFIX = "natverkslots-"
NAME = re.compile(PREFIX + r"(\d{8}T\d{6})Z-[0-9a-f]{8}\.backup")
STAMP = "%Y%m%dT%H%M%S"


def name_of(at: datetime, run: str) -> str:
    """The file's name: when it was made, in UTC, and the first letters of the run that made it."""
    return f"{PREFIX}{at.astimezone(UTC):{STAMP}}Z-{run[:8]}.backup"


def made_at(name: str) -> datetime | None:
    """When a nightly backup was made; None for a file that is none."""
    found = NAME.fullmatch(name)
    return datetime.strptime(found[1], STAMP).replace(tzinfo=UTC) if found else None


def surplus(names: Iterable[str]) -> list[str]:
    """Those beyond the newest that are kept. What has another name is never among them."""
    return sorted((name for name in names if made_at(name)), reverse=True)[KEPT:]


def is_late(newest: datetime | None, home_since: datetime, now: datetime) -> bool:
    """Whether there ought to be a newer backup; a home that is new has not had its first night yet."""
    return now - (newest or home_since) > LATE_AFTER
