"""`lots inbox explain`: what the inbox would make of a message, and why, as the inbox itself decides it."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from deployments.cli.app import main
from models.db.engine import reading
from models.settings import Settings, settings
from models.tables.incoming_mail import IncomingMail
from models.tables.mail import MailStatus, OutgoingMail
from models.tables.person import EmailStatus, Person
from tests.inboxes import an_asked_network, answers, reply
from tests.mail_samples import LINE, names, sample

KINDS = {"bounce": "bounce", "refused": "not_delivered", "delayed": "soft", "auto": "auto_reply", "reply": "answer"}
KINDS |= {"human": "staff", "complaint": "staff"}
EVERY = [(name, kind) for prefix, kind in KINDS.items() for name in names(prefix)]


@pytest.fixture(autouse=True)
def _returned_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTS_MAIL_RETURN_PATH", "studs+{id}@kansliet.example.org")
    settings.cache_clear()


def explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *files: Path
) -> list[dict[str, str]]:
    monkeypatch.setattr("sys.argv", ["lots", "inbox", "explain", *map(str, files), "--json"])
    main()
    told: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return told


def written(folder: Path, name: str, raw: bytes) -> Path:
    file = folder / f"{name}.eml"
    file.write_bytes(raw)
    return file


def test_every_sample_is_told_as_what_the_inbox_makes_of_it_in_the_order_asked(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mail = an_asked_network()
    files = [written(tmp_path, name, sample(name, mail.id)) for name, _ in EVERY]
    told = explained(monkeypatch, capsys, *files)
    assert [(one["file"], one["kind"]) for one in told] == [
        (str(file), kind) for file, (_, kind) in zip(files, EVERY, strict=True)
    ]
    assert all(one["why"].endswith(".") and "känner inte" not in one["why"] for one in told)


def test_looking_changes_nothing(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mail = an_asked_network()
    explained(monkeypatch, capsys, *(written(tmp_path, name, sample(name, mail.id)) for name, _ in EVERY))
    with reading() as session:
        assert session.get_one(OutgoingMail, mail.id).status == MailStatus.sent
        person = session.get_one(Person, mail.person_id)
        assert (person.email_status, person.reminders_stopped_at) == (EmailStatus.ok, None)
        assert session.exec(select(IncomingMail)).all() == []
    assert answers() == []


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_of_a_mail_that_the_database_does_not_know_it_tells_what_the_message_is_by_itself(
    office: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    kind: str,
) -> None:
    [told] = explained(monkeypatch, capsys, written(tmp_path, name, sample(name, uuid4())))
    assert told["kind"] == kind


def test_in_a_trial_where_any_day_may_be_today_so_may_the_day_that_is_told(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mail = an_asked_network()
    file = written(tmp_path, "x", reply(LINE.replace("2026-12-01", "2031-12-01"), refers_to=mail.id))
    for trial, kind in (("0", "staff"), ("1", "answer")):
        monkeypatch.setenv("LOTS_TRIAL", trial)
        settings.cache_clear()
        assert [one["kind"] for one in explained(monkeypatch, capsys, file)] == [kind]


def test_it_says_that_the_mail_is_not_known_here(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [told] = explained(monkeypatch, capsys, written(tmp_path, "x", sample("bounce-postfix", uuid4())))
    assert told["why"] == (
        "Servern säger att adressen inte finns eller inte används mer. "
        "Den här databasen känner inte mejlet som det gäller."
    )


@pytest.mark.parametrize(
    ("raw", "kind", "why"),
    [
        (
            lambda mail: reply(sender="nagon@example.net", refers_to=mail),
            "staff",
            "inte säkert från den som fick frågan",
        ),
        (lambda mail: reply("Ring mig!", refers_to=mail), "staff", "något annat än de fem svaren"),
        (lambda mail: reply(LINE.replace(" 9;", " 900;"), refers_to=mail), "staff", "går inte ihop"),
        (lambda mail: sample("forged", mail), "staff", "säger vilket mejl"),
        (lambda mail: b"\xff\xfe\x00 not a mail", "staff", "något annat"),
    ],
)
def test_it_tells_why_a_human_has_to_look(
    office: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raw: Any,
    kind: str,
    why: str,
) -> None:
    mail = an_asked_network()
    [told] = explained(monkeypatch, capsys, written(tmp_path, "x", raw(mail.id)))
    assert told["kind"] == kind and why in told["why"]


def test_where_there_is_no_database_none_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOTS_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("LOTS_LANGUAGE", "en")
    monkeypatch.delenv("LOTS_DATABASE_URL", raising=False)
    settings.cache_clear()
    [told] = explained(monkeypatch, capsys, written(tmp_path, "x", sample("refused-quota", uuid4())))
    assert told["kind"] == "not_delivered"
    assert told["why"].startswith("The recipient's mailbox is full; the address is good.")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("name", ["there-is-none.eml", "."])
def test_a_file_that_cannot_be_read_is_told_in_one_line(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    good = written(tmp_path, "x", sample("refused-quota", uuid4()))
    monkeypatch.setattr("sys.argv", ["lots", "inbox", "explain", str(good), str(tmp_path / name), "--json"])
    with pytest.raises(SystemExit) as stopped:
        main()
    out, err = capsys.readouterr()
    assert (stopped.value.code, out) == (2, "")
    assert err.count("\n") == 1 and str(tmp_path / name) in err
