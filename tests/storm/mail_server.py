"""A mail server in a process of its own, to be killed: `python -m tests.storm.mail_server PORT LOG`."""

import os
import re
import sys
import threading
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

CONFIRM = re.compile(r"/confirm/[\w.~-]+")


class Writes:
    """Each mail's recipient, Message-ID and link to confirm is on the disk before the sender hears that it is taken."""

    def __init__(self, log: str) -> None:
        self.log = os.open(log, os.O_WRONLY | os.O_APPEND)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        mail = message_from_bytes(content, policy=default)
        text = mail.get_body(("plain",))
        link = CONFIRM.search(text.get_content() if text else "")
        os.write(self.log, f"{envelope.rcpt_tos[0]} {mail['Message-ID']} {link[0] if link else '-'}\n".encode())
        return "250 kept"


def main() -> None:
    """Until killed."""
    Controller(Writes(sys.argv[2]), hostname="127.0.0.1", port=int(sys.argv[1])).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
