"""The engagement score of networks: domain.md section 7, once, for one network and for a hundred thousand.

`score` takes a `Batch` of histories (models/health/batch.py) and a date, and gives columns of results.
All rules look back from the as-of date: what lies after it (meetings, check-ins, answers) is not known yet.

Where the text leaves a choice, this is how it is read:

* F takes the last 3 check-ins sent first, and then leaves out the unanswered ones younger than 14 days.
  "Latest answered" is the one sent last of those that were answered.
* A meeting before kickoff counts like any other: the window is 365 days whatever the kickoff, except that R
  begins at kickoff; the gap runs from the last member-led meeting, and from kickoff only when there is none.
* Missing data is unknown, never zero: a meeting without its number of branches (companies, persons) is left
  out of that median. If none of the four has it, the other half of D stands for both; if neither is known,
  D is 0, as O is when no duty is recorded.
* What a gate compares is exact: O, n_eff and the ratio are each a single division of whole numbers, which in
  floating point meets a threshold exactly when the fraction does. S is a sum, so it is rounded to 9 decimals
  before it is compared: a score that is exactly 70 on paper is green.
"""

from dataclasses import dataclass, fields
from datetime import date
from enum import IntFlag
from typing import Final

import numpy as np

from models.dates.active_days import active_days_up_to, subtract_active_days
from models.db.columnar import Ints
from models.errors import UserError
from models.health.batch import (
    DUTIES,
    HELD,
    INVITATION,
    LEAD,
    NOT_RECORDED,
    PLANNED,
    Batch,
    Column,
    Flags,
    Floats,
    Segments,
    in_order,
    sum_of_squared_counts,
    twice_median,
)
from models.tables.health import Level

