"""The JSON of `lots score`: checked, scored and written (the contract's format, domain.md section 7's model).

A file may hold a hundred thousand networks, so it is read in blocks (deployments/cli/score_file_blocks.py): only little
of it is in memory as Python objects at any time; what is kept are the columns of a `Batch`.

How strict it is: a missing or wrong field, an id used twice and an unknown duty are refused, with one
sentence that names network and field. Other unknown keys are ignored. A held meeting must say how many came;
its branches and companies may be null or absent (unknown, never zero: left out of the median). A planned or
cancelled meeting needs no numbers. No duties, or null for one, means not recorded. A check-in without
answered_on and q4 is unanswered. What an organiser is called never comes back in a message.
"""

import re
from datetime import date
from math import isnan
from operator import itemgetter
from typing import Any, BinaryIO, Final

import orjson

from deployments.cli.score_file_blocks import networks_in
from models.db.columnar import NEVER
from models.errors import UserError
from models.health.batch import DUTIES, HELD, MEETING_STATUS, NOT_RECORDED, OFFICE, UNKNOWN, Batch, BatchBuilder
from models.health.engagement import Result, score
from models.health.parameters import COMPONENTS, LEVELS, gate_names
from models.tables.health import Level

CADENCES: Final = (30, 60, 90, 180)
MOST_ATTENDING: Final = 300
LARGEST_TARGET: Final = 1_000_000
YEARS: Final = (1900, 2200)


def score_stream(stream: BinaryIO, as_of: date) -> list[dict[str, Any]]:
    """One entry per network, in input order, as `lots score` prints them, from an open file read in blocks.

    Raises UserError with one sentence when the file is not UTF-8 or not JSON (with line and column), or not
    as the contract says (with network and field), and when a kickoff lies after `as_of`.
    """
    ids, batch = read_histories(stream, as_of)
    return as_json(ids, score(batch, as_of))


def as_json(ids: list[str], result: Result) -> list[dict[str, object]]:
    """The entries of "networks": components with 6 decimals or null (unknown), the score with one or null (not
    assessed).
    """
    columns = zip(
        ids,
        result.score.tolist(),
        result.level.tolist(),
        result.gates.tolist(),
        result.components.tolist(),
        strict=True,
    )
    return [
        {
            "id": name,
            "score": None if LEVELS[level] is Level.not_assessed else round(points, 1),
            "level": LEVELS[level].value,
            "gates": gate_names(gates),
            "components": {
                key: None if isnan(value) else round(value, 6)
                for key, value in zip(COMPONENTS, components, strict=True)
            },
        }
        for name, points, level, gates, components in columns
    ]


def read_histories(stream: BinaryIO, as_of: date) -> tuple[list[str], Batch]:
    """The networks' names and histories, checked. Raises UserError as `score_stream` does."""
    if not YEARS[0] <= as_of.year <= YEARS[1]:
        raise UserError(f"as-of: must be a date in the years {YEARS[0]} to {YEARS[1]}, not {as_of}")
    reader = _Reader(as_of)
    for networks in networks_in(stream):
        for network in networks:
            reader.add(network)
    return list(reader.ids), reader.builder.batch()


_DUTY_NAMES: Final = frozenset(DUTIES)
_DUTY_FIELDS: Final = itemgetter(*DUTIES)
_MEETING_FIELDS: Final = itemgetter("on", "status", "attended", "branches", "companies", "duties")
_CHECK_IN_FIELDS: Final = itemgetter("sent_on", "answered_on", "q4")


# --- checking ---------------------------------------------------------------------------------------


class _Wrong(Exception):
    """A field and what is wrong with it."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(field, problem)
        self.field, self.problem = field, problem


def _must(field: str, what: str, value: object) -> _Wrong:
    """Says what a value must be and what it is instead, without repeating long or nested data."""
    if isinstance(value, dict | list):
        shown = "an object" if isinstance(value, dict) else "a list"
    else:
        shown = orjson.dumps(value).decode()
        shown = shown if len(shown) <= 40 else f"{shown[:40]}…"
    return _Wrong(field, f"must be {what}, not {shown}")


class _Days(dict[object, int]):
    """Ordinals of date texts; each is checked once."""

    def __missing__(self, text: object) -> int:
        if type(text) is not str or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        day = date.fromisoformat(text)
        if not YEARS[0] <= day.year <= YEARS[1]:
            raise ValueError
        self[text] = ordinal = day.toordinal()
        return ordinal


class _Organisers(dict[object, int]):
    """Codes of a network's organisers: null is not recorded, "office" the office, any other text a member."""

    def __missing__(self, name: object) -> int:
        if not _is_organiser(name):
            raise ValueError
        self[name] = code = len(self) - 2
        return code


