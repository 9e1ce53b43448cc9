"""How a mail is known when it comes back: its Message-ID, its envelope, and whom it names."""

import re
from email.utils import parseaddr
from functools import lru_cache
from uuid import UUID

from models.settings import Settings

MESSAGE_ID = re.compile(r"<([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@[^\s<>@]{1,255}>", re.I)
ENVELOPE_ID = re.compile(r"[0-9a-f]{32}", re.I)


@lru_cache(maxsize=16)
def name_and_address(mailbox: str) -> tuple[str, str]:
    """A mailbox as the settings have it, taken apart."""
    return parseaddr(mailbox)


def return_path(mail_id: UUID, chosen: Settings) -> str:
    """The envelope sender of a mail, where its bounces go: by LOTS_MAIL_RETURN_PATH, else the sender's address."""
    return chosen.mail_return_path.replace("{id}", mail_id.hex) or name_and_address(chosen.mail_from)[1]


def mail_returned_to(address: str, chosen: Settings) -> UUID | None:
    """The mail whose `return_path` an address is; None when it is none of ours."""
    before, _, after = chosen.mail_return_path.lower().partition("{id}")
    found = address.strip().lower()
    if not after or not (found.startswith(before) and found.endswith(after)):
        return None
    return mail_of_envelope(found[len(before) : -len(after)])


def mail_of_envelope(envelope_id: str) -> UUID | None:
    """The mail that an envelope id (RFC 3461, ENVID) names; None when it has not the form of ours."""
    return UUID(envelope_id.strip()) if ENVELOPE_ID.fullmatch(envelope_id.strip()) else None


def mails_named(text: str) -> tuple[UUID, ...]:
    """The mails whose Message-IDs stand in a text such as References, in their order, each once."""
    return tuple(dict.fromkeys(UUID(one) for one in MESSAGE_ID.findall(text)))
