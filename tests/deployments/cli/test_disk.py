"""A disk that is full, or that may not be written: one sentence from every command, and the doctor says it too."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.server.processes import free_port

SMALL = "3m"  # has room for the database and not for more

COMMANDS = {
    "up": ("up",),
    "run": ("run", "phase-out"),
    "upgrade": ("db", "upgrade"),
    "import": ("import", "staff", "staff.csv"),
    "outbox": ("outbox", "--json"),
}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of the office's own."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    if mount(mounted, f"size={SMALL}").returncode:
        pytest.skip("only an administrator may mount a disk")
    (tmp_path / "staff.csv").write_text(
        "signature,name,email,role,region,active\nasj,Åsa Sjöström,asa@example.org,negotiator,25,yes\n"
    )
    yield mounted
    subprocess.run(("umount", str(mounted)), check=True)


def mount(on: Path, options: str) -> subprocess.CompletedProcess[bytes]:
    command = ("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(on))
    try:
        return subprocess.run(command, capture_output=True)
    except FileNotFoundError:
        return subprocess.CompletedProcess(command, 1)


def lots(disk: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("LOTS_", "PREFECT_"))}
    command = (sys.executable, "-P", "-m", "deployments", *arguments)
    ports = {"LOTS_WEB_PORT": str(free_port(8300)), "LOTS_PREFECT_PORT": str(free_port(4500))}
    environment = keep | ports | {"LOTS_HOME": str(disk / "home")}
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=disk.parent, timeout=120)


def fill(disk: Path) -> None:
    with (disk / "what others keep there").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return


def an_office(disk: Path) -> None:
    """Its database, its keys and all else that a first look makes."""
    assert lots(disk, "db", "upgrade").returncode == 0
    assert lots(disk, "doctor").returncode == 1


def may_be_written(disk: Path, *, now: bool) -> None:
    mount(disk, "remount,rw" if now else "remount,ro")


@pytest.mark.parametrize("command", ["up", "run"])
def test_a_full_disk_is_told_in_one_line(command: str, disk: Path) -> None:
    assert lots(disk, "db", "upgrade").returncode == 0
    fill(disk)
    done = lots(disk, *COMMANDS[command])
    assert done.returncode in (1, 2) and done.stderr.count("\n") == 1, done.stderr
    assert "full" in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_a_disk_that_may_not_be_written_is_told_in_one_line(command: str, disk: Path) -> None:
    an_office(disk)
    may_be_written(disk, now=False)
    done = lots(disk, *COMMANDS[command])
    may_be_written(disk, now=True)
    assert done.returncode in (1, 2) and done.stderr.count("\n") == 1, done.stderr
    assert "written" in done.stderr or "skriva" in done.stderr


def test_the_doctor_says_that_the_disk_is_full_and_what_to_do(disk: Path) -> None:
    an_office(disk)
    fill(disk)
    assert [line for line in lots(disk, "doctor").stdout.splitlines() if line.startswith("NOT  disk")] == [
        "NOT  disk        nothing can be written in LOTS_HOME (No space left on device); "
        "make room there, or let lots write there"
    ]


def test_the_doctor_says_that_the_disk_may_not_be_written(disk: Path) -> None:
    an_office(disk)
    may_be_written(disk, now=False)
    done = lots(disk, "doctor")
    may_be_written(disk, now=True)
    assert "NOT  disk        nothing can be written in LOTS_HOME (Read-only file system)" in done.stdout, done.stderr
