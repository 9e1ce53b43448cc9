"""Who asks which token server for a token of OAuth 2 (RFC 6749): made of what the office chose, if that can work."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from models.errors import SettingsError
from models.loopback import LOOPBACK
from models.oauth.key_file import KeyFile, read_key_file

Provider = Literal["", "microsoft", "google"]
SETTINGS = "LOTS_OAUTH_"
TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
NOBODYS_TENANTS = {"common", "organizations", "consumers"}  # there a client gets no token without a person


class Filled(NamedTuple):
    """What a provider's name fills in."""

    token_url: str
    scope: str


PROVIDERS = {
    "": Filled("", ""),
    "microsoft": Filled(
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token", "https://outlook.office365.com/.default"
    ),
    "google": Filled("https://oauth2.googleapis.com/token", "https://mail.google.com/"),
}


class Grant(StrEnum):
    """With what a client asks for a token, as the request names it."""

    client_credentials = "client_credentials"
    refresh_token = "refresh_token"
    jwt_bearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True)
class OAuthChoice:
    """What was chosen, in LOTS_OAUTH_* or in the block of the mail server; empty where nothing was."""

    provider: Provider = ""
    tenant: str = ""
    token_url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    client_key: str = ""
    scope: str = ""
    refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class OAuthClient:
    """A client of a token server. `key_file` is a path: the key is read each time that it signs.

    `kept_in`: where it was chosen, for `named`.
    """

    token_url: str
    client_id: str
    grant: Grant
    secret: str = field(default="", repr=False)
    key_file: str = ""
    scope: str = ""
    refresh_token: str = field(default="", repr=False)
    kept_in: str = SETTINGS

    @property
    def host(self) -> str:
        """The token server, as staff read it."""
        return urlsplit(self.token_url).hostname or ""

    def named(self, setting: str) -> str:
        """A setting by its name: LOTS_OAUTH_CLIENT_ID, or the block and its field."""
        return _named(setting, self.kept_in)


class OAuthUnusable(SettingsError):
    """What was chosen for OAuth 2 cannot work: one sentence in English, and the same in Swedish."""

    def __init__(self, swedish: str, english: str) -> None:
        self.swedish = swedish
        super().__init__(english)


def oauth_client(choice: OAuthChoice, kept_in: str = SETTINGS) -> OAuthClient:
    """The client that was chosen. Raises OAuthUnusable, naming the setting and what to do, when it can get no token."""
    key = _key_file(choice, kept_in)
    account = key.service_account if key else ""
    if choice.client_secret and choice.client_key:
        raise _both("client_secret", "client_key", kept_in)
    if choice.refresh_token and account:
        raise _both("refresh_token", "client_key", kept_in)
    filled = PROVIDERS[choice.provider]
    token_url = choice.token_url or (key.token_url if key else "") or _filled_url(choice, filled, kept_in)
    _refuse_token_url(token_url, kept_in)
    client_id = choice.client_id or account
    if not client_id:
        raise OAuthUnusable(
            f"{_named('client_id', kept_in)} är inte satt: sätt den till programmets klient-id, för ett tjänstkonto "
            "dess e-postadress.",
            f"{_named('client_id', kept_in)} is not set: set it to the application's client id, for a service account "
            "to its address.",
        )
    grant = _grant(choice, account, kept_in)
    scope = choice.scope or ("" if grant == Grant.refresh_token else filled.scope)  # a refresh token has its own
    secret, refresh_token = choice.client_secret, choice.refresh_token
    return OAuthClient(token_url, client_id, grant, secret, choice.client_key, scope, refresh_token, kept_in)


def _named(setting: str, kept_in: str) -> str:
    return f"{SETTINGS}{setting.upper()}" if kept_in == SETTINGS else f"{kept_in}: oauth_{setting}"


