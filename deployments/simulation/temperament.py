"""What made-up networks are like, and the small things that every life needs: moments, meeting days, log lines."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from deployments.simulation.office import Row, new_id
from models.dates.active_days import is_active
from models.dates.local_time import STOCKHOLM
from models.dates.working_days import is_working_day
from models.tables.transition import Cause

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Temperament:
    """What a made-up network is like."""

    name: str
    weight: int
    helpers: int
    """How many members carry the duties in turn; 0: what the office may not, one member does."""
    attended: tuple[int, int]
    answers: float
    q4: tuple[int, int]
    keeps_meeting: float = 0.97
    wishes: tuple[str, ...] = ("nothing", "nothing", "nothing", "nothing", "speaker", "sounding_board")


TEMPERS = (
    Temperament("thrives", 46, 3, (6, 14), 0.93, (4, 5)),
    Temperament("leans on one", 14, 1, (4, 9), 0.8, (2, 4), wishes=("nothing", "nothing", "more_organisers")),
    Temperament("leans on the office", 14, 0, (4, 9), 0.75, (2, 4), wishes=("nothing", "invitation", "nothing")),
    Temperament("falls silent", 12, 2, (3, 8), 0.7, (2, 4), 0.9),
    Temperament("rests", 6, 2, (4, 9), 0.8, (1, 3), wishes=("nothing", "nothing", "pause")),
    Temperament("closes", 4, 2, (3, 7), 0.8, (1, 3), wishes=("nothing", "nothing", "close")),
    Temperament("never starts", 4, 0, (0, 0), 0, (3, 3)),
)


def local_moment(day: date, hour: time) -> datetime:
    """A time of day in Stockholm."""
    return datetime.combine(day, hour, STOCKHOLM)


def meeting_day(day: date) -> date:
    """The first day from `day` on which people meet."""
    while not (is_working_day(day) and is_active(day)):
        day += DAY
    return day


def transition(
    random: Random,
    current: str | None,
    target: str,
    cause: Cause,
    *,
    network: UUID | None = None,
    request: UUID | None = None,
) -> Row:
    """A row of the log."""
    row: dict[str, object] = {"id": new_id(random), "network_id": network, "request_id": request, "from_state": current}
    who: dict[str, object] = {"actor": cause.actor, "signature": cause.signature}
    return row | {"to_state": target, "cause": cause.why, "at": cause.at, **who}
