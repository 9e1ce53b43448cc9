"""Real mail servers on loopback (aiosmtpd, pymap) that take nothing but tokens, and ask the token server about them."""

import asyncio
import json
import re
import socket
import socketserver
import threading
import warnings
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

from tests.inboxes import PASSWORD, USER, ImapInbox, imap_server
from tests.oauth_server import TokenServer

OAUTHBEARER, XOAUTH2 = "OAUTHBEARER", "XOAUTH2"
SHOWN = {
    XOAUTH2: re.compile(rb"user=(?P<user>[^\x01]+)\x01auth=Bearer (?P<token>[^\x01 ]+)\x01\x01"),
    OAUTHBEARER: re.compile(
        rb"n,a=(?P<user>[^,\x01]+),\x01host=[^\x01]+\x01port=\d+\x01auth=Bearer (?P<token>[^\x01 ]+)\x01\x01"
    ),
}
GIVEN_UP = {XOAUTH2: b"", OAUTHBEARER: b"\x01"}


@dataclass
class Judge:
    """Who is let in by a token. `challenges`: a refusal is told first, as RFC 7628 has it; Exchange says nothing."""

    tokens: TokenServer
    challenges: bool = True
    logins: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def why_not(self, mechanism: str, response: bytes) -> tuple[str, str]:
        """Why what was shown is not taken (empty: it is), and the token."""
        shown = SHOWN[mechanism].fullmatch(response)
        if not shown:
            self.faults.append(f"{mechanism}: not of its form")
            return "invalid_request", ""
        token = shown["token"].decode()
        why = self.tokens.why_not(token, shown["user"].decode())
        (self.refused if why else self.logins).append(why or mechanism)
        return why, token

    def hear(self, mechanism: str, answer: object) -> None:
        """What a client answers to the reason of its refusal, as its mechanism has it."""
        if answer != GIVEN_UP[mechanism]:
            self.faults.append(f"{mechanism}: {answer!r}")

    @staticmethod
    def challenge(mechanism: str, why: str) -> bytes:
        """What a refusal is told by: the standard's codes, or Google's, who has one for all."""
        return json.dumps({"status": why if mechanism == OAUTHBEARER else "400", "schemes": "Bearer"}).encode()


@dataclass
class TokenMail:
    """An SMTP server. `mechanisms`: what it offers. `refusal`: its last words to whom it does not let in.

    `strict`: it looks at the token again before each mail, and sends away whose token has ended.
    `mails_a_line`: then it hangs up.
    """

    judge: Judge
    mechanisms: tuple[str, ...]
    refusal: str = "535 5.7.8 Authentication credentials invalid"
    strict: bool = False
    mails_a_line: int = 1_000_000
    slow: float = 0
    after_mail: Callable[[int], None] = lambda count: None
    recipients: list[str] = field(default_factory=list)
    sent_away: int = 0
    port: int = 0

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        return await self._judged(server, XOAUTH2, args)

    async def auth_OAUTHBEARER(self, server: SMTP, args: list[str]) -> AuthResult:
        return await self._judged(server, OAUTHBEARER, args)

    async def _judged(self, server: SMTP, mechanism: str, args: list[str]) -> AuthResult:
        why, token = self.judge.why_not(mechanism, b64decode(args[1]))
        if not why:
            return AuthResult(success=True, auth_data=(token, SHOWN[mechanism].fullmatch(b64decode(args[1]))))
        if self.judge.challenges:
            answer = await server.challenge_auth(self.judge.challenge(mechanism, why).decode())
            self.judge.hear(mechanism, answer)
        await server.push(self.refusal)
        return AuthResult(success=False, handled=True)

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        token, shown = session.auth_data
        if self.strict and self.judge.tokens.why_not(token, shown["user"].decode()):
            self.sent_away += 1
            return "530 5.7.0 Authentication required: the token has ended"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.slow)
        self.recipients.append(envelope.rcpt_tos[0])
        self.after_mail(len(self.recipients))
        assert isinstance(server, Line)
        server.mails_of_line += 1
        return "250 OK"


class Line(SMTP):
    """One connection of it."""

    mails_of_line = 0

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.command_size_limits["AUTH"] = 12288  # RFC 4954 section 4

    async def smtp_MAIL(self, arg: str) -> None:
        if self.mails_of_line >= self.event_handler.mails_a_line:
            await self.push("421 4.7.0 Enough for one line")
            assert self.transport
            self.transport.close()
            return
        await super().smtp_MAIL(arg)


