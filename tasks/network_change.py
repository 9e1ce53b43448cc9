"""One change to a network: taken in, and carried out once."""

from datetime import datetime
from functools import partial
from typing import Any

from models.db.engine import transaction
from models.forms.network_change import NetworkChangeForm
from models.stages import network_change
from models.tables.network import Network
from models.tables.transition import Actor, Cause
from tasks.runtime.form_intake import close_intake, form_of, keep_form
from tasks.runtime.step import run_id, step


@step("Kontrollera och spara formuläret", "Check and keep the form")
async def receive_change(form: NetworkChangeForm, at: datetime) -> str:
    """The intake's id. Raises UserError or TransitionRefused when the change cannot be carried out."""
    return keep_form(form, "network-change", at, partial(network_change.check_change, cause=_cause(form, at)))


@step("Genomför ändringen", "Carry out the change")
async def change(intake: str, at: datetime) -> dict[str, Any]:
    """Carry the change out, once. Returns the network's number and whether anything changed."""
    with transaction() as session:
        row, form = form_of(session, intake, NetworkChangeForm)
        changed = False
        if form:
            network, changed = network_change.change(session, form, _cause(form, at))
            close_intake(row, network.id, at)
        network = session.get_one(Network, row.subject_id)
        return {"network": network.number, "state": str(network.state), "changed": int(changed)}


@step("Lämna över", "Hand over")
async def hand_over(intake: str, at: datetime) -> dict[str, int]:
    """Hand over all that one of the staff looks after, once. Returns how many networks, requests and matters."""
    with transaction() as session:
        row, form = form_of(session, intake, NetworkChangeForm)
        if form is None:
            return {"networks": 0, "requests": 0, "matters": 0}
        close_intake(row, None, at)
        return network_change.hand_over_all(session, form, _cause(form, at))


def _cause(form: NetworkChangeForm, at: datetime) -> Cause:
    return Cause(f"network-change:{form.change}", Actor.staff, at, form.signature.strip().lower(), run_id())
