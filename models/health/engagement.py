"""The engagement score of networks: domain.md section 7, once, for one network and for a hundred thousand.

`score` takes a `Batch` of histories (models/health/batch.py) and a date, and gives columns of results.
All rules look back from the as-of date: what lies after it (meetings, check-ins, answers) is not known yet.

Where the text leaves a choice, this is how it is read:

* "Latest answered" is, of the check-ins that count, the one sent last of those that were answered.
* A meeting before kickoff counts like any other: the window is 365 days whatever the kickoff, except that R
  begins at kickoff; the gap runs from the last member-led meeting, and from kickoff only when there is none.
* Missing data is unknown, never zero: a meeting without its number of branches (companies, persons) is left
  out of that median. A component of which nothing is known is left out of S, and the others' weights with it;
  what no meeting at all could tell is 0 and not unknown.
* What a gate compares is exact: O, n_eff and the ratio are each a single division of whole numbers, which in
  floating point meets a threshold exactly when the fraction does. S is a sum, so it is rounded to 9 decimals
  before it is compared: a score that is exactly 70 on paper is green.
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Final

import numpy as np

from models.dates.active_days import active_days_up_to
from models.db.columnar import Ints
from models.errors import UserError
from models.health import components
from models.health.batch import HELD, PLANNED, Batch, Flags, Floats, in_order
from models.health.gates import gates_and_cap
from models.health.parameters import (
    COMPONENTS,
    DEFAULTS,
    GREEN,
    LEVELS,
    NOT_ASSESSED,
    RED,
    YELLOW,
    ModelParameters,
    gate_names,
)
from models.tables.health import Level

# So many networks' columns stay in the processor's cache: ten times the networks take ten times the time, not more.
AT_A_TIME: Final = 5_000


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of one network on a day; the fields mean what the columns of `Result` mean."""

    components: dict[str, float | None]
    score: float | None
    level: Level
    gates: list[str]
    n_eff: float
    ratio: float | None
    office_share: float
    gap: int
    last_led: date | None
    meetings: int
    active_days: int
    booked: bool


@dataclass(frozen=True, slots=True)
class Result:
    """One entry per network of the batch, in its order."""

    components: Floats
    """n x 6: R, A, O, B, D, F, each from 0 to 1; NaN when it is unknown."""
    score: Floats
    """S, 0-100, rounded to 9 decimals; NaN when not assessed. Round to one decimal only to show it."""
    level: Ints
    """Positions in LEVELS."""
    gates: Ints
    """Bits of Gate; 0 when not assessed."""
    n_eff: Floats
    """Effective number of organisers over the last 4 meetings; 0 when no member carried a duty."""
    ratio: Floats
    """Attendance now / before; inf when nobody came before, NaN with fewer than 4 meetings."""
    office_share: Floats
    """The office's share of the recorded duties of the last 4 meetings; 0 when none is recorded."""
    gap: Ints
    """Active days since the last member-led meeting, or since kickoff."""
    last_led: Ints
    """Ordinal of the last member-led meeting of all time; 0 when there is none."""
    meetings: Ints
    """Meetings held in the window."""
    active_days: Ints
    """Active days since kickoff."""
    booked: Flags
    """A meeting is planned on the as-of date or after it, or the latest answer names one."""

    def __len__(self) -> int:
        return len(self.score)

    def row(self, i: int) -> Health:
        """Everything about network i of the batch."""
        ratio, last_led = float(self.ratio[i]), int(self.last_led[i])
        level = LEVELS[int(self.level[i])]
        return Health(
            components={
                name: None if np.isnan(value) else value
                for name, value in zip(COMPONENTS, self.components[i].tolist(), strict=True)
            },
            score=None if level is Level.not_assessed else float(self.score[i]),
            level=level,
            gates=gate_names(int(self.gates[i])),
            n_eff=float(self.n_eff[i]),
            ratio=None if np.isnan(ratio) else ratio,
            office_share=float(self.office_share[i]),
            gap=int(self.gap[i]),
            last_led=date.fromordinal(last_led) if last_led else None,
            meetings=int(self.meetings[i]),
            active_days=int(self.active_days[i]),
            booked=bool(self.booked[i]),
        )


