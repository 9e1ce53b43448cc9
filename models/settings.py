"""Settings from the environment or `.env`, all with the prefix `LOTS_`; what cannot work is refused at start."""

import os
import secrets
from contextlib import suppress
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.errors import SettingsError
from models.loopback import LOOPBACK
from models.oauth.client import OAuthChoice, Provider, oauth_client

Auth = Literal["password", "oauth2"]
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
    smtp_password: str = Field("", repr=False)
    smtp_auth: Auth = "password"
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    smtp_connections: int = Field(8, ge=1, le=200)
    smtp_rate: float = Field(0, ge=0, description="mails a second, 0 = no limit")
    mail_from: str = "Natverkslots <natverk@localhost>"
    mail_reply_to: str = ""
    mail_return_path: str = ""
    dkim_selector: str = Field("", description="under which the sender's domain signs; default: Microsoft's, Google's")
    inbox: str = ""
    inbox_username: str = ""
    inbox_password: str = Field("", repr=False)
    inbox_auth: Auth = "password"
    oauth_provider: Provider = Field("", description="fills in the token server and the scope")
    oauth_tenant: str = Field("", description="the organisation's directory at Microsoft")
    oauth_token_url: str = ""
    oauth_client_id: str = ""
    oauth_client_secret: str = Field("", repr=False)
    oauth_client_key: str = Field("", description="a file: PEM, with its certificate for Microsoft, or Google's JSON")
    oauth_scope: str = ""
    oauth_refresh_token: str = Field("", repr=False)
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
    secret_key: str = Field("", repr=False)
    hash_key: str = Field("", repr=False, description="finds members by their number; default: secret_key's last")
    data_key: str = Field("", repr=False)
    backup_key: str = Field(
        "", repr=False, description="opens the backups; made in LOTS_HOME with the first, and kept elsewhere"
    )
    backup_dir: Path = Field(Path(), description="where the nightly backups go; default: LOTS_HOME/backups")
    register_from: str = Field("", description="a file, a folder (its newest file) or https://…; taken in every night")
    register_token: str = Field("", repr=False, description="for the address: a bearer token, or user:password")
    register_complete: bool = Field(False, description="it is the whole register: who is not in it has left")
    metrics_token: str = Field("", repr=False, description="lets a monitor on another machine read /metrics")
    language: Literal["sv", "en"] = "sv"
    trial: bool = Field(False, description="any as_of is taken: nobody's life is in this database")

    @model_validator(mode="after")
    def _paths_and_urls_are_whole(self) -> "Settings":
        self.home = self.home.expanduser().resolve()
        self.backup_dir = self.home / "backups" if self.backup_dir == Path() else self.backup_dir.expanduser().resolve()
        self.database_url = self.database_url or f"sqlite:///{self.home / 'lots.db'}"
        self.public_url = (self.public_url or f"http://localhost:{self.web_port}").rstrip("/")
        self.mail_reply_to = self.mail_reply_to or self.mail_from
        if self.register_from and "://" not in self.register_from:
            self.register_from = str(Path(self.register_from).expanduser().resolve())
        if self.inbox and "://" not in self.inbox:
            self.inbox = str(Path(self.inbox).expanduser().resolve())
        if self.oauth_client_key:
            self.oauth_client_key = str(Path(self.oauth_client_key).expanduser().resolve())
        return self

    @property
    def embedded(self) -> bool:
        """Whether the database is the SQLite file that natverkslots itself keeps in LOTS_HOME."""
        return self.database_url == f"sqlite:///{self.home / 'lots.db'}"

    @property
    def oauth(self) -> OAuthChoice:
        """LOTS_OAUTH_* as one."""
        return OAuthChoice(
            self.oauth_provider,
            self.oauth_tenant,
            self.oauth_token_url,
            self.oauth_client_id,
            self.oauth_client_secret,
            self.oauth_client_key,
            self.oauth_scope,
            self.oauth_refresh_token,
        )

    @property
    def trusted_proxies(self) -> list[IPv4Network | IPv6Network]:
        """Whose word about who asks is taken: without a choice, a proxy on this machine. Raises ValueError."""
        chosen = self.trusted_proxy or "127.0.0.1, ::1"
        return [ip_network(one.strip(), strict=False) for one in chosen.split(",") if one.strip()]

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The keys of LOTS_SECRET_KEY: the first signs links, all open them."""
        return _listed(self.secret_key)

    @property
    def lasting_key(self) -> str:
        """What hashes and Prefect's blocks are keyed with for good, however often LOTS_SECRET_KEY changes."""
        return self.hash_key or self.secret_keys[-1]

    @property
    def data_keys(self) -> tuple[str, ...]:
        """The keys of LOTS_DATA_KEY: the first writes, all read."""
        return _listed(self.data_key)


