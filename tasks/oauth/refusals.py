"""Why there is no token, in one sentence that names the setting and what to do.

A token server tells it by a code (RFC 6749 section 5.2), Microsoft and Google more closely by their description. That
text itself is never repeated: it may hold ids and addresses.
"""

import re
from typing import NamedTuple

from models.errors import TokenRefused
from models.i18n import localized
from models.oauth.client import Grant, OAuthClient
from tasks.oauth.mailbox import Mailbox

CODE = re.compile(r"[a-z_]{1,40}")
MICROSOFTS = re.compile(r"AADSTS\d{4,9}")


THE_MAILBOX = "username"


class Cause(NamedTuple):
    """What is wrong: a setting of OAuth 2 or THE_MAILBOX, and words that go on from its name, Swedish and English."""

    setting: str
    swedish: str
    english: str


# What says by itself what is wrong: most of it Microsoft's own numbers (Entra ID's error codes).
BY_CODE = {
    "AADSTS7000215": Cause(
        "client_secret",
        "är fel: kopiera hemlighetens värde (Value), inte dess id (Secret ID)",
        "is wrong: copy the secret's value, not its id (Secret ID)",
    ),
    "AADSTS7000222": Cause(
        "client_secret",
        "har gått ut: gör en ny hemlighet i appregistreringen och sätt den",
        "has expired: make a new secret in the app registration and set it",
    ),
    "AADSTS700027": Cause(
        "client_key",
        "är inget certifikat som appregistreringen känner, eller har gått ut: ladda upp det där",
        "is no certificate that the app registration knows, or has expired: upload it there",
    ),
    "AADSTS700016": Cause(
        "client_id",
        "finns inte i den katalogen (tenant): rätta det ena eller det andra",
        "is not known in that directory (tenant): correct the one or the other",
    ),
    "AADSTS90002": Cause("tenant", "finns inte: rätta katalog-id (tenant)", "does not exist: correct the tenant id"),
    "AADSTS900023": Cause("tenant", "finns inte: rätta katalog-id (tenant)", "does not exist: correct the tenant id"),
    "AADSTS53003": Cause(
        "client_id",
        "stoppas av villkorlig åtkomst (Conditional Access): be administratören undanta programmet",
        "is blocked by Conditional Access: have the administrator exempt the application",
    ),
    "invalid_scope": Cause(
        "scope",
        "godtas inte: rätta den, och se att programmet har fått behörigheten",
        "is not taken: correct it, and see that the application was given the permission",
    ),
}
REFRESH_TOKEN = Cause(
    "refresh_token",
    "har gått ut eller återkallats: logga in i brevlådan på nytt och sätt den nya",
    "has expired or was revoked: sign in to the mailbox anew and set the new one",
)
ANOTHER_SERVER = Cause(
    "token_url",
    "är en server som inte tar en sådan begäran: rätta adressen och de andra inställningarna för OAuth 2",
    "is a server that does not take such a request: correct the address and the other settings of OAuth 2",
)
# What Google tells of a service account.
NO_DELEGATION = Cause(
    "client_id",
    "får inte läsa och skicka åt brevlådan: lägg in tjänstkontots klient-id under domänomfattande delegering i Googles "
    "adminkonsol, med https://mail.google.com/",
    "may not read and send for the mailbox: enter the service account's client id under domain-wide delegation in "
    "Google's admin console, with https://mail.google.com/",
)
WRONG_CLOCK = Cause(
    "client_key",
    "duger, men klockan på den här datorn går fel: ställ den",
    "will do, but this machine's clock is wrong: set it",
)
NO_MAILBOX = Cause(
    THE_MAILBOX,
    "är ingen brevlåda som tjänstkontot får vara: rätta adressen",
    "is no mailbox that the service account may be: correct the address",
)
ACCOUNTS_KEY = Cause(
    "client_key",
    "godtas inte: gör en ny nyckel åt tjänstkontot och sätt den",
    "is not taken: make a new key for the service account and set it",
)
ABOUT_THE_CLOCK = re.compile(r"short-lived|\biat\b|\bexp\b", re.I)
ABOUT_THE_MAILBOX = re.compile(r"email|user|subject|\bsub\b", re.I)
ABOUT_THE_CLIENT = {"invalid_client", "unauthorized_client", "invalid_grant", "access_denied"}


def why_no_token(client: OAuthClient, mailbox: Mailbox, error: str, description: str) -> TokenRefused:
    """The refusal of a token server in the office's words."""
    own = MICROSOFTS.search(description)
    code = own[0] if own else error if CODE.fullmatch(error) else "?"
    cause = BY_CODE.get(code) or BY_CODE.get(error)
    if cause is None and error in ABOUT_THE_CLIENT:
        accounts = client.grant == Grant.jwt_bearer
        cause = _of_service_account(error, description) if accounts else _of_client(client, error)
    cause = cause or ANOTHER_SERVER
    name = mailbox.username_in if cause.setting == THE_MAILBOX else client.named(cause.setting)
    return TokenRefused(
        localized(
            f"Token-servern {client.host} ger ingen token ({code}). {name} {cause.swedish}.",
            f"The token server {client.host} gives no token ({code}). {name} {cause.english}.",
        )
    )


def no_key(client: OAuthClient) -> TokenRefused:
    """The key file was there at the start and cannot be used any more."""
    name = client.named("client_key")
    return TokenRefused(
        localized(
            f"{name} går inte längre att använda: lägg tillbaka filen med den privata nyckeln.",
            f"{name} is not usable any more: put the file with the private key back.",
        )
    )


def _of_service_account(error: str, description: str) -> Cause:
    if error == "unauthorized_client":
        return NO_DELEGATION
    if ABOUT_THE_CLOCK.search(description):
        return WRONG_CLOCK
    return NO_MAILBOX if ABOUT_THE_MAILBOX.search(description) else ACCOUNTS_KEY


def _of_client(client: OAuthClient, error: str) -> Cause:
    if error == "invalid_grant" and client.refresh_token:
        return REFRESH_TOKEN
    if not client.secret and not client.key_file:
        return Cause("client_id", "godtas inte: rätta den", "is not taken: correct it")
    client_id = client.named("client_id")
    return Cause(
        "client_secret" if client.secret else "client_key",
        f"godtas inte: rätta den och {client_id}, och se att den inte har gått ut",
        f"is not taken: correct it and {client_id}, and see that it has not expired",
    )
