"""The text of a message as its reader sees it: every part of it, and whether there is more than text."""

from dataclasses import dataclass
from email.message import Message
from typing import Any

from tasks.mailbox.html_to_text import plain_text
from tasks.mailbox.mime_parts import LONGEST_TEXT, bytes_of, content_of

TEXTS = ("text/plain", "text/html")
# What a program puts beside what somebody writes: a signature, a card, the picture of a logo.
ADDED = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature",
         "application/pgp-keys", "text/vcard", "text/x-vcard", "text/directory")  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """The texts of a message in their order; `has_more`: something else was sent along, or a text was cut."""

    texts: tuple[str, ...] = ()
    has_more: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to read."""
        return not any(text.strip() for text in self.texts)


def shown(part: Message) -> Shown:
    """What is seen of a message or a part of one. Of alternatives that say the same, the plain one if it says it."""
    kind = part.get_content_type()
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        payload: Any = part.get_payload()
        inner = [shown(one) for one in payload]
        if kind == "multipart/alternative":
            inner = sorted(inner, key=lambda one: one.is_blank)[:1] + [Shown(has_more=one.has_more) for one in inner]
        return Shown(tuple(text for one in inner for text in one.texts), any(one.has_more for one in inner))
    if (kind in TEXTS or part.get_content_maintype() == "multipart") and part.get_content_disposition() != "attachment":
        text = content_of(part)
        return Shown((plain_text(text) if kind == "text/html" else text,), len(bytes_of(part)) > LONGEST_TEXT)
    is_added = kind in ADDED or (
        part.get_content_maintype() == "image"
        and (part.get_content_disposition() != "attachment" or part["content-id"] is not None)
    )
    return Shown(has_more=not is_added)
