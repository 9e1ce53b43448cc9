"""From the bytes of a message to what the rules need to know: who wrote, what it answers, and the sender's own text."""

from dataclasses import replace
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr

from models.inbox.auto_reply import WATCHED, sign_of_machine
from models.inbox.quoted_text import without_quotes
from models.inbox.verdict import Incoming
from models.mail.message_ids import mails_named
from models.settings import Settings
from tasks.mailbox.message_text import shown
from tasks.mailbox.mime_parts import content_of, decoded_header, parts_of
from tasks.mailbox.returned_mail import is_from_a_system, read_bounce, read_complaint

LONGEST_MAIL, LONGEST_REPORT = 1_000_000, 100_000
"""Bytes that are read: of a mail of somebody's, and of one from a mail system, which says first what is the matter."""


def parse_message(raw: bytes, chosen: Settings) -> Incoming | None:
    """What a message says, or None when it cannot be read: whatever a stranger sends costs only that message."""
    try:
        headers = BytesHeaderParser().parsebytes(raw[:LONGEST_REPORT])
        longest = LONGEST_REPORT if is_from_a_system(headers) else LONGEST_MAIL
        incoming = _read(message_from_bytes(raw[:longest]), chosen)
        return replace(incoming, has_more=True) if len(raw) > LONGEST_MAIL else incoming
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        return None


def _read(message: Message, chosen: Settings) -> Incoming:
    answered = f"{message['in-reply-to'] or ''} {' '.join(reversed(str(message['references'] or '').split()))}"
    sender = parseaddr(decoded_header(message, "from"))[1]
    if complaint := read_complaint(message, answered, chosen):
        return Incoming(sender, complaint=complaint)
    if bounce := read_bounce(message, answered, chosen):
        return Incoming(sender, bounce=bounce)
    seen = shown(message)
    own = [text for text in map(without_quotes, seen.texts) if text]
    return Incoming(sender, mails_named(answered), "\n\n".join(own), seen.has_more or len(own) > 1, _machine(message))


def _machine(message: Message) -> str:
    """What shows that no human wrote it: a header, or that it is a calendar's reply or a receipt of reading."""
    if message.get_content_type() == "multipart/report":
        if message.get_param("report-type") == "disposition-notification":
            return "disposition-notification"
    elif any(_is_calendar_reply(part) for part in parts_of(message)):
        return "text/calendar"
    return sign_of_machine({name: decoded_header(message, name) for name in WATCHED if message[name] is not None})


def _is_calendar_reply(part: Message) -> bool:
    if part.get_content_type() != "text/calendar":
        return False
    method = part.get_param("method") or ("reply" if "METHOD:REPLY" in content_of(part).upper() else "")
    return str(method).lower() == "reply"
