"""How much memory a process has, and has needed."""

from pathlib import Path


def peak_memory() -> int:
    """The most that this process has had in memory, in MB.

    Not `ru_maxrss`, which begins with the peak of the process that started this one.
    """
    return _told("self", "VmHWM") // 1024


def memory_of(pid: int) -> float:
    """What a process has in memory now, in MB."""
    return _told(pid, "VmRSS") / 1024


def _told(pid: int | str, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [line] = (line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1])
