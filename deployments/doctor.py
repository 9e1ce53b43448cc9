"""`lots doctor`: a look at everything that must be in order, and one sentence on what to do about what is not."""

import os
import socket
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from deployments.environment import answers
from models.database import reading, schema_version
from models.errors import InboxUnavailable, LotsError
from models.invariants import broken
from models.settings import Settings
from models.upgrade import newest
from tasks.mailboxes import open_inbox

COUNTED = 10_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    what: str
    ok: bool
    say: str


def examine(settings: Settings) -> list[Finding]:
    """Everything looked at, in the order in which to mend it. Nothing secret and nobody's data in the sentences."""
    looked_at = [_settings(settings), _database(), _rules(), _mail(settings), _prefect(), _web(settings)]
    return [*looked_at, _inbox(settings)] if settings.inbox else looked_at


def _settings(settings: Settings) -> Finding:
    kept = "secrets kept in LOTS_HOME" if settings.embedded else "own secrets"
    return Finding("settings", True, f"LOTS_HOME={settings.home}, {kept}, links under {settings.public_url}")


def _database() -> Finding:
    try:
        with reading() as session:
            version = schema_version(session)
    except (LotsError, SQLAlchemyError):
        return Finding("database", False, "does not answer; check LOTS_DATABASE_URL")
    if version != newest():
        return Finding("database", False, f"is at {version or 'nothing'}, not {newest()}; run `lots db upgrade`")
    return Finding("database", True, f"is at {version}")


def _rules() -> Finding:
    """What must hold over the whole database, and what does not."""
    try:
        with reading() as session:
            found = broken(session)
    except (LotsError, SQLAlchemyError):
        return Finding("rules", False, "cannot be looked at; mend the database first")
    return Finding("rules", not found, "; ".join(found) or "every rule holds for everything in the database")


def _mail(settings: Settings) -> Finding:
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with socket.create_connection((settings.smtp_host, settings.smtp_port), timeout=3) as line:
            greeting = line.recv(3) if settings.smtp_tls != "tls" else b"220"
    except OSError:
        return Finding("mail", False, f"{where} does not answer; check LOTS_SMTP_HOST and LOTS_SMTP_PORT")
    if greeting != b"220":
        return Finding("mail", False, f"{where} answers, but not as a mail server; check LOTS_SMTP_PORT")
    return Finding("mail", True, f"{where} answers")


def _inbox(settings: Settings) -> Finding:
    try:
        with open_inbox(settings) as inbox:
            waiting = len(inbox.waiting(COUNTED))
    except InboxUnavailable as error:
        return Finding("inbox", False, str(error))
    return Finding("inbox", True, f"{settings.inbox} answers, {waiting} waiting to be read")


def _prefect() -> Finding:
    api_url = os.environ.get("PREFECT_API_URL", "")
    if not api_url:
        return Finding("prefect", False, "no server is running; start `lots up`, or set PREFECT_API_URL")
    if not answers(f"{api_url}/health"):
        return Finding("prefect", False, f"{api_url} does not answer; start `lots up`, or correct PREFECT_API_URL")
    return Finding("prefect", True, f"{api_url} answers")


def _web(settings: Settings) -> Finding:
    if not answers(f"http://127.0.0.1:{settings.web_port}/healthz"):
        return Finding("web", False, f"nothing on LOTS_WEB_PORT={settings.web_port}; start `lots up` or `lots web`")
    return Finding("web", True, f"port {settings.web_port} answers")
