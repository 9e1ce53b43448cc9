"""Columns of many networks' histories, and what can be done to all of them at once.

A *segment* is the part of a flat column that belongs to one network: rows `start[i]` up to, not including,
`end[i]`.
"""

from array import array
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.db.columnar import NEVER, Ints
from models.tables.meeting import LEADING

Column = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


DUTIES: Final = ("invitation", "host", "programme", "lead", "follow_up")
LEADING_COLUMNS: Final = [DUTIES.index(duty) for duty in LEADING]
"""A meeting in which a member carries one of these is led by a member (`tables.meeting.is_led_by_member`)."""


OFFICE: Final = -1
"""Organiser code: the office carried the duty."""


NOT_RECORDED: Final = -2
"""Organiser code: nobody wrote down who carried the duty."""


UNKNOWN: Final = -1
"""A number of persons, branches or companies that nobody wrote down."""


PLANNED, HELD, CANCELLED = 0, 1, 2
MEETING_STATUS: Final = {"planned": PLANNED, "held": HELD, "cancelled": CANCELLED}


@dataclass(frozen=True, slots=True)
class Batch:
    """The histories of n networks. Days are `date.toordinal()`; rows of one network keep their input order.

    `meeting_start` and `check_in_start` have n + 1 entries: network i owns rows start[i] up to start[i + 1].
    """

    kickoff: Column
    cadence_days: Column
    target_size: Column
    step: Column

    meeting_start: Column
    meeting_day: Column
    status: Column
    """PLANNED, HELD or CANCELLED."""
    attended: Column
    """Persons present, or UNKNOWN."""
    branches: Column
    """Branches present, or UNKNOWN."""
    companies: Column
    """Companies present, or UNKNOWN."""
    duties: Column
    """One row of five organiser codes per meeting, in the order of DUTIES: OFFICE, NOT_RECORDED, or a number
    from 0 that means the same member in all meetings of the network (and nothing in another network)."""

    check_in_start: Column
    sent_day: Column
    answered_day: Column
    """NEVER when unanswered."""
    q4: Column
    """1-5; anything when unanswered."""
    next_day: Column
    """The day of the next meeting that the answer names; 0 when it names none."""

    def __len__(self) -> int:
        return len(self.kickoff)

    def part(self, first: int, last: int) -> "Batch":
        """Networks `first` up to, not including, `last`: views of the same columns."""
        networks = slice(first, last)
        meetings = slice(int(self.meeting_start[first]), int(self.meeting_start[last]))
        check_ins = slice(int(self.check_in_start[first]), int(self.check_in_start[last]))
        return Batch(
            kickoff=self.kickoff[networks],
            cadence_days=self.cadence_days[networks],
            target_size=self.target_size[networks],
            step=self.step[networks],
            meeting_start=self.meeting_start[first : last + 1] - self.meeting_start[first],
            meeting_day=self.meeting_day[meetings],
            status=self.status[meetings],
            attended=self.attended[meetings],
            branches=self.branches[meetings],
            companies=self.companies[meetings],
            duties=self.duties[meetings],
            check_in_start=self.check_in_start[first : last + 1] - self.check_in_start[first],
            sent_day=self.sent_day[check_ins],
            answered_day=self.answered_day[check_ins],
            q4=self.q4[check_ins],
            next_day=self.next_day[check_ins],
        )

    def __post_init__(self) -> None:
        """Columns that do not fit together are a bug of the caller: ValueError."""
        n, meetings, check_ins = len(self.kickoff), len(self.meeting_day), len(self.sent_day)
        fits = (
            len(self.cadence_days) == len(self.target_size) == len(self.step) == n
            and len(self.status) == len(self.attended) == meetings
            and len(self.branches) == len(self.companies) == meetings
            and self.duties.shape == (meetings, len(DUTIES))
            and len(self.answered_day) == len(self.q4) == len(self.next_day) == check_ins
            and _partitions(self.meeting_start, n, meetings)
            and _partitions(self.check_in_start, n, check_ins)
        )
        if not fits:
            raise ValueError("the columns of a batch have lengths that do not fit together")


def _partitions(start: Column, n: int, rows: int) -> bool:
    return len(start) == n + 1 and start[0] == 0 and start[-1] == rows and bool((np.diff(start) >= 0).all())


NETWORK_WIDTH: Final = 6
MEETING_WIDTH: Final = 5 + len(DUTIES)
CHECK_IN_WIDTH: Final = 4


