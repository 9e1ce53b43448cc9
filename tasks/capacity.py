"""The office's hours: what was used, who is away, what goes back at a quarter's end, and who is offered it."""

from datetime import datetime

from models import capacity, granting, waiting
from models.absence import record_absence as record
from models.database import transaction
from models.forms.capacity import CapacityForm
from models.language import say
from models.lifecycle import Actor, Cause
from models.network import by_number
from models.quiet_days import local
from models.staff import by_signature
from tasks.step import run_id, step

WHOM = ("Vem", "Whom")
NETWORK = ("Nätverk", "Network")


@step("Anteckna frånvaro", "Record an absence")
async def record_absence(form: CapacityForm, at: datetime) -> int:
    today = local(at).date()
    with transaction() as session:
        staff = by_signature(session, form.signature, say(*WHOM))
        field = say("Ersättare", "Substitute")
        substitute = by_signature(session, form.substitute, field) if form.substitute else None
        record(session, staff, form.away_from() or today, form.away_to() or today, substitute)
        return 1


@step("Bokför använda timmar", "Book hours used")
async def use_hours(form: CapacityForm, at: datetime) -> int:
    day, hours = form.used_on(local(at).date()), form.exact_hours
    with transaction() as session:
        by_signature(session, form.signature, say(*WHOM))
        network = by_number(session, form.network_number, say(*NETWORK))
        grant = granting.grant_for(session, network, form.item, day, hours)
        return int(capacity.use_hours(session, grant, day, hours, at))


@step("Bokför timmen i kvartalet", "Book the hour of the quarter")
async def give_hour(form: CapacityForm, at: datetime) -> int:
    with transaction() as session:
        staff = by_signature(session, form.signature, say(*WHOM))
        network = by_number(session, form.network_number, say(*NETWORK))
        cause = Cause("capacity:talk_hour", Actor.staff, at, staff.signature, run_id())
        return int(granting.give_step_four_hour(session, network, staff, form.used_on(local(at).date()), cause))


@step("Ändra kvartalets timmar", "Change the quarter's hours")
async def set_budget(form: CapacityForm, at: datetime) -> int:
    with transaction() as session:
        staff = by_signature(session, form.signature, say(*WHOM))
        return int(capacity.set_budget(session, staff, form.quarter.strip(), form.exact_hours, at))


@step("Släpp timmar som inte användes", "Release hours that were not used")
async def release_ended(at: datetime) -> int:
    with transaction() as session:
        return capacity.release_ended(session, local(at).date(), at)


@step("Erbjud dem som väntar", "Offer those who wait")
async def make_offers(at: datetime) -> int:
    with transaction() as session:
        return waiting.make_offers(session, at)
