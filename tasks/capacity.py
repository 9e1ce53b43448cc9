"""The office's hours: what was used, who is away, what goes back at a quarter's end, and who is offered it."""

from datetime import datetime

from models.dates.local_time import local
from models.db.engine import transaction
from models.forms.capacity import CapacityForm
from models.requests import waiting_list
from models.stages import capacity
from models.support import quarter_end
from tasks.runtime.step import run_id, step


@step("För in", "Enter")
async def enter(form: CapacityForm, at: datetime) -> int:
    """Write down an absence, hours, money, a budget or a correction. Raises as `capacity.enter` does."""
    with transaction() as session:
        return capacity.enter(session, form, at, run_id())


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
