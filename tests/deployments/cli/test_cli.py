"""The command line as scripts use it: exit codes, one line on stderr, one document on stdout."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL

from deployments.cli.app import main
from models.operation.upgrade import newest_version
from models.settings import Settings
from tests.acts import AKE

# What an office on its own database has to set.
KEYS = {"LOTS_SECRET_KEY": "a secret for tests only", "LOTS_DATA_KEY": "a key for tests only"}
SCORE = {
    "networks": [
        {
            "id": "n1",
            "kickoff_on": "2026-11-25",
            "cadence_days": 60,
            "target_size": 8,
            "step": 4,
            "meetings": [],
            "check_ins": [],
        }
    ]
}


@pytest.fixture(autouse=True)
def _environment_as_before() -> Iterator[None]:
    """A command run in this process exports its settings for its children; other tests must not inherit them."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def lots(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LOTS_", "PREFECT_"))}
    environment |= {"LOTS_HOME": str(home), "LOTS_TRIAL": "1"} | variables
    command = (sys.executable, "-P", "-m", "deployments", *arguments)
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, cwd=home)


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (("calendar", "9999-12-31"), 2, "lots: DATE: write a date from 1953 to 2099"),
        (("run", "outbox", "--as-of", "0001-01-01"), 2, "lots: as_of: ange ett år"),
        (("calendar", "i morgon"), 2, "lots: DATE: write a date as 2027-03-02"),
        (("sail",), 2, 'lots: Unknown command "sail"'),
        (("import", "boats", "x.csv"), 2, "lots: KIND: boats är ingen av regions, municipalities"),
        (("run", "sail"), 2, "lots: FLOW: sail is not one of"),
        (("run", "outbox", "--as-of", "i går"), 2, "lots: as_of: skriv"),
        (("run", "outbox", "--param", "x=1"), 2, "lots: --param x: not one of action, mails, signature"),
        (("run", "support-request", "--param", "boat=1"), 2, "lots: --param boat: not one of member_number"),
        (("run", "support-request", "--param", "boat"), 2, "lots: --param boat: write it as name=value"),
        (("score", "none.json", "--as-of", "2027-01-01"), 2, "lots: none.json: No such file"),
        (("staff", "link", "xyz"), 2, "lots: Signatur: signaturen finns inte bland aktiva medarbetare"),
        (("outbox", "settle", "sent", "x"), 2, "lots: Mejl: 'x' är inget av dem som är osäkra"),
    ],
)
def test_a_wrong_call_ends_with_two_and_one_line_that_says_why(
    office: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    line: str,
) -> None:
    monkeypatch.setattr(sys, "argv", ["lots", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (code, "")
    assert told.err.startswith(line) and told.err.count("\n") == 1


@pytest.mark.parametrize("command", ["demo", "up", "db", "deploy", "worker", "web", "import", "run", "score", "outbox"])
def test_every_command_explains_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["lots", command, "--help"])
    main()
    assert "Usage" in capsys.readouterr().out


def test_the_calendar_tells_the_next_day_and_why(tmp_path: Path) -> None:
    done = lots(tmp_path, "calendar", "2027-07-14", "--json")
    assert json.loads(done.stdout) == {"date": "2027-07-14", "next": "2027-08-16", "why": "sommaruppehåll, vecka 28"}


def test_scores_are_printed_as_the_contract_has_them(tmp_path: Path) -> None:
    file = tmp_path / "score.json"
    file.write_text(json.dumps(SCORE))
    done = lots(tmp_path, "score", str(file), "--as-of", "2027-11-01", "--json")
    [network] = json.loads(done.stdout)["networks"]
    assert list(network) == ["id", "score", "level", "gates", "components"]
    assert (network["level"], network["gates"]) == ("red", ["G1"])
    file.write_text(json.dumps(SCORE).replace("60", "61"))
    done = lots(tmp_path, "score", str(file), "--as-of", "2027-11-01")
    assert done.returncode == 2 and 'network "n1", cadence_days' in done.stderr


def test_an_unsafe_setting_stops_the_start(tmp_path: Path) -> None:
    done = lots(tmp_path, "outbox", LOTS_SMTP_HOST="mail.example.org")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("lots: LOTS_SMTP_TLS=none would send") and done.stderr.count("\n") == 1


def test_children_see_the_settings_of_a_dotenv_file_and_a_home_that_does_not_move(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("LOTS_LANGUAGE=en\nLOTS_SMTP_PORT=2626\nPREFECT_API_URL=http://127.0.0.1:9/api\n")
    program = (
        "import os; from models.settings import settings; from deployments.server.environment import prepare; "
        "prepare(settings()); print(*(os.environ[n] for n in "
        "('LOTS_HOME', 'LOTS_LANGUAGE', 'LOTS_SMTP_PORT', 'LOTS_SECRET_KEY', 'PREFECT_API_URL')))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LOTS_", "PREFECT_"))}
    command = (sys.executable, "-c", program)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    home, language, port, secret, api_url = done.stdout.split()
    assert (home, language, port) == (str(tmp_path / ".lots"), "en", "2626")
    assert (secret, api_url) == ((tmp_path / ".lots" / "secret_key").read_text(), "http://127.0.0.1:9/api")


