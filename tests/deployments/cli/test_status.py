"""`lots status`: what runs, in which version, what waits, what is next, and where staff find it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deployments.cli.status import read_status
from deployments.server import up_file
from models.settings import Settings

SERVER = {"pid": 12, "state": "running", "since": "2026-11-26T13:51:31+00:00", "restarts": 2, "last_exit": -9}
WEB = {"pid": 13, "state": "starting", "since": "2026-11-26T13:59:00+00:00", "restarts": 0, "last_exit": None}
TOLD = {
    "pid": 11,
    "started": "2026-11-26T13:46:44+00:00",
    "prefect": "http://127.0.0.1:1/api",
    "prefect_port": 1,
    "web": "http://localhost:8080",
    "parts": {"server": SERVER, "web": WEB},
}


@pytest.fixture(autouse=True)
def _no_server_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", str(TOLD["prefect"]))
    monkeypatch.delenv("PREFECT_SERVER_API_AUTH_STRING", raising=False)


def test_it_tells_how_each_part_fares_and_the_password_in_about_ten_lines(office: Settings) -> None:
    with up_file.take_home(office.home):
        up_file.write_up_file(office.home, TOLD)
        status = read_status(office)
    told = dict(status.lines())
    assert told["up"].startswith("process 11 since ") and told["up"].endswith("14:46")
    assert told["server"].endswith("14:51, started again 2 times, last exit -9")
    assert told["web"].startswith("starting since ")
    assert told["pages"] == "http://localhost:8080"
    password = (office.home / "prefect_password").read_text()
    assert told["prefect"] == f"http://127.0.0.1:1, user kansliet, password {password}"
    assert "Prefect 3." in told["versions"] and "database 0" in told["versions"]
    assert told["next"] == "Prefect does not answer"
    assert len(told) <= 12
    assert status.document()["parts"]["server"]["restarts"] == 2


def test_where_lots_up_is_gone_it_says_so_and_shows_no_part_of_it(office: Settings) -> None:
    up_file.write_up_file(office.home, TOLD)
    status = read_status(office)
    assert dict(status.lines())["up"] == "is not running; start `lots up`"
    assert (status.document()["running"], status.document()["pid"], status.document()["parts"]) == (False, None, {})


def test_the_command_ends_with_zero_and_needs_neither_a_running_office_nor_prefects_client(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LOTS_", "PREFECT_"))}
    script = "import sys; sys.argv = ['lots', 'status', '--json']; from deployments.cli.app import main; main()"
    script += "; print('prefect' in sys.modules, file=sys.stderr)"
    done = subprocess.run(
        (sys.executable, "-P", "-c", script), capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "False\n")
    document = json.loads(done.stdout)
    assert (document["running"], document["mails"], document["next_runs"]) == (False, None, None)
