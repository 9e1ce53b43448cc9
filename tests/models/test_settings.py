"""Start-up: what cannot work is refused in one sentence that names the variable."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from models.db.crypto import decrypt, encrypt, seal, unseal
from models.errors import SettingsError
from models.oauth.client import oauth_client
from models.settings import settings
from tests.oauth_server import certified

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


MAIL = {"LOTS_SMTP_AUTH": "oauth2", "LOTS_SMTP_USERNAME": "kansli@example.org"}
URL = {"LOTS_OAUTH_TOKEN_URL": "https://login.example.org/token"}
CLIENT = {"LOTS_OAUTH_CLIENT_ID": "a client"}
SECRET = {"LOTS_OAUTH_CLIENT_SECRET": "a secret"}
MICROSOFT = {"LOTS_OAUTH_PROVIDER": "microsoft", "LOTS_OAUTH_TENANT": "example.org"}


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"LOTS_SMTP_AUTH": "kerberos"}, "LOTS_SMTP_AUTH is not usable"),
        ({"LOTS_SMTP_AUTH": "oauth2"}, "LOTS_SMTP_AUTH=oauth2 needs LOTS_SMTP_USERNAME"),
        ({"LOTS_INBOX_AUTH": "oauth2", "LOTS_INBOX": "imaps://x.example"}, "needs LOTS_INBOX_USERNAME"),
        ({"LOTS_INBOX_AUTH": "oauth2", "LOTS_INBOX": "Maildir"}, "LOTS_INBOX_AUTH=oauth2 is for a mail server"),
        (MAIL, "no token server: set LOTS_OAUTH_PROVIDER to microsoft or google, or LOTS_OAUTH_TOKEN_URL"),
        (MAIL | {"LOTS_OAUTH_PROVIDER": "yahoo"}, "LOTS_OAUTH_PROVIDER is not usable"),
        (MAIL | {"LOTS_OAUTH_PROVIDER": "microsoft"}, "LOTS_OAUTH_TENANT is not usable"),
        (MAIL | MICROSOFT | {"LOTS_OAUTH_TENANT": "a/b"}, "LOTS_OAUTH_TENANT is not usable"),
        (MAIL | MICROSOFT | {"LOTS_OAUTH_TENANT": "common"}, "LOTS_OAUTH_TENANT is not usable"),
        (MAIL | MICROSOFT, "LOTS_OAUTH_CLIENT_ID is not set"),
        (MAIL | MICROSOFT | CLIENT, "nothing to show the token server: set LOTS_OAUTH_CLIENT_SECRET, "),
        (MAIL | CLIENT | SECRET | {"LOTS_OAUTH_PROVIDER": "google"}, "Google gives no tokens like that"),
        (MAIL | CLIENT | SECRET | {"LOTS_OAUTH_TOKEN_URL": "http://x.example/"}, "LOTS_OAUTH_TOKEN_URL is not usable"),
        (MAIL | CLIENT | SECRET | {"LOTS_OAUTH_TOKEN_URL": "https://x:[/"}, "LOTS_OAUTH_TOKEN_URL is not usable"),
        (MAIL | URL | CLIENT | {"LOTS_OAUTH_CLIENT_KEY": "none.pem"}, "LOTS_OAUTH_CLIENT_KEY is not usable"),
        (MAIL | URL | CLIENT | {"LOTS_OAUTH_CLIENT_KEY": "certificate.pem"}, "LOTS_OAUTH_CLIENT_KEY is not usable"),
        (MAIL | URL | CLIENT | {"LOTS_OAUTH_CLIENT_KEY": "locked.pem"}, "LOTS_OAUTH_CLIENT_KEY is not usable"),
        (MAIL | URL | CLIENT | {"LOTS_OAUTH_CLIENT_KEY": "other.json"}, "LOTS_OAUTH_CLIENT_KEY is not usable"),
        (
            MAIL | URL | CLIENT | SECRET | {"LOTS_OAUTH_CLIENT_KEY": "client.pem"},
            "LOTS_OAUTH_CLIENT_SECRET and LOTS_OAUTH_CLIENT_KEY do not go together",
        ),
        (
            MAIL | {"LOTS_OAUTH_CLIENT_KEY": "google.json", "LOTS_OAUTH_REFRESH_TOKEN": "x"},
            "LOTS_OAUTH_REFRESH_TOKEN and LOTS_OAUTH_CLIENT_KEY do not go together",
        ),
    ],
)
def test_oauth_that_cannot_work_is_refused(
    environment: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str], sentence: str
) -> None:
    path, certificate = certified(tmp_path)
    (tmp_path / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    key = ec.generate_private_key(ec.SECP256R1())
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    (tmp_path / "locked.pem").write_bytes(locked)
    (tmp_path / "other.json").write_text('{"type": "authorized_user"}')
    told = {"private_key": path.read_text(), "client_email": "lots@example.org"}
    (tmp_path / "google.json").write_text(json.dumps(told | {"token_uri": URL["LOTS_OAUTH_TOKEN_URL"]}))
    for name, value in variables.items():
        environment.setenv(name, value)
    with pytest.raises(SettingsError, match=re.escape(sentence)) as refused:
        settings()
    assert "a secret" not in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "variables",
    [
        MICROSOFT | CLIENT | SECRET,
        MICROSOFT | CLIENT | {"LOTS_OAUTH_CLIENT_KEY": "client.pem"},
        MICROSOFT | CLIENT | {"LOTS_OAUTH_TENANT": "common", "LOTS_OAUTH_REFRESH_TOKEN": "x"},
        URL | CLIENT | SECRET,
        CLIENT | SECRET | {"LOTS_OAUTH_TOKEN_URL": "http://127.0.0.1:8080/token"},
        CLIENT | {"LOTS_OAUTH_PROVIDER": "google", "LOTS_OAUTH_CLIENT_KEY": "client.pem"},
        CLIENT | SECRET | {"LOTS_OAUTH_PROVIDER": "google", "LOTS_OAUTH_REFRESH_TOKEN": "x"},
    ],
)
def test_what_an_office_may_show_a_token_server(
    environment: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str]
) -> None:
    certified(tmp_path)
    for name, value in (MAIL | variables).items():
        environment.setenv(name, value)
    assert settings().smtp_auth == "oauth2"


def test_a_providers_name_fills_in_its_token_server_and_what_the_token_is_for(
    environment: pytest.MonkeyPatch,
) -> None:
    for name, value in (MICROSOFT | CLIENT | SECRET).items():
        environment.setenv(name, value)
    made = oauth_client(settings().oauth)
    told = "https://login.microsoftonline.com/example.org/oauth2/v2.0/token", "https://outlook.office365.com/.default"
    assert (made.token_url, made.scope) == told


def test_no_secret_stands_in_the_settings_own_words(environment: pytest.MonkeyPatch) -> None:
    secrets = (
        "SMTP_PASSWORD",
        "INBOX_PASSWORD",
        "OAUTH_CLIENT_SECRET",
        "OAUTH_REFRESH_TOKEN",
        "BACKUP_KEY",
        "REGISTER_TOKEN",
    )
    for name in secrets:
        environment.setenv(f"LOTS_{name}", "a secret that nobody reads")
    assert "nobody reads" not in f"{settings()!r} {settings()} {settings().oauth!r}"
    assert settings().secret_key not in repr(settings())


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
