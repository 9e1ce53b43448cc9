"""A line to the mail server: encrypted, logged in by password or token, or one sentence on why there is none."""

import asyncio
import re
import ssl
from base64 import b64decode, b64encode
from contextlib import suppress

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPAuthenticationError, SMTPException, SMTPHeloError

from models.errors import (
    MailEncryptionRefused,
    MailLoginRefused,
    MailServerUnavailable,
    TokenRefused,
    TokenServerUnavailable,
)
from models.i18n import localized
from models.oauth.client import OAuthClient
from tasks.oauth import sasl
from tasks.oauth.token_request import Token
from tasks.oauth.tokens import token_for
from tasks.smtp.connection import CLOSING, COMMAND_SECONDS, Connection
from tasks.smtp.server import MailServer

CHALLENGE, TAKEN = 334, 235
# Exchange Online's words; 5.7.139 alone is its answer to whatever its policy keeps out.
NO_PASSWORDS = re.compile(r"basic auth\w* is (disabled|blocked)|5\.7\.139(?!.*credentials were incorrect)", re.I | re.S)
NO_SMTP_LOGIN = re.compile(r"SmtpClientAuthentication is disabled", re.I)


class _TokenNotTaken(Exception):
    """The mail server refused a token: with the code of its challenge, and its last words."""

    def __init__(self, status: str, text: str) -> None:
        self.status, self.text = status, text
        super().__init__()


class _NoCommonMechanism(Exception):
    """The server lets nobody in the way that was chosen, so nothing was shown to it."""


async def connect(server: MailServer) -> Connection:
    """A ready connection to the server, with STARTTLS or TLS and login as it is set.

    A token that is refused may have been revoked since it was fetched: another is fetched and tried, once.

    Raises MailServerUnavailable, or its kinds MailLoginRefused and MailEncryptionRefused; nothing was sent then.
    """
    if not server.oauth:
        return await _connect(server, None)
    token = await _token(server, server.oauth)
    try:
        return await _connect(server, token)
    except _TokenNotTaken:
        another = await _token(server, server.oauth, token)
    try:
        return await _connect(server, another)
    except _TokenNotTaken as refusal:
        raise _mailbox_refused(server, server.oauth, refusal) from None


async def _token(server: MailServer, oauth: OAuthClient, refused: Token | None = None) -> Token:
    try:
        return await asyncio.to_thread(token_for, oauth, server.mailbox, refused)
    except TokenRefused as refusal:
        raise MailLoginRefused(_untouched(str(refusal))) from None
    except TokenServerUnavailable as refusal:
        raise MailServerUnavailable(_untouched(str(refusal))) from None


def _untouched(sentence: str) -> str:
    return f"{sentence} {localized('Kön är orörd.', 'The queue is untouched.')}"


async def _connect(server: MailServer, token: Token | None) -> Connection:
    """A ready connection. Raises as `connect`, or _TokenNotTaken."""
    client = SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls == "tls",
        start_tls=server.tls == "starttls",
        tls_context=ssl.create_default_context() if server.tls != "none" else None,
        timeout=COMMAND_SECONDS,
    )
    try:
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await _greet(client)
        if token:
            await _show(client, server, token)
        elif server.username:
            await _log_in(client, server)
        return Connection(client)
    except _TokenNotTaken:
        client.close()
        raise
    except (SMTPException, OSError, _NoCommonMechanism) as error:
        offered = _offered(client)
        client.close()
        raise _why_not(server, error, offered) from None


def _offered(client: SMTP) -> set[str]:
    return {one.upper() for one in client.server_auth_methods}


async def _greet(client: SMTP) -> None:
    """What the server can do is known before the first mail is written; one that knows no EHLO is greeted as of old."""
    try:
        await client.ehlo()
    except SMTPHeloError as refusal:
        if refusal.code == CLOSING:
            raise
        await client.helo()


async def _log_in(client: SMTP, server: MailServer) -> None:
    """Log in by password, which a server that takes none never hears."""
    if sasl.takes_tokens_alone(_offered(client)):
        raise _NoCommonMechanism
    await client.login(server.username, server.password)


async def _show(client: SMTP, server: MailServer, token: Token) -> None:
    """Log in by a token (RFC 4954 section 4, RFC 7628). Raises _TokenNotTaken, _NoCommonMechanism."""
    mechanism = sasl.bearer_of(_offered(client))
    if mechanism is None:
        raise _NoCommonMechanism
    first = sasl.first_response(mechanism, server.username, token.value, server.host, server.port)
    reply = await client.execute_command(b"AUTH", mechanism.encode(), b64encode(first))
    status = ""
    if reply.code == CHALLENGE:
        with suppress(ValueError):  # a challenge that is none
            status = sasl.status_of(b64decode(reply.message))
        reply = await client.execute_command(b64encode(sasl.GIVING_UP[mechanism]))
    if reply.code >= 500:
        raise _TokenNotTaken(status, reply.message)
    if reply.code != TAKEN:
        raise SMTPAuthenticationError(reply.code, reply.message)


