"""What an office's file tells of networks that lived before this system: its rows become lives, or the file is refused
with every line that is wrong (domain.md section 3, S2). Writes nothing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.errors import UserError
from models.i18n import localized
from models.networks.creation import ToldNetwork
from models.office.staff import by_signature
from models.people.eligibility import who_may_carry
from models.reference.cell import folded
from models.reference.file_read import ReadFile
from models.reference.kinds import ToldState, Values
from models.reference.places import find_municipality, is_whole_country
from models.reference.problems import FileRefused, Problem
from models.tables.meeting import KICKOFF_ATTENDING, KICKOFF_ORGANISERS, Duty, Meeting, MeetingStatus, is_kickoff
from models.tables.network import Nature, Network, NetworkState, Origin
from models.tables.person import plain_number

OF_NETWORK: Final = (
    *("place", "municipality", "nature", "cadence_days", "target_size", "state", "state_since", "initiator"),
    *("organisers", "negotiator"),
)
OF_MEETING: Final = ("attended", "non_members", "branches", "companies", "form", *Duty)
OFFICE: Final = ("kansliet", "kansli", "office", "theoffice")
CODE: Final = re.compile(r"m([1-9]\d?)")
FIRST_YEAR: Final = 1953  # before that no holidays are known, and no active days


@dataclass(frozen=True)
class ToldMeeting:
    """A meeting that was held; who carried what: a place among the organisers from 0, None is the office."""

    on: date
    line: int
    values: Values
    duties: Mapping[Duty, int | None]


@dataclass
class Life:
    """One network of the file: `organisers` are member numbers, the initiator first."""

    line: int
    network: ToldNetwork
    state: ToldState
    since: date | None
    organisers: Sequence[str]
    meetings: list[ToldMeeting] = field(default_factory=list)
    rows: int = 0
    is_known: bool = False

    @property
    def kickoff(self) -> date | None:
        """The first meeting of enough people, of a network that enough carry (section 4)."""
        enough = (one.on for one in self.meetings if is_kickoff(one.values["attended"], len(self.organisers)))
        return min(enough, default=None)


class _Teller:
    """Turns one file's rows into lives, and gathers what is wrong in them."""

    def __init__(self, session: Session, read: ReadFile, today: date) -> None:
        self.session, self.told, self.today = session, read.told, today
        self.problems: list[Problem] = []
        self.municipalities: dict[str, str | None] = {}
        self.may_carry: dict[str, bool] = {}
        columns: Any = (Network.municipality, Network.name, Network.number, Network.origin, Network.id)
        stored = session.execute(select(*columns).where(col(Network.state) != NetworkState.annulled)).all()
        # One that a file told of before comes last: of several with a name it is the one that is meant.
        self.stored = {
            (place, folded(name)): (number, origin == Origin.historic_office, key)
            for place, name, number, origin, key in sorted(stored, key=lambda one: one[3] == Origin.historic_office)
        }

    def wrong(self, line: int, column: str, what: str) -> None:
        self.problems.append(Problem(line, self.told.columns.get(column, column), what))

    def life(self, rows: Sequence[tuple[int, Values]]) -> Life | None:
        """The life that these rows tell; None when something in them is wrong."""
        before = len(self.problems)
        line, told = rows[0][0], self._agreed(rows)
        network = self._network(line, rows[0][1]["network"], told)
        organisers = self._organisers(line, told)
        life = Life(line, network, ToldState.planned, told["state_since"], organisers, rows=len(rows))
        life.meetings = self._meetings(rows, organisers)
        if len(self.problems) == before:
            self._stand(life, told["state"])
            self._look_for_known(life)
        return life if len(self.problems) == before else None

    def _agreed(self, rows: Sequence[tuple[int, Values]]) -> Values:
        """What is told of the network itself, on whichever of its rows; rows that disagree are wrong."""
        told: Values = dict.fromkeys(OF_NETWORK)
        stands: dict[str, int] = {}
        for line, values in rows:
            for name in OF_NETWORK:
                value = values.get(name)
                if value is None or value == told[name]:
                    continue
                if name in stands:
                    row = stands[name]
                    self.wrong(line, name, localized(f"säger annat än rad {row}", f"says other than line {row}"))
                else:
                    told[name], stands[name] = value, line
        for name in ("place", "municipality", "initiator"):
            if told[name] is None:
                self.wrong(rows[0][0], name, localized("får inte vara tom", "must not be empty"))
        return told

    def _network(self, line: int, name: str, told: Values) -> ToldNetwork:
        place, words = told["place"] or "", told["municipality"] or ""
        if place and is_whole_country(place):
            what = localized("ett nätverk hör till en plats, inte hela landet", "a network belongs to a place")
            self.wrong(line, "place", what)
        if words not in self.municipalities:
            found = find_municipality(self.session, words) if words else None
            self.municipalities[words] = found.code if found else None
        municipality = self.municipalities[words]
        if words and municipality is None:
            what = localized("ingen kommun heter så; skriv namn eller kod", "no such municipality; write name or code")
            self.wrong(line, "municipality", what)
        negotiator = None
        if told["negotiator"]:
            try:
                negotiator = by_signature(self.session, told["negotiator"], "").id
            except UserError:
                what = localized("ingen aktiv medarbetare som handlägger har den signaturen", "nobody who signs has it")
                self.wrong(line, "negotiator", what)
        pace = int(told["cadence_days"] or 60)
        size = told["target_size"] or 8
        return ToldNetwork(name, place, municipality or "", told["nature"] or Nature.other, pace, size, negotiator)

    def _organisers(self, line: int, told: Values) -> list[str]:
        """Everybody who organises, the initiator first, each once; all of them may (I1)."""
        named = [("initiator", told["initiator"] or ""), *(("organisers", one) for one in told["organisers"] or ())]
        found: dict[str, str] = {}
        for column, number in named:
            if number and not self._may_carry(number):
                what = localized(
                    "ingen aktiv medlem eller företrädare utanför kansliet har det numret",
                    "no active member or representative outside the office has this number",
                )
                self.wrong(line, column, what)
            found.setdefault(plain_number(number), number)
        return list(found.values())

    def _may_carry(self, number: str) -> bool:
        if number not in self.may_carry:
            try:
                who_may_carry(self.session, number)
                self.may_carry[number] = True
            except UserError:
                self.may_carry[number] = False
        return self.may_carry[number]

    def _meetings(self, rows: Iterable[tuple[int, Values]], organisers: Sequence[str]) -> list[ToldMeeting]:
        meetings: dict[date, ToldMeeting] = {}
        for line, values in rows:
            on: date | None = values.get("meeting_on")
            if on is None:
                if any(values.get(name) is not None for name in OF_MEETING):
                    self.wrong(line, "meeting_on", localized("får inte vara tom", "must not be empty"))
                continue
            if on in meetings:
                stands = meetings[on].line
                self.wrong(line, "meeting_on", localized(f"står redan på rad {stands}", f"stands already, {stands}"))
                continue
            if on > self.today or on.year < FIRST_YEAR:
                self.wrong(line, "meeting_on", localized("ska ha varit; boka kommande på vanligt sätt", "must be past"))
            if values.get("attended") is None:
                self.wrong(line, "attended", localized("fyll i hur många som kom", "write how many came"))
            elif (values.get("non_members") or 0) > values["attended"]:
                self.wrong(line, "non_members", localized("är fler än de som kom", "are more than came"))
            carried = {duty: values[duty] for duty in Duty if values.get(duty)}
            duties = {duty: self._carrier(line, duty, who, organisers) for duty, who in carried.items()}
            meetings[on] = ToldMeeting(on, line, values, duties)
        return sorted(meetings.values(), key=lambda one: one.on)

    def _carrier(self, line: int, duty: Duty, who: str, organisers: Sequence[str]) -> int | None:
        if folded(who) in OFFICE:
            return None
        code = CODE.fullmatch(who.lower())
        numbers = [plain_number(one) for one in organisers]
        if code and int(code[1]) <= len(numbers):
            return int(code[1]) - 1
        if plain_number(who) in numbers:
            return numbers.index(plain_number(who))
        what = localized(
            "skriv ett medlemsnummer bland arrangörerna, m1, m2 … eller kansliet",
            "write the number of an organiser, m1, m2 … or office",
        )
        self.wrong(line, duty, what)
        return None

    def _stand(self, life: Life, told: ToldState | None) -> None:
        """Where it stands today, which must be what its meetings say (section 4)."""
        met = any(one.values["attended"] >= KICKOFF_ATTENDING for one in life.meetings)
        if met and len(life.organisers) < KICKOFF_ORGANISERS:
            what = localized("ett nätverk som har träffats har minst en till som arrangerar", "name one more organiser")
            self.wrong(life.line, "organisers", what)
            return
        life.state = told or (ToldState.independent if met else ToldState.planned)
        if life.state == ToldState.planned and met:
            self.wrong(life.line, "state", localized("det har startat; det har träffats", "it has started: it has met"))
        if life.state in (ToldState.independent, ToldState.resting) and not met:
            what = localized(
                "kräver en träff där minst tre kom; annars är det planerat",
                "takes a meeting of at least three; else it is planned",
            )
            self.wrong(life.line, "state", what)
        if life.state in (ToldState.resting, ToldState.closed):
            last = max((one.on for one in life.meetings), default=date(FIRST_YEAR, 1, 1))
            if life.since is None or not last <= life.since <= self.today:
                what = localized(
                    "skriv sedan vilken dag, från sista träffen till i dag",
                    "write since when, from the last meeting to today",
                )
                self.wrong(life.line, "state_since", what)

    def _look_for_known(self, life: Life) -> None:
        """One that a file told of before is left as it is; any other of the same name there is in the way."""
        stands = self.stored.get((life.network.municipality, folded(life.network.name)))
        if stands is None:
            return
        number, is_historic, known = stands
        if not is_historic:
            what = localized(f"finns redan som nätverk #{number}", f"is network #{number} already")
            self.wrong(life.line, "network", what)
            return
        life.is_known = True
        held = select(Meeting.starts_at).where(Meeting.network_id == known, Meeting.status == MeetingStatus.held)
        days = {local(moment).date() for moment in self.session.exec(held)}
        for meeting in life.meetings:
            if meeting.on not in days:
                what = localized(
                    f"finns inte i nätverk #{number}, som redan är inläst; rapportera den på vanligt sätt",
                    f"is not in network #{number}, which was imported before; report it as any other",
                )
                self.wrong(meeting.line, "meeting_on", what)


def lives_told(session: Session, read: ReadFile, today: date) -> list[Life]:
    """The lives that a file tells. Raises FileRefused with all that is wrong."""
    teller = _Teller(session, read, today)
    together: dict[str, list[tuple[int, Values]]] = {}
    for line, values in read.rows:
        together.setdefault(folded(values["network"]), []).append((line, values))
    lives = [life for rows in together.values() if (life := teller.life(rows))]
    if teller.problems:
        raise FileRefused(read.told.file, teller.problems)
    return lives
