"""What becomes of a made-up grant: used on a day, carried over quarters' ends, or over; by the ledger's rules."""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal

from deployments.simulation.office import MadeUpOffice, Row
from deployments.simulation.temperament import DAY, local_moment
from models.dates.local_time import quarter, quarter_bounds
from models.office.menu import MENU
from models.support.ledger import shares

SWEEP, EVENING = time(6), time(18)


def shares_of(grant: Row) -> list[tuple[date, Decimal]]:
    """What a grant takes of each quarter, as the ledger reserves it."""
    return shares(grant["item"], grant["from_on"], grant["to_on"], grant["hours"])


def live(office: MadeUpOffice, grant: Row, used_on: date | None, over: datetime | None, last: date) -> bool:
    """A grant's life up to `last`, or until its network's support is `over`. Returns whether it was used."""
    ends = used_on or (min(over.date(), last) if over else last)
    for begins in _quarters_after(grant["from_on"], ends):
        _quarter_ends(office, grant, begins)
    if used_on and office.use(grant, used_on, local_moment(used_on, EVENING)):
        grant["status"] = "used"
        return True
    if over:
        grant["status"] = "ended"
        office.release(grant, over)
    return False


def _quarters_after(first: date, last: date) -> Iterator[date]:
    """The first day of each quarter that begins after `first`, up to `last`."""
    begins = quarter_bounds(quarter(first))[1] + DAY
    while begins <= last:
        yield begins
        begins = quarter_bounds(quarter(begins))[1] + DAY


def _quarter_ends(office: MadeUpOffice, grant: Row, begins: date) -> None:
    """An occasion moves on while there is room; what runs gives its share back, what is over all of it."""
    at = local_moment(begins, SWEEP)
    back = office.release(grant, at, before=quarter(begins))
    if grant["to_on"] < begins:
        grant["status"] = "ended"
    elif back and not MENU[grant["item"]].runs:
        office.reserve(grant, begins, back, at)
