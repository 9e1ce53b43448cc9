"""The demo is the whole story on real parts: run once, looked at from all sides."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deployments.demo import plan
from models.reference.file_import import DATA
from tests.left import left_running

OFFICE = DATA.parents[2] / "deployments" / "demo"


@dataclass
class Demo:
    home: Path
    summary: dict[str, Any]
    told: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    home = tmp_path_factory.mktemp("demo")
    # Settings that point elsewhere: the demo must not care.
    elsewhere = {
        "LOTS_HOME": str(home),
        "LOTS_DATABASE_URL": "postgresql+psycopg://nobody@nowhere.invalid/x",
        "LOTS_SMTP_HOST": "nowhere.invalid",
        "PREFECT_API_URL": "http://nowhere.invalid/api",
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
    }
    command = (sys.executable, "-P", "-m", "deployments", "demo", "--exit", "--json")
    done = subprocess.run(command, capture_output=True, text=True, env=elsewhere, timeout=400)
    assert done.returncode == 0, done.stderr[-2000:]
    yield Demo(home, json.loads(done.stdout.splitlines()[-1]), done.stderr)


def test_the_founders_network_stands_on_its_own_and_the_silent_one_is_caught(demo: Demo) -> None:
    assert demo.summary["requests"] == {"granted": 2}
    assert demo.summary["networks"] == {"independent": 1, "trial": 1}
    assert demo.summary["health"] == {"green": 1, "red": 1}


def test_every_stage_ran_as_a_flow_and_completed(demo: Demo) -> None:
    runs = demo.summary["flow_runs"]
    assert set(runs) == {
        "support-request",
        "needs-talk",
        "kickoff",
        "meeting-report",
        "check-in",
        "health-check",
        "phase-out",
        "outbox",
    }
    assert {state for states in runs.values() for state in states} == {"Completed"}


def test_every_mail_that_was_sent_was_caught_and_none_is_left(demo: Demo) -> None:
    mails = demo.summary["mails"]
    assert mails["sent"] == demo.summary["caught"] == len(list((demo.home / "demo" / "mail").glob("*.eml"))) > 40
    assert sum(mails.values()) == mails["sent"]


def test_nothing_on_stdout_but_the_document_and_the_story_is_told_beside_it(demo: Demo) -> None:
    assert "Förfrågan #1" in demo.told and "Luleå" not in json.dumps(demo.summary)
    assert set(demo.summary["urls"]) == {"prefect", "web", "mail"}


def test_nothing_is_left_running(demo: Demo) -> None:
    assert left_running(demo.home) == []
    assert not (demo.home / "demo" / "lots.db-wal").exists()


def persons() -> set[str]:
    """Every name, address and member number of the demo, and phrases from what people wrote."""
    found = {"aldrig ses", "andra i samma roll", "igång före jul", "någon att ringa", "finns en lokal", "Trygghet vid"}
    for name, columns in (("members.csv", ("member_number", "name", "email")), ("staff.csv", ("name", "email"))):
        for row in rows(name):
            found |= {row[column] for column in columns} | set(row["name"].split())
    return found - {"Lång", "Dag"}  # words as well as names


def rows(name: str) -> list[dict[str, str]]:
    with (OFFICE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_prefect_knows_nobody(demo: Demo) -> None:
    """Greps Prefect's database, its kept results and its logs, byte for byte (domain.md I9)."""
    folder = demo.home / "demo"
    kept = [path for path in (*(folder / "prefect").rglob("*"), *(folder / "log").rglob("*")) if path.is_file()]
    assert any(path.name == "prefect.db" and path.stat().st_size > 1_000_000 for path in kept)
    for path in kept:
        content = path.read_bytes()
        for person in persons():
            for spelling in (person.encode(), json.dumps(person)[1:-1].encode()):
                assert spelling not in content, (path.name, "holds a person")


def test_our_own_database_holds_persons_only_encrypted(demo: Demo) -> None:
    content = (demo.home / "demo" / "lots.db").read_bytes()
    staff = {row["name"] for row in rows("staff.csv")}  # the office's own people stand in the clear
    for row in rows("members.csv"):
        for column in ("member_number", "name", "email"):
            assert row[column] in staff or row[column].encode() not in content
    assert plan.STAFF[0][2]["need"].encode() not in content
