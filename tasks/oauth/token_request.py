"""One request to a token server (RFC 6749): what goes there, and what may come back."""

import re
import ssl
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote_plus
from uuid import uuid4

import httpx
import jwt

from models.errors import TokenServerUnavailable
from models.i18n import localized
from models.loopback import LOOPBACK
from models.oauth.client import Grant, OAuthClient
from models.oauth.key_file import read_key_file
from tasks.oauth.mailbox import Mailbox
from tasks.oauth.refusals import no_key, why_no_token

SECONDS = 10
ASSERTION_SECONDS = 300  # Microsoft asks for ten minutes at most, Google for an hour
ASSUMED_SECONDS = 300  # how long a token is good that does not say (RFC 6749 section 5.1 leaves it open)
EARLY_SECONDS = 120  # so long before its end a token is renewed, or a fifth of its time where that is less
PRIVATE_KEY_JWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"  # RFC 7523 section 2.2
TOKEN = re.compile(r"[\x21-\x7e]+")
PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
PASSING_ERRORS = {"temporarily_unavailable", "server_error"}


@dataclass(frozen=True, eq=False)
class Token:
    """What a mail server is shown, until this process's own clock (`time.monotonic`) is at `until`."""

    value: str = field(repr=False)
    until: float


class Answer(NamedTuple):
    """A token, and the refresh token to ask for the next with: a new one where the server gave one."""

    token: Token
    refresh_token: str


def request_token(client: OAuthClient, mailbox: Mailbox, refresh_token: str) -> Answer:
    """Ask for a token to that mailbox.

    Raises TokenRefused when the server gives none however often it is asked, TokenServerUnavailable when it does not
    answer as one does. Neither holds anything of what went or came.
    """
    began = time.monotonic()
    form = _form(client, mailbox, refresh_token)
    try:
        reply = _post(client, form)
        told: Any = reply.json()
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        raise _unavailable(client) from None
    if reply.status_code == HTTPStatus.OK and isinstance(told, dict):
        return _answer(client, told, began, refresh_token)
    error = told.get("error") if isinstance(told, dict) else None
    lasting = 400 <= reply.status_code < 500 and reply.status_code not in PASSING and error not in PASSING_ERRORS
    if lasting and isinstance(error, str):
        raise why_no_token(client, mailbox, error, str(told.get("error_description", "")))
    raise _unavailable(client)


def _post(client: OAuthClient, form: dict[str, str]) -> httpx.Response:
    with httpx.Client(
        timeout=SECONDS, verify=ssl.create_default_context(), trust_env=client.host not in LOOPBACK
    ) as line:
        reply = line.post(client.token_url, data=form)
        if client.secret and "basic" in reply.headers.get("www-authenticate", "").lower():
            # Most take the secret in the form, but a server need not: it must take it so (RFC 6749 section 2.3.1).
            bare = {name: value for name, value in form.items() if not name.startswith("client_")}
            login = httpx.BasicAuth(quote_plus(client.client_id), quote_plus(client.secret))
            reply = line.post(client.token_url, data=bare, auth=login)
    return reply


def _form(client: OAuthClient, mailbox: Mailbox, refresh_token: str) -> dict[str, str]:
    """What is asked, and the client's word for who it is. Raises TokenRefused when its key file is gone."""
    form = {"grant_type": str(client.grant)}
    if client.grant == Grant.jwt_bearer:  # the scope is in what is signed (RFC 7523 section 2.1)
        return form | {"assertion": _signed(client, {"sub": mailbox.address, "scope": client.scope})}
    if client.grant == Grant.refresh_token:
        form["refresh_token"] = refresh_token
    if client.scope:
        form["scope"] = client.scope
    form["client_id"] = client.client_id
    if client.secret:
        form["client_secret"] = client.secret
    elif client.key_file:
        assertion = _signed(client, {"sub": client.client_id, "jti": uuid4().hex})
        form |= {"client_assertion_type": PRIVATE_KEY_JWT, "client_assertion": assertion}
    return form


def _signed(client: OAuthClient, claims: dict[str, str]) -> str:
    try:
        file = read_key_file(client.key_file)
    except (OSError, ValueError):
        raise no_key(client) from None
    now = int(time.time())
    times = {"iat": now, "nbf": now, "exp": now + ASSERTION_SECONDS}
    whole = {"iss": client.client_id, "aud": client.token_url} | claims | times
    return jwt.encode(whole, file.key, algorithm=file.algorithm, headers=file.header)


def _answer(client: OAuthClient, told: dict[str, Any], began: float, refresh_token: str) -> Answer:
    value, kind, newer = (told.get(name) for name in ("access_token", "token_type", "refresh_token"))
    if not isinstance(value, str) or not TOKEN.fullmatch(value) or str(kind or "bearer").lower() != "bearer":
        raise _unavailable(client)
    try:
        seconds = float(told.get("expires_in", ASSUMED_SECONDS))
    except (TypeError, ValueError):
        seconds = ASSUMED_SECONDS
    until = began + seconds - min(EARLY_SECONDS, seconds / 5)
    return Answer(Token(value, until), newer if isinstance(newer, str) and newer else refresh_token)


def _unavailable(client: OAuthClient) -> TokenServerUnavailable:
    address = client.named("token_url")
    return TokenServerUnavailable(
        localized(
            f"Token-servern {client.host} svarar inte som den ska. Kör om (Retry) när den är igång; stämmer adressen "
            f"({address})?",
            f"The token server {client.host} does not answer as it should. Retry when it is back; is its address right "
            f"({address})?",
        )
    )
