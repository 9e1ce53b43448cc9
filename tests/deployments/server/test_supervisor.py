"""What keeps the parts of `lots up` alive, with small real processes as parts."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from deployments.server import supervisor as supervising
from deployments.server import up_file
from deployments.server.guard import kill_all, left_of, parts_of
from deployments.server.ports import listen_for_prefect, listen_for_web, port_of
from deployments.server.processes import ProcessGroup, stopping
from deployments.server.supervisor import Supervisor, cap
from models.errors import ServiceUnavailable, SettingsError, UserError

STAYS = ("sleep", "600")
# A process in a session of its own, as a flow run is.
WITH_CHILD = ("sh", "-c", "setsid sleep 600 & exec sleep 600")
DEAF = ("sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done")
ANSWERS = """
import http.server, socket, sys
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Answers, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[1]))
server.serve_forever()
"""
SUPERVISES = """
import sys, time
from contextlib import suppress
from pathlib import Path
from deployments.server.processes import stopping
from deployments.server.supervisor import Supervisor
parts = Supervisor(Path(sys.argv[1]), lambda line: None)
with suppress(KeyboardInterrupt), stopping(parts):
    parts.start("part", *sys.argv[2:])
    print(parts.mark, parts.guard.pid, flush=True)
    while True:
        parts.check()
        time.sleep(0.02)
