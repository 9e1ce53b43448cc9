"""Taking in a form: kept encrypted in our database first, then forgotten by Prefect (domain.md section 10)."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext
from sqlmodel import Session

from models.dates.local_time import local
from models.db.engine import transaction
from models.db.locks import one_at_a_time
from models.forms.kit.base import Form
from models.forms.kit.intake import fingerprint, intake_of_run, recent_duplicate
from models.tables.intake import Intake
from tasks.runtime.step import run_id, step

F = TypeVar("F", bound=Form)


@step("Kontrollera formuläret", "Check the form")
async def check(form: Form, at: datetime) -> None:
    """Raises UserError that says what is missing, before anything is done."""
    form.check(local(at).date())


def keep_form(form: Form, flow: str, at: datetime, check: Callable[[Session, Form], None]) -> str:
    """Check the form and keep it under this run's id; a retry, whose form is empty by now, finds the first one.

    So does a run with the very same form a moment later: what is done is done once, however often Run is pressed.
    Returns the intake's id. Raises UserError when something in the form must be changed; nothing is kept then, and
    the run still has what was typed.
    """
    content = fingerprint(flow, form.model_dump_json())
    with transaction() as session:
        one_at_a_time(session, content)
        kept = intake_of_run(session, run_id() or "") or recent_duplicate(session, content, at)
        if kept:
            return str(kept.id)
        form.check(local(at).date())
        check(session, form)
        intake = Intake(flow=flow, flow_run_id=run_id(), content=content, form=form.model_dump_json(), received_at=at)
        session.add(intake)
        return str(intake.id)


@step("Ta bort personuppgifter ur körningen", "Remove personal data from the run")
async def forget(form: Form) -> None:
    """Replace the run's stored form by one without free text and member numbers."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return
    stored = context.flow_run.parameters
    blank = form.redacted(stored["form"])
    async with get_client() as client:
        await client.update_flow_run(context.flow_run.id, parameters={**stored, "form": blank})


def form_of(session: Session, intake: str, kind: type[F]) -> tuple[Intake, F | None]:
    """The intake and its form; None when it was worked off before (a retry comes by at another moment).

    Nobody else works on it until the transaction ends.
    """
    row = session.get_one(Intake, UUID(intake), with_for_update=True)
    return row, kind.model_validate_json(row.form) if row.form else None


def close_intake(row: Intake, subject_id: UUID | None, at: datetime) -> None:
    """The form is worked off: what it was about, if one thing, is kept, what stood in it is not."""
    row.subject_id, row.form, row.settled_at = subject_id, None, at
