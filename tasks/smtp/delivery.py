"""One mail over one connection, and what became of it: certain, or honestly in doubt (RFC 5321, RFC 1047)."""

import re
from dataclasses import dataclass
from uuid import UUID

from models.inbox.delivery_words import ABOUT_THE_ADDRESS, Refusal, refusal
from models.mail.delivery import ComposedMail
from models.tables.mail import MailStatus
from tasks.smtp.connection import CLOSING, COMMAND_SECONDS, Connection, ConnectionLost, Reply

AFTER_DOT_SECONDS = 600  # RFC 5321 section 4.5.3.2.6: to give up sooner is to send twice
GO_AHEAD = 354
NOT_LOGGED_IN = (530, 535)  # RFC 4954 section 6: about our login, which may end with its token, and not about the mail
MAIL, RCPT, DATA = "MAIL", "RCPT", "DATA"
NO_SUCH_ADDRESS = (550, 551, 553)
ENHANCED = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")


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


async def deliver(connection: Connection, mail: ReadyMail, *, fresh: bool) -> SmtpOutcome:
    """Send one mail and say what is known of it.

    2xx after the final dot is sent; 4xx deferred, and so is who is asked to log in; 5xx failed. A line that dies before
    the dot leaves the mail deferred, one that dies or talks nonsense after it in doubt: the server may have taken the
    mail. A line that was in use before (not `fresh`) may have been closed meanwhile, or its login have ended: that says
    nothing of this mail.
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
    if refused is MAIL and reply.code in (CLOSING, *NOT_LOGGED_IN) and not fresh:
        connection.close()
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
    end = b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n"
    if body.startswith(b"."):
        body = b"." + body
    return body.replace(b"\r\n.", b"\r\n..") + end


def _options(connection: Connection, mail: ReadyMail) -> str:
    """What the server is asked for when it can do it: å in addresses, and reports that name our mail (RFC 3461)."""
    options = " SMTPUTF8" if mail.utf8 else ""
    return f"{options} RET=HDRS ENVID={mail.mail_id.hex}" if "dsn" in connection.capable else options


def _status(code: int, after_dot: bool) -> MailStatus:
    if 400 <= code < 500 or code in NOT_LOGGED_IN:
        return MailStatus.deferred
    if code >= 500:
        return MailStatus.failed
    if not after_dot:
        return MailStatus.deferred  # nonsense before the dot: nothing was taken
    return MailStatus.sent if 200 <= code < 300 else MailStatus.in_doubt


def _is_no_such_address(reply: Reply) -> bool:
    """Whether the refusal is about the reader's address, not about us: nobody is written off for our own mistakes.

    Words and code are weighed as in a mail that came back; where neither says anything, the bare reply stands.
    """
    if reply.code not in NO_SUCH_ADDRESS:
        return False
    enhanced = ENHANCED.search(reply.text)
    about = refusal(enhanced[0] if enhanced else "", reply.text)
    return about in ABOUT_THE_ADDRESS or (about is Refusal.unclear and enhanced is None)
