"""Settings from the environment or `.env`, all with the prefix `LOTS_`; what cannot work is refused at start."""

import os
import secrets
from contextlib import suppress
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.errors import SettingsError

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SHORTEST_SECRET = 16
LONGEST_LOCAL_PART = 64  # RFC 5321 section 4.5.3.1.1


class Settings(BaseSettings):
    """What an installation can choose. Names and defaults are part of the contract with scripts outside."""

    model_config = SettingsConfigDict(env_prefix="LOTS_", env_file=".env", extra="ignore")

    home: Path = Path(".lots")
    database_url: str = ""
    smtp_host: str = "localhost"
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_username: str = ""
    smtp_password: str = ""
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    smtp_connections: int = Field(8, ge=1, le=200)
    smtp_rate: float = Field(0, ge=0, description="mails a second, 0 = no limit")
    mail_from: str = "Natverkslots <natverk@localhost>"
    mail_reply_to: str = ""
    mail_return_path: str = ""
    inbox: str = ""
    inbox_username: str = ""
    inbox_password: str = ""
    public_url: str = ""
    prefect_ui_url: str = Field("", description="where staff's browsers reach Prefect; default: as its API")
    web_port: int = Field(8080, ge=0, le=65535)
    web_host: str = Field("127.0.0.1", description="where the founders' pages listen")
    trusted_proxy: str = Field(
        "", description="addresses whose X-Forwarded-* and identity header count, comma-separated"
    )
    identity_header: str = Field(
        "", description="the proxy's header that tells staff's address; only from trusted_proxy"
    )
    prefect_host: str = Field("127.0.0.1", description="where `lots up` lets Prefect's UI listen")
    prefect_port: int = Field(4200, ge=1, le=65535)
    secret_key: str = ""
    data_key: str = ""
    backup_key: str = Field("", description="opens the backups; made in LOTS_HOME with the first, kept elsewhere too")
    backup_dir: Path = Field(Path(), description="where the nightly backups go; default: LOTS_HOME/backups")
    language: Literal["sv", "en"] = "sv"
    trial: bool = Field(False, description="any as_of is taken: nobody's life is in this database")

    @model_validator(mode="after")
    def _paths_and_urls_are_whole(self) -> "Settings":
        self.home = self.home.expanduser().resolve()
        self.backup_dir = self.home / "backups" if self.backup_dir == Path() else self.backup_dir.expanduser().resolve()
        self.database_url = self.database_url or f"sqlite:///{self.home / 'lots.db'}"
        self.public_url = (self.public_url or f"http://localhost:{self.web_port}").rstrip("/")
        self.mail_reply_to = self.mail_reply_to or self.mail_from
        if self.inbox and "://" not in self.inbox:
            self.inbox = str(Path(self.inbox).expanduser().resolve())
        return self

    @property
    def embedded(self) -> bool:
        """Whether the database is the SQLite file that natverkslots itself keeps in LOTS_HOME."""
        return self.database_url == f"sqlite:///{self.home / 'lots.db'}"

    @property
    def trusted_proxies(self) -> list[IPv4Network | IPv6Network]:
        """Whose word about who asks is taken: without a choice, a proxy on this machine. Raises ValueError."""
        chosen = self.trusted_proxy or "127.0.0.1, ::1"
        return [ip_network(one.strip(), strict=False) for one in chosen.split(",") if one.strip()]

    @property
    def data_keys(self) -> list[str]:
        """LOTS_DATA_KEY as a list: the first writes, all read."""
        return [key.strip() for key in self.data_key.split(",") if key.strip()]


def _keep_own_secrets(settings: Settings) -> None:
    """Give the embedded database secrets of its own, made once and kept in LOTS_HOME, readable by its owner only.

    A default known from the source code would encrypt nothing.
    """
    for name in ("secret_key", "data_key"):
        if not getattr(settings, name):
            setattr(settings, name, made_once(settings.home / name, secrets.token_urlsafe(32)))


def made_once(path: Path, fresh: str) -> str:
    """What stands in a file of LOTS_HOME; `fresh`, where there is none yet. Readable by its owner only."""
    with suppress(FileNotFoundError):  # what is there is read on a full or read-only disk too
        return path.read_text().strip()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written beside and linked into place: another process never sees half of it.
    beside = path.with_suffix(f".{os.getpid()}")
    try:
        beside.touch(mode=0o600)
        beside.write_text(fresh)
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink(missing_ok=True)
    return path.read_text().strip()