def _why_not(server: MailServer, error: Exception, offered: set[str]) -> MailServerUnavailable:
    """What a failed attempt means for whoever runs the office."""
    where, kept_in, auth_in = server.where, server.kept_in, server.mailbox.auth_in
    refused = error.message if isinstance(error, SMTPAuthenticationError) and error.code >= 500 else None
    if isinstance(error, _NoCommonMechanism) and server.oauth:
        return MailLoginRefused(
            localized(
                f"E-postservern {where} tar inte OAuth 2: kontrollera server, port och kryptering i {kept_in}, eller "
                f"välj password i {auth_in}; kön är orörd.",
                f"The mail server {where} does not take OAuth 2: check server, port and encryption in {kept_in}, or "
                f"choose password in {auth_in}; the queue is untouched.",
            )
        )
    if refused is not None and NO_SMTP_LOGIN.search(refused):
        return _smtp_login_is_off(server)
    if isinstance(error, _NoCommonMechanism) or (refused is not None and NO_PASSWORDS.search(refused)):
        return MailLoginRefused(
            localized(
                f"E-postservern {where} tar bara OAuth 2, inget lösenord: välj oauth2 i {auth_in} och sätt det som hör "
                "till (docs/operator.md); kön är orörd.",
                f"The mail server {where} takes OAuth 2 only, no password: choose oauth2 in {auth_in} and set what "
                "belongs to it (docs/operator.md); the queue is untouched.",
            )
        )
    if refused is not None:
        also = sasl.bearer_of(offered) is not None
        return MailLoginRefused(
            localized(
                f"E-postservern {where} godtar inte inloggningen. Rätta användarnamn och lösenord i {kept_in}"
                f"{f', eller välj oauth2 i {auth_in}, som servern också tar' if also else ''}; kön är orörd.",
                f"The mail server {where} does not take the login. Correct user name and password in {kept_in}"
                f"{f', or choose oauth2 in {auth_in}, which it takes too' if also else ''}; the queue is untouched.",
            )
        )
    if _is_about_encryption(error):
        return MailEncryptionRefused(
            localized(
                f"E-postservern {where} kan inte visa att den är rätt server över en krypterad förbindelse. "
                f"Kön är orörd: låt den som sköter servern rätta dess certifikat, eller krypteringen i {kept_in}, och "
                "kör om (Retry).",
                f"The mail server {where} cannot prove over an encrypted line that it is the right one. The "
                f"queue is untouched: have its certificate corrected, or the encryption in {kept_in}, then retry.",
            )
        )
    return MailServerUnavailable(
        localized(
            f"E-postservern {where} ({kept_in}) svarar inte som den ska. Kön är orörd: kör om (Retry) när servern är "
            "igång.",
            f"The mail server {where} ({kept_in}) does not answer as it should. The queue is untouched: retry when it "
            "is back.",
        )
    )


def _mailbox_refused(server: MailServer, oauth: OAuthClient, refusal: _TokenNotTaken) -> MailLoginRefused:
    """The token server gave a token and gave it anew, and the mail server takes neither."""
    if NO_SMTP_LOGIN.search(refusal.text):
        return _smtp_login_is_off(server)
    if refusal.status == "insufficient_scope":
        return MailLoginRefused(
            localized(
                f"E-postservern {server.where} säger att token inte räcker till för att skicka: rätta "
                f"{oauth.named('scope')}, eller ge programmet behörigheten (SMTP.SendAsApp); kön är orörd.",
                f"The mail server {server.where} says that the token does not suffice to send: correct "
                f"{oauth.named('scope')}, or give the application the permission (SMTP.SendAsApp); the queue is "
                "untouched.",
            )
        )
    username = server.mailbox.username_in
    return MailLoginRefused(
        localized(
            f"E-postservern {server.where} släpper inte in i brevlådan, fast token-servern gav en ny token: rätta "
            f"{username}, eller ge programmet rätt till den brevlådan (docs/operator.md); kön är orörd.",
            f"The mail server {server.where} does not open the mailbox, though the token server gave a new token: "
            f"correct {username}, or give the application access to that mailbox (docs/operator.md); the queue is "
            "untouched.",
        )
    )


def _smtp_login_is_off(server: MailServer) -> MailLoginRefused:
    return MailLoginRefused(
        localized(
            f"E-postservern {server.where} har stängt av inloggning för att skicka (SMTP AUTH): låt administratören "
            f"köra Set-CASMailbox med -SmtpClientAuthenticationDisabled $false för brevlådan i "
            f"{server.mailbox.username_in}; kön är orörd.",
            f"The mail server {server.where} has login for sending (SMTP AUTH) switched off: have the administrator "
            f"run Set-CASMailbox with -SmtpClientAuthenticationDisabled $false for the mailbox in "
            f"{server.mailbox.username_in}; the queue is untouched.",
        )
    )


def _is_about_encryption(error: BaseException) -> bool:
    causes = (error, error.__cause__, error.__context__)
    return any(isinstance(one, ssl.SSLError) for one in causes) or "STARTTLS" in str(error)
