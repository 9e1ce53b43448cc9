"""Real inboxes to read from: a Maildir folder, and an IMAP server (pymap) that keeps its mail in memory."""

import mailbox
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from imap_tools import MailBoxUnencrypted
from sqlmodel import Session, col, select

from models.db.engine import reading, transaction
from models.settings import settings
from models.stages import check_in as check_in_round
from models.tables.check_in import CheckIn
from models.tables.mail import MailStatus, OutgoingMail
from models.tables.network import Network
from models.tables.person import Person
from tests.acts import at, mails, network_in
from tests.mail_samples import DOMAIN, LINE

USER, PASSWORD = "kansli", "hemligt"
DONE, FOR_STAFF = "Klart", "Till personal"


class MaildirInbox:
    """A Maildir as a mail server delivers to it."""

    def __init__(self, path: Path) -> None:
        self.address = str(path)
        self.maildir = mailbox.Maildir(path, create=True)

    def deliver(self, *messages: bytes) -> None:
        for raw in messages:
            self.maildir.add(raw)

    def lying(self, folder: str = "") -> list[bytes]:
        """What lies in the inbox, or in a folder of it."""
        if folder and folder not in self.maildir.list_folders():
            return []
        box = self.maildir.get_folder(folder) if folder else self.maildir
        return [box.get_bytes(key) for key in box.keys()]  # noqa: SIM118 (a mailbox iterates over its messages)


class ImapInbox:
    """The inbox of USER on an IMAP server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.address = f"imap://127.0.0.1:{port}"

    @contextmanager
    def opened(self) -> Iterator[MailBoxUnencrypted]:
        with MailBoxUnencrypted("127.0.0.1", self.port, timeout=10).login(USER, PASSWORD) as box:
            yield box

    def deliver(self, *messages: bytes) -> None:
        with self.opened() as box:
            for raw in messages:
                box.append(raw)

    def lying(self, folder: str = "") -> list[bytes]:
        with self.opened() as box:
            if folder and not box.folder.exists(folder):
                return []
            box.folder.set(folder or "INBOX")
            return [message.obj.as_bytes() for message in box.fetch(mark_seen=False)]


AnyInbox = MaildirInbox | ImapInbox


@contextmanager
def imap_server() -> Iterator[ImapInbox]:
    """A server of its own, on a free port of loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = "from pymap.main import main; main()"
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict"]
    login = ["--demo-user", USER, "--demo-password", PASSWORD]
    server = subprocess.Popen([sys.executable, "-c", program, *options, *login])
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield ImapInbox(port)
    finally:
        server.terminate()
        server.wait(60)  # on a busy machine


def choose(monkeypatch: pytest.MonkeyPatch, inbox: str) -> None:
    """Make an address or folder this process's inbox."""
    monkeypatch.setenv("LOTS_INBOX", inbox)
    monkeypatch.setenv("LOTS_INBOX_USERNAME", USER)
    monkeypatch.setenv("LOTS_INBOX_PASSWORD", PASSWORD)
    monkeypatch.setenv("LOTS_MAIL_RETURN_PATH", "studs+{id}@kansliet.example.org")
    settings.cache_clear()


SENT = "2026-12-01"


def asked(session: Session) -> tuple[Network, OutgoingMail]:
    """A network whose contact was sent a check-in on SENT, and that mail."""
    network = network_in(session)
    check_in_round.send_due(session, at(SENT))
    [mail] = mails(session, "first-meeting")
    return network, went(mail)


def went(mail: OutgoingMail) -> OutgoingMail:
    mail.status, mail.message_id, mail.settled_at = MailStatus.sent, f"<{mail.id}@{DOMAIN}>", at(SENT)
    return mail


def an_asked_network() -> OutgoingMail:
    with transaction() as session:
        return asked(session)[1]


def reply(line: str = LINE, sender: str = "ake.ohman@example.org", refers_to: UUID | None = None) -> bytes:
    references = f"References: <{refers_to}@{DOMAIN}>\n" if refers_to else ""
    head = f"From: <{sender}>\nTo: natverk@{DOMAIN}\nSubject: Sv: En minut\nMessage-ID: <{uuid4()}@example.org>\n"
    return f"{head}{references}Content-Type: text/plain; charset=utf-8\n\n{line}\n".encode()


def answers() -> list[CheckIn]:
    with reading() as session:
        return list(session.exec(select(CheckIn).where(col(CheckIn.answered_at).is_not(None))))


def address_of(session: Session, person_id: UUID | None) -> str:
    return session.get_one(Person, person_id).email or ""
