"""When a network is asked next (domain.md section 6)."""

from datetime import date

from models.dates.local_time import add_months
from models.dates.working_days import add_working_days

FIRST_AFTER_WORKING_DAYS = 3
MONTHS_BETWEEN = {1: 1, 2: 2, 3: 2, 4: 3}


def first_due(kickoff: date) -> date:
    """Three working days after kickoff."""
    return add_working_days(kickoff, FIRST_AFTER_WORKING_DAYS)


def next_due(sent: date, step: int) -> date | None:
    """When the next check-in falls due; None for a network that is not on the ladder."""
    months = MONTHS_BETWEEN.get(step)
    return add_months(sent, months) if months else None