MODEL_VERSION: Final = "1"
COMPONENTS: Final = ("R", "A", "O", "B", "D", "F")
# So many networks' columns stay in the processor's cache: ten times the networks take ten times the time, not more.
AT_A_TIME: Final = 5_000
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


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of one network on a day; the fields mean what the columns of `Result` mean."""

    components: dict[str, float]
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
    """n x 6: R, A, O, B, D, F, each from 0 to 1."""
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
    """A planned meeting lies on the as-of date or after it."""

    def __len__(self) -> int:
        return len(self.score)

    def row(self, i: int) -> Health:
        """Everything about network i of the batch."""
        ratio, last_led = float(self.ratio[i]), int(self.last_led[i])
        level = LEVELS[int(self.level[i])]
        return Health(
            components=dict(zip(COMPONENTS, self.components[i].tolist(), strict=True)),
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


def gate_names(bits: int) -> list[str]:
    """The gates in a bit mask, in order: ["G2", "G5"]."""
    return [gate.name or "" for gate in Gate if bits & gate]


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
    by_member = (batch.duties[:, INVITATION] >= 0) | (batch.duties[:, LEAD] >= 0)
    led = held.only(by_member[held.rows])

    rhythm = _rhythm(batch, led, today, settings)
    attendance, ratio = _attendance(batch, window, settings)
    work = _work(batch, window, settings)
    spread = np.clip((work.n_eff - 1) / (settings.full_spread - 1), 0, 1) * work.share
    diversity = _diversity(batch, window, settings)
    answers = _answers(batch, today, settings)
    components = np.stack([rhythm, attendance, work.share, spread, diversity, answers.value], axis=1)

    last_led = _last_day(batch, led)
    up_to_today = active_days_up_to(np.array([today]))
    gap = up_to_today - active_days_up_to(np.where(last_led > 0, last_led, batch.kickoff))
    active_days = up_to_today - active_days_up_to(batch.kickoff)
    points = np.round((components * np.array(settings.weights)).sum(axis=1), 9)
    below_green = np.where(points >= settings.yellow_from, YELLOW, RED)
    uncapped = np.where(points >= settings.green_from, GREEN, below_green)
    gates, cap = _gates(batch, window.count, work, ratio, answers, gap, settings)
    unknown = (window.count < settings.assessed_meetings) & (active_days < settings.assessed_active_days)

    return Result(
        components=components,
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
        booked=planned.count > 0,
    )


def _rhythm(batch: Batch, led: Segments, today: int, settings: ModelParameters) -> Floats:
    """R: how much of the window's active days member-led meetings cover.

    Active days are numbered. A meeting covers its own day and the next ones that lie fewer than T active days
    after it; on a day that is not active it covers one less, because the first active day after it is already
    one away. Starts and ends both grow from meeting to meeting, so an overlap is always with the one before.
    """
    start = np.maximum(batch.kickoff, today - settings.window_days + 1)
    first = active_days_up_to(start - 1) + 1
    last = active_days_up_to(np.array([today]))
    active = last - first + 1

    day = batch.meeting_day[led.rows]
    covers_from = active_days_up_to(day - 1) + 1
    covers_to = active_days_up_to(day) + batch.cadence_days[led.owner] - 1
    same_network = led.owner[1:] == led.owner[:-1]
    covers_from[1:] = np.where(same_network, np.maximum(covers_from[1:], covers_to[:-1] + 1), covers_from[1:])
    inside = np.minimum(covers_to, last) - np.maximum(covers_from, first[led.owner]) + 1
    covered = np.bincount(led.owner, weights=np.maximum(inside, 0), minlength=len(batch))
    return np.where(active > 0, covered / np.maximum(active, 1), 1.0)


def _attendance(batch: Batch, window: Segments, settings: ModelParameters) -> tuple[Floats, Floats]:
    """A, and the ratio of attendance now to before (NaN when there are too few meetings for a trend)."""
    window = window.only(batch.attended[window.rows] >= 0)
    rows, exists = window.last(settings.level_meetings)
    level = np.minimum(1, twice_median(_at(batch.attended, rows), exists) / (2 * batch.target_size))

    rows, exists = window.last(2 * settings.trend_half)
    attended = np.where(exists, _at(batch.attended, rows), 0)
    half = np.minimum(settings.trend_half, exists.sum(axis=1) // 2)
    from_the_end = np.cumsum(np.insert(attended[:, ::-1], 0, 0, axis=1), axis=1)
    now = np.take_along_axis(from_the_end, half[:, None], axis=1)[:, 0]
    before = np.take_along_axis(from_the_end, 2 * half[:, None], axis=1)[:, 0] - now

    nobody_before = np.where(now > 0, np.inf, 1.0)
    ratio = np.where(before > 0, now / np.maximum(before, 1), nobody_before)
    ratio = np.where(half >= settings.trend_least, ratio, np.nan)
    trend = np.clip((ratio - settings.trend_floor) / (1 - settings.trend_floor), 0, 1)
    return (level + np.where(np.isnan(ratio), level, trend)) / 2, ratio


@dataclass(frozen=True, slots=True)
class _Work:
    share: Floats
    """O: members' share of the recorded duties."""
    office_share: Floats
    n_eff: Floats


def _work(batch: Batch, window: Segments, settings: ModelParameters) -> _Work:
    """Who carried the duties of the window's last 4 meetings."""
    rows, exists = window.last(settings.duty_meetings)
    duties = np.where(exists[:, :, None], _at(batch.duties, rows), NOT_RECORDED)
    duties = duties.reshape(len(batch), settings.duty_meetings * len(DUTIES))
    by_member = duties >= 0
    members = by_member.sum(axis=1)
    recorded = (duties != NOT_RECORDED).sum(axis=1)
    squares = sum_of_squared_counts(duties, by_member)
    return _Work(
        share=members / np.maximum(recorded, 1),
        office_share=(recorded - members) / np.maximum(recorded, 1),
        n_eff=members * members / np.maximum(squares, 1),  # 1 / sum of (count / members) squared
    )


