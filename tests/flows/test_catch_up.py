"""A talk with a network as a real flow run: noted once, and what was agreed stays out of Prefect."""

from datetime import date

import pytest
from prefect.client.orchestration import get_client
from sqlmodel import select

from flows.catch_up import catch_up
from models.db.engine import reading, transaction
from models.errors import UserError
from models.forms.catch_up import CatchUpForm
from models.office.interventions import open_once
from models.settings import Settings
from models.tables.intake import Intake
from models.tables.office import Intervention, InterventionKind
from tasks.runtime import form_intake
from tests.acts import at, emptied, network_in


async def test_what_was_agreed_is_kept_for_staff_and_not_by_prefect(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        open_once(session, network_in(session), InterventionKind.health_talk, "x", at("2027-01-11"))
    form = CatchUpForm(
        network_number=1, signature="asj", talked_on=date(2027, 1, 18), outcome="adapt", member="m1",
        agreement="Anna leder nästa gång.",
    )  # fmt: skip
    assert await catch_up(form=form, as_of="2027-01-18") == {"network": 1, "state": "starting", "ended": 1}
    async with get_client() as client:
        [run] = await client.read_flow_runs(sort="START_TIME_DESC", limit=1)  # type: ignore[arg-type]
    assert "Anna" not in str(run.parameters)
    assert run.state and run.state.message == "Nätverk #1: Prova något nytt i 90 aktiva dagar. 1 ärenden avslutade"
    with pytest.raises(UserError, match="Vilket ärende: nätverk #1 har inget sådant öppet"):
        await catch_up(form=form.model_copy(update={"kind": "health_talk"}), as_of="2027-01-19")
    # What the worker does on Retry: the same run, its form blank by now.
    monkeypatch.setattr(form_intake, "intake_of_run", lambda session, _: session.exec(select(Intake)).one())
    assert (await catch_up(form=emptied(form), as_of="2027-01-18"))["ended"] == 0
    with reading() as session:
        agreed = {one.kind: one.agreement for one in session.exec(select(Intervention))}
        assert agreed == {"health_talk": "Anna leder nästa gång.", "adapting": None}
