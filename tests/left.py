"""What a test left running."""

from contextlib import suppress
from pathlib import Path


def left_running(folder: Path) -> list[str]:
    """Command lines of processes that have `folder` in their environment or as their working directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str(folder).encode() in (process / "environ").read_bytes() or folder == (process / "cwd").resolve():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found
