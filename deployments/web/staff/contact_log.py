"""The contact log as it is written on the page of a request or a network (domain.md sections 3 and 13)."""

from datetime import date, datetime
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request

from deployments.web.form_fields import FormReader
from deployments.web.request import moment_of
from deployments.web.staff.page import Case, check_signs, typed_in
from deployments.web.staff.session import Form, SignedIn
from deployments.web.writer import write
from models.office.contact_log import log_attempt
from models.office.sight import Sight
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


async def note_contact(request: Request, me: SignedIn, form: Form, case: Case, **about: UUID) -> FormReader:
    """Write down an attempt to reach them, `about` a request_id or a network_id; once, however often it is pressed.

    Returns what was typed, with a sentence for each thing that is wrong: then nothing was written.
    """
    check_signs(me)
    if case.sight is not Sight.all:
        raise HTTPException(403)
    typed = typed_in(request, form)
    if entry := read_entry(typed, me.staff, *moment_of(request)):
        row = entry.model_dump() | about
        await write(request, lambda session: log_attempt(session, ContactEntry.model_validate(row)))
    return typed
