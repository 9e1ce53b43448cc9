"""The parts of a message: which there are, and what is in them."""

from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

LONGEST_TEXT = 100_000
"""Bytes of one part that are read."""


def parts_of(message: Message) -> Iterator[Message]:
    """The parts that hold something. A mail that is attached is one of them, and is not looked into."""
    if message.get_content_maintype() != "multipart" or not message.is_multipart():
        yield message
        return
    payload: Any = message.get_payload()
    for part in payload:
        yield from parts_of(part)


def content_of(part: Message) -> str:
    """The text of a part, whatever its encoding claims to be."""
    raw = bytes_of(part)[:LONGEST_TEXT]
    try:
        return raw.decode(part.get_content_charset() or "utf-8", errors="replace")
    except LookupError:
        return raw.decode("utf-8", errors="replace")


def bytes_of(part: Message) -> bytes:
    """What a part holds, decoded; nothing where it holds other parts."""
    payload: Any = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def decoded_header(message: Message, name: str) -> str:
    """A header as people read it; as it came where its encoding is none."""
    value = str(message[name] or "")
    try:
        return str(make_header(decode_header(value)))
    except (MessageError, ValueError, LookupError):
        return value
