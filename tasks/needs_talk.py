"""The talk is recorded, support suggested, and the decision carried out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from models.db.engine import reading, transaction
from models.forms.needs_talk import NeedsTalkForm
from models.networks import creation
from models.office import menu
from models.stages import needs_talk
from models.tables.network import Network
from models.tables.request import SupportRequest
from models.tables.transition import Actor, Cause
from tasks.runtime.form_intake import close_intake, form_of, keep_form
from tasks.runtime.step import run_id, step


@step("Kontrollera och spara formuläret", "Check and keep the form")
async def receive_talk(form: NeedsTalkForm, at: datetime) -> str:
    """The intake's id. Raises UserError that names what must be changed."""
    return keep_form(form, "needs-talk", at, needs_talk.check_talk)


@step("Anteckna samtalet", "Record the talk")
async def record_talk(intake: str, at: datetime) -> str:
    """Write down that the talk was held, and its hour, once. Returns the request's id."""
    with transaction() as session:
        row, form = form_of(session, intake, NeedsTalkForm)
        return str(needs_talk.record_talk(session, form, _cause(form, at)).id if form else row.subject_id)


@step("Föreslå stöd", "Suggest support")
async def suggest(request_id: str) -> list[str]:
    """The items that the network's nature suggests, by code (domain.md S5)."""
    with reading() as session:
        request = session.get_one(SupportRequest, UUID(request_id))
        return [str(item) for item in menu.suggest(request.nature, request.without_support)]


@step("Reservera timmar och besluta", "Reserve hours and decide")
async def decide(intake: str, request_id: str, at: datetime) -> dict[str, Any]:
    """Carry out the decision, once. Returns the request's number, its state, and the network if one came of it."""
    with transaction() as session:
        row, form = form_of(session, intake, NeedsTalkForm)
        request = session.get_one(SupportRequest, UUID(request_id))
        if form:
            needs_talk.decide(session, request, form, _cause(form, at))
            close_intake(row, request.id, at)
        network = session.get(Network, request.network_id) if request.network_id else None
        return {
            "request": request.number,
            "state": str(request.state),
            "network": network.number if network else 0,
            "network_id": str(network.id) if network else "",
        }


@step("Fråga medarrangörer", "Ask co-organisers")
async def ask_co_organisers(network_id: str, at: datetime) -> int:
    """One mail to each who was named and has not answered. Returns how many."""
    with transaction() as session:
        return creation.ask_co_organisers(session, session.get_one(Network, UUID(network_id)), at)


def _cause(form: NeedsTalkForm, at: datetime) -> Cause:
    return Cause(f"needs-talk:{form.decision}", Actor.staff, at, form.signature.strip().lower(), run_id())
