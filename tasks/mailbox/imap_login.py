"""A line to the inbox's IMAP server, logged in by password or token, or one sentence on why there is none."""

import imaplib
import re
import ssl
from urllib.parse import urlsplit

from imap_tools import BaseMailBox, MailBox, MailboxLoginError, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from models.errors import InboxUnavailable, TokenRefused, TokenServerUnavailable
from models.i18n import localized
from models.oauth.client import OAuthClient, oauth_client
from models.settings import Settings
from tasks.oauth import sasl
from tasks.oauth.mailbox import Mailbox
from tasks.oauth.token_request import Token
from tasks.oauth.tokens import token_for

SECONDS = 60
IMAP_PORTS = {"imap": 143, "imaps": 993}
MICROSOFT = re.compile(r"(^|\.)(office365|outlook)\.com$")  # takes no password for reading, whatever it offers
NO_PASSWORDS = re.compile(r"basic\s?auth\w*\s?(is )?(disabled|blocked)", re.I)
# Exchange Online takes a login to a mailbox that it then does not open, and says so at the next command.
NOT_OPENED = "authenticated but not connected"


class _TokenNotTaken(Exception):
    """The server refused a token; with the code of its challenge, or empty."""


def logged_in(chosen: Settings) -> BaseMailBox:
    """The inbox of LOTS_INBOX, opened. A token that is refused is fetched anew and tried once more.

    Raises InboxUnavailable for a login that is refused; what imap-tools, imaplib and sockets raise for all else.
    """
    if chosen.inbox_auth == "password":
        return _by_password(chosen)
    oauth = oauth_client(chosen.oauth)
    token = _token(chosen, oauth)
    try:
        return _by_token(chosen, token)
    except _TokenNotTaken:
        another = _token(chosen, oauth, token)
    try:
        return _by_token(chosen, another)
    except _TokenNotTaken as refusal:
        raise InboxUnavailable(_mailbox_refused(oauth, str(refusal))) from None


def _dial(chosen: Settings) -> BaseMailBox:
    address = urlsplit(chosen.inbox)
    host, port = address.hostname or "", address.port or IMAP_PORTS[address.scheme]
    if address.scheme == "imaps":
        return MailBox(host, port, timeout=SECONDS, ssl_context=ssl.create_default_context())
    return MailBoxUnencrypted(host, port, timeout=SECONDS)


def _offered(connection: BaseMailBox) -> set[str]:
    return {one.removeprefix("AUTH=") for one in connection.client.capabilities if one.startswith("AUTH=")}


def _by_password(chosen: Settings) -> BaseMailBox:
    connection = _dial(chosen)
    login = chosen.inbox_username, chosen.inbox_password
    offered, disabled = _offered(connection), "LOGINDISABLED" in connection.client.capabilities
    try:
        if disabled and sasl.takes_tokens_alone(offered):
            raise InboxUnavailable(_takes_tokens_alone())
        return connection.login(*login) if "".join(login).isascii() else connection.login_utf8(*login)
    except (ImapToolsError, imaplib.IMAP4.error) as refusal:
        connection.client.shutdown()
        is_about_login = isinstance(refusal, MailboxLoginError | imaplib.IMAP4.error) or NOT_OPENED in str(refusal)
        if isinstance(refusal, imaplib.IMAP4.abort) or not is_about_login:
            raise
        host = urlsplit(chosen.inbox).hostname or ""
        if sasl.takes_tokens_alone(offered) or NO_PASSWORDS.search(str(refusal)) or MICROSOFT.search(host):
            raise InboxUnavailable(_takes_tokens_alone()) from None
        raise InboxUnavailable(_login_refused(sasl.bearer_of(offered) is not None)) from None
    except BaseException:
        connection.client.shutdown()
        raise


