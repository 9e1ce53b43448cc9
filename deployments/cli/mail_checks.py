"""What `lots doctor` sees of the office's mail: its server, its inbox, and what the world can tell of its sender."""

import asyncio
import socket
from email.utils import parseaddr

from dns.asyncresolver import Resolver

from deployments.cli.check import Check
from deployments.cli.sender_dns import look_up
from models.errors import InboxUnavailable, LotsError, MailServerUnavailable, SettingsError
from models.mail.sender_domain import SELECTORS, is_real, standing
from models.settings import Settings
from tasks.mailbox.sources import open_inbox
from tasks.smtp.login import connect
from tasks.smtp.mime import ascii_domain
from tasks.smtp.server import FROM_SETTINGS, MailServer, server_of_settings
from tasks.smtp.server_config import mail_server

COUNTED = 10_000
ANSWER_SECONDS = 3
LOGIN_SECONDS = 15
ADDRESS = "LOTS_SMTP_HOST and LOTS_SMTP_PORT"


def look_at_sending(settings: Settings, resolver: Resolver | None, *, prefect_answers: bool) -> list[Check]:
    """The mail server in use, be it that of Prefect's block, and the sender's domain where it is one of the world."""
    try:
        server = asyncio.run(mail_server()) if prefect_answers else server_of_settings()
        mail, host = _look_at_mail(server), server.host
    except SettingsError as error:
        do = "correct the block in Prefect, under Blocks"
        mail, host = Check("mail", False, _without_dot(error), do), settings.smtp_host
    sender = look_at_sender(settings, host, resolver)
    return [mail, sender] if sender else [mail]


def _without_dot(error: LotsError) -> str:
    return str(error).removesuffix(".")  # more follows on the line


def _look_at_mail(server: MailServer) -> Check:
    """Whether the mail server answers, and takes the login. Nothing is sent."""
    address = ADDRESS if server.kept_in == FROM_SETTINGS else server.kept_in
    try:
        with socket.create_connection((server.host, server.port), timeout=ANSWER_SECONDS) as line:
            greeting = line.recv(3) if server.tls != "tls" else b"220"
    except OSError:
        return Check("mail", False, f"{server.where} does not answer", f"check {address}")
    if greeting != b"220":
        return Check("mail", False, f"{server.where} answers, but not as a mail server", f"check {address}")
    if not server.username:
        return Check("mail", True, f"{server.where} answers")
    try:
        asyncio.run(_log_in_and_out(server))
    except MailServerUnavailable as error:
        return Check("mail", False, _without_dot(error), "mend that, then run `lots run mail-check`")
    except TimeoutError:
        what = f"{server.where} answers, and lets nobody in within {LOGIN_SECONDS} seconds"
        return Check("mail", False, what, "run `lots run mail-check`, which waits longer")
    return Check("mail", True, f"{server.where} answers and takes the {'token' if server.oauth else 'password'}")


async def _log_in_and_out(server: MailServer) -> None:
    async with asyncio.timeout(LOGIN_SECONDS):
        await (await connect(server)).quit()


def look_at_inbox(settings: Settings) -> Check:
    """Whether the inbox opens, and how much waits there."""
    try:
        with open_inbox(settings) as inbox:
            waiting = len(inbox.waiting(COUNTED))
    except InboxUnavailable as error:
        return Check("inbox", False, _without_dot(error), "check LOTS_INBOX and its login")
    return Check("inbox", True, f"{settings.inbox} answers, {waiting} waiting to be read")


def look_at_sender(settings: Settings, mail_host: str, resolver: Resolver | None) -> Check | None:
    """SPF, DKIM and DMARC of LOTS_MAIL_FROM; None for a domain that the world's DNS cannot know.

    What is missing is a remark, as mail goes all the same: only where neither SPF nor DKIM is there is it not in order,
    for then the large providers refuse the mail. Nor is it a fault that DNS does not answer here.
    """
    try:
        domain = ascii_domain(parseaddr(settings.mail_from)[1].rpartition("@")[2]).lower()
    except ValueError:
        return None
    if not domain or not is_real(domain):
        return None
    selectors = [settings.dkim_selector] if settings.dkim_selector else SELECTORS
    told = asyncio.run(look_up(domain, selectors, resolver))
    if told.spf is None and None in told.dkim.values() and None in told.dmarc.values():
        what = f"DNS does not answer here: SPF, DKIM and DMARC of {domain} could not be looked at"
        return Check("sender", True, what)
    return Check("sender", *standing(told, mail_host, settings.dkim_selector))