class _Reader:
    """Checks one network after the other and keeps its numbers."""

    def __init__(self, as_of: date) -> None:
        self.as_of = as_of
        self.today = as_of.toordinal()
        self.ids: dict[str, None] = {}
        self.builder = BatchBuilder()
        self.days = _Days()

    def add(self, network: object) -> None:
        """Raises UserError, naming network and field, unless all is well."""
        where = f"network at index {len(self.ids)}"
        try:
            if type(network) is not dict:
                raise _must("network", "an object", network)
            name = _required(network, "id")
            if type(name) is not str or not name.strip():
                raise _must("id", "a text", name)
            where = f"network {orjson.dumps(name[:80]).decode()}"
            if name in self.ids:
                raise _Wrong("id", "is used by an earlier network too")
            self.add_network(network)
            self.add_meetings(_list(network, "meetings"))
            self.add_check_ins(_list(network, "check_ins"))
            self.ids[name] = None
        except _Wrong as wrong:
            raise UserError(f"{where}, {wrong.field}: {wrong.problem}") from None

    def add_network(self, network: dict[str, object]) -> None:
        kickoff = self.day(network, "kickoff_on")
        if kickoff > self.today:
            raise _Wrong("kickoff_on", f"must not lie after the as-of date {self.as_of}")
        cadence = _required(network, "cadence_days")
        if type(cadence) is not int or cadence not in CADENCES:
            raise _must("cadence_days", "30, 60, 90 or 180", cadence)
        target = _whole(_required(network, "target_size"), 1, LARGEST_TARGET, "target_size")
        step = _whole(_required(network, "step"), 0, 4, "step")
        self.builder.add_network(date.fromordinal(kickoff), cadence, target, step)

    def add_meetings(self, meetings: list[Any]) -> None:
        """Most meetings are complete and right: those are taken at a glance, the others looked at closely."""
        days, organisers = self.days, _Organisers({None: NOT_RECORDED, "office": OFFICE})
        numbers: list[int] = []
        for i, meeting in enumerate(meetings):
            try:
                on, status, attended, branches, companies, duties = _MEETING_FIELDS(meeting)
                first, second, third, fourth, fifth = _DUTY_FIELDS(duties)
                row = (
                    days[on],
                    MEETING_STATUS[status],
                    attended,
                    branches,
                    companies,
                    organisers[first],
                    organisers[second],
                    organisers[third],
                    organisers[fourth],
                    organisers[fifth],
                )
                usual = (
                    type(attended) is type(branches) is type(companies) is int
                    and 0 <= attended <= MOST_ATTENDING
                    and 0 <= branches <= MOST_ATTENDING
                    and 0 <= companies <= MOST_ATTENDING
                    and len(duties) == len(DUTIES)
                )
            except (KeyError, TypeError, ValueError):
                usual = False
            numbers += row if usual else self.meeting(meeting, organisers, f"meetings[{i}]")
        self.builder.meetings.fromlist(numbers)

    def meeting(self, meeting: object, organisers: _Organisers, where: str) -> tuple[int, ...]:
        """A meeting's row of numbers, every field checked."""
        if type(meeting) is not dict:
            raise _must(where, "an object", meeting)
        try:
            status = _required(meeting, "status")
            if type(status) is not str or status not in MEETING_STATUS:
                raise _must("status", "planned, held or cancelled", status)
            state = MEETING_STATUS[status]
            return (
                self.day(meeting, "on"),
                state,
                _count(meeting, "attended", state == HELD),
                _count(meeting, "branches", False),
                _count(meeting, "companies", False),
                *_duties(meeting.get("duties"), organisers),
            )
        except _Wrong as wrong:
            raise _Wrong(f"{where}.{wrong.field}", wrong.problem) from None

    def add_check_ins(self, check_ins: list[Any]) -> None:
        """Here too a glance is enough for most."""
        days = self.days
        numbers: list[int] = []
        for i, check_in in enumerate(check_ins):
            try:
                sent_on, answered_on, q4 = _CHECK_IN_FIELDS(check_in)
                if answered_on is q4 is None:
                    numbers += (days[sent_on], NEVER, 0, 0)
                    continue
                row = (days[sent_on], days[answered_on], q4, 0)
                usual = type(q4) is int and 1 <= q4 <= 5 and row[0] <= row[1]
            except (KeyError, TypeError, ValueError):
                usual = False
            numbers += row if usual else self.check_in(check_in, f"check_ins[{i}]")
        self.builder.check_ins.fromlist(numbers)

    def check_in(self, check_in: object, where: str) -> tuple[int, int, int, int]:
        """A check-in's row of numbers, every field checked."""
        if type(check_in) is not dict:
            raise _must(where, "an object", check_in)
        try:
            sent = self.day(check_in, "sent_on")
            q4 = check_in.get("q4")
            if check_in.get("answered_on") is None:
                if q4 is not None:
                    raise _Wrong("answered_on", "must be a date, as q4 is answered")
                return sent, NEVER, 0, 0
            answered = self.day(check_in, "answered_on")
            if answered < sent:
                raise _Wrong("answered_on", "must not lie before sent_on")
            if q4 is None:
                raise _Wrong("q4", "must be a whole number from 1 to 5, as answered_on is given")
            return sent, answered, _whole(q4, 1, 5, "q4"), 0
        except _Wrong as wrong:
            raise _Wrong(f"{where}.{wrong.field}", wrong.problem) from None

    def day(self, record: dict[str, object], key: str) -> int:
        try:
            return self.days[record[key]]
        except KeyError:
            raise _Wrong(key, "is missing") from None
        except (ValueError, TypeError):  # a list or an object cannot be looked up
            years = f"in the years {YEARS[0]} to {YEARS[1]}"
            raise _must(key, f'a date such as "2026-11-25" {years}', record[key]) from None


