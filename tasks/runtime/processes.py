"""Processes of this machine, as /proc tells of them; nothing where there is no /proc."""

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROC = Path("/proc")
STATE, STARTED = 0, 19  # of what follows the command's name in /proc/PID/stat
GONE = ("Z", "X")


@dataclass(frozen=True)
class Process:
    """A process that cannot be taken for another: an id is given anew, a start time in a place is not."""

    place: str
    pid: int
    started: int


@cache
def place() -> str:
    """This machine since its last start, and the part of it whose processes are seen; empty where there is no /proc."""
    try:
        return f"{(PROC / 'sys/kernel/random/boot_id').read_text().strip()} {(PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def host() -> str:
    """This machine's name."""
    return socket.gethostname()


def started(pid: int) -> int:
    """When a process began, in ticks since the machine did; 0 for one that is not (any more)."""
    with suppress(OSError, IndexError, ValueError):
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return 0 if fields[STATE] in GONE else int(fields[STARTED])
    return 0


def myself() -> Process:
    """The process that runs this."""
    return Process(place(), os.getpid(), started(os.getpid()))


def is_alive(process: Process) -> bool | None:
    """None where that cannot be seen from here."""
    if not process.place or process.place != place():
        return None
    return started(process.pid) == process.started


def environments() -> Iterator[tuple[int, dict[str, str]]]:
    """The processes that this user may look into, and what they were started with."""
    for folder in PROC.glob("[0-9]*"):
        with suppress(OSError, ValueError):
            words = (folder / "environ").read_bytes().decode(errors="replace").split("\0")
            yield int(folder.name), dict(word.split("=", 1) for word in words if "=" in word)


def is_command(pid: int, *words: str) -> bool:
    """Whether a process was called with these words."""
    with suppress(OSError):
        called = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
        return set(words) <= set(called)
    return False


def seconds(ticks: int) -> float:
    """The kernel's clock ticks as seconds."""
    return ticks / os.sysconf("SC_CLK_TCK")
