"""Why a mail does not go: unwanted, overtaken, or to an address that may not be mailed (domain.md section 9)."""

import json
from uuid import UUID

from sqlmodel import Session

from models.mail.kinds import REMINDERS
from models.tables.check_in import CheckIn
from models.tables.mail import OutgoingMail, Template
from models.tables.network import Network, NetworkState
from models.tables.office import Staff
from models.tables.person import Person

ONLY_IN_STATE = {
    Template.resting: NetworkState.resting,
    Template.wake: NetworkState.resting,
    Template.still_planned: NetworkState.planned,
}
STAFF_MUST_CALL = ("protected", "address-needs-staff", "bounced", "no-address")


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


def overtaken_reason(session: Session, mail: OutgoingMail) -> str | None:
    """Why a mail that waited has nothing left to say, as a code: what it asks for has happened meanwhile.

    Any activity stops the chase (domain.md section 6); a network that is awake is not asked to wake.
    """
    if mail.template in (Template.check_in_reminder, Template.second_organiser):
        check_in = session.get(CheckIn, UUID(json.loads(mail.context)["check_in"]))
        return "answered" if check_in and check_in.answered_at else None
    network = session.get(Network, mail.network_id) if mail.template in ONLY_IN_STATE else None
    return "overtaken" if network and network.state != ONLY_IN_STATE[mail.template] else None
