"""A mail server in a process of its own, to be killed: `python -m tests.storm.mail_server PORT LOG`."""

import os
import sys
import threading
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Writes:
    """Each mail's recipient and Message-ID is on the disk before the sender hears that it was taken."""

    def __init__(self, log: str) -> None:
        self.log = os.open(log, os.O_WRONLY | os.O_APPEND)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        mail = message_from_bytes(content)
        os.write(self.log, f"{envelope.rcpt_tos[0]} {mail['Message-ID']}\n".encode())
        return "250 kept"


def main() -> None:
    """Until killed."""
    Controller(Writes(sys.argv[2]), hostname="127.0.0.1", port=int(sys.argv[1])).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