def test_the_outbox_counts_every_status_and_says_when_there_is_no_database(tmp_path: Path) -> None:
    done = lots(tmp_path, "outbox", "--json")
    assert done.returncode == 1 and "lots db upgrade" in done.stderr
    lots(tmp_path, "db", "upgrade")
    statuses = ["queued", "sending", "sent", "deferred", "failed", "in_doubt", "skipped"]
    assert json.loads(lots(tmp_path, "outbox", "--json").stdout) == dict.fromkeys(statuses, 0)


def examined(home: Path, **variables: str) -> dict[str, Any]:
    """What the doctor found, as scripts read it; and what it did is in its exit code too."""
    done = lots(home, "doctor", "--json", LOTS_SMTP_PORT="1", LOTS_WEB_PORT="1", **variables)
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if found["ok"] else 1)
    return found | {one["name"]: one for one in found["checks"]}


def test_the_doctor_says_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    found = examined(tmp_path)
    assert not found["ok"] and found["settings"]["ok"]
    assert [(one["what"], one["do"]) for one in (found["database"], found["prefect"])] == [
        ("is at nothing, not " + newest_version(), "run `lots db upgrade`"),
        ("no server is running", "start `lots up`, or set PREFECT_API_URL"),
    ]
    assert found["mail"] | {"ok": False} == found["mail"] and "LOTS_SMTP_PORT" in found["mail"]["do"]
    for line in lots(tmp_path, "doctor").stdout.splitlines():
        assert line.startswith("ok ") or ";" in line, "each line that is not ok says what to do"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql+psycopg://u:sesame@127.0.0.1:1/lots", "upptagen eller går inte att nå"),
        ("sqlite:////no/such/folder/lots.db", "finns inte där"),
        ("sqlite:///{file}", "ingen databas, eller en skadad"),
    ],
)
def test_the_doctor_says_why_the_database_does_not_answer(address: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "no.db").write_text("no database" * 100)
    found = examined(tmp_path, LOTS_DATABASE_URL=address.format(file=tmp_path / "no.db"), **KEYS)
    assert told in found["database"]["what"] and "sesame" not in str(found)


def test_the_doctor_tells_a_database_of_a_newer_version_from_one_that_was_not_upgraded(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "new.db") as database:
        database.execute("CREATE TABLE alembic_version AS SELECT '9999_of_later' AS version_num")
    found = examined(tmp_path, LOTS_DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}", **KEYS)["database"]
    assert "newer version" in found["what"] and "upgrade`" not in found["do"]


def test_the_doctor_names_every_schedule_and_what_it_could_not_look_at(tmp_path: Path) -> None:
    found = examined(tmp_path, PREFECT_API_URL="http://127.0.0.1:1/api")
    assert found["prefect"]["what"].startswith("http://127.0.0.1:1/api: Prefect does not answer")
    assert found["next_runs"] == dict.fromkeys(
        ("kickoff", "check-in", "health-check", "work-list", "phase-out", "capacity", "outbox", "inbox",
         "data-protection", "backup", "member-register", "congress-report")
    )  # fmt: skip
    assert [found[name] for name in ("oldest_mail_waiting_s", "oldest_run_waiting_s", "stuck_runs")] == [None] * 3


