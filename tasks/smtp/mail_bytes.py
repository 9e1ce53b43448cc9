"""From a row of the outbox to the bytes that go: to whom, in which language, packed with its calendar file."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from models.db.crypto import seal
from models.mail.delivery import ComposedMail
from models.mail.kinds import ASKS
from models.mail.message_ids import name_and_address
from models.meetings.icalendar import calendar_file
from models.settings import settings
from models.tables.mail import OutgoingMail, Template
from models.tables.office import Staff
from models.tables.person import Person
from tasks.smtp.mail_context import mail_values
from tasks.smtp.mime import Head, deliverable, message_id, pack
from tasks.smtp.prefetched import Prefetched
from templates.rendering.mail import render_mail


@dataclass(frozen=True)
class Recipient:
    """Who a mail is addressed to, how it greets them, and in which language."""

    name: str
    hello: str
    address: str
    language: str


def recipient(reader: Person | Staff | None) -> Recipient:
    """A person in their language, staff in the office's (LOTS_LANGUAGE); both greeted by their first name.

    Raises LookupError when nobody is left to read it, ValueError when the address is none.
    """
    if reader is None:
        raise LookupError("a mail needs a reader")
    name, address = reader.name or "", deliverable(reader.email or "")
    language = settings().language if isinstance(reader, Staff) else str(reader.language)
    return Recipient(name, _first(name), address, language)


def _first(name: str) -> str:
    """The first name; a register may write it last: Öhman, Åke."""
    return next(iter(name.rpartition(",")[2].split()), "")


def compose(mail: OutgoingMail, prefetched: Prefetched, to: Recipient, at: datetime) -> ComposedMail:
    """A mail's bytes: written once and kept until it is settled.

    Raises LookupError when it speaks of what is not there (any more), ValueError when it cannot be put into a mail.
    """
    if not prefetched.may_name(mail):
        to = replace(to, name="", hello="")
    context = mail_values(mail, prefetched, to.hello, to.language, at)
    rendered = render_mail(mail.template, to.language, context)
    head = Head(mail.id, to.name, to.address, _reply_to(mail, context), mail.not_before, context["stop_link"])
    body = pack(head, rendered, _calendar(mail, prefetched, context))
    return ComposedMail(body, seal(body), message_id(mail.id), to.language, rendered.version)


def _reply_to(mail: OutgoingMail, context: dict[str, Any]) -> tuple[str, ...]:
    """A human; beside them our own mailbox, where a check-in answered by mail is read (domain.md section 6)."""
    human: str = context["contact"].email
    if mail.template in ASKS and settings().inbox:
        return human, name_and_address(settings().mail_from)[1]
    return (human,)


def _calendar(mail: OutgoingMail, prefetched: Prefetched, context: dict[str, Any]) -> tuple[str, bytes] | None:
    if mail.template != Template.calendar_invitation:
        return None
    meeting = prefetched.meetings[UUID(context["meeting"])]
    return calendar_file(prefetched.networks[mail.network_id], meeting, context["change"], mail.created_at)
