"""When a network is warned early, before it is yellow (domain.md section 7)."""

from datetime import date

import numpy as np

from models.dates.active_days import subtract_active_days
from models.health.batch import Column, Flags, Floats
from models.health.engagement import Result
from models.health.parameters import DEFAULTS, ModelParameters


def nothing_booked(result: Result, cadence_days: Column, settings: ModelParameters = DEFAULTS) -> Flags:
    """Early warning: no meeting is booked, and half a cadence has passed (domain.md section 7)."""
    return ~result.booked & (result.gap >= settings.warn_gap * cadence_days)


def dropped(now: Floats, before: Floats, settings: ModelParameters = DEFAULTS) -> Flags:
    """Early warning: the score fell by 15 or more. NaN (not assessed, no earlier score) never warns.

    `before` is the score at most 90 active days ago: the highest since `drop_since(as_of)`.
    """
    return np.round(before - now, 9) >= settings.warn_drop


def drop_since(as_of: date, settings: ModelParameters = DEFAULTS) -> date:
    """The day that lies 90 active days back: scores from then on are compared with today's."""
    return subtract_active_days(as_of, settings.warn_drop_active_days)
