"""What must hold over a whole database, looked at from outside: each rule asks for what breaks it.

The rules are those of domain.md section 1 (I1-I7, I10) and what follows from sections 4 to 6. I8 is a unique column,
and I9 is about Prefect's database, not this one. A line names the rule, what breaks it and how many; never a person.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from models.audit import entered_state_at
from models.dates.local_time import add_months, local, quarter
from models.i18n import localized
from models.networks.lifecycle import ALLOWED
from models.office.menu import MENU
from models.office.policy import DEFAULTS, office_policy
from models.reference.places import is_whole_country
from models.requests.lifecycle import REQUEST_ALLOWED
from models.support.ladder import ABSOLUTE_MONTHS
from models.tables.check_in import CheckIn
from models.tables.network import STEP_OF, TERMINAL, LinkKind, Network, NetworkState, Origin
from models.tables.office import Staff
from models.tables.request import SupportRequest
from models.tables.support import BookedTalk, CapacityEntry, EntryKind, GrantStatus, SupportGrant, SupportTime
from models.tables.transition import Transition

NAMED = 5
STEPS = {state.value: step for state, step in STEP_OF.items()}


@dataclass(frozen=True)
class Rule:
    """One thing that always holds, and how to find the numbers of what breaks it."""

    name: str
    swedish: str
    english: str
    find: Callable[[Session], Iterable[object]]

    def line(self, session: Session) -> str | None:
        """What breaks this rule, in one line; None when it holds."""
        found = list(dict.fromkeys(self.find(session)))
        if not found:
            return None
        named = ", ".join(str(one) for one in found[:NAMED]) + (" …" if len(found) > NAMED else "")
        return f"{self.name}: {len(found)} {localized(self.swedish, self.english)}: {named}"


def broken(session: Session) -> list[str]:
    """One line for every rule that something in the database breaks; empty when all hold."""
    session.flush()
    return [line for rule in RULES if (line := rule.line(session))]


def _numbers(query: str, **values: object) -> Callable[[Session], Iterable[object]]:
    """What a question in SQL finds: the first column tells staff which one it is."""

    def find(session: Session) -> Iterable[object]:
        return [row[0] for row in session.connection().execute(text(query), values)]

    return find


# --- networks -------------------------------------------------------------------------------------

NO_INITIATOR = """SELECT '#' || n.number FROM network n WHERE NOT EXISTS (
    SELECT 1 FROM role r JOIN person p ON p.id = r.person_id
    WHERE r.network_id = n.id AND r.kind = 'initiator' AND r.confirmed_at IS NOT NULL) ORDER BY n.number"""
CONVENER = """SELECT DISTINCT '#' || n.number FROM meeting m JOIN network n ON n.id = m.network_id
    WHERE NOT EXISTS (SELECT 1 FROM role r WHERE r.network_id = m.network_id AND r.person_id = m.convener_id)"""
# Networks of before this system, and those that others split or merged into, came from no request of their own; what
# was annulled has lost it.
ORIGIN = f"""SELECT '#' || n.number FROM network n LEFT JOIN (
        SELECT network_id, count(*) AS times FROM support_request
        WHERE state = 'granted' AND talk_at IS NOT NULL GROUP BY network_id) r ON r.network_id = n.id
    WHERE n.origin <> '{Origin.historic_office}' AND n.state <> '{NetworkState.annulled}'
    AND coalesce(r.times, 0) <> 1 AND NOT EXISTS (
        SELECT 1 FROM network_link l WHERE l.to_network = n.id AND l.kind IN ('{LinkKind.split}', '{LinkKind.merge}'))
    ORDER BY n.number"""
BY_RULE = f"""SELECT DISTINCT '#' || n.number FROM transition t JOIN network n ON n.id = t.network_id
    WHERE t.actor = 'rule' AND (t.from_state IS NULL OR t.to_state IN {tuple(str(state) for state in TERMINAL)})"""
UNSIGNED = f"""SELECT DISTINCT '#' || n.number FROM transition t JOIN network n ON n.id = t.network_id
    WHERE t.signature IS NULL AND t.to_state IN {tuple(str(state) for state in TERMINAL)}"""
STEP = f"""SELECT '#' || number FROM network
    WHERE CASE state {" ".join(f"WHEN '{state}' THEN {step}" for state, step in STEP_OF.items())} ELSE step END <> step
    ORDER BY number"""
NO_KICKOFF = """SELECT '#' || number FROM network
    WHERE state IN ('starting', 'sharing', 'trial', 'independent') AND kickoff_on IS NULL ORDER BY number"""
NO_END = f"""SELECT '#' || number FROM network
    WHERE state IN ('starting', 'sharing', 'trial', 'independent') AND support_ends_on IS NULL
    AND NOT without_support AND origin <> '{Origin.historic_office}' ORDER BY number"""


def _nowhere(session: Session) -> Iterator[object]:
    for number, place, municipality in session.exec(select(Network.number, Network.place, Network.municipality)):
        if not place.strip() or not municipality or is_whole_country(place):
            yield f"#{number}"


def _supported_too_long(session: Session) -> Iterator[object]:
    columns: Any = (Network.number, Network.kickoff_on, Network.support_ends_on)
    for number, kickoff, end in session.execute(select(*columns).order_by(col(Network.number))):
        if kickoff and end and end > add_months(kickoff, ABSOLUTE_MONTHS):
            yield f"#{number}"


def _asked_at_rest(session: Session) -> Iterator[object]:
    latest: Any = select(CheckIn.network_id, func.max(col(CheckIn.sent_on))).group_by(col(CheckIn.network_id))
    asked: dict[UUID, date] = dict(session.execute(latest).all())
    for network, rested_at in entered_state_at(session, NetworkState.resting):
        if asked.get(network.id, date.min) > local(rested_at).date():
            yield f"#{network.number}"


# --- what was logged ------------------------------------------------------------------------------

Step = tuple[str | None, str]


def _torn(session: Session, subject: Any, key: Any, allowed: Any) -> Iterator[object]:
    """Networks or requests whose log is no path through the table from nothing to where they are now."""
    logged: dict[UUID, dict[datetime, list[Step]]] = defaultdict(lambda: defaultdict(list))
    rows: Any = select(key, Transition.at, Transition.from_state, Transition.to_state)
    for owner, at, current, target in session.execute(rows.where(key.is_not(None)).order_by(Transition.at)):
        logged[owner][at].append((current, target))
    for owner, number, state in session.execute(select(subject.id, subject.number, subject.state)):
        if _end_of(logged[owner].values(), allowed) != state:
            yield f"#{number}"


def _end_of(moments: Iterable[list[Step]], allowed: Mapping[str, Container[str]]) -> str | None:
    """Where a log leads; None when a step is missing, not in the table, or lets the ladder fall (I6, I7)."""
    state: str | None = None
    step = 0
    for together in moments:
        rest = list(together)
        while rest:
            taken = next((one for one in rest if one[0] == state), None)
            if taken is None or (state is not None and taken[1] not in allowed[state]):
                return None
            rest.remove(taken)
            state = taken[1]
            before, step = step, STEPS.get(state, step)
            if step < before and state != NetworkState.planned:  # it never met, as a correction told
                return None
    return state


def _torn_networks(session: Session) -> Iterator[object]:
    return _torn(session, Network, col(Transition.network_id), ALLOWED)


def _torn_requests(session: Session) -> Iterator[object]:
    return _torn(session, SupportRequest, col(Transition.request_id), REQUEST_ALLOWED)


# --- requests, support and hours ------------------------------------------------------------------

NO_TALK = """SELECT '#' || number FROM support_request
    WHERE state = 'granted' AND (talk_at IS NULL OR network_id IS NULL) ORDER BY number"""
NO_REASON = "SELECT '#' || number FROM support_request WHERE state = 'declined' AND reason = '' ORDER BY number"
SAME_DECIDER = """SELECT DISTINCT '#' || s.number FROM support_request s
    JOIN transition no ON no.request_id = s.id AND no.to_state IN ('declined', 'referred') AND no.at <= s.appealed_at
    JOIN transition later ON later.request_id = s.id AND later.from_state = 'talking' AND later.at > s.appealed_at
    WHERE later.signature = no.signature AND later.to_state <> 'withdrawn'"""
NOT_ERASED = """SELECT 'en person' FROM person p WHERE p.erased_at IS NOT NULL AND (p.member_hash IS NOT NULL
    OR p.member_number IS NOT NULL OR p.name IS NOT NULL OR p.email IS NOT NULL OR EXISTS (
        SELECT 1 FROM named_organiser n WHERE n.person_id = p.id))"""
LEDGER = """SELECT DISTINCT s.signature || ' ' || l.quarter FROM (
        SELECT staff_id, quarter, balance, sum(hours) OVER (PARTITION BY staff_id, quarter ORDER BY sequence) AS runs
        FROM capacity_entry) l JOIN staff s ON s.id = l.staff_id
    WHERE l.balance < 0 OR abs(l.balance - l.runs) > 0.001"""
RUNNING = tuple(str(item) for item, line in MENU.items() if line.runs)
# What was split over quarters before occasions stood whole was reserved at one moment; it is gathered as it moves.
IN_TWO_QUARTERS = f"""SELECT '#' || n.number FROM (
        SELECT grant_id, max(CASE WHEN kind = 'reserved' THEN at END) AS at FROM capacity_entry
        WHERE kind IN ('reserved', 'released') AND grant_id IS NOT NULL
        GROUP BY grant_id, quarter HAVING sum(hours) < -0.001) held
    JOIN support_grant g ON g.id = held.grant_id JOIN network n ON n.id = g.network_id
    WHERE g.item NOT IN {RUNNING} GROUP BY n.number, g.id HAVING min(held.at) <> max(held.at) ORDER BY n.number"""
GIVEN_BACK_TWICE = """SELECT '#' || n.number FROM capacity_entry e
    JOIN support_grant g ON g.id = e.grant_id JOIN network n ON n.id = g.network_id
    WHERE e.kind IN ('reserved', 'released')
    GROUP BY n.number, e.staff_id, e.quarter, e.grant_id HAVING sum(e.hours) > 0.001 ORDER BY n.number"""
PAID = """SELECT '#' || n.number FROM support_grant g JOIN network n ON n.id = g.network_id
    WHERE g.paid_on IS NOT NULL AND (g.item <> 'grant_money' OR g.status <> 'used' OR g.paid_on < g.from_on
        OR g.paid_sek > g.sek OR g.receipt_seen_by IS NULL) ORDER BY n.number"""
OVER_HELPED = """SELECT DISTINCT '#' || n.number FROM meeting m JOIN network n ON n.id = m.network_id
    JOIN meeting_duty d ON d.meeting_id = m.id
    WHERE d.by_office AND d.duty = 'invitation' AND NOT m.over_helped"""

ANSWERED = """SELECT DISTINCT '#' || n.number FROM check_in c JOIN network n ON n.id = c.network_id
    WHERE (c.answered_at IS NOT NULL) <> EXISTS (SELECT 1 FROM check_in_answer a WHERE a.check_in_id = c.id)
    OR EXISTS (SELECT 1 FROM check_in_answer a WHERE a.check_in_id = c.id AND a.q4 <> c.q4 AND NOT EXISTS (
        SELECT 1 FROM check_in_answer later WHERE later.check_in_id = c.id AND later.given_at > a.given_at))"""
LED = """SELECT DISTINCT '#' || n.number FROM meeting m JOIN network n ON n.id = m.network_id
    WHERE m.status = 'held' AND m.led_by_member <> (EXISTS (SELECT 1 FROM meeting_duty d
        WHERE d.meeting_id = m.id AND d.duty IN ('invitation', 'lead') AND NOT d.by_office) OR NOT EXISTS (
        SELECT 1 FROM meeting_duty d WHERE d.meeting_id = m.id AND d.duty IN ('invitation', 'lead')))"""
DUTIES_SUMMED_UP = """SELECT DISTINCT '#' || n.number FROM meeting m JOIN network n ON n.id = m.network_id
    LEFT JOIN (SELECT meeting_id, count(organiser_key) AS members, count(*) - count(organiser_key) AS office
        FROM meeting_duty GROUP BY meeting_id) d ON d.meeting_id = m.id
    WHERE m.duties_by_members <> coalesce(d.members, 0) OR m.duties_by_office <> coalesce(d.office, 0)"""


def _granted_too_much(session: Session) -> Iterator[object]:
    """More than the limit of hours in a network's first year, or an item more often than the menu has it.

    A grant that ended unused counts as what was used of it.
    """
    used: dict[UUID, Decimal] = defaultdict(Decimal)
    for time in session.exec(select(SupportTime)):
        used[time.grant_id] += time.hours
    hours: dict[int, Decimal] = defaultdict(Decimal)
    times: dict[tuple[int, str], int] = defaultdict(int)
    rows = select(Network.number, Network.created_at, SupportGrant).join(
        SupportGrant, col(SupportGrant.network_id) == Network.id
    )
    for number, created, grant in session.exec(rows.order_by(col(Network.number))):
        ended = grant.status == GrantStatus.ended
        if ended and not used[grant.id]:
            continue
        times[number, grant.item] += 1
        if grant.from_on < add_months(local(created).date(), ABSOLUTE_MONTHS):
            hours[number] += used[grant.id] if ended else grant.hours
    limit = max(
        office_policy().network_hours, DEFAULTS.network_hours
    )  # what was granted before a limit fell stays right
    yield from (f"#{number}" for number, total in hours.items() if total > limit)
    for (number, item), count in times.items():
        most = MENU[item].per_network  # type: ignore[index]
        if most and count > most:
            yield f"#{number}"


def _talks_off_the_ledger(session: Session) -> Iterator[object]:
    """Whose talks with networks took more hours than the menu has, or than their ledger of the quarter knows."""
    booked: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    rows = select(BookedTalk, Staff.signature).join(Staff, col(Staff.id) == BookedTalk.staff_id)
    for talk, signature in session.exec(rows):
        booked[signature, quarter(talk.on)] += talk.hours
        if talk.hours > MENU[talk.item].hours:
            yield f"{signature} {quarter(talk.on)}"
    used: Any = (
        select(Staff.signature, CapacityEntry.quarter, func.sum(CapacityEntry.hours))
        .join(Staff, col(Staff.id) == CapacityEntry.staff_id)
        .where(col(CapacityEntry.kind) == EntryKind.used, col(CapacityEntry.grant_id).is_(None))
        .group_by(col(Staff.signature), col(CapacityEntry.quarter))
    )
    known = {(signature, name): -Decimal(str(hours)) for signature, name, hours in session.execute(used)}
    yield from (" ".join(whose) for whose, hours in booked.items() if hours > known.get(whose, Decimal(0)))


RULES = (
    Rule("I1", "nätverk utan bekräftad initiativtagare", "networks without a confirmed initiator",
         _numbers(NO_INITIATOR)),
    Rule("I2", "nätverk med en sammankallande utan roll", "networks with a convener who has no role there",
         _numbers(CONVENER)),
    Rule("I3", "nätverk utan plats och kommun", "networks without a place and a municipality", _nowhere),
    Rule("I4", "nätverk som inte kommer av en beviljad förfrågan med samtal",
         "networks that come from no granted request with a talk", _numbers(ORIGIN)),
    Rule("I4", "nätverk som en regel skapat eller avslutat", "networks that a rule created or ended",
         _numbers(BY_RULE)),
    Rule("I4", "nätverk vars slut ingen skrivit under", "networks whose end nobody signed", _numbers(UNSIGNED)),
    Rule("I5", "timkonton som inte går ihop", "ledgers that do not add up", _numbers(LEDGER)),
    Rule("I6", "nätverk på fel trappsteg för sitt läge", "networks on another step than their state's",
         _numbers(STEP)),
    Rule("I7", "nätverk vars logg inte leder till deras läge", "networks whose log does not lead to their state",
         _torn_networks),
    Rule("I7", "förfrågningar vars logg inte leder till deras läge", "requests whose log does not lead to their state",
         _torn_requests),
    Rule("I10", "nätverk där kansliet bjudit in utan att det flaggats",
         "networks where the office sent the invitation and nobody was told", _numbers(OVER_HELPED)),
    Rule("4", "beviljade förfrågningar utan samtal eller nätverk", "granted requests without a talk or a network",
         _numbers(NO_TALK)),
    Rule("4", "avslagna förfrågningar utan skäl", "declined requests without a reason", _numbers(NO_REASON)),
    Rule("4", "överklaganden som den som sa nej har avgjort", "appeals decided by whoever said no",
         _numbers(SAME_DECIDER)),
    Rule("4", "aktiva nätverk utan uppstart", "active networks without a kickoff", _numbers(NO_KICKOFF)),
    Rule("5", "nätverk vars stöd saknar slut", "networks whose support has no end", _numbers(NO_END)),
    Rule("5", "nätverk med stöd längre än tolv månader", "networks supported for more than twelve months",
         _supported_too_long),
    Rule("5", "nätverk som fått mer än menyn ger", "networks granted more than the menu has", _granted_too_much),
    Rule("5", "nätverk med ett tillfälle reserverat i flera kvartal",
         "networks with an occasion reserved in several quarters", _numbers(IN_TWO_QUARTERS)),
    Rule("5", "nätverk vars stöd gett tillbaka mer än det reserverat",
         "networks whose support gave back more than it reserved", _numbers(GIVEN_BACK_TWICE)),
    Rule("5", "nätverk med bidrag utbetalt utöver beslutet eller utan kvitto",
         "networks paid beyond what was granted, or without a receipt", _numbers(PAID)),
    Rule("5", "timkonton som inte känner till sina samtal", "ledgers that do not know their talks",
         _talks_off_the_ledger),
    Rule("6", "vilande nätverk som fått en avstämning", "resting networks that were sent a check-in",
         _asked_at_rest),
    Rule("6", "nätverk vars avstämning säger något annat än det senast givna svaret",
         "networks whose check-in says other than the answer given last", _numbers(ANSWERED)),
    Rule("10", "raderade personer som det står något om", "erased persons of whom something is told",
         _numbers(NOT_ERASED)),
    Rule("7", "nätverk där en träff säger fel om en medlem ledde den",
         "networks where a meeting is wrong about whether a member led it", _numbers(LED)),
    Rule("5", "nätverk där en träff räknar fel på kansliets uppgifter",
         "networks where a meeting counts the office's duties wrongly", _numbers(DUTIES_SUMMED_UP)),
)  # fmt: skip
