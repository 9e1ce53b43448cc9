"""Where mail comes in: a Maildir folder or an IMAP server. What was handled is moved aside; nothing is deleted."""

import imaplib
import mailbox
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError

from models.errors import InboxUnavailable
from models.i18n import localized
from models.settings import Settings
from tasks.mailbox.imap_login import logged_in

PERSONAL_PREFIX = re.compile(r'^\(\("([^"]*)"')


class Inbox(Protocol):
    """A mailbox whose messages go by a key of its own."""

    def waiting(self, most: int) -> list[str]:
        """The keys of up to `most` messages that nobody has moved aside, the oldest first."""

    def read(self, key: str) -> bytes | None:
        """A message's bytes, or None when it is gone: somebody moved it meanwhile."""

    def put_aside(self, keys: Sequence[str], *, for_staff: bool) -> None:
        """Move messages to the folder of what is done, or of what staff are to read, unread."""


@contextmanager
def open_inbox(chosen: Settings) -> Iterator[Inbox]:
    """The inbox of LOTS_INBOX. Raises InboxUnavailable, in one sentence, when it cannot be reached or used."""
    is_folder = "://" not in chosen.inbox
    try:
        if is_folder:
            yield _Maildir(Path(chosen.inbox))
        else:
            with logged_in(chosen) as connection:
                yield _Imap(connection)
    except (OSError, mailbox.Error, imaplib.IMAP4.error, ImapToolsError):
        raise InboxUnavailable(
            localized(
                f"Inkorgen {chosen.inbox} går inte att använda. Inget gick förlorat: kontrollera LOTS_INBOX och kör "
                "om (Retry) när den är igång.",
                f"The inbox {chosen.inbox} cannot be used. Nothing was lost: check LOTS_INBOX, and retry when it is "
                "back.",
            )
        ) from None


def _folder(for_staff: bool) -> str:
    return localized("Till personal", "For staff") if for_staff else localized("Klart", "Done")


class _Maildir:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.maildir = mailbox.Maildir(path, create=False)

    def waiting(self, most: int) -> list[str]:
        found = [(entry.name, f"{part}/{entry.name}") for part in ("new", "cur") for entry in self._entries(part)]
        return [key for _, key in sorted(found)[:most]]  # a name begins with the second of its arrival

    def _entries(self, part: str) -> Iterator[Path]:
        return (entry for entry in (self.path / part).iterdir() if entry.is_file() and not entry.name.startswith("."))

    def read(self, key: str) -> bytes | None:
        try:
            return (self.path / key).read_bytes()
        except FileNotFoundError:
            return None

    def put_aside(self, keys: Sequence[str], *, for_staff: bool) -> None:
        name = _folder(for_staff)
        if keys and name not in self.maildir.list_folders():
            self.maildir.add_folder(name)
        for key in keys:
            unique = Path(key).name.partition(":")[0]
            part, seen = ("new", "") if for_staff else ("cur", ":2,S")
            target = self.path / f".{name}" / part / f"{unique}{seen}"
            if target.exists():  # a copy put back from a backup; nothing is written over
                target = target.with_name(f"{unique}.{uuid4().hex}{seen}")
            with suppress(FileNotFoundError):
                (self.path / key).rename(target)


class _Imap:
    def __init__(self, connection: BaseMailBox) -> None:
        self.connection = connection
        # Only after the login does a server say all that it can do, and moving a message in one go is part of it.
        _, told = connection.client.capability()
        connection.client.capabilities = tuple(told[-1].decode().upper().split())
        self.prefix = self._prefix()

    def _prefix(self) -> str:
        """What the names of a user's own folders begin with, such as "INBOX."."""
        try:
            _, told = self.connection.client.namespace()
        except imaplib.IMAP4.error:
            return ""
        found = PERSONAL_PREFIX.match((told[-1] or b"").decode())
        return found[1] if found else ""

    def waiting(self, most: int) -> list[str]:
        return sorted(self.connection.uids("UNDELETED"), key=int)[:most]

    def read(self, key: str) -> bytes | None:
        _, parts = self.connection.client.uid("FETCH", key, "(BODY.PEEK[])")
        return next((part[1] for part in parts if isinstance(part, tuple)), None)

    def put_aside(self, keys: Sequence[str], *, for_staff: bool) -> None:
        name = f"{self.prefix}{_folder(for_staff)}"
        if keys and not self.connection.folder.exists(name):
            self.connection.folder.create(name)
        self.connection.move(keys, name)
