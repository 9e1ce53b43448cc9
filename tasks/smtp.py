"""One mail over one connection, and what became of it: certain, or honestly in doubt (RFC 5321, RFC 1047)."""

import ssl
from dataclasses import dataclass

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
)

from models.errors import MailLoginRefused, MailServerUnavailable
from models.language import say
from models.mail import MailStatus
from models.settings import settings

AFTER_DOT_SECONDS = 600  # RFC 5321 section 4.5.3.2.6: to give up sooner is to send twice
COMMAND_SECONDS = 60
CLOSING = 421


@dataclass(frozen=True)
class Outcome:
    """What became of one mail: its status, the server's reply code (0: none came), whether to go on here."""

    status: MailStatus
    code: int
    connection_lives: bool


async def connect() -> SMTP:
    """A ready connection to LOTS_SMTP_HOST, with STARTTLS or TLS and login as set.

    Raises MailServerUnavailable or MailLoginRefused; nothing was sent then.
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
    try:
        await client.connect()
    except SMTPAuthenticationError:
        raise MailLoginRefused(
            say(
                "E-postservern godtar inte inloggningen. Rätta LOTS_SMTP_USERNAME och LOTS_SMTP_PASSWORD; kön är "
                "orörd.",
                "The mail server refuses the login. Correct LOTS_SMTP_USERNAME and LOTS_SMTP_PASSWORD; the queue is "
                "untouched.",
            )
        ) from None
    except (SMTPException, OSError, ssl.SSLError):
        where = f"{chosen.smtp_host}:{chosen.smtp_port}"
        raise MailServerUnavailable(
            say(
                f"E-postservern {where} svarar inte som den ska. Kön är orörd: kör om (Retry) när servern är igång.",
                f"The mail server {where} does not answer as it should. The queue is untouched: retry when it is back.",
            )
        ) from None
    return client


async def deliver(client: SMTP, sender: str, recipient: str, body: bytes) -> Outcome:
    """Send one mail and say what is known of it.

    2xx after the final dot is sent; 4xx deferred; 5xx failed. A connection that dies before the dot leaves the mail
    deferred, one that dies after it in doubt: the server may have taken it.
    """
    line = _Line(client)
    try:
        await client.mail(sender, timeout=COMMAND_SECONDS)
        await client.rcpt(recipient, timeout=COMMAND_SECONDS)
        reply = await client.data(body, timeout=AFTER_DOT_SECONDS)
    except SMTPResponseException as refusal:
        return Outcome(_status(refusal.code), refusal.code, await _reset(client, refusal.code))
    except (SMTPException, OSError):
        client.close()
        unknown = MailStatus.in_doubt if line.body_went else MailStatus.deferred
        return Outcome(unknown, 0, connection_lives=False)
    return Outcome(_status(reply.code), reply.code, client.is_connected)


class _Line:
    """Watches what is written on a connection: once the body went, with its final dot, a lost reply is a doubt.

    aiosmtplib writes the body in one piece, but does not tell whether it came to that.
    """

    def __init__(self, client: SMTP) -> None:
        self.body_went = False
        protocol = client.protocol
        assert protocol is not None, "connected"
        write = type(protocol).write

        def watched(data: bytes) -> None:
            self.body_went = self.body_went or data.endswith(b"\r\n.\r\n")
            write(protocol, data)

        protocol.write = watched  # type: ignore[method-assign]


def _status(code: int) -> MailStatus:
    if 200 <= code < 300:
        return MailStatus.sent
    return MailStatus.deferred if code < 500 else MailStatus.failed


async def _reset(client: SMTP, code: int) -> bool:
    """Make the connection ready for the next mail after a refusal. False when it is of no more use."""
    if code == CLOSING or not client.is_connected:
        client.close()
        return False
    try:
        await client.rset(timeout=COMMAND_SECONDS)
    except (SMTPException, OSError):
        client.close()
        return False
    return True