def _refuse_what_is_unsafe(settings: Settings) -> None:
    if settings.smtp_tls == "none" and settings.smtp_host not in LOOPBACK:
        raise SettingsError(
            f"LOTS_SMTP_TLS=none would send members' mail unencrypted to {settings.smtp_host}: "
            "set LOTS_SMTP_TLS=starttls or tls, or use a mail server on this machine."
        )
    if settings.backup_key and len(settings.backup_key) < SHORTEST_SECRET:
        raise SettingsError(f"LOTS_BACKUP_KEY is too short: use at least {SHORTEST_SECRET} characters.")
    _refuse_proxy(settings)
    _refuse_inbox(settings.inbox)
    _refuse_return_path(settings.mail_return_path)
    if settings.embedded:
        return
    _refuse_database(settings.database_url)
    for name, value in (("LOTS_SECRET_KEY", settings.secret_key), ("LOTS_DATA_KEY", settings.data_key)):
        if not value:
            raise SettingsError(
                f"{name} is not set, and LOTS_DATABASE_URL is not the embedded database: set {name} to a long random "
                'text, for example from: python -c "import secrets; print(secrets.token_urlsafe(32))"'
            )
    for name, keys in (("LOTS_SECRET_KEY", [settings.secret_key]), ("LOTS_DATA_KEY", settings.data_keys)):
        if any(len(key) < SHORTEST_SECRET for key in keys):
            raise SettingsError(f"{name} is too short: use at least {SHORTEST_SECRET} characters.")


def _refuse_proxy(settings: Settings) -> None:
    """Whoever may tell who somebody is, is named: not just anybody on this machine."""
    if settings.identity_header and not settings.trusted_proxy:
        raise SettingsError(
            "LOTS_IDENTITY_HEADER is set, and LOTS_TRUSTED_PROXY is not: anybody could say who they are. "
            "Set LOTS_TRUSTED_PROXY to the address of the proxy that sets the header."
        )
    try:
        settings.trusted_proxies  # noqa: B018 (read to see that it can be)
    except ValueError:
        raise SettingsError(
            "LOTS_TRUSTED_PROXY is not usable: write addresses or networks such as 10.0.0.5, 10.1.0.0/24."
        ) from None


def _refuse_database(url: str) -> None:
    """The two databases that natverkslots works on; the address is not repeated, as it may hold a password."""
    try:
        usable = url.startswith("sqlite:///") or (
            url.startswith("postgresql+psycopg://") and (urlsplit(url).port or 1) > 0
        )
    except ValueError:  # a port that is no number
        usable = False
    if not usable:
        raise SettingsError(
            "LOTS_DATABASE_URL is not usable: write postgresql+psycopg://USER:PASSWORD@HOST:PORT/NAME or "
            "sqlite:////PATH/TO/FILE, or leave it empty for the embedded one."
        )


def _refuse_inbox(inbox: str) -> None:
    """An inbox is a Maildir folder or a mail server; what looks like a password in the address is never repeated."""
    if "://" not in inbox:
        return
    try:
        address = urlsplit(inbox)
        host, _ = address.hostname, address.port
    except ValueError:
        host = None
    if not host or address.scheme not in ("imap", "imaps") or address.path.strip("/") or address.username is not None:
        raise SettingsError(
            "LOTS_INBOX is not usable: write a Maildir folder, imaps://host or imaps://host:port, "
            "and put the login in LOTS_INBOX_USERNAME and LOTS_INBOX_PASSWORD."
        )
    if address.scheme == "imap" and host not in LOOPBACK:
        raise SettingsError(
            f"LOTS_INBOX=imap://… would read members' mail unencrypted from {host}: "
            "write imaps://, or use a mail server on this machine."
        )


def _refuse_return_path(pattern: str) -> None:
    user, _, domain = pattern.rpartition("@")
    usable = user.count("{id}") == 1 and domain and "{" not in domain and pattern.isascii() and " " not in pattern
    if pattern and not (usable and len(user.replace("{id}", "x" * 32)) <= LONGEST_LOCAL_PART):
        raise SettingsError(
            "LOTS_MAIL_RETURN_PATH is not usable: write an address with {id} before the @, "
            "such as studs+{id}@natverk.example.org, or leave it empty."
        )


def chosen_settings() -> Settings:
    """What environment and `.env` say now; nothing is made in LOTS_HOME.

    Raises SettingsError with one sentence that names the variable and says what to do.
    """
    try:
        loaded = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"LOTS_{'_'.join(str(part) for part in first['loc'])}".upper()
        raise SettingsError(f"{name} is not usable: {first['msg']}.") from None
    _refuse_what_is_unsafe(loaded)
    return loaded


@cache
def settings() -> Settings:
    """The settings of this process, read once. Raises SettingsError as `chosen_settings` does."""
    loaded = chosen_settings()
    if loaded.embedded:
        _keep_own_secrets(loaded)
    return loaded
