"""The office's hours: what was used, who is away, what goes back at a quarter's end, and who is offered it."""

from datetime import datetime

from sqlmodel import Session

from models.dates.local_time import local
from models.db.engine import transaction
from models.forms.capacity import SEEN_BY, CapacityForm
from models.forms.kit.base import YOUR_SIGNATURE
from models.i18n import localized
from models.networks.lookup import network_by_number
from models.office.absence import record_absence as record
from models.office.staff import by_signature
from models.requests import waiting_list
from models.stages import capacity
from models.support import grant_money, ledger, quarter_end
from models.tables.office import Staff
from models.tables.transition import Actor, Cause
from tasks.runtime.step import run_id, step

WHOM = ("Vem", "Whom")
NETWORK = ("Nätverk", "Network")


@step("Anteckna frånvaro", "Record an absence")
async def record_absence(form: CapacityForm, at: datetime) -> int:
    """Write down who is away and who stands in. Returns whose signature. Raises UserError as `record_absence` does."""
    today = local(at).date()
    with transaction() as session:
        staff = by_signature(session, form.signature, localized(*WHOM))
        field = localized("Ersättare", "Substitute")
        substitute = by_signature(session, form.substitute, field) if form.substitute else None
        signer = _signer(session, form)
        record(session, staff, form.away_from() or today, form.away_to() or today, substitute, signer)
        return 1


@step("Bokför använda timmar", "Book hours used")
async def use_hours(form: CapacityForm, at: datetime) -> int:
    """Write down hours of a grant that were used. Raises UserError when no grant has them, or the year has no room."""
    day, hours = form.used_on(local(at).date()), form.exact_hours
    with transaction() as session:
        by_signature(session, form.signature, localized(*WHOM))
        network = network_by_number(session, form.network_number, localized(*NETWORK))
        grant = capacity.grant_for(session, network, form.item, day, hours)
        return int(ledger.use_hours(session, grant, day, hours, at, _signer(session, form)))


@step("Bokför timmen i kvartalet", "Book the hour of the quarter")
async def give_hour(form: CapacityForm, at: datetime) -> int:
    """Book step four's hour of the quarter for a network that asked. Raises UserError or CapacityExceeded."""
    with transaction() as session:
        staff = by_signature(session, form.signature, localized(*WHOM))
        network = network_by_number(session, form.network_number, localized(*NETWORK))
        cause = Cause("capacity:talk_hour", Actor.staff, at, _signer(session, form).signature, run_id())
        return int(capacity.give_step_four_hour(session, network, staff, form.used_on(local(at).date()), cause))


@step("Anteckna utbetalt bidrag", "Record money paid")
async def record_payment(form: CapacityForm, at: datetime) -> int:
    """Write down that a grant of money was paid, and who saw the receipt. Raises as `grant_money.record_payment`."""
    with transaction() as session:
        signer = _signer(session, form)
        seen_by = by_signature(session, form.receipt_seen_by, localized(*SEEN_BY))
        network = network_by_number(session, form.network_number, localized(*NETWORK))
        payment = grant_money.Payment(form.used_on(local(at).date()), form.paid_sek, seen_by, form.is_second)
        return int(grant_money.record_payment(session, network, payment, at, signer))


@step("Rätta", "Put right")
async def put_right(form: CapacityForm, at: datetime) -> int:
    """Correct a grant or a payment. Raises as `capacity.put_right` does."""
    with transaction() as session:
        return int(capacity.put_right(session, form, at, run_id()))


@step("Ändra kvartalets timmar", "Change the quarter's hours")
async def set_budget(form: CapacityForm, at: datetime) -> int:
    """Make the given hours the negotiator's budget of a quarter. Raises CapacityExceeded below what is taken."""
    with transaction() as session:
        staff = by_signature(session, form.signature, localized(*WHOM))
        signer = _signer(session, form)
        return int(ledger.set_budget(session, staff, form.quarter.strip(), form.exact_hours, at, signer))


@step("Släpp timmar som inte användes", "Release hours that were not used")
async def release_ended(at: datetime) -> int:
    """Give back what was reserved in quarters that have ended (domain.md section 5). Returns how many grants."""
    with transaction() as session:
        return quarter_end.release_ended(session, local(at).date(), at)


@step("Erbjud dem som väntar", "Offer those who wait")
async def make_offers(at: datetime) -> int:
    """Offer what hours there are to the first in each queue. Returns how many offers."""
    with transaction() as session:
        return waiting_list.make_offers(session, at)


def _signer(session: Session, form: CapacityForm) -> Staff:
    """Who writes it down, whoever it is about."""
    return by_signature(session, form.signer, localized(*YOUR_SIGNATURE))
