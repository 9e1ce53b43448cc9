"""Every number of the engagement model, its levels and gates (domain.md section 7)."""

from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from models.tables.health import Level

MODEL_VERSION: Final = "2"
COMPONENTS: Final = ("R", "A", "O", "B", "D", "F")
LEVELS: Final = tuple(Level)
"""A level column holds positions in this tuple, so that the lower of two levels is the smaller number."""


RED, YELLOW, GREEN, NOT_ASSESSED = range(4)


class Gate(IntFlag):
    """Why a level is capped, one bit each."""

    G1 = 1
    """No member-led meeting for long."""
    G2 = 2
    """One person carries it."""
    G3 = 4
    """Members do too little of the work for the ladder's step."""
    G4 = 8
    """Attendance falls."""
    G5 = 16
    """The organisers hardly want to go on."""
    G6 = 32
    """Check-ins go unanswered."""


@dataclass(frozen=True, slots=True)
class ModelParameters:
    """Every number of domain.md section 7. Other numbers are another model: change MODEL_VERSION too."""

    weights: tuple[float, ...] = (30, 15, 20, 15, 10, 10)
    """Points for R, A, O, B, D and F."""
    window_days: int = 365
    level_meetings: int = 3
    trend_half: int = 3
    """The trend compares at most this many meetings with as many before."""
    trend_least: int = 2
    trend_floor: float = 0.5
    """The attendance ratio that is worth nothing; 1 is worth all."""
    duty_meetings: int = 4
    full_spread: float = 3
    """This many equal organisers give the whole of B."""
    full_branches: int = 3
    full_companies: int = 5
    check_ins: int = 3
    check_in_grace_days: int = 14
    no_answer: float = 0.5
    missed_factor: tuple[float, ...] = (1, 0.75, 0.5, 0)
    """For 0, 1, 2 and 3 check-ins missed in a row at the end."""

    green_from: float = 70
    yellow_from: float = 45
    assessed_meetings: int = 2
    assessed_active_days: int = 90

    gate_meetings: int = 3
    gap_yellow: int = 2
    gap_red: int = 3
    """Gaps are in cadences (T)."""
    spread_yellow: float = 1.25
    share_from_step: int = 2
    share_yellow: float = 0.5
    share_red: float = 0.2
    ratio_yellow: float = 0.7
    wish_yellow: int = 2
    missed_yellow: int = 2
    missed_red: int = 3
    missed_red_gap: int = 1

    warn_gap: float = 0.5
    """Warn when nothing is booked this many cadences after the last member-led meeting."""
    warn_drop: float = 15
    warn_drop_active_days: int = 90


DEFAULTS: Final = ModelParameters()


def gate_names(bits: int) -> list[str]:
    """The gates in a bit mask, in order: ["G2", "G5"]."""
    return [gate.name or "" for gate in Gate if bits & gate]
