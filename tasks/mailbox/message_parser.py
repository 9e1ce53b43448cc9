"""From the bytes of a message to what the rules need to know: MIME, reports of delivery, the sender's own text."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from typing import Any
from uuid import UUID

from flufl.bounce import all_failures

from models.inbox.auto_reply import WATCHED, is_automatic
from models.inbox.bounce import Bounce, Report
from models.inbox.quoted_text import without_quotes
from models.mail.message_ids import mail_of_envelope, mail_returned_to, mails_named
from models.settings import settings
from models.stages.inbox import Incoming
from tasks.mailbox.html_to_text import plain_text

LONGEST_TEXT = 100_000
DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to")
RETURNED = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global",
    "message/global-headers",
)
MAIL_SYSTEMS = re.compile(r"mailer-daemon|postmaster|mail-daemon|maildaemon|microsoftexchange[0-9a-f]+", re.I)
STATUS = re.compile(r"(?<![0-9.])([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.]*[0-9])")
REPLY_CODE = re.compile(r"\b([45])[0-9]{2}[ -]")
MESSAGE_ID = re.compile(r"^\W{0,4}message-id:\s*(<[^<>\s]{1,300}>)", re.I | re.M)


def parse_message(raw: bytes) -> Incoming | None:
    """What a message says, or None when it cannot be read: whatever a stranger sends costs only that message."""
    try:
        return _read(message_from_bytes(raw))
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        return None


def _read(message: Message) -> Incoming:
    headers = {name: _decoded(message, name) for name in WATCHED if message[name] is not None}
    answered = f"{message['in-reply-to'] or ''} {' '.join(reversed(str(message['references'] or '').split()))}"
    bounce = _bounce(message, answered)
    return Incoming(
        sender=parseaddr(_decoded(message, "from"))[1],
        refers_to=mails_named(answered),
        text="" if bounce else without_quotes(_text(message)),
        automatic=is_automatic(headers) or _is_receipt(message),
        bounce=bounce,
    )


def _decoded(message: Message, name: str) -> str:
    value = str(message[name] or "")
    try:
        return str(make_header(decode_header(value)))
    except (MessageError, ValueError, LookupError):
        return value


def _is_receipt(message: Message) -> bool:
    """A calendar's reply to an invitation, or a receipt that a mail was opened."""
    if message.get_content_type() == "multipart/report":
        return message.get_param("report-type") == "disposition-notification"
    for part in _leaves(message):
        if part.get_content_type() == "text/calendar":
            method = part.get_param("method") or ("reply" if "METHOD:REPLY" in _content(part).upper() else "")
            return str(method).lower() == "reply"
    return False


def _bounce(message: Message, answered: str) -> Bounce | None:
    """The bounce that a message is. One of no known form is a bounce that says nothing: for staff."""
    ours = [mail for address in _recipients(message) if (mail := mail_returned_to(address, settings()))]
    if statuses := [part for part in _children(message) if part.get_content_type() == "message/delivery-status"]:
        return _of_status(message, statuses[0], ours, answered)
    sender = parseaddr(str(message["from"] or ""))[1].partition("@")[0]
    if not MAIL_SYSTEMS.fullmatch(sender) and not (ours and str(message["return-path"]).strip() == "<>"):
        return None
    return _of_custom(message, ours, answered, sender)


def _of_status(message: Message, status: Message, ours: list[UUID], answered: str) -> Bounce:
    """A report of delivery as RFC 3464 has it: fields of the message first, then fields of each recipient."""
    payload: object = status.get_payload()
    blocks = [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []
    reports, envelope = [], ""
    for block in blocks:
        envelope = envelope or str(block["original-envelope-id"] or "")
        if block["action"] or block["status"]:
            reports.append(Report(str(block["action"] or "failed").strip().lower(), _status(block)))
    returned = _returned(message)
    named = str(returned["message-id"] or "") if returned else ""
    of_envelope = mail_of_envelope(envelope)
    mails = dict.fromkeys([*ours, *([of_envelope] if of_envelope else []), *mails_named(f"{named} {answered}")])
    to = parseaddr(_decoded(returned, "to"))[1] if returned else ""
    return Bounce(tuple(reports), tuple(mails), bool(mails or envelope or named), to)


def _status(block: Message) -> str:
    """The status code; where it says no more than "failed", the one that the other server gave with its refusal."""
    told = STATUS.search(str(block["status"] or ""))
    said = STATUS.search(str(block["diagnostic-code"] or ""))
    code = REPLY_CODE.search(str(block["diagnostic-code"] or ""))
    if told and not told[1].endswith(".0.0"):
        return told[1]
    return said[1] if said else told[1] if told else f"{code[1]}.0.0" if code else ""


def _of_custom(message: Message, ours: list[UUID], answered: str, sender: str) -> Bounce | None:
    """A bounce in a form of the server's own (qmail and others), told by flufl.bounce's many detectors."""
    temporary, permanent = all_failures(message)
    if not temporary and not permanent and not MAIL_SYSTEMS.fullmatch(sender):
        return None
    text = _text(message)
    returned = _returned(message)
    named = MESSAGE_ID.findall(text) + ([str(returned["message-id"])] if returned and returned["message-id"] else [])
    mails = tuple(dict.fromkeys([*ours, *mails_named(f"{' '.join(named)} {answered}")]))
    status = next((one for one in STATUS.findall(text) if one[0] != "2"), "5.0.0")
    reports = [Report("failed", status)] if permanent else [Report("delayed", "4.0.0")] if temporary else []
    return Bounce(
        tuple(reports), mails, bool(mails or named), parseaddr(_decoded(returned, "to"))[1] if returned else ""
    )


def _returned(message: Message) -> Message | None:
    """The mail that came back, or its headers."""
    for part in _children(message):
        if part.get_content_type() in RETURNED:
            payload: object = part.get_payload()
            if isinstance(payload, list) and payload:
                return payload[0] if isinstance(payload[0], Message) else None
            return message_from_bytes(_bytes(part))
    return None


def _recipients(message: Message) -> list[str]:
    named = [str(value) for name in DELIVERED_TO for value in message.get_all(name, [])]
    return [address for _, address in getaddresses(named)]


def _children(message: Message) -> list[Message]:
    """The parts of a message's outermost layer: what somebody forwards is further in, and is not theirs."""
    payload: Any = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if message.is_multipart() else []


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, without looking into mails that are attached."""
    if message.get_content_maintype() == "multipart":
        for part in _children(message):
            yield from _leaves(part)
    elif message.get_content_maintype() != "message":
        yield message


def _text(message: Message) -> str:
    """The text of a message: its plain part, else its HTML part made plain."""
    found: dict[str, str] = {}
    for part in _leaves(message):
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
            found.setdefault(kind, _content(part))
    plain = found.get("text/plain", "")
    return plain if plain.strip() else plain_text(found.get("text/html", ""))


def _content(part: Message) -> str:
    raw = _bytes(part)[:LONGEST_TEXT]
    try:
        return raw.decode(part.get_content_charset() or "utf-8", errors="replace")
    except LookupError:
        return raw.decode("utf-8", errors="replace")


def _bytes(part: Message) -> bytes:
    payload: Any = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
