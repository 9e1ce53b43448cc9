"""Packs a rendered mail into the bytes that go: headers, text and HTML, and a calendar file where there is one.

Built by splicing, not with `email.message`, which takes four fifths of a mail's time and folds and encodes headers in
ways that break them: it splits the address of List-Unsubscribe (RFC 8058) and encodes å before an @. The standard
library still judges: tests read every mail back with it.
"""

import re
from base64 import b64encode, encodebytes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, parseaddr, quote
from functools import lru_cache
from uuid import UUID

import idna

from models.dates.local_time import local
from models.settings import settings
from tasks.smtp.quoted_printable import quoted_printable
from templates.rendering.mail import Rendered

BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
PLAIN = re.compile(r"[A-Za-z0-9 !#$%&'*+\-/=?^_`{|}~]*")
LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.\u00a1-\U0010ffff]{1,64}")
DOMAIN = re.compile(r"[A-Za-z0-9.\-]{1,253}|\[[0-9A-Fa-f:.IPv]+\]")
FOLD_AT = 72  # the library counts two too few, and a word may have 75
ONE_WORD = 42  # bytes that one encoded word holds on the line of any header of ours
SHORT = 60  # a header of plain letters up to here needs neither folding nor encoding


@dataclass(frozen=True)
class Head:
    """What the headers say. `key` makes the Message-ID; `name`, `address`: whom it is for; `reply_to`: who answers."""

    key: UUID
    name: str
    address: str
    reply_to: tuple[str, ...]
    date: datetime
    stop_link: str = ""


def message_id(key: UUID) -> str:
    """The same row of the outbox gives the same Message-ID, whoever sends it and however often."""
    return f"<{key}@{sender(settings().mail_from)[1].rpartition('@')[2]}>"


@lru_cache(maxsize=8)
def sender(mail_from: str) -> tuple[str, str]:
    """LOTS_MAIL_FROM as it stands in From, and its bare address. Raises ValueError when it is none."""
    name, address = parseaddr(mail_from)
    return mailbox(name, address), deliverable(address)


def pack(head: Head, rendered: Rendered, calendar: tuple[str, bytes] | None = None) -> bytes:
    """The whole mail, lines ended by CRLF. The same values give the same bytes.

    `calendar` is (METHOD, iCalendar bytes). Raises ValueError for an address that is none.
    """
    mark = f"=_{head.key.hex}"  # no quoted-printable or base64 line can hold it
    alternative = _parts(
        "alternative", f"{mark}a", [_text("plain", rendered.text_pieces), _text("html", rendered.html_pieces)]
    )
    body = alternative if calendar is None else _parts("mixed", f"{mark}m", [alternative, _calendar(*calendar)])
    return _headers(head, rendered.subject) + body


def _headers(head: Head, subject: str) -> bytes:
    lines = [
        f"From: {sender(settings().mail_from)[0]}",
        f"To: {mailbox(head.name, head.address)}",
        f"Reply-To: {', '.join(mailbox('', one) for one in head.reply_to)}",
        f"Subject: {_words(subject, 'Subject')}",
        f"Date: {_date(head.date)}",
        f"Message-ID: {message_id(head.key)}",
        "Auto-Submitted: auto-generated",  # RFC 3834: whatever answers by itself does not
        "X-Auto-Response-Suppress: All",  # the same to Exchange, which does not heed it
    ]
    if head.stop_link:
        lines += [f"List-Unsubscribe: <{head.stop_link}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
    lines += ["MIME-Version: 1.0", ""]
    return "\r\n".join(lines).encode()


@lru_cache(maxsize=256)
def _date(date: datetime) -> str:
    return format_datetime(local(date))


def mailbox(name: str, address: str) -> str:
    """A name and its address as a header takes them (RFC 5322 section 3.4), in ASCII unless the address is not.

    Raises ValueError when the address cannot be one.
    """
    address = deliverable(address)
    name = BREAKS.sub(" ", name).strip()
    if not name:
        return address
    if len(name) <= SHORT and name.isascii() and "=?" not in name:
        return f"{name} <{address}>" if PLAIN.fullmatch(name) else f'"{quote(name)}" <{address}>'
    return f"{_words(name, 'Reply-To')} <{address}>"


@lru_cache(maxsize=4096)
def _words(text: str, header: str) -> str:
    """Text in a header: as it is when short and plain, else in encoded words of at most 75 characters (RFC 2047)."""
    text = BREAKS.sub(" ", text).strip()
    if len(text) <= SHORT and text.isascii() and "=?" not in text:
        return text
    if len(utf8 := text.encode()) <= ONE_WORD:
        return f"=?utf-8?b?{b64encode(utf8).decode()}?="
    return Header(text, "utf-8", maxlinelen=FOLD_AT, header_name=header).encode(linesep="\r\n")


def deliverable(address: str) -> str:
    """The address with its domain in punycode, as every mail server takes it (domain.md section 12).

    Raises ValueError when it is none, or could break out of a header or a command.
    """
    user, _, domain = address.rpartition("@")
    domain = ascii_domain(domain)
    if not LOCAL_PART.fullmatch(user) or not DOMAIN.fullmatch(domain):
        raise ValueError("not an address that mail can be sent to")
    return f"{user}@{domain}"


@lru_cache(maxsize=4096)
def ascii_domain(domain: str) -> str:
    """`exämple.org` as `xn--exmple-cua.org` (IDNA 2008). Raises ValueError when it cannot be a domain."""
    return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()


def _parts(kind: str, mark: str, parts: list[bytes]) -> bytes:
    head = f'Content-Type: multipart/{kind}; boundary="{mark}"\r\n'.encode()
    line = f"\r\n--{mark}\r\n".encode()
    return head + line + line.join(parts) + f"\r\n--{mark}--\r\n".encode()


def _text(kind: str, pieces: Sequence[str]) -> bytes:
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + quoted_printable(pieces)


def _calendar(method: str, ics: bytes) -> bytes:
    head = (
        f'Content-Type: text/calendar; method={method}; charset="utf-8"; name="traff.ics"\r\n'
        "Content-Transfer-Encoding: base64\r\n"
        'Content-Disposition: attachment; filename="traff.ics"\r\n\r\n'
    )
    return head.encode() + encodebytes(ics).replace(b"\n", b"\r\n")