@asynccontextmanager
async def token_mail(tokens: TokenServer, *mechanisms: str) -> AsyncIterator[TokenMail]:
    """An SMTP server that takes these mechanisms alone: XOAUTH2, OAUTHBEARER, or none."""
    mail = TokenMail(Judge(tokens), mechanisms)
    others = sorted({"PLAIN", "LOGIN", XOAUTH2, OAUTHBEARER} - set(mechanisms))

    def line() -> Line:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # no TLS: this is loopback
            return Line(
                mail,
                hostname="mail.example.org",
                loop=asyncio.get_running_loop(),
                auth_required=True,
                auth_require_tls=False,
                auth_exclude_mechanism=others,
            )

    listener = await asyncio.get_running_loop().create_server(line, "127.0.0.1", 0)
    mail.port = listener.sockets[0].getsockname()[1]
    try:
        yield mail
    finally:
        listener.close()
    assert mail.judge.faults == []


class TokenInbox(ImapInbox):
    """The inbox of USER on a real IMAP server, behind a door that takes tokens to it and no password.

    `opens`: what it lets in is then really opened; else it does as Exchange, which takes the login and no command.
    """

    def __init__(self, behind: ImapInbox, judge: Judge, mechanisms: tuple[str, ...]) -> None:
        super().__init__(behind.port)
        self.judge, self.mechanisms, self.opens, self.passwords = judge, mechanisms, True, 0
        self.can_log_in = False

    @property
    def capabilities(self) -> str:
        offered = " ".join(f"AUTH={one}" for one in self.mechanisms)
        return f"IMAP4rev1 {offered}{'' if self.can_log_in else ' LOGINDISABLED'}"


class Doors(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True
    inbox: TokenInbox


class Door(socketserver.StreamRequestHandler):
    server: Doors

    def handle(self) -> None:
        inbox = self.server.inbox
        self.say(f"* OK [CAPABILITY {inbox.capabilities}] ready")
        while line := self.rfile.readline():
            tag, command, *more = line.decode().split()
            match command.upper():
                case "CAPABILITY":
                    self.say(f"* CAPABILITY {inbox.capabilities}", f"{tag} OK done")
                case "AUTHENTICATE" if more[0] in inbox.mechanisms:
                    if self.authenticated(tag, more[0], inbox.judge):
                        return self.lead_in(tag, inbox.port) if inbox.opens else self.open_nothing(tag)
                case "LOGOUT":
                    return self.say("* BYE", f"{tag} OK done")
                case other:
                    inbox.passwords += other == "LOGIN"
                    self.say(f"{tag} NO not taken")
        return None

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def authenticated(self, tag: str, mechanism: str, judge: Judge) -> bool:
        self.say("+ ")
        why, _ = judge.why_not(mechanism, b64decode(self.rfile.readline()))
        if not why:
            return True
        if judge.challenges:
            self.say(f"+ {b64encode(judge.challenge(mechanism, why)).decode()}")
            judge.hear(mechanism, b64decode(self.rfile.readline()))
        self.say(f"{tag} NO AUTHENTICATE failed.")
        return False

    def lead_in(self, tag: str, port: int) -> None:
        """From here on the real server speaks."""
        with socket.create_connection(("127.0.0.1", port), 10) as real, real.makefile("rb") as lines:
            lines.readline()
            real.sendall(f"door LOGIN {USER} {PASSWORD}\r\n".encode())
            while not lines.readline().startswith(b"door OK"):
                pass
            self.say(f"{tag} OK done")
            threading.Thread(target=self.forth, args=(real,), daemon=True).start()
            while some := real.recv(65536):
                self.wfile.write(some)

    def forth(self, real: socket.socket) -> None:
        try:
            while some := self.connection.recv(65536):
                real.sendall(some)
            real.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def open_nothing(self, tag: str) -> None:
        self.say(f"{tag} OK AUTHENTICATE completed.")
        while line := self.rfile.readline():
            self.say(f"{line.decode().split()[0]} BAD User is authenticated but not connected.")


@contextmanager
def token_inbox(tokens: TokenServer, *mechanisms: str) -> Iterator[TokenInbox]:
    """An IMAP server that takes these mechanisms alone."""
    with imap_server() as behind, Doors(("127.0.0.1", 0), Door) as listener:
        listener.inbox = inbox = TokenInbox(behind, Judge(tokens), mechanisms)
        inbox.address = f"imap://127.0.0.1:{listener.server_address[1]}"
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield inbox
        listener.shutdown()
        thread.join(10)
        assert inbox.judge.faults == []