"""


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, told: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path / "log", told.append, frozenset({"worker"}))
    yield supervisor
    supervisor.is_hurried = True
    supervisor.stop()
    assert parts_of(supervisor.mark) == {}


def until(happened: Callable[[], object], supervisor: Supervisor | None = None, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        if supervisor:
            supervisor.check()
        time.sleep(0.01)


def pid_of(supervisor: Supervisor, name: str) -> int:
    pid = supervisor.parts[name].pid
    assert pid
    return pid


def test_a_part_that_dies_is_started_again_alone(supervisor: Supervisor, told: list[str]) -> None:
    for name in ("server", "web"):
        supervisor.start(name, *STAYS)
    server, web = pid_of(supervisor, "server"), pid_of(supervisor, "web")
    os.kill(web, signal.SIGKILL)
    until(lambda: supervisor.parts["web"].state == "waiting", supervisor)
    assert supervisor.parts["web"].last_exit == -signal.SIGKILL
    until(lambda: supervisor.parts["web"].state == "running", supervisor)
    assert pid_of(supervisor, "server") == server, "the others stay"
    assert pid_of(supervisor, "web") != web
    assert supervisor.parts["web"].restarts == 1
    assert told == [f"web ended (exit -9), starts again in 1 s; see {supervisor.log_folder / 'web.log'}"]


def test_one_that_dies_again_and_again_waits_twice_as_long_each_time_up_to_a_minute(
    supervisor: Supervisor, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (supervising.FIRST_PAUSE, supervising.LONGEST_PAUSE) == (1, 60)
    monkeypatch.setattr(supervising, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(supervising, "LONGEST_PAUSE", 0.04)
    supervisor.start("web", "false")
    until(lambda: len(told) == 4, supervisor)
    assert [line.split(" again in ")[1].split(" s;")[0] for line in told] == ["0.01", "0.02", "0.04", "0.04"]


def test_one_that_has_lived_a_while_does_not_wait_for_what_was(
    supervisor: Supervisor, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(supervising, "LIVED_SECONDS", 0.1)
    supervisor.start("web", "sh", "-c", "sleep 0.2; exit 1")
    until(lambda: len(told) == 2, supervisor)
    assert all("again in 0.01 s" in line for line in told)


def test_one_that_no_longer_answers_is_killed_and_started_again_and_keeps_its_port(
    supervisor: Supervisor, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "ASK_SECONDS", 0.2)
    monkeypatch.setattr(supervising, "ASK_AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(supervising, "HUNG_SECONDS", 1.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fd = listener.fileno()
        supervisor.start("web", sys.executable, "-c", ANSWERS, str(fd), fds=(fd,))
        supervisor.ask("web", f"http://127.0.0.1:{port_of(listener)}/")
        assert supervisor.parts["web"].state == "starting"
        until(lambda: supervisor.parts["web"].state == "running", supervisor)
        os.kill(pid_of(supervisor, "web"), signal.SIGSTOP)
        until(lambda: told, supervisor)
        assert "did not answer and was killed" in told[0]
        until(lambda: supervisor.parts["web"].state == "running", supervisor)


def test_a_part_that_does_its_work_and_ends_is_done_and_tried_again_where_it_failed(
    supervisor: Supervisor, told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "FIRST_PAUSE", 0.01)
    supervisor.start("deploy", "sh", "-c", f"test -e {tmp_path}/second || {{ touch {tmp_path}/second; exit 1; }}")
    supervisor.once("deploy")
    until(lambda: supervisor.parts["deploy"].state == "done", supervisor)
    assert len(told) == 1


def test_what_a_dead_server_left_is_killed_and_what_a_dead_worker_had_begun_is_done_to_its_end(
    supervisor: Supervisor,
) -> None:
    for name in ("server", "worker"):
        supervisor.start(name, *WITH_CHILD)
    until(lambda: len(parts_of(supervisor.mark)) == 4)
    first = {name: set(of(supervisor, name)) - {pid_of(supervisor, name)} for name in ("server", "worker")}
    for name in ("server", "worker"):
        os.kill(pid_of(supervisor, name), signal.SIGKILL)
    until(lambda: supervisor.parts["server"].state == supervisor.parts["worker"].state == "waiting", supervisor)
    assert of(supervisor, "server") == set()
    assert of(supervisor, "worker") == first["worker"]


def of(supervisor: Supervisor, name: str) -> set[int]:
    return {pid for pid, part in parts_of(supervisor.mark).items() if part == name}


def supervised(folder: Path, *command: str) -> tuple[subprocess.Popen[str], str, int]:
    """A supervisor in a process of its own. Returns it, its mark and its guard."""
    words = (sys.executable, "-c", SUPERVISES, str(folder), *command)
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    mark, guard = process.stdout.readline().split()
    return process, mark, int(guard)


def test_killed_it_leaves_nothing_running_not_even_what_its_parts_started(tmp_path: Path) -> None:
    process, mark, guard = supervised(tmp_path, *WITH_CHILD)
    until(lambda: len(parts_of(mark)) == 2)
    process.kill()
    process.wait()
    until(lambda: parts_of(mark) == {}, seconds=5)
    until(lambda: not is_alive(guard), seconds=5)


def test_its_parts_die_with_it_also_where_its_guard_did(tmp_path: Path) -> None:
    process, mark, guard = supervised(tmp_path, *STAYS)
    os.kill(process.pid, signal.SIGSTOP)  # it cannot start another guard
    os.kill(guard, signal.SIGKILL)
    process.kill()
    process.wait()
    until(lambda: parts_of(mark) == {}, seconds=5)


def test_a_guard_that_dies_is_replaced(supervisor: Supervisor) -> None:
    supervisor.guard.kill()
    supervisor.guard.wait()
    supervisor.check()
    assert supervisor.guard.poll() is None


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_one_signal_stops_all_that_listens(tmp_path: Path, sign: signal.Signals) -> None:
    process, mark, _ = supervised(tmp_path, *WITH_CHILD)
    process.send_signal(sign)
    process.wait(8)
    assert parts_of(mark) == {}


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_stops_at_once_what_does_not_listen_and_orphans_nothing(
    tmp_path: Path, sign: signal.Signals
) -> None:
    process, mark, _ = supervised(tmp_path, *DEAF)
    until(lambda: "deaf" in (tmp_path / "part.log").read_text())
    process.send_signal(sign)
    time.sleep(0.5)
    assert process.poll() is None and parts_of(mark), "the first one asks"
    process.send_signal(sign)
    process.wait(5)
    assert parts_of(mark) == {}


def test_a_home_is_held_by_one_at_a_time_and_no_longer_than_that_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up_file, "LOCK_SECONDS", 0.1)
    holds = "import sys, time; from pathlib import Path; from deployments.server import up_file"
    holds += "; lock = up_file.take_home(Path(sys.argv[1])); print('held', flush=True); time.sleep(600)"
    with subprocess.Popen((sys.executable, "-c", holds, tmp_path), stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout and other.stdout.readline() == "held\n"
        assert up_file.is_held(tmp_path)
        with pytest.raises(UserError, match=rf"another `lots up`, process {other.pid}: stop that one first") as refused:
            up_file.take_home(tmp_path)
        assert "\n" not in str(refused.value)
        other.kill()
    assert not up_file.is_held(tmp_path)
    up_file.take_home(tmp_path).close()


def test_the_next_start_ends_what_was_left_of_this_home_and_of_no_other(tmp_path: Path) -> None:
    here, other, in_a_window = (
        subprocess.Popen(STAYS, env={"LOTS_HOME": str(tmp_path / home)} | mark)
        for home, mark in (("a", {"LOTS_PART": "old/web"}), ("b", {"LOTS_PART": "old/web"}), ("a", {}))
    )
    until(lambda: here.pid in left_of(str(tmp_path / "a"), mark=""))
    assert left_of(str(tmp_path / "a"), mark="old") == set(), "its own are not left over"
    kill_all(lambda: left_of(str(tmp_path / "a"), mark=""))
    assert here.wait(5) == -signal.SIGKILL
    for process in (other, in_a_window):
        assert process.poll() is None
        process.kill()
        process.wait()


def test_a_home_keeps_its_port_and_takes_the_next_only_where_that_is_taken() -> None:
    with listen_for_prefect("127.0.0.1", 24300) as first:
        with listen_for_prefect("127.0.0.1", 24300) as second:
            assert port_of(second) > port_of(first)
            remembered = port_of(second)
        with listen_for_prefect("127.0.0.1", 24300, remembered) as again:
            assert port_of(again) == remembered
    with listen_for_prefect("127.0.0.1", 24300, remembered) as alone:
        assert port_of(alone) == remembered, "it stays that of this home, also when the wanted one is free"


def test_a_taken_web_port_is_refused_in_one_sentence() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(SettingsError, match=f"LOTS_WEB_PORT={port_of(other)} is taken by another program: stop that"),
    ):
        listen_for_web("127.0.0.1", port_of(other))


def test_an_address_that_this_machine_has_not_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"LOTS_WEB_HOST=192\.0\.2\.1 is no address of this machine"):
        listen_for_web("192.0.2.1", 24310)
    with pytest.raises(SettingsError, match=r"LOTS_PREFECT_HOST=192\.0\.2\.1 is no address of this machine"):
        listen_for_prefect("192.0.2.1", 24310)


def test_what_is_told_other_windows_is_whole_and_private_and_a_full_disk_only_keeps_it_untold(tmp_path: Path) -> None:
    assert up_file.write_up_file(tmp_path, {"pid": 1})
    assert up_file.read_up_file(tmp_path) == {"pid": 1}
    assert (tmp_path / "up.json").stat().st_mode & 0o777 == 0o600
    full = tmp_path / "full"
    full.mkdir()
    (full / "up.json.fresh").symlink_to("/dev/full")
    assert not up_file.write_up_file(full, {"pid": 1})
    assert up_file.read_up_file(full) == {}


def test_a_part_runs_without_its_log_where_that_cannot_be_written(supervisor: Supervisor) -> None:
    (supervisor.log_folder / "web.log").mkdir()
    supervisor.start("web", *STAYS)
    assert supervisor.parts["web"].state == "running"


def test_a_log_that_has_grown_large_is_emptied_under_who_writes_it_and_one_old_one_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "LARGEST_LOG", 100)
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"a" * 101)
        cap(log)
        writer.write(b"b")
    assert (log.read_bytes(), (tmp_path / "web.log.1").read_bytes()) == (b"b", b"a" * 101)


def test_in_a_demo_a_part_that_ends_ends_the_whole(tmp_path: Path) -> None:
    parts = ProcessGroup(tmp_path)
    with stopping(parts):
        parts.start("web", "sh", "-c", "exit 3")
        with pytest.raises(ServiceUnavailable, match="web stopped \\(exit 3\\)"):
            while True:
                parts.check()
    assert parts_of(parts.mark) == {}