def _both(one: str, other: str, kept_in: str) -> OAuthUnusable:
    names = _named(one, kept_in), _named(other, kept_in)
    return OAuthUnusable(
        f"{names[0]} och {names[1]} går inte ihop: behåll den ena och töm den andra.",
        f"{names[0]} and {names[1]} do not go together: keep one and empty the other.",
    )


def _key_file(choice: OAuthChoice, kept_in: str) -> KeyFile | None:
    if not choice.client_key:
        return None
    try:
        return read_key_file(choice.client_key)
    except (OSError, ValueError):
        raise OAuthUnusable(
            f"{_named('client_key', kept_in)} går inte att använda: skriv sökvägen till en fil som natverkslots får "
            "läsa, med en privat nyckel i PEM utan lösenord (RSA, eller EC P-256) eller Googles JSON-fil.",
            f"{_named('client_key', kept_in)} is not usable: write the path of a file that natverkslots may read, with "
            "a private key in PEM without a password (RSA, or EC P-256) or Google's JSON file.",
        ) from None


def _filled_url(choice: OAuthChoice, filled: Filled, kept_in: str) -> str:
    """The token server of the provider. Raises OAuthUnusable when none is chosen, or its tenant cannot be one."""
    if not filled.token_url:
        raise OAuthUnusable(
            f"OAuth 2 är valt, och ingen token-server: sätt {_named('provider', kept_in)} till microsoft eller google, "
            f"eller {_named('token_url', kept_in)}.",
            f"OAuth 2 is chosen, and no token server: set {_named('provider', kept_in)} to microsoft or google, or "
            f"{_named('token_url', kept_in)}.",
        )
    needs_own = "{tenant}" in filled.token_url and not choice.refresh_token
    if "{tenant}" in filled.token_url and (
        not TENANT.fullmatch(choice.tenant) or (needs_own and choice.tenant.lower() in NOBODYS_TENANTS)
    ):
        raise OAuthUnusable(
            f"{_named('tenant', kept_in)} går inte att använda: sätt den till organisationens katalog-id (tenant) hos "
            "Microsoft, eller dess domän.",
            f"{_named('tenant', kept_in)} is not usable: set it to the organisation's directory (tenant) id at "
            "Microsoft, or to its domain.",
        )
    return filled.token_url.format(tenant=choice.tenant)


def _refuse_token_url(url: str, kept_in: str) -> None:
    """Secrets go there, so nobody may read on the way. The address is not repeated, as it may hold a password."""
    try:
        address = urlsplit(url)
        host, _ = address.hostname, address.port
    except ValueError:
        host = None
    safe = host and (address.scheme == "https" or (address.scheme == "http" and host in LOOPBACK))
    if not safe or address.username is not None or address.fragment:
        raise OAuthUnusable(
            f"{_named('token_url', kept_in)} går inte att använda: skriv https://server/sökväg, utan inloggning i "
            "adressen.",
            f"{_named('token_url', kept_in)} is not usable: write https://host/path, without a login in the address.",
        )


def _grant(choice: OAuthChoice, account: str, kept_in: str) -> Grant:
    """What the client asks with. Raises OAuthUnusable when it has nothing to show, or nothing that Google takes."""
    if choice.refresh_token:
        return Grant.refresh_token
    if account or (choice.provider == "google" and choice.client_key):
        return Grant.jwt_bearer
    if choice.client_key or (choice.client_secret and choice.provider != "google"):
        return Grant.client_credentials
    key, secret, token = (_named(one, kept_in) for one in ("client_key", "client_secret", "refresh_token"))
    if choice.provider == "google":
        raise OAuthUnusable(
            f"Google ger inga token så: sätt {key} till tjänstkontots fil, eller {token}.",
            f"Google gives no tokens like that: set {key} to the service account's file, or {token}.",
        )
    raise OAuthUnusable(
        f"OAuth 2 är valt, och inget att visa token-servern: sätt {secret}, {key} eller {token}.",
        f"OAuth 2 is chosen, and nothing to show the token server: set {secret}, {key} or {token}.",
    )
