"""One mail over one connection, and what became of it: certain, or honestly in doubt (RFC 5321, RFC 1047)."""

import re
import ssl
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPAuthenticationError, SMTPException, SMTPHeloError

from models.errors import MailEncryptionRefused, MailLoginRefused, MailServerUnavailable
from models.i18n import localized
from models.mail.delivery import ComposedMail
from models.settings import settings
from models.tables.mail import MailStatus
from tasks.smtp.connection import CLOSING, Connection, ConnectionLost, Reply

AFTER_DOT_SECONDS = 600  # RFC 5321 section 4.5.3.2.6: to give up sooner is to send twice
COMMAND_SECONDS = 60
GO_AHEAD = 354
MAIL, RCPT, DATA = "MAIL", "RCPT", "DATA"
NO_SUCH_ADDRESS = (550, 551, 553)
ABOUT_THE_ADDRESS = re.compile(r"\b5\.(1\.\d+|2\.1)\b")  # RFC 3463; 5.7.1 and its like are about us
ENHANCED = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")


Tls = Literal["none", "starttls", "tls"]
FROM_SETTINGS = "LOTS_SMTP_*"


@dataclass(frozen=True)
class MailServer:
    """Where mail goes out, and how one logs in there; `kept_in` is where to correct it."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    tls: Tls
    kept_in: str = FROM_SETTINGS

    @property
    def where(self) -> str:
        """Host and port, as staff read them."""
        return f"{self.host}:{self.port}"


def server_of_settings() -> MailServer:
    """The mail server of LOTS_SMTP_*."""
    told = settings()
    return MailServer(told.smtp_host, told.smtp_port, told.smtp_username, told.smtp_password, told.smtp_tls)


@dataclass(frozen=True)
class ReadyMail:
    """A mail that can go: from and to whom on the envelope, and the exact bytes.

    `written`: when this is the first try, what is to be kept of it. `utf8`: å stands before an @.
    """

    mail_id: UUID
    sender: str
    recipient: str
    body: bytes
    written: ComposedMail | None = None
    utf8: bool = False


@dataclass(frozen=True)
class SmtpOutcome:
    """What became of one mail: its status, the server's reply code (0: none came), whether to go on here.

    `status` queued: the server had hung up before it heard of the mail. `no_such_address`: nobody reads mail there.
    """

    status: MailStatus
    code: int
    connection_lives: bool
    no_such_address: bool = False


async def connect(server: MailServer) -> Connection:
    """A ready connection to the server, with STARTTLS or TLS and login as it is set.

    Raises MailServerUnavailable, or its kinds MailLoginRefused and MailEncryptionRefused; nothing was sent then.
    """
    client = SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls == "tls",
        start_tls=server.tls == "starttls",
        username=server.username or None,
        password=server.password or None,
        tls_context=ssl.create_default_context() if server.tls != "none" else None,
        timeout=COMMAND_SECONDS,
    )
    try:
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await _greet(client)
        return Connection(client)
    except (SMTPException, OSError) as error:
        client.close()
        if isinstance(error, SMTPAuthenticationError) and error.code >= 500:
            raise MailLoginRefused(
                localized(
                    f"E-postservern {server.where} godtar inte inloggningen. Rätta användarnamn och lösenord i "
                    f"{server.kept_in}; kön är orörd.",
                    f"The mail server {server.where} does not take the login. Correct user name and password in "
                    f"{server.kept_in}; the queue is untouched.",
                )
            ) from None
        if _is_about_encryption(error):
            raise MailEncryptionRefused(
                localized(
                    f"E-postservern {server.where} kan inte visa att den är rätt server över en krypterad förbindelse. "
                    "Kön är orörd: låt den som sköter servern rätta dess certifikat, eller krypteringen i "
                    f"{server.kept_in}, och kör om (Retry).",
                    f"The mail server {server.where} cannot prove over an encrypted line that it is the right one. The "
                    "queue is untouched: have its certificate corrected, or the encryption in "
                    f"{server.kept_in}, then retry.",
                )
            ) from None
        raise MailServerUnavailable(
            localized(
                f"E-postservern {server.where} ({server.kept_in}) svarar inte som den ska. Kön är orörd: "
                "kör om (Retry) när servern är igång.",
                f"The mail server {server.where} ({server.kept_in}) does not answer as it should. The queue is "
                "untouched: retry when it is back.",
            )
        ) from None


async def _greet(client: SMTP) -> None:
    """What the server can do is known before the first mail is written; one that knows no EHLO is greeted as of old."""
    try:
        await client.ehlo()
    except SMTPHeloError as refusal:
        if refusal.code == CLOSING:
            raise
        await client.helo()


def _is_about_encryption(error: BaseException) -> bool:
    causes = (error, error.__cause__, error.__context__)
    return any(isinstance(one, ssl.SSLError) for one in causes) or "STARTTLS" in str(error)


async def deliver(connection: Connection, mail: ReadyMail, *, fresh: bool) -> SmtpOutcome:
    """Send one mail and say what is known of it.

    2xx after the final dot is sent; 4xx deferred; 5xx failed. A line that dies before the dot leaves the mail deferred,
    one that dies or talks nonsense after it in doubt: the server may have taken the mail. A line that was in use before
    (not `fresh`) may have been closed meanwhile: that says nothing of this mail.
    """
    heard: list[Reply] = []
    body_went = False
    try:
        refused = await _send_envelope(connection, mail, heard)
        if refused is None:
            body_went = True
            connection.write(_with_dots(mail.body))
            heard.append(await connection.reply(AFTER_DOT_SECONDS))
    except ConnectionLost:
        connection.close()
        if body_went:
            return SmtpOutcome(MailStatus.in_doubt, 0, connection_lives=False)
        unheard = not heard and not fresh
        return SmtpOutcome(MailStatus.queued if unheard else MailStatus.deferred, 0, connection_lives=False)
    reply = heard[-1]
    lives = await _ready_again(connection, reply)
    if refused is MAIL and reply.code == CLOSING and not fresh:
        return SmtpOutcome(MailStatus.queued, reply.code, connection_lives=False)
    address = refused is RCPT and _is_no_such_address(reply)
    return SmtpOutcome(_status(reply.code, body_went), max(reply.code, 0), lives, address)


async def _send_envelope(connection: Connection, mail: ReadyMail, heard: list[Reply]) -> str | None:
    """Say from whom and to whom, and ask to send. Returns the command that was refused; `heard` ends with its reply.

    Raises ConnectionLost.
    """
    if connection.speaks_unasked:
        raise ConnectionLost
    commands = {
        MAIL: f"MAIL FROM:<{mail.sender}>{_options(connection, mail)}\r\n",
        RCPT: f"RCPT TO:<{mail.recipient}>\r\n",
        DATA: "DATA\r\n",
    }
    together = "pipelining" in connection.capable
    if together:
        connection.write("".join(commands.values()).encode())
    for name, command in commands.items():
        if not together:
            connection.write(command.encode())
        heard.append(await connection.reply(COMMAND_SECONDS))
        if not _goes_on(name, heard[-1].code):
            if together and heard[-1].code != CLOSING:
                await _sit_out(connection, list(commands)[len(heard) :])
            return name
    return None


def _goes_on(command: str, code: int) -> bool:
    return code == GO_AHEAD if command is DATA else 200 <= code < 300


async def _sit_out(connection: Connection, asked: list[str]) -> None:
    """Hear the replies to what was asked together with a command that was refused.

    Whoever may send all the same, with nobody to send to, sends nothing (RFC 2920 section 3.1).
    """
    try:
        for name in asked:
            reply = await connection.reply(COMMAND_SECONDS)
            if name is DATA and reply.code == GO_AHEAD:
                connection.write(b".\r\n")
                await connection.reply(COMMAND_SECONDS)
    except ConnectionLost:
        connection.close()


async def _ready_again(connection: Connection, reply: Reply) -> bool:
    """Make the connection ready for the next mail. False when it is of no more use."""
    if 200 <= reply.code < 300:
        return connection.alive
    if reply.code == CLOSING or reply.code < 200 or not connection.alive:
        connection.close()
        return False
    try:
        connection.write(b"RSET\r\n")
        if 200 <= (await connection.reply(COMMAND_SECONDS)).code < 300:
            return True
    except ConnectionLost:
        pass
    connection.close()
    return False


def _with_dots(body: bytes) -> bytes:
    """The body as it goes, with its end: a line that begins with a dot gets another (RFC 5321 section 4.5.2)."""
    whole = body if body.endswith(b"\r\n") else body + b"\r\n"
    return (b"\r\n" + whole).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


def _options(connection: Connection, mail: ReadyMail) -> str:
    """What the server is asked for when it can do it: å in addresses, and reports that name our mail (RFC 3461)."""
    options = " SMTPUTF8" if mail.utf8 else ""
    return f"{options} RET=HDRS ENVID={mail.mail_id.hex}" if "dsn" in connection.capable else options


def _status(code: int, after_dot: bool) -> MailStatus:
    if 400 <= code < 500:
        return MailStatus.deferred
    if code >= 500:
        return MailStatus.failed
    if not after_dot:
        return MailStatus.deferred  # nonsense before the dot: nothing was taken
    return MailStatus.sent if 200 <= code < 300 else MailStatus.in_doubt


def _is_no_such_address(refusal: Reply) -> bool:
    """Whether the refusal is about the reader's address, not about us: nobody is written off for our own mistakes."""
    if refusal.code not in NO_SUCH_ADDRESS:
        return False
    if ENHANCED.search(refusal.text):
        return bool(ABOUT_THE_ADDRESS.search(refusal.text))
    return "relay" not in refusal.text.lower()
