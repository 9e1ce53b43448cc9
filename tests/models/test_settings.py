"""Start-up: what cannot work is refused in one sentence that names the variable."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.db.crypto import decrypt, encrypt, seal, unseal
from models.errors import SettingsError
from models.settings import settings

LONG = "x" * 32


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setenv("LOTS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("LOTS_SECRET_KEY")
    monkeypatch.delenv("LOTS_DATA_KEY")
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"LOTS_SMTP_HOST": "mail.example.org"}, "LOTS_SMTP_TLS=none would send"),
        ({"LOTS_SMTP_PORT": "high"}, "LOTS_SMTP_PORT is not usable"),
        ({"LOTS_SMTP_TLS": "maybe"}, "LOTS_SMTP_TLS is not usable"),
        ({"LOTS_INBOX": "imap://mail.example.org"}, "LOTS_INBOX=imap://… would read members' mail unencrypted"),
        ({"LOTS_INBOX": "pop3://mail.example.org"}, "LOTS_INBOX is not usable: write a Maildir folder, imaps://host"),
        ({"LOTS_INBOX": "imaps://"}, "LOTS_INBOX is not usable"),
        ({"LOTS_INBOX": "imaps://mail.example.org:x"}, "LOTS_INBOX is not usable"),
        ({"LOTS_INBOX": "imaps://mail.example.org/Arkiv"}, "LOTS_INBOX is not usable"),
        ({"LOTS_MAIL_RETURN_PATH": "studs@example.org"}, "LOTS_MAIL_RETURN_PATH is not usable: write an address with"),
        ({"LOTS_MAIL_RETURN_PATH": "studs+{id}"}, "LOTS_MAIL_RETURN_PATH is not usable"),
        ({"LOTS_MAIL_RETURN_PATH": "studs@{id}.example.org"}, "LOTS_MAIL_RETURN_PATH is not usable"),
        ({"LOTS_MAIL_RETURN_PATH": f"{'x' * 33}{{id}}@example.org"}, "LOTS_MAIL_RETURN_PATH is not usable"),
        ({"LOTS_DATABASE_URL": "postgresql+psycopg://x@localhost/x"}, "LOTS_SECRET_KEY is not set"),
        (
            {"LOTS_DATABASE_URL": "postgresql+psycopg://x@localhost/x", "LOTS_SECRET_KEY": LONG},
            "LOTS_DATA_KEY is not set",
        ),
        (
            {"LOTS_DATABASE_URL": "sqlite:////tmp/other.db", "LOTS_SECRET_KEY": LONG, "LOTS_DATA_KEY": f"{LONG},abc"},
            "LOTS_DATA_KEY is too short",
        ),
    ],
)
def test_what_cannot_work_is_refused(environment: pytest.MonkeyPatch, variables: dict[str, str], sentence: str) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)
    with pytest.raises(SettingsError, match=sentence):
        settings()


def test_a_password_in_the_inboxs_address_is_refused_and_not_repeated(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LOTS_INBOX", "imaps://kansli:hemligt@mail.example.org")
    with pytest.raises(SettingsError) as refused:
        settings()
    assert "hemligt" not in str(refused.value) and "LOTS_INBOX_PASSWORD" in str(refused.value)


@pytest.mark.parametrize(
    "inbox", ["", "imap://localhost", "imap://127.0.0.1:1143", "imap://[::1]/", "imaps://x.example"]
)
def test_an_inbox_is_off_or_an_address(environment: pytest.MonkeyPatch, inbox: str) -> None:
    environment.setenv("LOTS_INBOX", inbox)
    assert settings().inbox == inbox


def test_an_inbox_that_is_a_folder_does_not_move_with_whoever_asks(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("LOTS_INBOX", "Maildir")
    assert settings().inbox == str(tmp_path / "Maildir")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_mail_server_on_this_machine_needs_no_tls(environment: pytest.MonkeyPatch, host: str) -> None:
    environment.setenv("LOTS_SMTP_HOST", host)
    assert settings().smtp_tls == "none"


def test_the_embedded_database_gets_secrets_of_its_own_that_stay_and_only_the_owner_reads(
    environment: pytest.MonkeyPatch,
) -> None:
    first = settings()
    assert first.embedded and len(first.secret_key) > 30 and first.secret_key != first.data_key
    assert {path.stat().st_mode & 0o777 for path in (first.home / "secret_key", first.home / "data_key")} == {0o600}
    settings.cache_clear()
    assert settings().secret_key == first.secret_key
    assert sorted(path.name for path in first.home.iterdir()) == ["data_key", "secret_key"]


@pytest.mark.parametrize(("encrypt", "decrypt"), [(encrypt, decrypt), (seal, unseal)], ids=["columns", "bytes"])
def test_a_new_data_key_writes_and_the_old_one_still_reads(
    environment: pytest.MonkeyPatch, encrypt: Callable[[bytes], bytes], decrypt: Callable[[bytes], bytes]
) -> None:
    environment.setenv("LOTS_DATA_KEY", "the old key of the office")
    old = encrypt("Åsa".encode())
    environment.setenv("LOTS_DATA_KEY", "the new key of the office, the old key of the office")
    settings.cache_clear()
    assert decrypt(old).decode() == "Åsa"
    new = encrypt(b"x")
    environment.setenv("LOTS_DATA_KEY", "the old key of the office")
    settings.cache_clear()
    with pytest.raises(SettingsError, match="LOTS_DATA_KEY does not open"):
        decrypt(new)


def test_settings_are_read_from_a_file_beside_the_program(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LOTS_MAIL_FROM=Kansliet <kansli@example.org>\nLOTS_PUBLIC_URL=https://x.example/\n")
    assert settings().mail_reply_to == "Kansliet <kansli@example.org>"
    assert settings().public_url == "https://x.example"
