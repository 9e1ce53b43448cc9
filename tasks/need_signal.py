"""A need that staff saw is written down, and no more."""

from datetime import datetime
from uuid import UUID

from models.db.engine import transaction
from models.forms.need_signal import NeedSignalForm
from models.stages import need_signal
from models.tables.need_signal import NeedSignal
from models.tables.place import Municipality
from tasks.runtime.form_intake import close_intake, form_of, keep_form
from tasks.runtime.step import run_id, step


@step("Kontrollera och spara formuläret", "Check and keep the form")
async def receive_signal(form: NeedSignalForm, at: datetime) -> str:
    """The intake's id. Raises UserError that names what must be changed."""
    return keep_form(form, "need-signal", at, need_signal.check_signal)


@step("Skriv upp behovet", "Write the need down")
async def note(intake: str, at: datetime) -> str:
    """Write the need down, once. Returns the municipality's name."""
    with transaction() as session:
        row, form = form_of(session, intake, NeedSignalForm)
        if form:
            close_intake(row, need_signal.note(session, form, at, run_id()).id, at)
        noted = session.get_one(NeedSignal, UUID(str(row.subject_id)))
        return session.get_one(Municipality, noted.municipality).name
