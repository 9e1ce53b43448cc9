"""The contact log as it is written on the page of a request or a network (domain.md sections 3 and 13)."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from deployments.web.form_fields import FormReader
from models.office.contact_log import log_attempt
from models.tables.contact_entry import NOTE_LENGTH, ContactChannel, ContactEntry, ContactOutcome
from models.tables.office import Staff
from models.text import nfc

CHANNELS, OUTCOMES = tuple(ContactChannel), tuple(ContactOutcome)


def read_entry(typed: FormReader, staff: Staff, at: datetime, today: date) -> ContactEntry | None:
    """What was typed, as a row about nothing yet; None when something in it is wrong, with a sentence each."""
    on = typed.day("on") if typed.text("on") else today
    remind_on = typed.day("remind_on", required=False)
    channel, outcome = typed.choice("channel", CHANNELS), typed.choice("outcome", OUTCOMES)
    note = nfc(typed.text("note"))
    if on and on > today:
        typed.error("on", "late")
    if remind_on and remind_on <= today:
        typed.error("remind_on", "early")
    if len(note) > NOTE_LENGTH:
        typed.error("note", "long", most=NOTE_LENGTH)
    if typed.errors or on is None:
        return None
    return ContactEntry(
        on=on,
        channel=ContactChannel(channel),
        outcome=ContactOutcome(outcome),
        note=note or None,
        remind_on=remind_on,
        staff_id=staff.id,
        noted_at=at,
    )


def save_entry(
    session: Session, entry: ContactEntry, *, request_id: UUID | None = None, network_id: UUID | None = None
) -> bool:
    """Write it down about a request or a network. Returns False when just that is written already."""
    row = ContactEntry.model_validate(entry.model_dump() | {"request_id": request_id, "network_id": network_id})
    return log_attempt(session, row)