def test_the_doctor_looks_at_the_inbox_when_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "Maildir").mkdir()
    for part in ("cur", "new", "tmp"):
        (tmp_path / "Maildir" / part).mkdir()
    (tmp_path / "Maildir" / "new" / "1.x").write_bytes(b"From: a@example.org\n\nHej")
    found = [examined(tmp_path, LOTS_INBOX=box) for box in ("Maildir", "no")]
    what = f"{tmp_path / 'Maildir'} answers, 1 waiting to be read"
    assert found[0]["inbox"] == {"name": "inbox", "ok": True, "what": what, "do": ""}
    assert not found[1]["inbox"]["ok"] and found[1]["inbox"]["what"].startswith("Inkorgen")
    assert "inbox" not in examined(tmp_path)


def test_a_flow_runs_here_as_of_a_day_and_tells_its_counts(tmp_path: Path) -> None:
    lots(tmp_path, "db", "upgrade")
    done = lots(tmp_path, "run", "health-check", "--as-of", "2027-03-01", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["networks"] == 0


def test_an_outbox_that_cannot_reach_its_server_ends_with_one_and_a_sentence(tmp_path: Path, prefect_api: None) -> None:
    here = {"PREFECT_API_URL": str(PREFECT_API_URL.value())}
    lots(tmp_path, "db", "upgrade")
    params = (
        "member_number=1",
        "name=Åsa",
        "email=a@example.org",
        "place=Luleå",
        "municipality=Luleå",
        "need=[Vi] ses.",
    )
    given = [part for one in params for part in ("--param", one)]
    asked = lots(tmp_path, "run", "support-request", "--as-of", "2026-11-02", *given, "--json", **here)
    assert (asked.returncode, json.loads(asked.stdout)["state"]) == (0, "incomplete")
    done = lots(tmp_path, "run", "outbox", "--as-of", "2026-11-02T10:30", LOTS_SMTP_PORT="1", **here)
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr.startswith("lots: E-postservern localhost:1 (LOTS_SMTP_*) svarar inte")
        and done.stderr.count("\n") == 1
    )
    assert json.loads(lots(tmp_path, "outbox", "--json").stdout)["queued"] == 1


def test_a_person_is_exported_whole_and_forgotten(
    office: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def person(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["lots", "person", *arguments])
        main()
        return capsys.readouterr().out

    stored = json.loads(person("export", AKE))
    assert stored["person"]["member_number"] == AKE and stored["person"]["name"]
    assert json.loads(person("erase", AKE, "--json")) == {"erased": 1}
    for command in ("export", "erase"):
        with pytest.raises(SystemExit, match="2"):
            person(command, AKE)
        assert capsys.readouterr().err.startswith("lots: MEMBER_NUMBER: nobody with this number")


def test_a_new_key_is_put_to_use_by_one_command_in_a_process_of_its_own(tmp_path: Path) -> None:
    members = tmp_path / "members.csv"
    members.write_text("member_number,name,email,membership\n800101,Åke Öhman,ake@example.org,active\n")
    old = {"LOTS_DATA_KEY": "the old key of the office"}
    assert lots(tmp_path, "db", "upgrade", **old).returncode == 0
    assert lots(tmp_path, "import", "members", str(members), **old).returncode == 0
    both = {"LOTS_DATA_KEY": "the new key of the office,the old key of the office"}
    done = lots(tmp_path, "db", "rekey", "--json", **both)
    assert done.returncode == 0 and json.loads(done.stdout)["register_entry"] == 1
    new = lots(tmp_path, "export", "members", str(tmp_path / "out.csv"), LOTS_DATA_KEY="the new key of the office")
    assert new.returncode == 0 and "Åke Öhman" in (tmp_path / "out.csv").read_text("utf-8-sig")
    gone = lots(tmp_path, "export", "members", str(tmp_path / "old.csv"), **old)
    assert gone.returncode and "LOTS_DATA_KEY does not open" in gone.stderr