def _diversity(batch: Batch, window: Segments, settings: ModelParameters) -> Floats:
    """D: branches and companies present at the window's last 4 meetings."""
    rows, exists = window.last(settings.duty_meetings)
    halves, known = [], []
    sides = ((batch.branches, settings.full_branches), (batch.companies, settings.full_companies))
    for column, full in sides:
        recorded = exists & (_at(column, rows) >= 0)
        halves.append(np.minimum(1, twice_median(_at(column, rows), recorded) / (2 * full)))
        known.append(recorded.any(axis=1))
    branches = np.where(known[0], halves[0], halves[1])
    companies = np.where(known[1], halves[1], halves[0])
    return (branches + companies) / 2


@dataclass(frozen=True, slots=True)
class _Answers:
    value: Floats
    """F."""
    latest: Ints
    """The latest answered q4, 1-5; 0 when none was answered."""
    missed: Ints
    """Missed in a row at the end."""


def _answers(batch: Batch, today: int, settings: ModelParameters) -> _Answers:
    """What the last 3 check-ins sent say; an answer given later than today counts as none."""
    sent = in_order(batch.check_in_start, batch.sent_day, batch.sent_day <= today)
    rows, exists = sent.last(settings.check_ins)
    answered = exists & (_at(batch.answered_day, rows) <= today)
    old_enough = today - _at(batch.sent_day, rows) >= settings.check_in_grace_days
    missed = exists & ~answered & old_enough
    latest = np.zeros(len(batch), dtype=np.int64)
    in_a_row = np.zeros(len(batch), dtype=np.int64)
    for i in range(settings.check_ins):  # oldest first
        latest = np.where(answered[:, i], _at(batch.q4, rows[:, i]), latest)
        in_a_row = np.where(answered[:, i], 0, in_a_row + missed[:, i])
    wish = np.where(latest > 0, (latest - 1) / 4, settings.no_answer)
    return _Answers(wish * np.array(settings.missed_factor)[in_a_row], latest, in_a_row)


def _gates(
    batch: Batch, meetings: Ints, work: _Work, ratio: Floats, answers: _Answers, gap: Ints, settings: ModelParameters
) -> tuple[Ints, Ints]:
    """The gates that fire, as bits, and the highest level they leave."""
    cadence = batch.cadence_days
    enough = meetings >= settings.gate_meetings
    shared = enough & (batch.step >= settings.share_from_step)
    none = np.zeros(len(batch), dtype=bool)
    fires: tuple[tuple[Gate, Flags, Flags], ...] = (
        (Gate.G1, gap > settings.gap_yellow * cadence, gap > settings.gap_red * cadence),
        (Gate.G2, enough & (work.share > 0) & (work.n_eff < settings.spread_yellow), none),
        (Gate.G3, shared & (work.share < settings.share_yellow), shared & (work.share < settings.share_red)),
        (Gate.G4, ratio <= settings.ratio_yellow, none),  # no ratio is NaN, which is never less
        (Gate.G5, (answers.latest > 0) & (answers.latest <= settings.wish_yellow), none),
        (
            Gate.G6,
            answers.missed >= settings.missed_yellow,
            (answers.missed >= settings.missed_red) & (gap > settings.missed_red_gap * cadence),
        ),
    )
    bits = np.zeros(len(batch), dtype=np.int64)
    cap = np.full(len(batch), GREEN)
    for gate, yellow, red in fires:
        bits |= np.where(yellow, gate.value, 0)
        cap = np.minimum(cap, np.where(red, RED, np.where(yellow, YELLOW, GREEN)))
    return bits, cap


def _last_day(batch: Batch, led: Segments) -> Ints:
    rows, exists = led.last(1)
    return np.where(exists, _at(batch.meeting_day, rows), 0)[:, 0].astype(np.int64)


def _at(column: Column, rows: Ints) -> Column:
    """The column's values at those rows; rows that do not exist are 0, also in a column without any."""
    return column[rows] if len(column) else np.zeros((*rows.shape, *column.shape[1:]), dtype=np.int64)


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
