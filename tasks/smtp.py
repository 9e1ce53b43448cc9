"""One mail over one connection, and what became of it: certain, or honestly in doubt (RFC 5321, RFC 1047)."""

import re
import ssl
from dataclasses import dataclass
from uuid import UUID

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from models.errors import MailEncryptionRefused, MailLoginRefused, MailServerUnavailable
from models.language import say
from models.mail import MailStatus
from models.settings import settings

AFTER_DOT_SECONDS = 600  # RFC 5321 section 4.5.3.2.6: to give up sooner is to send twice
COMMAND_SECONDS = 60
CLOSING = 421
NO_SUCH_ADDRESS = (550, 551, 553)
ABOUT_THE_ADDRESS = re.compile(r"\b5\.(1\.\d+|2\.1)\b")  # RFC 3463; 5.7.1 and its like are about us
ENHANCED = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True)
class Ready:
    """A mail that can go: from and to whom on the envelope, and the exact bytes. `utf8`: å stands before an @."""

    mail_id: UUID
    sender: str
    recipient: str
    body: bytes
    utf8: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one mail: its status, the server's reply code (0: none came), whether to go on here.

    `status` queued: the server had hung up before it heard of the mail. `no_such_address`: nobody reads mail there.
    """

    status: MailStatus
    code: int
    connection_lives: bool
    no_such_address: bool = False


async def connect() -> SMTP:
    """A ready connection to LOTS_SMTP_HOST, with STARTTLS or TLS and login as set.

    Raises MailServerUnavailable, or its kinds MailLoginRefused and MailEncryptionRefused; nothing was sent then.
    """
    chosen = settings()
    client = SMTP(
        hostname=chosen.smtp_host,
        port=chosen.smtp_port,
        use_tls=chosen.smtp_tls == "tls",
        start_tls=chosen.smtp_tls == "starttls",
        username=chosen.smtp_username or None,
        password=chosen.smtp_password or None,
        tls_context=ssl.create_default_context() if chosen.smtp_tls != "none" else None,
        timeout=COMMAND_SECONDS,
    )
    where = f"{chosen.smtp_host}:{chosen.smtp_port}"
    try:
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await _greet(client)
    except (SMTPException, OSError) as error:
        client.close()
        if isinstance(error, SMTPAuthenticationError) and error.code >= 500:
            raise MailLoginRefused from None
        if _is_about_encryption(error):
            raise MailEncryptionRefused(
                say(
                    f"E-postservern {where} kan inte visa att den är rätt server över en krypterad förbindelse. Kön är "
                    "orörd: låt den som sköter servern rätta dess certifikat eller LOTS_SMTP_TLS, och kör om (Retry).",
                    f"The mail server {where} cannot prove over an encrypted line that it is the right one. The queue "
                    "is untouched: have its certificate, or LOTS_SMTP_TLS, corrected, then retry.",
                )
            ) from None
        raise MailServerUnavailable(
            say(
                f"E-postservern {where} svarar inte som den ska. Kön är orörd: kör om (Retry) när servern är igång.",
                f"The mail server {where} does not answer as it should. The queue is untouched: retry when it is back.",
            )
        ) from None
    return client


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


async def deliver(client: SMTP, mail: Ready, *, fresh: bool) -> Outcome:
    """Send one mail and say what is known of it.

    2xx after the final dot is sent; 4xx deferred; 5xx failed. A connection that dies before the dot leaves the mail
    deferred, one that dies or talks nonsense after it in doubt: the server may have taken the mail. A connection that
    was in use before (not `fresh`) may have been closed meanwhile: that says nothing of this mail.
    """
    line = _Line(client)
    try:
        await _command(client, SMTPSenderRefused, f"MAIL FROM:<{mail.sender}>{_options(client, mail)}")
        line.begun = True
        await _command(client, SMTPRecipientRefused, f"RCPT TO:<{mail.recipient}>")
        reply = await client.data(mail.body, timeout=AFTER_DOT_SECONDS)
    except SMTPResponseException as refusal:
        lives = await _reset(client, refusal.code)
        if not lives and not line.begun and not fresh and refusal.code == CLOSING:
            return Outcome(MailStatus.queued, refusal.code, connection_lives=False)
        status = _status(refusal.code, line.body_went)
        return Outcome(status, max(refusal.code, 0), lives, _is_no_such_address(refusal))
    except (SMTPException, OSError):
        client.close()
        if line.body_went:
            return Outcome(MailStatus.in_doubt, 0, connection_lives=False)
        unheard = not line.begun and not fresh
        return Outcome(MailStatus.queued if unheard else MailStatus.deferred, 0, connection_lives=False)
    return Outcome(_status(reply.code, after_dot=True), reply.code, client.is_connected)


async def _command(client: SMTP, refused: type[SMTPSenderRefused | SMTPRecipientRefused], command: str) -> None:
    """One command with an address in it; the library's own take each address apart once more."""
    reply = await client.execute_command(command.encode(), timeout=COMMAND_SECONDS)
    if not 200 <= reply.code < 300:
        raise refused(reply.code, reply.message, "")


def _options(client: SMTP, mail: Ready) -> str:
    """What the server is asked for when it can do it: å in addresses, and reports that name our mail (RFC 3461)."""
    options = " SMTPUTF8" if mail.utf8 else ""
    return f"{options} RET=HDRS ENVID={mail.mail_id.hex}" if client.supports_extension("dsn") else options


class _Line:
    """Watches what is written on a connection: once the body went, with its final dot, a lost reply is a doubt.

    aiosmtplib writes the body in one piece, but does not tell whether it came to that.
    """

    def __init__(self, client: SMTP) -> None:
        self.begun = self.body_went = False
        protocol = client.protocol
        if protocol is None:  # lost while it lay idle: the next command says so
            return
        write = type(protocol).write

        def watched(data: bytes) -> None:
            self.body_went = self.body_went or data.endswith(b"\r\n.\r\n")
            write(protocol, data)

        protocol.write = watched  # type: ignore[method-assign]


def _status(code: int, after_dot: bool) -> MailStatus:
    if 400 <= code < 500:
        return MailStatus.deferred
    if code >= 500:
        return MailStatus.failed
    if not after_dot:
        return MailStatus.deferred  # nonsense before the dot: nothing was taken
    return MailStatus.sent if 200 <= code < 300 else MailStatus.in_doubt


def _is_no_such_address(refusal: SMTPResponseException) -> bool:
    """Whether the refusal is about the reader's address, not about us: nobody is written off for our own mistakes."""
    if not isinstance(refusal, SMTPRecipientRefused) or refusal.code not in NO_SUCH_ADDRESS:
        return False
    if ENHANCED.search(refusal.message):
        return bool(ABOUT_THE_ADDRESS.search(refusal.message))
    return "relay" not in refusal.message.lower()


async def _reset(client: SMTP, code: int) -> bool:
    """Make the connection ready for the next mail after a refusal. False when it is of no more use."""
    if code == CLOSING or code < 200 or not client.is_connected:
        client.close()
        return False
    try:
        await client.rset(timeout=COMMAND_SECONDS)
    except (SMTPException, OSError):
        client.close()
        return False
    return True
