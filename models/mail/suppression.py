"""Why somebody is not mailed: unwanted, or an address that may not be mailed (domain.md section 9)."""

from models.mail.kinds import REMINDERS
from models.tables.mail import OutgoingMail, Template
from models.tables.office import Staff
from models.tables.person import Person

STAFF_MUST_CALL = ("protected", "address-needs-staff", "bounced", "no-address")
ASKED_BY_ANYBODY = (Template.confirm_request, Template.fresh_link)
"""Anybody can type somebody's number on the web and so ask for these: nobody is rung for it."""


def suppression_reason(reader: Person | Staff | None, *, utf8: bool = False) -> str | None:
    """Why a person or a member of staff is not mailed, as a code; None when they may be (domain.md section 12).

    `utf8` tells whether the mail server takes letters such as å before the @ (SMTPUTF8, RFC 6531).
    """
    if isinstance(reader, Staff) and not reader.active:
        return "inactive"
    if reader is None or (isinstance(reader, Person) and reader.erased_at):
        return "erased"
    if isinstance(reader, Person) and reader.protected_at:
        return "protected"
    if not reader.email:
        return "no-address"
    if not utf8 and not reader.email.rpartition("@")[0].isascii():
        return "address-needs-staff"
    return "bounced" if isinstance(reader, Person) and not reader.may_be_mailed else None


def is_unsubscribed(mail: OutgoingMail, reader: Person | Staff | None) -> bool:
    """Whether it is a reminder to somebody who has declined reminders; decisions still come (RFC 8058)."""
    return mail.template in REMINDERS and isinstance(reader, Person) and reader.reminders_stopped_at is not None
