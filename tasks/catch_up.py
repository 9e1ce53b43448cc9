"""A talk with a network: taken in, and what was agreed carried out once."""

from datetime import datetime
from functools import partial
from typing import Any

from models.db.engine import transaction
from models.forms.catch_up import CatchUpForm
from models.stages import catch_up
from models.tables.network import Network
from models.tables.transition import Actor, Cause
from tasks.runtime.form_intake import close_intake, form_of, keep_form
from tasks.runtime.step import run_id, step


@step("Kontrollera och spara formuläret", "Check and keep the form")
async def receive_talk(form: CatchUpForm, at: datetime) -> str:
    """The intake's id. Raises UserError when what was agreed cannot be carried out."""
    return keep_form(form, "catch-up", at, partial(catch_up.check_catch_up, cause=_cause(form, at)))


@step("Genomför det ni kom fram till", "Carry out what was agreed")
async def settle_talk(intake: str, at: datetime) -> dict[str, Any]:
    """Carry out what was agreed, once. Returns the network's number and how many matters it settled."""
    with transaction() as session:
        row, form = form_of(session, intake, CatchUpForm)
        ended = 0
        if form:
            network, ended = catch_up.settle_talk(session, form, _cause(form, at))
            close_intake(row, network.id, at)
        network = session.get_one(Network, row.subject_id)
        return {"network": network.number, "state": str(network.state), "ended": ended}


def _cause(form: CatchUpForm, at: datetime) -> Cause:
    return Cause(f"catch-up:{form.outcome}", Actor.staff, at, form.signature.strip().lower(), run_id())