def _required(record: dict[str, object], key: str) -> Any:
    if key not in record:
        raise _Wrong(key, "is missing")
    return record[key]


def _list(network: dict[str, object], key: str) -> list[object]:
    value = _required(network, key)
    if type(value) is not list:
        raise _must(key, "a list", value)
    return value


def _whole(value: object, least: int, most: int, field: str) -> int:
    if type(value) is int and least <= value <= most:  # a bool is not a number here
        return value
    raise _must(field, f"a whole number from {least} to {most}", value)


def _count(meeting: dict[str, object], key: str, required: bool) -> int:
    """How many were present; UNKNOWN when nobody wrote it down and it is not required."""
    if not required and meeting.get(key) is None:
        return UNKNOWN
    return _whole(_required(meeting, key), 0, MOST_ATTENDING, key)


def _duties(duties: object, organisers: _Organisers) -> tuple[int, ...] | list[int]:
    """Organiser codes in the order of DUTIES."""
    if duties is None:
        return (NOT_RECORDED,) * len(DUTIES)
    if type(duties) is not dict:
        raise _must("duties", "an object", duties)
    if not duties.keys() <= _DUTY_NAMES:
        unknown = next(duty for duty in duties if duty not in _DUTY_NAMES)
        raise _Wrong("duties", f"has no {orjson.dumps(unknown[:40]).decode()}, only {', '.join(DUTIES)}")
    try:
        return [organisers[duties.get(duty)] for duty in DUTIES]
    except (ValueError, TypeError):  # a list or an object cannot be looked up
        wrong = next(duty for duty in DUTIES if not _is_organiser(duties.get(duty)))
        problem = 'must be null, "office" or a text that stands for the organiser'
        raise _Wrong(f"duties.{wrong}", problem) from None


def _is_organiser(name: object) -> bool:
    return name is None or (type(name) is str and name.strip() != "")
