"""The guard of a `lots up`: when that is gone, however it went, nothing that it started is left running.

A process of its own, since a killed one can do nothing more: `python -I -S guard.py MARK` waits for the other end of
its stdin, which only the supervisor holds, to close. A parent-death signal alone would not do: it reaches the parts,
and not the flow runs that the worker started. Needs nothing but the standard library, and so 8 MB.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PROC = Path("/proc")
MARK = "LOTS_PART"  # MARK/NAME in the environment of a part and of all that it starts
UNKILLABLE_SECONDS = 10  # one that hangs in the kernel ends when that lets go of it; nobody can do more


def _environments() -> Iterator[tuple[int, dict[str, str]]]:
    """Every other process whose environment we may read. An ended one that nobody has waited for has none left."""
    for folder in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            pairs = (os.fsdecode(one).partition("=") for one in (folder / "environ").read_bytes().split(b"\0"))
            if int(folder.name) != os.getpid():
                yield int(folder.name), {name: value for name, _, value in pairs}


def parts_of(mark: str) -> dict[int, str]:
    """The processes of the supervisor with this mark, whosever children they are now: process id to part."""
    found = {}
    for pid, environment in _environments():
        owner, _, part = environment.get(MARK, "").partition("/")
        if part and owner == mark:
            found[pid] = part
    return found


def left_of(home: str, mark: str) -> set[int]:
    """Processes of this home that a supervisor other than the one with this mark started."""
    return {
        pid
        for pid, environment in _environments()
        if environment.get("LOTS_HOME") == home and environment.get(MARK, mark).partition("/")[0] != mark
    }


def kill_all(find: Callable[[], set[int]]) -> None:
    """Kill what `find` finds, and what that has started meanwhile, until it finds nothing."""
    deadline = time.monotonic() + UNKILLABLE_SECONDS
    while (left := find()) and time.monotonic() < deadline:
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def main() -> None:
    """Wait until the supervisor is gone, then end what it has left."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    sys.stdin.buffer.read()
    kill_all(lambda: set(parts_of(sys.argv[1])))


if __name__ == "__main__":
    main()
