"""The ladder that the office steps down, and when its support ends: rules only (domain.md section 5, S7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.dates.active_days import active_days_between, is_active
from models.dates.local_time import ONE_DAY, add_months
from models.dates.working_days import is_working_day
from models.health.engagement import Health
from models.tables.network import Network, NetworkState

# How many of a meeting's five duties the office may carry at each step; `invitation` never.
OFFICE_DUTIES = {0: 3, 1: 3, 2: 2, 3: 1, 4: 0}
SUPPORT_MONTHS = 9
ABSOLUTE_MONTHS = 12
SHARING_AFTER_DAYS = 90  # active ones
TRIAL_AFTER_DAYS = 180
NOTICE_DAYS = (60, 30)
EXIT_MEETINGS = 3
EXIT_SHARE = 0.8
EXIT_ORGANISERS = 1.5
MOST_FROZEN_DAYS = 30
ON_THE_WAY = (NetworkState.starting, NetworkState.sharing, NetworkState.trial)

Spans = Sequence[tuple[date, date]]


@dataclass(frozen=True)
class Standing:
    """How near a network is to standing by itself, and the days on which its negotiator left it alone."""

    health: Health
    last_check_in_answered: bool
    ladder_pauses: Spans = ()

    @property
    def meets_criteria(self) -> bool:
        """Early exit when all hold (domain.md section 5)."""
        return (
            self.health.meetings >= EXIT_MEETINGS
            and (self.health.components["O"] or 0) >= EXIT_SHARE
            and self.health.n_eff >= EXIT_ORGANISERS
            and self.health.booked
            and self.last_check_in_answered
        )


def frozen_days(ladder_pauses: Spans, kickoff: date, until: date) -> int:
    """Days after kickoff up to `until` on which the negotiator was away without a substitute: at most 30 count.

    The spans include both their days and do not overlap.
    """
    first = kickoff + timedelta(days=1)
    days = sum(max(0, (min(ends, until) - max(begins, first)).days + 1) for begins, ends in ladder_pauses)
    return min(days, MOST_FROZEN_DAYS)


def active_days_counted(ladder_pauses: Spans, kickoff: date, until: date) -> int:
    """Active days after kickoff up to `until`, but for those on which the ladder stood still: at most 30 such."""
    paused = sum(
        max(0, active_days_between(max(begins - ONE_DAY, kickoff), min(ends, until)))
        for begins, ends in ladder_pauses
        if begins <= until and ends > kickoff
    )
    return active_days_between(kickoff, until) - min(paused, MOST_FROZEN_DAYS)


def support_end(network: Network, ladder_pauses: Spans = ()) -> date | None:
    """The day the office's support ends: put off by frozen days, never beyond twelve months after kickoff, and never
    inside the summer's or Christmas break: then it ends on the first working day after.

    Days frozen while it is put off count too: it ends on the first day by which no more are to be made good.
    """
    ends, kickoff = network.support_ends_on, network.kickoff_on
    if ends is None or kickoff is None:
        return None
    put_off = (ends + timedelta(days=days) for days in range(MOST_FROZEN_DAYS + 1))
    last = next(day for day in put_off if day >= ends + timedelta(days=frozen_days(ladder_pauses, kickoff, day)))
    return _outside_breaks(min(last, add_months(kickoff, ABSOLUTE_MONTHS)))


def _outside_breaks(day: date) -> date:
    """The day, or the first working day after the break that it lies in (section 5)."""
    if is_active(day):
        return day
    while not (is_active(day) and is_working_day(day)):
        day += ONE_DAY
    return day


def has_ended(network: Network, ladder_pauses: Spans, today: date) -> bool:
    """Whether the limit is reached: then the network is independent either way."""
    end = support_end(network, ladder_pauses)
    return end is not None and today >= end


def next_state(network: Network, standing: Standing, today: date) -> NetworkState | None:
    """The state that the ladder moves a network to today, or None. A step at a time."""
    if has_ended(network, standing.ladder_pauses, today):
        return next_up(network)
    if network.kickoff_on is None:
        return None
    days = active_days_counted(standing.ladder_pauses, network.kickoff_on, today)
    early = standing.meets_criteria
    match network.state:
        case NetworkState.starting if early or days >= SHARING_AFTER_DAYS:
            return NetworkState.sharing
        case NetworkState.sharing if early or days >= TRIAL_AFTER_DAYS:
            return NetworkState.trial
        case NetworkState.trial if early:
            return NetworkState.independent
    return None


def next_up(network: Network) -> NetworkState:
    """The next step, whatever it takes to get there."""
    order = (*ON_THE_WAY, NetworkState.independent)
    return order[order.index(NetworkState(network.state)) + 1]


def nine_months_after(kickoff: date) -> date:
    """The day on which support ends as it is agreed at kickoff (domain.md section 5); `support_end` puts it off."""
    return add_months(kickoff, SUPPORT_MONTHS)


def over_helps(step: int, office_duties: list[str]) -> bool:
    """Whether the office carried more of a meeting than the step allows: saved, flagged, talked about."""
    return len(office_duties) > OFFICE_DUTIES[step] or "invitation" in office_duties
