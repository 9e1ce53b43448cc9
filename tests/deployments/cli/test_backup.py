"""A backup of an office at work, and an office that comes back from it: the commands, in real processes."""

import json
import os
import resource
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from dotenv import dotenv_values
from sqlmodel import Session

from deployments.cli.app import main
from models.db.engine import make_engine
from models.operation.upgrade import newest_version
from models.settings import settings
from models.tables.mail import MailStatus
from models.views.invariants import broken
from tasks.archive.write import COPIES
from tests.acts import AKE, MARIT, ask, mails

KEY = "a key that is kept elsewhere"
CODE = Path(__file__).parents[3]


Lots = Callable[..., "Ran"]


@dataclass
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    def done(self) -> str:
        assert self.code == 0, self.err
        return self.out

    def refused(self, because: str, code: int = 2) -> None:
        assert (self.code, self.out) == (code, "")
        assert because in self.err and self.err.count("\n") == 1, self.err


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Each test in a folder of its own, with no setting from outside; what a command exports ends with the test."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("LOTS_") and not name.startswith("LOTS_TEST_")]:
        del os.environ[name]
    monkeypatch.chdir(tmp_path)
    yield
    os.environ.clear()
    os.environ.update(before)
    settings.cache_clear()


@pytest.fixture
def lots(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Lots:
    """Run a `lots` command on a home, in this process."""

    def run(home: Path, *arguments: str, **variables: str) -> Ran:
        before = dict(os.environ)
        os.environ.update({"LOTS_HOME": str(home), "LOTS_BACKUP_KEY": KEY} | variables)
        settings.cache_clear()
        code = 0
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["lots", *arguments])
            try:
                main()
            except SystemExit as ended:
                code = int(str(ended.code))
            finally:
                os.environ.clear()
                os.environ.update(before)
                settings.cache_clear()
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return run


def environment(home: Path) -> dict[str, str]:
    """For a process of its own."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("LOTS_", "PREFECT_"))}
    return others | {"LOTS_HOME": str(home), "LOTS_BACKUP_KEY": KEY}


def in_a_process(home: Path, *arguments: str) -> subprocess.Popen[str]:
    command = (sys.executable, "-P", "-m", "deployments", *arguments)
    return subprocess.Popen(command, env=environment(home), cwd=home.parent, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def office_home(lots: Lots, tmp_path: Path) -> Path:
    """An office with its staff and members, as `lots` leaves it."""
    home = tmp_path / "office"
    lots(home, "db", "upgrade").done()
    for kind in ("staff", "members"):
        lots(home, "import", kind, str(CODE / "deployments" / "demo" / f"{kind}.csv")).done()
    return home


@pytest.fixture
def backup(lots: Lots, office_home: Path) -> Path:
    file = office_home.parent / "one.backup"
    lots(office_home, "backup", str(file)).done()
    return file


class Writer:
    """The numbers of the requests that a working office has told it keeps."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self.kept = process, list[int]()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.kept.append(int(line))

    def wait_for(self, more: int) -> None:
        wanted, deadline = len(self.kept) + more, time.monotonic() + 60
        while len(self.kept) < wanted:
            assert self.process.poll() is None and time.monotonic() < deadline, "the office stopped working"
            time.sleep(0.01)


@contextmanager
def at_work(home: Path) -> Iterator[Writer]:
    command = (sys.executable, "-m", "tests.deployments.writer")
    process = subprocess.Popen(command, env=environment(home), cwd=CODE, stdout=subprocess.PIPE, text=True)
    try:
        yield Writer(process)
    finally:
        process.kill()
        process.wait()


@contextmanager
def office_in(home: Path) -> Iterator[Session]:
    """The database of a home, read and written with that home's own keys."""
    os.environ["LOTS_HOME"] = str(home)
    settings.cache_clear()
    engine = make_engine(settings().database_url)
    with Session(engine) as session:
        yield session
        session.commit()
    engine.dispose()
    del os.environ["LOTS_HOME"]
    settings.cache_clear()


def numbers(database: Path) -> set[int]:
    with sqlite3.connect(database) as connection:
        return {row[0] for row in connection.execute("SELECT number FROM support_request")}


def test_a_backup_of_an_office_at_work_is_whole_and_has_all_that_was_kept_before_it_began(
    lots: Lots, office_home: Path, tmp_path: Path
) -> None:
    with at_work(office_home) as writer:
        writer.wait_for(5)
        for turn in range(2):
            before = set(writer.kept)
            process = in_a_process(office_home, "backup", str(tmp_path / f"{turn}.backup"))
            assert process.wait() == 0
            home = tmp_path / f"home{turn}"
            told = json.loads(lots(home, "restore", str(tmp_path / f"{turn}.backup"), "--json").done())
            assert told["schema"] == newest_version() and told["rows"]["support_request"] >= len(before)
            assert before <= numbers(home / "lots.db")
            with sqlite3.connect(home / "lots.db") as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            with office_in(home) as session:
                assert broken(session) == []
            writer.wait_for(2)
        while_writing = len(writer.kept)
    assert while_writing > 8, "the office did not stand still meanwhile"