class BatchBuilder:
    """Collects a Batch: `add_network`, then that network's meetings and check-ins, then the next network."""

    def __init__(self) -> None:
        self.networks = array("q")  # kickoff, cadence, target, step, first meeting, first check-in
        self.meetings = array("i")  # day, status, attended, branches, companies and five organiser codes
        self.check_ins = array("i")  # sent, answered, q4, next meeting
        self._codes: dict[Hashable, int] = {}

    def add_network(self, kickoff: date, cadence_days: int, target_size: int, step: int) -> None:
        """Begin a network; target_size is a number of persons, step the ladder's 0-4."""
        meetings, check_ins = len(self.meetings) // MEETING_WIDTH, len(self.check_ins) // CHECK_IN_WIDTH
        self.networks.extend((kickoff.toordinal(), cadence_days, target_size, step, meetings, check_ins))
        self._codes = {}

    def organiser(self, key: Hashable) -> int:
        """The code of a member in the present network; `key` is anything hashable that tells them apart."""
        return self._codes.setdefault(key, len(self._codes))

    def add_meeting(
        self,
        day: date,
        status: str = "held",
        attended: int | None = None,
        branches: int | None = None,
        companies: int | None = None,
        duties: Sequence[int] = (NOT_RECORDED,) * len(DUTIES),
    ) -> None:
        """Add a meeting with organiser codes in the order of DUTIES; None is a number nobody wrote down."""
        numbers = (UNKNOWN if number is None else number for number in (attended, branches, companies))
        self.meetings.extend((day.toordinal(), MEETING_STATUS[status], *numbers, *duties))

    def add_check_in(
        self, sent: date, answered: date | None = None, q4: int | None = None, next_on: date | None = None
    ) -> None:
        """Add a check-in; None when it was not answered. `next_on`: the next meeting that the answer names."""
        answered_day = answered.toordinal() if answered else NEVER
        self.check_ins.extend((sent.toordinal(), answered_day, q4 or 0, next_on.toordinal() if next_on else 0))

    def batch(self) -> Batch:
        """What was collected, as columns (views: add nothing afterwards)."""
        networks = np.asarray(self.networks).reshape(-1, NETWORK_WIDTH)
        meetings = np.asarray(self.meetings).reshape(-1, MEETING_WIDTH)
        check_ins = np.asarray(self.check_ins).reshape(-1, CHECK_IN_WIDTH)
        return Batch(
            kickoff=networks[:, 0],
            cadence_days=networks[:, 1],
            target_size=networks[:, 2],
            step=networks[:, 3],
            meeting_start=np.append(networks[:, 4], len(meetings)),
            meeting_day=meetings[:, 0],
            status=meetings[:, 1],
            attended=meetings[:, 2],
            branches=meetings[:, 3],
            companies=meetings[:, 4],
            duties=meetings[:, 5:],
            check_in_start=np.append(networks[:, 5], len(check_ins)),
            sent_day=check_ins[:, 0],
            answered_day=check_ins[:, 1],
            q4=check_ins[:, 2],
            next_day=check_ins[:, 3],
        )


@dataclass(frozen=True, slots=True)
class Segments:
    """Chosen rows of a flat column, by network and then by day; those of one day keep their order."""

    rows: Ints
    """Row numbers in the flat column."""
    owner: Ints
    """Network of each row."""
    start: Ints
    end: Ints

    @property
    def count(self) -> Ints:
        """How many rows each network has."""
        return self.end - self.start

    def only(self, chosen: Flags) -> "Segments":
        """The chosen ones of these rows, in the same order."""
        return _segments(self.rows[chosen], self.owner[chosen], len(self.start))

    def last(self, k: int) -> tuple[Ints, Flags]:
        """Row numbers of each network's last k, oldest first, and which exist (the missing come first)."""
        position = self.end[:, None] + np.arange(-k, 0)
        exists = position >= self.start[:, None]
        if not len(self.rows):
            return np.zeros_like(position), exists
        return self.rows[np.where(exists, position, 0)], exists


def _segments(rows: Ints, owner: Ints, networks: int) -> Segments:
    edges = np.searchsorted(owner, np.arange(networks + 1)).astype(np.int64)
    return Segments(rows, owner, edges[:-1], edges[1:])


def in_order(start: Column, day: Column, chosen: Flags) -> Segments:
    """The chosen rows of a flat column with its network boundaries, sorted by network and day (stable)."""
    owner = np.repeat(np.arange(len(start) - 1), np.diff(start))[chosen]
    rows = np.flatnonzero(chosen).astype(np.int64)
    key = owner << 32 | day[rows]
    if (key[1:] < key[:-1]).any():
        order = np.argsort(key, kind="stable")
        rows, owner = rows[order], owner[order]
    return _segments(rows, owner, len(start) - 1)


def twice_median(values: Column, exists: Flags) -> Ints:
    """Twice the median of each row's existing values, a whole number; 0 where none exists."""
    ranked = np.sort(np.where(exists, values, NEVER), axis=1)
    count = exists.sum(axis=1)
    middle = np.stack([np.maximum(count - 1, 0) // 2, count // 2], axis=1)
    doubled = np.take_along_axis(ranked, middle, axis=1).sum(axis=1)
    return np.where(count > 0, doubled, 0).astype(np.int64)


def counts_of_codes(codes: Column, counts: Flags) -> tuple[Ints, Ints]:
    """How often each code of a row occurs: squared and summed, and the most of any; `counts`: which entries count."""
    squares, most = np.zeros(len(codes), dtype=np.int64), np.zeros(len(codes), dtype=np.int64)
    for column in range(codes.shape[1]):  # a handful of columns: each entry adds the number of its equals
        equals = ((codes == codes[:, column : column + 1]) & counts).sum(axis=1)
        equals = np.where(counts[:, column], equals, 0)
        squares += equals
        most = np.maximum(most, equals)
    return squares, most
