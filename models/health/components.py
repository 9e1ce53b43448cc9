"""What a score is made of: R, A, O, B, D and F of every network of a batch (domain.md section 7)."""

from dataclasses import dataclass

import numpy as np

from models.dates.active_days import active_days_up_to
from models.db.columnar import Ints
from models.health.batch import (
    DUTIES,
    LEADING_COLUMNS,
    NOT_RECORDED,
    Batch,
    Column,
    Flags,
    Floats,
    Segments,
    counts_of_codes,
    in_order,
    twice_median,
)
from models.health.parameters import ModelParameters


def rhythm(batch: Batch, led: Segments, today: int, settings: ModelParameters) -> Floats:
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


def attendance(batch: Batch, window: Segments, settings: ModelParameters) -> tuple[Floats, Floats]:
    """A, and the ratio of attendance now to before (NaN when there are too few meetings for a trend).

    No meeting is 0; meetings of which nobody wrote down how many came are unknown.
    """
    all_meetings, window = window, window.only(batch.attended[window.rows] >= 0)
    uncounted = (all_meetings.count > 0) & (window.count == 0)
    rows, exists = window.last(settings.level_meetings)
    level = np.minimum(1, twice_median(_at(batch.attended, rows), exists) / (2 * batch.target_size))
    level = np.where(uncounted, np.nan, level)

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
class Work:
    """Who does the work, by the duties that were recorded."""

    share: Floats
    """O: members' share of the recorded duties; 0 without meetings, NaN when no duty of theirs was recorded."""
    office_share: Floats
    n_eff: Floats
    """How many organisers the work lies on, the office's duties counted to the busiest; 0 when no member has any."""


def work(batch: Batch, window: Segments, settings: ModelParameters) -> Work:
    """Who carried the duties of the window's last 4 meetings."""
    rows, exists = window.last(settings.duty_meetings)
    duties = np.where(exists[:, :, None], _at(batch.duties, rows), NOT_RECORDED)
    duties = duties.reshape(len(batch), settings.duty_meetings * len(DUTIES))
    by_member = duties >= 0
    members = by_member.sum(axis=1)
    recorded = (duties != NOT_RECORDED).sum(axis=1)
    squares, most = counts_of_codes(duties, by_member)
    squares += (most + recorded - members) ** 2 - most**2
    return Work(
        share=np.where((recorded == 0) & exists.any(axis=1), np.nan, members / np.maximum(recorded, 1)),
        office_share=(recorded - members) / np.maximum(recorded, 1),
        # 1 / sum of (count / recorded) squared: a single division, so that a threshold is met exactly
        n_eff=np.where(members > 0, recorded * recorded / np.maximum(squares, 1), 0.0),
    )


def diversity(batch: Batch, window: Segments, settings: ModelParameters) -> Floats:
    """D: branches and companies present at the window's last 4 meetings; 0 without meetings, NaN when nobody wrote
    either down. A side of which nothing is known counts as the other does.
    """
    rows, exists = window.last(settings.duty_meetings)
    halves, known = [], []
    sides = ((batch.branches, settings.full_branches), (batch.companies, settings.full_companies))
    for column, full in sides:
        recorded = exists & (_at(column, rows) >= 0)
        halves.append(np.minimum(1, twice_median(_at(column, rows), recorded) / (2 * full)))
        known.append(recorded.any(axis=1))
    branches = np.where(known[0], halves[0], halves[1])
    companies = np.where(known[1], halves[1], halves[0])
    return np.where(exists.any(axis=1) & ~known[0] & ~known[1], np.nan, (branches + companies) / 2)


@dataclass(frozen=True, slots=True)
class Answers:
    """What the check-ins say."""

    value: Floats
    """F."""
    latest: Ints
    """The latest answered q4, 1-5; 0 when none was answered."""
    missed: Ints
    """Missed in a row at the end."""
    next_day: Ints
    """The day of the next meeting that the latest answer names; 0 when it names none."""


def answers(batch: Batch, today: int, settings: ModelParameters) -> Answers:
    """What the last 3 check-ins that count say: those answered by today, and those that have had their time for an
    answer. To send a new one changes nothing.
    """
    had_time = batch.sent_day <= today - settings.check_in_grace_days
    counted = (batch.sent_day <= today) & ((batch.answered_day <= today) | had_time)
    rows, exists = in_order(batch.check_in_start, batch.sent_day, counted).last(settings.check_ins)
    answered = exists & (_at(batch.answered_day, rows) <= today)
    missed = exists & ~answered
    latest = np.zeros(len(batch), dtype=np.int64)
    in_a_row = np.zeros(len(batch), dtype=np.int64)
    next_day = np.zeros(len(batch), dtype=np.int64)
    for i in range(settings.check_ins):  # oldest first
        latest = np.where(answered[:, i], _at(batch.q4, rows[:, i]), latest)
        next_day = np.where(answered[:, i], _at(batch.next_day, rows[:, i]), next_day)
        in_a_row = np.where(answered[:, i], 0, in_a_row + missed[:, i])
    wish = np.where(latest > 0, (latest - 1) / 4, settings.no_answer)
    return Answers(wish * np.array(settings.missed_factor)[in_a_row], latest, in_a_row, next_day)


def led_by_member(duties: Column) -> Flags:
    """Which meetings a member led: one who carried a leading duty, or whoever convened where neither is recorded."""
    leading = duties[:, LEADING_COLUMNS[0]], duties[:, LEADING_COLUMNS[1]]
    by_member = (leading[0] >= 0) | (leading[1] >= 0)
    unrecorded: Flags = (leading[0] == NOT_RECORDED) & (leading[1] == NOT_RECORDED)
    return unrecorded | by_member


def last_day(batch: Batch, led: Segments) -> Ints:
    """The day of each network's last member-led meeting; 0 when there is none."""
    rows, exists = led.last(1)
    return np.where(exists, _at(batch.meeting_day, rows), 0)[:, 0].astype(np.int64)


def _at(column: Column, rows: Ints) -> Column:
    """The column's values at those rows; rows that do not exist are 0, also in a column without any."""
    return column[rows] if len(column) else np.zeros((*rows.shape, *column.shape[1:]), dtype=np.int64)
