"""How much memory a benchmark's process has needed."""

from pathlib import Path


def peak_memory() -> int:
    """The most that this process has had in memory, in MB.

    Not `ru_maxrss`, which begins with the peak of the process that started this one.
    """
    [peak] = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) // 1024