def score(batch: Batch, as_of: date, settings: ModelParameters = DEFAULTS) -> Result:
    """Components, score, level and gates of every network at the end of `as_of` (domain.md section 7).

    Raises UserError when a kickoff lies after `as_of`, or a day outside 1899-2201.
    """
    today = as_of.toordinal()
    if (late := np.flatnonzero(batch.kickoff > today)).size:
        raise UserError(f"network at index {late[0]}, kickoff_on: lies after {as_of}")
    if len(batch) <= AT_A_TIME:
        return _score(batch, today, settings)
    parts = [
        _score(batch.part(first, min(first + AT_A_TIME, len(batch))), today, settings)
        for first in range(0, len(batch), AT_A_TIME)
    ]
    return Result(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Result)))


def duty_rows(start: Ints, day: Ints, status: Ints, as_of: date, settings: ModelParameters = DEFAULTS) -> Ints:
    """Rows of the meetings whose duties tell who does the work: each network's last ones in the window."""
    today = as_of.toordinal()
    in_window = (status == HELD) & (day <= today) & (day > today - settings.window_days)
    rows, exists = in_order(start, day, in_window).last(settings.duty_meetings)
    return rows[exists]


def _score(batch: Batch, today: int, settings: ModelParameters) -> Result:
    known = batch.meeting_day <= today
    held = in_order(batch.meeting_start, batch.meeting_day, (batch.status == HELD) & known)
    ahead = batch.meeting_day >= today
    planned = in_order(batch.meeting_start, batch.meeting_day, (batch.status == PLANNED) & ahead)
    window = held.only(batch.meeting_day[held.rows] > today - settings.window_days)
    led = held.only(components.led_by_member(batch.duties)[held.rows])

    rhythm = components.rhythm(batch, led, today, settings)
    attendance, ratio = components.attendance(batch, window, settings)
    work = components.work(batch, window, settings)
    spread = np.clip((work.n_eff - 1) / (settings.full_spread - 1), 0, 1) * work.share
    diversity = components.diversity(batch, window, settings)
    answers = components.answers(batch, today, settings)
    parts = np.stack([rhythm, attendance, work.share, spread, diversity, answers.value], axis=1)

    last_led = components.last_day(batch, led)
    up_to_today = active_days_up_to(np.array([today]))
    gap = up_to_today - active_days_up_to(np.where(last_led > 0, last_led, batch.kickoff))
    active_days = up_to_today - active_days_up_to(batch.kickoff)
    points = _points(parts, settings)
    below_green = np.where(points >= settings.yellow_from, YELLOW, RED)
    uncapped = np.where(points >= settings.green_from, GREEN, below_green)
    gates, cap = gates_and_cap(batch, window.count, work, ratio, answers, gap, settings)
    unknown = (window.count < settings.assessed_meetings) & (active_days < settings.assessed_active_days)

    return Result(
        components=parts,
        score=np.where(unknown, np.nan, points),
        level=np.where(unknown, NOT_ASSESSED, np.minimum(uncapped, cap)),
        gates=np.where(unknown, 0, gates),
        n_eff=work.n_eff,
        ratio=ratio,
        office_share=work.office_share,
        gap=gap,
        last_led=last_led,
        meetings=window.count,
        active_days=active_days,
        booked=(planned.count > 0) | (answers.next_day >= today),
    )


def _points(parts: Floats, settings: ModelParameters) -> Floats:
    """S: the components that are known by their weights, 0-100."""
    known = ~np.isnan(parts)
    weights = np.array(settings.weights)
    earned = (np.where(known, parts, 0) * weights).sum(axis=1)
    points: Floats = np.round(100 * earned / (known * weights).sum(axis=1), 9)
    return points