@cache
def _listed(keys: str) -> tuple[str, ...]:
    return tuple(key.strip() for key in keys.split(",") if key.strip())


def _keep_own_secrets(settings: Settings) -> None:
    """Give the embedded database secrets of its own, made once and kept in LOTS_HOME, readable by its owner only.

    A default known from the source code would encrypt nothing.
    """
    for name in ("secret_key", "data_key"):
        if not getattr(settings, name):
            setattr(settings, name, made_once(settings.home / name, secrets.token_urlsafe(32)))
    with suppress(FileNotFoundError):
        settings.hash_key = settings.hash_key or (settings.home / "hash_key").read_text().strip()


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
    _refuse_oauth(settings)
    _refuse_register(settings.register_from)
    if settings.embedded:
        return
    _refuse_database(settings.database_url)
    for name, value in (("LOTS_SECRET_KEY", settings.secret_key), ("LOTS_DATA_KEY", settings.data_key)):
        if not value:
            raise SettingsError(
                f"{name} is not set, and LOTS_DATABASE_URL is not the embedded database: set {name} to a long random "
                'text, for example from: python -c "import secrets; print(secrets.token_urlsafe(32))"'
            )
    for name, keys in (("LOTS_SECRET_KEY", settings.secret_keys), ("LOTS_DATA_KEY", settings.data_keys)):
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


def _without_login(text: str, *schemes: str) -> SplitResult | None:
    """The address that names a host and holds no login; None for any other."""
    try:
        address = urlsplit(text)
        usable = address.hostname and address.scheme in schemes and address.username is None and (address.port or 1) > 0
    except ValueError:  # a port that is no number
        usable = False
    return address if usable else None


def _refuse_inbox(inbox: str) -> None:
    """An inbox is a Maildir folder or a mail server; what looks like a password in the address is never repeated."""
    if "://" not in inbox:
        return
    address = _without_login(inbox, "imap", "imaps")
    if address is None or address.path.strip("/"):
        raise SettingsError(
            "LOTS_INBOX is not usable: write a Maildir folder, imaps://host or imaps://host:port, "
            "and put the login in LOTS_INBOX_USERNAME and LOTS_INBOX_PASSWORD."
        )
    if address.scheme == "imap" and address.hostname not in LOOPBACK:
        raise SettingsError(
            f"LOTS_INBOX=imap://… would read members' mail unencrypted from {address.hostname}: "
            "write imaps://, or use a mail server on this machine."
        )


def _refuse_oauth(settings: Settings) -> None:
    """Where OAuth 2 is chosen, all that it needs is there: whose mailbox, and a client that can get a token."""
    if settings.inbox_auth == "oauth2" and settings.inbox and "://" not in settings.inbox:
        raise SettingsError(
            "LOTS_INBOX_AUTH=oauth2 is for a mail server, and LOTS_INBOX is a folder: "
            "write imaps://host in LOTS_INBOX, or leave LOTS_INBOX_AUTH at password."
        )
    inbox_auth = settings.inbox_auth if settings.inbox else "password"
    for name, auth, username in (
        ("SMTP", settings.smtp_auth, settings.smtp_username),
        ("INBOX", inbox_auth, settings.inbox_username),
    ):
        if auth == "oauth2" and not username:
            raise SettingsError(
                f"LOTS_{name}_AUTH=oauth2 needs LOTS_{name}_USERNAME: set it to the mailbox's address, whose mail the "
                "token is for."
            )
    if "oauth2" in (settings.smtp_auth, inbox_auth):
        oauth_client(settings.oauth)


def _refuse_register(source: str) -> None:
    """Where the member register comes from; what looks like a password in the address is never repeated."""
    if "://" not in source:
        return
    address = _without_login(source, "http", "https")
    if address is None or (address.scheme == "http" and address.hostname not in LOOPBACK):
        raise SettingsError(
            "LOTS_REGISTER_FROM is not usable: write a file, a folder or https://host/path, "
            "and put a token or user:password in LOTS_REGISTER_TOKEN."
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
