"""What a test left running."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """One of this machine's processes."""

    pid: int
    command: str
    environment: bytes


def processes_of(folder: Path) -> Iterator[Process]:
    """Those that have `folder` in their environment or as their working directory."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            environment = (process / "environ").read_bytes()
            if str(folder).encode() in environment or folder == (process / "cwd").resolve():
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                yield Process(int(process.name), command, environment)


def left_running(folder: Path) -> list[str]:
    """Command lines of what still runs in `folder`."""
    return [process.command for process in processes_of(folder)]