def _token(chosen: Settings, oauth: OAuthClient, refused: Token | None = None) -> Token:
    mailbox = Mailbox(chosen.inbox_username, "LOTS_INBOX_USERNAME", "LOTS_INBOX_AUTH")
    try:
        return token_for(oauth, mailbox, refused)
    except (TokenRefused, TokenServerUnavailable) as refusal:
        raise InboxUnavailable(f"{refusal} {localized('Inget gick förlorat.', 'Nothing was lost.')}") from None


def _by_token(chosen: Settings, token: Token) -> BaseMailBox:
    """The inbox, opened by a token (RFC 7628). Raises _TokenNotTaken, and as `logged_in`."""
    connection = _dial(chosen)
    try:
        _show(chosen, connection, token)
        connection.folder.set("INBOX")
        return connection
    except (ImapToolsError, imaplib.IMAP4.error) as error:
        connection.client.shutdown()
        if NOT_OPENED in str(error):
            raise _TokenNotTaken from None
        raise
    except BaseException:
        connection.client.shutdown()
        raise


def _show(chosen: Settings, connection: BaseMailBox, token: Token) -> None:
    mechanism = sasl.bearer_of(_offered(connection))
    if mechanism is None:
        raise InboxUnavailable(
            localized(
                "Inkorgen tar inte OAuth 2: kontrollera LOTS_INBOX, eller sätt LOTS_INBOX_AUTH=password; inget gick "
                "förlorat.",
                "The inbox does not take OAuth 2: check LOTS_INBOX, or set LOTS_INBOX_AUTH=password; nothing was lost.",
            )
        )
    client, statuses = connection.client, list[str]()
    first = sasl.first_response(mechanism, chosen.inbox_username, token.value, client.host, client.port)

    def respond(challenge: bytes) -> bytes:
        if not challenge:
            return first
        statuses.append(sasl.status_of(challenge))
        return sasl.GIVING_UP[mechanism]

    try:
        client.authenticate(mechanism, respond)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, ValueError):  # a refusal, or a challenge that is none
        raise _TokenNotTaken("".join(statuses)) from None


def _takes_tokens_alone() -> str:
    return localized(
        "Inkorgen tar bara OAuth 2, inget lösenord: sätt LOTS_INBOX_AUTH=oauth2 och det som hör till "
        "(docs/operator.md); inget gick förlorat.",
        "The inbox takes OAuth 2 only, no password: set LOTS_INBOX_AUTH=oauth2 and what belongs to it "
        "(docs/operator.md); nothing was lost.",
    )


def _login_refused(takes_tokens_too: bool) -> str:
    swedish, english = (
        (", eller sätt LOTS_INBOX_AUTH=oauth2, som servern också tar", ", or set LOTS_INBOX_AUTH=oauth2, taken too")
        if takes_tokens_too
        else ("", "")
    )
    return localized(
        f"Inkorgen godtar inte inloggningen. Rätta LOTS_INBOX_USERNAME och LOTS_INBOX_PASSWORD{swedish}; inget gick "
        "förlorat.",
        f"The inbox refuses the login. Correct LOTS_INBOX_USERNAME and LOTS_INBOX_PASSWORD{english}; nothing was lost.",
    )


def _mailbox_refused(oauth: OAuthClient, status: str) -> str:
    """The token server gave a token and gave it anew, and the inbox takes neither."""
    if status == "insufficient_scope":
        scope = oauth.named("scope")
        return localized(
            f"Inkorgen säger att token inte räcker till för att läsa: rätta {scope}, eller ge programmet behörigheten "
            "(IMAP.AccessAsApp); inget gick förlorat.",
            f"The inbox says that the token does not suffice to read: correct {scope}, or give the application the "
            "permission (IMAP.AccessAsApp); nothing was lost.",
        )
    return localized(
        "Inkorgen släpper inte in i brevlådan, fast token-servern gav en ny token: rätta LOTS_INBOX_USERNAME, eller ge "
        "programmet rätt till den brevlådan (docs/operator.md); inget gick förlorat.",
        "The inbox does not open the mailbox, though the token server gave a new token: correct LOTS_INBOX_USERNAME, "
        "or give the application access to that mailbox (docs/operator.md); nothing was lost.",
    )