def test_an_office_comes_back_whole_with_its_secrets_and_nobody_else_may_read_it(
    lots: Lots, backup: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    told = lots(home, "restore", str(backup)).done()
    assert "settings.env" in told
    office = backup.parent / "office"
    for name in ("secret_key", "data_key"):
        assert (home / name).read_text() == (office / name).read_text()
    assert (home / "backup_key").read_text() == KEY
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (home, *home.rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    found = {line.split()[1]: line.split()[0] for line in lots(home, "doctor").out.splitlines()}
    assert (found["database"], found["rules"]) == ("ok", "ok")
    assert lots(home, "db", "upgrade").done().split()[1] == newest_version()
    person = json.loads(lots(home, "person", "export", AKE).done())["person"]
    assert person["member_number"] == AKE and person["name"], "what was sealed in the database opens"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "office", "one.backup"], (
        "nothing is left beside it"
    )


def test_the_key_is_made_with_the_first_backup_and_shown_once(lots: Lots, tmp_path: Path) -> None:
    home = tmp_path / "home"
    lots(home, "db", "upgrade").done()
    first = lots(home, "backup", "first", "--json", LOTS_BACKUP_KEY="")
    second = lots(home, "backup", "second", "--json", LOTS_BACKUP_KEY="")
    key = (home / "backup_key").read_text()
    assert key in first.err and key not in first.out + second.out + second.err
    assert stat.S_IMODE((home / "backup_key").stat().st_mode) == 0o600
    assert key.encode() not in (tmp_path / "first").read_bytes()
    document = json.loads(second.done())
    assert document["bytes"] == (tmp_path / "second").stat().st_size
    lots(tmp_path / "other", "restore", "first", LOTS_BACKUP_KEY="").refused("LOTS_BACKUP_KEY is not set")
    assert json.loads(lots(tmp_path / "other", "restore", "first", "--json", LOTS_BACKUP_KEY=key).done())


def test_a_secret_that_the_environment_gives_comes_back_and_so_does_one_that_is_new_to_us(
    lots: Lots, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    given = {"LOTS_DATA_KEY": "a data key from the environment", "LOTS_SMTP_PASSWORD": "o'hemlig"}
    lots(home, "db", "upgrade", **given).done()
    (home / "prefect_password").write_text("lots:hemligt")
    (home / "home_id").write_text("it is this home's alone")
    (home / "up.json").write_text("{}")
    (home / "worker.log").write_text("not a secret")
    (home / "large").write_bytes(b"x" * 100_000)
    lots(home, "backup", "b", **given).done()
    lots(tmp_path / "new", "restore", "b").done()
    kept = {path.name for path in (tmp_path / "new").iterdir()}
    assert kept == {"backup_key", "data_key", "secret_key", "prefect_password", "lots.db", "settings.env"}
    assert (tmp_path / "new" / "data_key").read_text() == given["LOTS_DATA_KEY"]
    assert dotenv_values(tmp_path / "new" / "settings.env")["LOTS_SMTP_PASSWORD"] == "o'hemlig"


def test_what_cannot_be_restored_is_refused_in_a_sentence_and_leaves_nothing(
    lots: Lots, backup: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    content = backup.read_bytes()
    cut, changed, other = tmp_path / "cut", tmp_path / "changed", tmp_path / "other"
    cut.write_bytes(content[:-1])
    changed.write_bytes(content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])
    other.write_bytes(b"PK\x03\x04" + content)
    for arguments in ((), ("--verify",)):
        lots(home, "restore", str(cut), *arguments).refused(f"{cut}: is damaged or cut short")
        lots(home, "restore", str(changed), *arguments).refused(f"{changed}: is damaged or cut short")
        lots(home, "restore", str(other), *arguments).refused(f"{other}: is no backup of ours")
        lots(home, "restore", str(tmp_path / "none"), *arguments).refused(f"{tmp_path / 'none'}: No such file")
        wrong = lots(home, "restore", str(backup), *arguments, LOTS_BACKUP_KEY="another key altogether")
        wrong.refused("does not open with this LOTS_BACKUP_KEY")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["changed", "cut", "office", "one.backup", "other"]
    home.mkdir()
    (home / "note").write_text("mine")
    lots(home, "restore", str(backup)).refused(f"LOTS_HOME={home} is not empty (it holds note)")
    assert (home / "note").read_text() == "mine" and len(list(home.iterdir())) == 1


def test_a_check_tells_what_is_inside_and_leaves_the_empty_home_empty(lots: Lots, backup: Path, tmp_path: Path) -> None:
    told = json.loads(lots(tmp_path / "home", "restore", str(backup), "--verify", "--json").done())
    assert told["ok"] and told["schema"] == newest_version() and told["rows"]["network"] == 0
    assert {"lots.db", "secret_key", "data_key", "backup_key", "settings.env"} == set(told["files"])
    assert not (tmp_path / "home").exists()


def test_a_backup_of_a_newer_database_is_refused(lots: Lots, tmp_path: Path) -> None:
    home = tmp_path / "home"
    lots(home, "db", "upgrade").done()
    with sqlite3.connect(home / "lots.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    lots(home, "backup", str(tmp_path / "newer")).done()
    lots(tmp_path / "new", "restore", str(tmp_path / "newer")).refused(
        "its database is at 9999, and this version of lots"
    )
    assert not (tmp_path / "new").exists()


def test_another_database_is_backed_up_by_its_own_tools(lots: Lots, tmp_path: Path) -> None:
    foreign = {
        "LOTS_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/lots",
        "LOTS_SECRET_KEY": "a secret for tests only",
        "LOTS_DATA_KEY": "a key for tests only",
    }
    lots(tmp_path / "home", "backup", "b", **foreign).refused("pg_dump")
    lots(tmp_path / "home", "restore", "b", **foreign).refused("pg_restore")


def test_a_backup_never_writes_over_another_and_says_where_it_cannot_be(
    lots: Lots, backup: Path, tmp_path: Path
) -> None:
    home = backup.parent / "office"
    before = backup.read_bytes()
    lots(home, "backup", str(backup)).refused("is there already; choose another name")
    assert backup.read_bytes() == before
    lots(home, "backup", str(tmp_path / "no" / "b")).refused("its folder is missing")
    lots(tmp_path / "home", "backup", str(tmp_path / "b")).refused("run `lots db upgrade` first")
    lots(home, "backup", str(tmp_path / "b"), LOTS_BACKUP_KEY="short").refused("LOTS_BACKUP_KEY is too short")


def test_a_backup_killed_in_the_middle_leaves_no_half_file_and_the_next_one_tidies(lots: Lots, tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "b"
    lots(home, "db", "upgrade").done()
    with sqlite3.connect(home / "lots.db") as connection:  # something that takes a while to seal
        connection.execute("CREATE TABLE heavy (content BLOB)")
        connection.executemany("INSERT INTO heavy VALUES (?)", ((os.urandom(1_000_000),) for _ in range(60)))
    connection.close()
    for sign in ("copying", "sealing"):
        process = in_a_process(home, "backup", str(file))
        seen = {"copying": lambda: any(home.glob(f"{COPIES}*/lots.db")), "sealing": (tmp_path / ".b.part").exists}[sign]
        while not seen():
            assert process.poll() is None, "it was too fast to be killed"
            time.sleep(0.001)
        process.kill()
        process.wait()
        assert not file.exists()
        assert any(home.glob(f"{COPIES}*"))
    lots(home, "backup", str(file)).done()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "home"]
    assert not any(home.glob(f"{COPIES}*"))
    assert json.loads(lots(home, "restore", str(file), "--verify", "--json").done())["ok"]


def test_a_disk_that_is_full_is_told_and_leaves_no_half_file(backup: Path, tmp_path: Path) -> None:
    home = backup.parent / "office"
    small = (100_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
    command = (sys.executable, "-m", "deployments", "backup", str(tmp_path / "b"))
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment(home), cwd=tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, small),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert "disken är full" in done.stderr and done.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["office", "one.backup"]
    assert not any(home.glob(f"{COPIES}*"))


def test_mail_that_may_have_gone_since_the_backup_waits_for_staff_and_none_goes_twice_by_itself(
    lots: Lots, office_home: Path, tmp_path: Path
) -> None:
    with office_in(office_home) as session:
        ask(session)
        ask(session, "2031-03-03", place="Boden", municipality="Boden", member_number=MARIT, co_organisers="")
    lots(office_home, "backup", "b").done()
    told = json.loads(lots(tmp_path / "new", "restore", "b", "--json").done())
    with office_in(tmp_path / "new") as session:
        receipts = {mail.created_at.year: mail for mail in mails(session, "receipt")}
        assert (receipts[2026].status, receipts[2026].reason) == (MailStatus.in_doubt, "restored")
        assert receipts[2031].status == MailStatus.queued, "it could not have gone yet"
        number = str(receipts[2026].id)
    counts = json.loads(lots(tmp_path / "new", "outbox", "--json").done())
    assert counts["in_doubt"] == told["mails_in_doubt"] >= 1
    lots(tmp_path / "new", "outbox", "settle", "sent", number).done()
    assert json.loads(lots(tmp_path / "new", "outbox", "--json").done())["sent"] == 1
