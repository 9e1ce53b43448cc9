"""What nobody needs any more is forgotten (domain.md section 10)."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowFilter, FlowRunFilter
from prefect.client.schemas.objects import FlowRun

from models.db.engine import transaction
from models.forms.data_protection import DataProtectionForm
from models.forms.registry import FORMS
from models.privacy import retention
from models.stages import data_protection
from models.tables.person import RightsRequest
from tasks.runtime.form_intake import close_intake, form_of, keep_form
from tasks.runtime.step import step

ENDED_BADLY = ["FAILED", "CRASHED", "CANCELLED"]
DIED_JUST_NOW = timedelta(minutes=10)
AT_A_TIME = 100


@step("Kontrollera och spara formuläret", "Check and keep the form")
async def receive_answer(form: DataProtectionForm, at: datetime) -> str:
    """The intake's id."""
    return keep_form(form, "data-protection", at, data_protection.check_answer)


@step("Svara personen", "Answer the person")
async def answer(intake: str, at: datetime) -> dict[str, str]:
    """Record the answer and queue its mail, once. Or write down what was asked for by phone."""
    with transaction() as session:
        row, form = form_of(session, intake, DataProtectionForm)
        if form:
            work = data_protection.record if form.is_new else data_protection.answer
            close_intake(row, work(session, form, at).id, at)
        request = session.get_one(RightsRequest, row.subject_id)
        return {"kind": str(request.kind), "status": str(request.status)}


@step("Radera dem som har fått ja", "Erase those who were told yes")
async def erase_granted(at: datetime) -> int:
    """Erase whom the office said yes to, once their mail has gone. Returns how many."""
    with transaction() as session:
        return data_protection.erase_granted(session, at)


@step("Glöm det vars tid är ute", "Forget what has had its time")
async def forget_old(at: datetime) -> dict[str, int]:
    """How many requests, roles, persons and texts were forgotten."""
    with transaction() as session:
        return asdict(retention.forget(session, at))


@step("Töm formulär som aldrig togs emot", "Empty forms that were never taken in")
async def forget_failed() -> int:
    """Empty the personal fields of forms in runs that failed before the form was kept. Returns how many runs."""
    emptied = 0
    async with get_client() as client:
        for flow_name, kind in FORMS.items():
            offset = 0
            while runs := await client.read_flow_runs(
                flow_filter=FlowFilter.model_validate({"name": {"any_": [flow_name]}}),
                flow_run_filter=FlowRunFilter.model_validate({"state": {"type": {"any_": ENDED_BADLY}}}),
                limit=AT_A_TIME,
                offset=offset,
            ):
                offset += len(runs)
                for run in runs:
                    if _may_go_on(run):
                        continue
                    form = run.parameters.get("form")
                    left = kind.redacted(form, was_kept=False) if isinstance(form, dict) else {}
                    if form not in (None, left):
                        await client.update_flow_run(run.id, parameters={**run.parameters, "form": left})
                        emptied += 1
    return emptied


def _may_go_on(run: FlowRun) -> bool:
    """Whether it died just now: it may begin again by itself, and then needs what was typed."""
    return bool(run.state and run.state.is_crashed() and datetime.now(UTC) - run.state.timestamp < DIED_JUST_NOW)
