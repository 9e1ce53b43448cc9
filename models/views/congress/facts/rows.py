"""What a congress report is counted from: rows of figures and codes, that name nobody (domain.md section 11)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from models.tables.network import ENDED, STEP_OF, NetworkState, Origin
from models.views.congress.facts.held import Held
from models.views.congress.report import EVERYWHERE

ONE_DAY: Final = timedelta(days=1)


class Step(NamedTuple):
    """A change of state: its day in Stockholm, to which, and the cause."""

    on: date
    to_state: str
    why: str


@dataclass(frozen=True, slots=True)
class Life:
    """One network as it was known then. `steps`: in their order. `organisers`: who had said yes by its start."""

    number: int
    region: str
    municipality: str
    nature: str
    origin: str
    without_support: bool
    created_on: date
    started_on: date | None
    support_ends_on: date | None
    supported_at_start: bool
    organisers: int
    steps: tuple[Step, ...]

    @property
    def is_historic(self) -> bool:
        """Whether it lived before this system."""
        return self.origin == Origin.historic_office

    def state_on(self, day: date) -> str | None:
        """Its state at the end of a day, None before it was created."""
        came = [step.to_state for step in self.steps if step.on <= day]
        return came[-1] if came else None

    @property
    def ladder(self) -> list[tuple[int, int]]:
        """(number of the day, step of the ladder) each time that it came to one; rest and an end change none."""
        came = [(step.on.toordinal(), step.to_state) for step in self.steps if step.to_state in STEP_OF]
        return [(day, STEP_OF[NetworkState(state)]) for day, state in came]

    def step_on(self, day: date) -> int:
        """The step of the ladder on which it stood at the end of a day."""
        return max((step for came, step in self.ladder if came <= day.toordinal()), default=0)

    def is_active_on(self, day: date) -> bool:
        """Whether it had started by the end of a day, and neither rested nor had ended."""
        over = self.ended
        lives = self.started_on is not None and self.started_on <= day and not (over and over.on <= day)
        return lives and self.state_on(day) != NetworkState.resting

    def first(self, states: Iterable[str]) -> Step | None:
        """The first time that it came to one of these after it had started."""
        wanted = frozenset(states)
        started = self.started_on
        return next((one for one in self.steps if started and one.to_state in wanted and one.on >= started), None)

    @property
    def ended(self) -> Step | None:
        """How it ended once it had started."""
        return self.first(ENDED)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `talked_on`, `decided_on`: first; `state`: by the cut-off."""

    number: int
    region: str
    received_on: date
    state: str
    reason: str
    talked_on: date | None
    decided_on: date | None
    waited: bool
    steps: tuple[Step, ...]

    def state_on(self, day: date) -> str | None:
        """Its state at the end of a day, None before it came in."""
        came = [step.to_state for step in self.steps if step.on <= day]
        return came[-1] if came else None


class Given(NamedTuple):
    """Support of a network on a day: which item and how many hundredths of an hour."""

    network: int
    on: date
    item: str
    hundredths: int


class CheckIns(NamedTuple):
    """Check-ins of a year: how many were sent, how many of them were answered by the cut-off, of how many networks."""

    year: int
    sent: int
    answered: int
    networks: int


class Checked(NamedTuple):
    """A network at the last health check of a year."""

    year: int
    network: int
    level: str
    rhythm: float


@dataclass(frozen=True)
class Facts:
    """All facts before a cut-off. `budgets`: hundredths of hours that each region's negotiators have in the quarter of
    the last day; `taken`: how many of them were used or reserved, and for how many networks. `municipalities`: how many
    the country has.
    """

    cutoff: date
    regions: dict[str, str]
    lives: tuple[Life, ...]
    asked: tuple[Asked, ...]
    used: tuple[Given, ...]
    granted: tuple[Given, ...]
    checked: tuple[Checked, ...]
    signals: tuple[tuple[str, date], ...]
    budgets: dict[str, int]
    held: Held
    taken: dict[str, tuple[int, int]] = field(default_factory=dict)
    municipalities: int = 0
    check_ins: tuple[CheckIns, ...] = ()

    @property
    def own(self) -> list[Life]:
        """The networks that began by a request."""
        return [life for life in self.lives if not life.is_historic]

    @property
    def last_day(self) -> date:
        """The day before the cut-off."""
        return self.cutoff - ONE_DAY

    @property
    def years(self) -> range:
        """From the first request to the year of the day before the cut-off."""
        last = self.last_day.year
        days = [one.received_on.year for one in self.asked] + [life.created_on.year for life in self.own]
        return range(min([*days, last]), last + 1)

    @property
    def places(self) -> list[str]:
        """The country and all of its regions, also those where nothing was: a row that is not there would tell so."""
        return [EVERYWHERE, *sorted(self.regions)]

    def year_end(self, year: int) -> date:
        """The last day of a year that the report knows of."""
        return min(date(year, 12, 31), self.last_day)
